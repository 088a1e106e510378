"""Accounts, roles, stand-ins and locks. The three administrators: domain reference 5.2 (三员分立)."""

from datetime import date

from django.utils.translation import gettext as _

from core.errors import Conflict, Denied, Invalid
from core.policy import policy
from tenants.actors import Actor
from tenants.models import Membership, Office, Role, StandIn, User, duty_of
from tenants.models.people import Duty


def _system_administrator(actor: Actor) -> None:
    if not actor.has(Role.SYS_ADMIN):
        raise Denied(_("账号由系统管理员管理。"))


def _security_administrator(actor: Actor) -> None:
    if not actor.has(Role.SEC_ADMIN):
        raise Denied(_("角色、密码重置和解锁由安全管理员办理。"))


def _opens_accounts(actor: Actor, user: User) -> None:
    """The security administrator; in an emergency (usecases.emergency) the emergency account, for administrators."""
    if not actor.emergency:
        _security_administrator(actor)
    elif user.duty not in actor.rescues:
        names = _("、").join(str(Role(role).label) for role in sorted(actor.rescues))
        raise Denied(_("应急账号只能恢复本机构的%(roles)s，其他人员由恢复后的管理员办理。") % {"roles": names})


def _not_oneself(actor: Actor, user: User) -> None:
    if actor.user_id == user.pk:
        raise Denied(_("不能对自己的账号办理此事，请由另一位管理员办理。"))


def _in_charge(actor: Actor, office: Office) -> None:
    if office.pk != actor.home.pk and office.parent_id != actor.home.pk:
        raise Denied(_("这个机构不由您所在的机构管理。"))


@policy
def see_people(actor: Actor) -> None:
    """The list of people shows phones and roles: administrators only. To an emergency account, whom it may rescue."""
    if not actor.emergency and not actor.has(Role.SYS_ADMIN, Role.SEC_ADMIN):
        raise Denied(_("人员与权限由系统管理员和安全管理员管理。"))


@policy
def create_account(actor: Actor, office: Office) -> None:
    """Domain reference 5.2: the system administrator creates users."""
    _system_administrator(actor)
    _in_charge(actor, office)


@policy
def edit_account(actor: Actor, user: User) -> None:
    """Names, phone and staff number."""
    _system_administrator(actor)
    if not user.is_active:
        raise Conflict(_("账号已停用，不能修改。"))


@policy
def see_limits(actor: Actor) -> None:
    """Domain reference 5.2: dictionaries are the system administrator's, policy the security administrator's; what is
    in force is checked by the audit administrator."""
    if not actor.has(Role.SYS_ADMIN, Role.SEC_ADMIN, Role.AUDIT_ADMIN):
        raise Denied(_("参数与限值由系统、安全和审计管理员查看。"))


@policy
def reveal_number(actor: Actor, field: str) -> None:
    """Domain reference 5.1, 5.2: the system administrator keeps the accounts; the security administrator must reach a
    person before giving them a new password, which takes a phone and no identity number."""
    if field == "phone":
        see_people(actor)
    elif not actor.has(Role.SYS_ADMIN):
        raise Denied(_("完整的身份证号只有系统管理员可以查看。"))


@policy
def deactivate(actor: Actor, user: User) -> None:
    _system_administrator(actor)
    _not_oneself(actor, user)
    if not user.is_active:
        raise Conflict(_("账号已经停用。"))


@policy
def reactivate(actor: Actor, user: User) -> None:
    _system_administrator(actor)
    if user.is_active:
        raise Conflict(_("账号正在使用，不需要恢复。"))


@policy
def grant(actor: Actor, user: User) -> None:
    """Domain reference 5.2: the security administrator grants roles; nobody to themselves."""
    _security_administrator(actor)
    _not_oneself(actor, user)
    if not user.is_active:
        raise Conflict(_("账号已停用，不能授予角色。"))


@policy
def grant_role(
    actor: Actor, user: User, office: Office, role: str, held: frozenset[str], acting: frozenset[str]
) -> None:
    """held: roles of the person's open memberships anywhere; acting: roles they stand in for now or later."""
    grant(actor, user)
    _in_charge(actor, office)
    for other in sorted(held | acting):
        if duty_of(other) != duty_of(role):
            raise Conflict(
                _("%(name)s 现为%(held)s，不能同时担任%(role)s：系统、安全、审计管理员和业务岗位互不兼任。")
                % {"name": user.name, "held": Role(other).label, "role": Role(role).label},
                field="role",
            )


@policy
def end_role(actor: Actor, membership: Membership, security_administrators: int) -> None:
    """security_administrators: how many people hold that role in the office now."""
    _security_administrator(actor)
    _in_charge(actor, membership.office)
    _not_oneself(actor, membership.user)
    if membership.ended_at is not None:
        raise Conflict(_("这个角色已经终止。"))
    if membership.role == Role.SEC_ADMIN and security_administrators <= 1:
        raise Conflict(_("这是本机构最后一位安全管理员，请先授予另一位再终止。"))


@policy
def reset_password(actor: Actor, user: User) -> None:
    _opens_accounts(actor, user)
    _not_oneself(actor, user)
    if not user.is_active:
        raise Conflict(_("账号已停用，不能重置密码。"))


@policy
def end_sessions(actor: Actor, user: User) -> None:
    """Domain reference 5.2: locks and sessions of others are the security administrator's."""
    if not actor.has(Role.SEC_ADMIN):
        raise Denied(_("他人的会话由安全管理员结束。"))
    if actor.user_id == user.pk:
        raise Denied(_("自己的会话请在“我的账号”中结束。"))


@policy
def reset_second_factor(actor: Actor, user: User) -> None:
    """Domain reference 5.2: what opens an account is the security administrator's, never one's own."""
    _opens_accounts(actor, user)
    _not_oneself(actor, user)


@policy
def unlock(actor: Actor, user: User) -> None:
    _opens_accounts(actor, user)
    _not_oneself(actor, user)


@policy
def unlock_address(actor: Actor) -> None:
    """In an emergency the emergency account, too: administrators may sit behind the address."""
    if not actor.emergency:
        _security_administrator(actor)


@policy
def see_sign_in_log(actor: Actor) -> None:
    """Domain reference 5.2: the security administrator reviews sign-ins and locks."""
    if not actor.emergency and not actor.has(Role.SEC_ADMIN):
        raise Denied(_("登录记录由安全管理员查看。"))


@policy
def see_audit_log(actor: Actor) -> None:
    """Domain reference 5.2: the audit administrator reads the logs, and does nothing else."""
    if not actor.has(Role.AUDIT_ADMIN):
        raise Denied(_("操作日志由审计管理员查看。"))


@policy
def change_own_password(actor: Actor, user: User) -> None:
    if actor.user_id != user.pk:
        raise Denied(_("只能修改自己的密码。"))


@policy
def see_stand_ins(actor: Actor) -> None:
    """Members see the stand-ins of their office; visitors have none here."""
    if actor.visiting or not actor.roles:
        raise Denied(_("代理授权只对本机构人员开放。"))


@policy
def name_stand_in(actor: Actor, membership: Membership, on: date) -> None:
    """A member names someone for a role of their own."""
    if actor.visiting or membership.user_id != actor.user_id or membership.office_id != actor.office.pk:
        raise Denied(_("只能为自己在本机构的角色指定代理人。"))
    if membership.ended_at is not None or (membership.valid_to and membership.valid_to < on):
        raise Conflict(_("这个角色已经终止，不能再指定代理人。"))


@policy
def stand_in_for(membership: Membership, person: User, holds: frozenset[str]) -> None:
    """holds: the person's roles in the office. The three administrators stay exclusive in standing in, too."""
    if person.pk == membership.user_id:
        raise Invalid(_("代理人不能是本人。"), field="person")
    if not person.is_active or not holds:
        raise Invalid(_("代理人必须是本机构在用账号。"), field="person")
    if membership.role in holds:
        raise Invalid(_("%(name)s 自己就有这个角色，不需要代理。") % {"name": person.name}, field="person")
    if person.duty != duty_of(membership.role):
        raise Conflict(
            _("%(role)s只能由同类人员代理：%(name)s 的账号用于%(duty)s，三员与业务岗位互不兼任。")
            % {
                "role": Role(membership.role).label,
                "name": person.name,
                "duty": Duty(person.duty).label,
            },
            field="person",
        )


@policy
def revoke_stand_in(actor: Actor, stand_in: StandIn, on: date) -> None:
    """Whoever named it, or the security administrator."""
    if stand_in.membership.user_id != actor.user_id and not actor.has(Role.SEC_ADMIN):
        raise Denied(_("只有委托人本人或安全管理员可以撤销代理。"))
    if stand_in.revoked_at is not None:
        raise Conflict(_("这项代理已经撤销。"))
    if stand_in.ends_on < on:
        raise Conflict(_("这项代理已经到期。"))
