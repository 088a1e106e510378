"""Grave changes: two administrators, never the same one twice. Domain reference 5.1, 5.2 (三员分立)."""

from datetime import datetime

from django.utils.translation import gettext as _

from core.errors import Conflict, Denied
from core.policy import policy
from tenants.actors import Actor
from tenants.models import ChangeRequest, Role
from tenants.models.people import ADMINISTRATORS
from tenants.states import ChangeState


@policy
def see_changes(actor: Actor) -> None:
    """The audit administrator reads along and decides nothing."""
    if not actor.has(*ADMINISTRATORS):
        raise Denied(_("待批变更由本机构的系统、安全和审计管理员查看。"))


@policy
def ask(actor: Actor, approvers: int) -> None:
    """approvers: how many people could decide about it."""
    if not actor.has(Role.SYS_ADMIN, Role.SEC_ADMIN):
        raise Denied(_("这类变更由系统管理员或安全管理员提出。"))
    if not approvers:
        raise Conflict(
            _("这项变更要由另一位管理员批准，而本机构没有可以批准的人。请先授予系统管理员或安全管理员角色。")
        )


@policy
def decide(actor: Actor, change: ChangeRequest, at: datetime) -> None:
    """Approve or refuse: the other kind of administrator of the same office, in time."""
    see_changes(actor)
    if change.asked_by_id == actor.user_id:
        raise Denied(_("不能批准自己提出的变更，请由另一位管理员办理。"))
    if not actor.has(change.approver):
        raise Denied(_("这项变更由本机构的%(role)s批准。") % {"role": Role(change.approver).label})
    _waiting(change, at)


@policy
def withdraw(actor: Actor, change: ChangeRequest, at: datetime) -> None:
    if change.asked_by_id != actor.user_id:
        raise Denied(_("变更只能由提出的人撤回。"))
    _waiting(change, at)


def _waiting(change: ChangeRequest, at: datetime) -> None:
    if change.state != ChangeState.WAITING:
        raise Conflict(_("这项变更现在是“%(state)s”，不能再办理。") % {"state": ChangeState(change.state).label})
    if not change.waits(at):
        raise Conflict(_("这项变更没有在期限内批准，已经过期。仍需办理的，请重新提出。"))
