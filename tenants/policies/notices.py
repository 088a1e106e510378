"""Who chooses where reminders go."""

from django.utils.translation import gettext as _

from core.errors import Denied
from core.policy import policy
from tenants.actors import Actor
from tenants.models import Role


@policy
def own(actor: Actor) -> None:
    """One's own address, in one's own office."""
    if actor.visiting or actor.emergency or actor.user_id is None:
        raise Denied(_("提醒设置请在本人所在的机构内办理。"))


@policy
def manage(actor: Actor) -> None:
    """What leaves the office for a group chat is the security administrator's decision."""
    if not actor.has(Role.SEC_ADMIN):
        raise Denied(_("群机器人由本机构的安全管理员登记和移除。"))
