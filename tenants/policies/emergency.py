"""The emergency account: made and kept by two, opened by both halves, accounted for by two. Domain reference 5.2."""

from django.utils.translation import gettext as _

from core.errors import Conflict, Denied
from core.policy import policy
from tenants.actors import Actor
from tenants.models import EmergencyAccount, EmergencyOpening, Role, User
from tenants.models.office import Level
from tenants.models.people import ADMINISTRATORS
from tenants.states import EmergencyState


@policy
def see(actor: Actor) -> None:
    """All three administrators, and whoever has opened it; of a province or of the platform."""
    if actor.home.level == Level.PREFECTURE:
        raise Denied(_("应急账号只设在省级和平台，州市有急事请联系省级管理员。"))
    if not actor.emergency and not actor.has(*ADMINISTRATORS):
        raise Denied(_("应急账号由本机构的系统、安全和审计管理员查看。"))


@policy
def seal(actor: Actor, account: EmergencyAccount | None) -> None:
    """New halves: the security administrator asks, the system administrator approves; never before the last use is
    accounted for."""
    see(actor)
    if not actor.has(Role.SEC_ADMIN):
        raise Denied(_("应急账号的封存由安全管理员提出、系统管理员批准。"))
    state = EmergencyState.VOID if account is None else account.state
    if state == EmergencyState.OPEN:
        raise Conflict(_("应急账号正在使用，结束并说明后才能重新封存。"))
    if state == EmergencyState.CLOSED:
        raise Conflict(_("上次应急使用还没有说明清楚，请审计管理员和另一位管理员先写明情况，再重新封存。"))


@policy
def take(actor: Actor, account: EmergencyAccount) -> None:
    """One's own half, once."""
    see(actor)
    place = account.place_of(actor.user_id)
    if place is None:
        raise Denied(_("两半密码只交给提出封存的安全管理员和批准的系统管理员，各一半。"))
    if account.state != EmergencyState.DRAWN or account.taken_at(place) is not None:
        raise Conflict(_("您的一半已经取走，不再显示。信封丢失的，请由安全管理员提出重新封存。"))


@policy
def open_as(person: User | None, roles: frozenset[str]) -> None:
    """Who may say that they open it: somebody of the office who works there. roles: held there today."""
    if person is None or person.emergency or not person.is_active or not roles:
        raise Denied(_("请填写本机构在用人员的账号；应急账号要由具名的人开启。"))
    if Role.AUDIT_ADMIN in roles:
        raise Denied(_("审计管理员事后要核查应急使用，不能由其开启，请由另一位人员具名。"))


@policy
def end(actor: Actor, account: EmergencyAccount) -> None:
    """Before its time: by any administrator of the office, or by whoever uses it."""
    see(actor)
    if account.state != EmergencyState.OPEN:
        raise Conflict(_("应急账号没有在使用，不需要结束。"))


@policy
def tell(actor: Actor, opening: EmergencyOpening | None) -> None:
    """Write what was done: an audit administrator, and a system or security administrator, once each."""
    see(actor)
    if actor.emergency:
        raise Denied(_("使用应急账号期间不能说明情况，请用本人的账号登录后填写。"))
    if opening is None:
        raise Conflict(_("没有等待说明的应急使用。"))
    if opening.ended_at is None:
        raise Conflict(_("应急账号还在使用，结束后再说明情况。"))
    if actor.user_id in (opening.told_by_id, opening.checked_by_id):
        raise Conflict(_("您已经说明过这次使用，还需要另一位管理员说明。"))
    audit = actor.has(Role.AUDIT_ADMIN)
    if (opening.checked_by_id if audit else opening.told_by_id) is not None:
        who = Role.AUDIT_ADMIN.label if audit else _("系统管理员或安全管理员")
        raise Conflict(_("%(role)s已经说明过这次使用，不能再写一份。") % {"role": who})


@policy
def note_tries(actor: Actor, account: EmergencyAccount) -> None:
    """Say that failed tries were looked into: the security administrator or the audit administrator."""
    see(actor)
    if not actor.has(Role.SEC_ADMIN, Role.AUDIT_ADMIN):
        raise Denied(_("试开应急账号的警报由安全管理员或审计管理员确认。"))
    if not account.tries:
        raise Conflict(_("没有未确认的试开。"))
