"""The second factor: enrolled, confirmed and given up by its person, reset by the security administrator."""

from datetime import datetime, timedelta

from django.db import transaction
from django.utils import timezone
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from core import office as office_core
from core import secrets
from core.errors import Conflict, Invalid
from tenants import events
from tenants.actors import Actor
from tenants.models import RecoveryCode, SecondFactor, User
from tenants.models.people import Duty
from tenants.models.second_factor import secret_about
from tenants.models.sessions import EndReason
from tenants.policies import people as policies
from tenants.rules import second_factor as rules
from tenants.selectors import people
from tenants.selectors import second_factor as selectors
from tenants.usecases import sessions
from tenants.usecases.second_person import About, Given, grave
from tenants.usecases.sign_in import confirm_code, confirm_password

BEGUN_FOR = timedelta(minutes=15)  # a secret shown on a screen must not wait there for whoever comes next


def begin(*, actor: Actor, password: str, address: str, at: datetime) -> None:
    """Make a secret to be shown and confirmed; one that was begun before is replaced.

    Raises Invalid (password), Denied (locked, nobody in person), Conflict (there is a factor already).
    """
    confirm_password(actor=actor, password=password, address=address, at=at)
    _begin(actor.user_id or 0, at)


@transaction.atomic
def _begin(user_id: int, at: datetime) -> None:
    user = User.objects.select_for_update().get(pk=user_id)
    with office_core.mounted(office_core.beside()):
        factor = selectors.factor_of(user, lock=True)
        if factor is not None and factor.confirmed_at is not None:
            raise Conflict(_("已经启用二次验证。要换手机，请先停用再重新登记。"))
        sealed = secrets.seal(rules.new_secret(), about=secret_about(user.pk))
        SecondFactor.objects.update_or_create(user=user, defaults={"secret": sealed, "begun_at": at})


def begun_secret(user: User, *, at: datetime) -> str:
    """The secret to show while it waits for its first code; "" when none was begun, or too long ago."""
    with office_core.mounted(office_core.beside()):
        factor = selectors.factor_of(user)
        if factor is None or factor.confirmed_at is not None or factor.begun_at < at - BEGUN_FOR:
            return ""
        return secrets.unseal(factor.secret, about=secret_about(user.pk))


def confirm(*, actor: Actor, code: str, address: str, at: datetime) -> list[str]:
    """Take the first code of a secret that was begun; returns the recovery codes, to be shown once.

    A wrong code counts as a failed sign-in. Raises Conflict (nothing begun, too long ago), Invalid (code), Denied.
    """
    user = User.objects.get(pk=actor.user_id or 0)
    if not begun_secret(user, at=at):
        raise Conflict(_("登记已过期或还没有开始，请重新开始。"))
    confirm_code(actor=actor, code=code, address=address, at=at, begun=True)
    with transaction.atomic():
        made = _new_codes(user, at)
        events.record(events.SecondFactorEnrolled(subject=events.user_subject(user.pk)), actor=actor, at=at)
    return made


def renew_codes(*, actor: Actor, code: str, address: str, at: datetime) -> list[str]:
    """New recovery codes in place of the old ones, against a code. Raises Invalid (code), Denied, Conflict (none)."""
    user = _enrolled(actor)
    confirm_code(actor=actor, code=code, address=address, at=at)
    with transaction.atomic():
        made = _new_codes(user, at)
        events.record(events.RecoveryCodesRenewed(subject=events.user_subject(user.pk)), actor=actor, at=at)
    return made


def remove(*, actor: Actor, code: str, address: str, at: datetime) -> None:
    """Give it up, against a code. Raises Conflict (there is none; one's roles need it), Invalid (code), Denied."""
    user = _enrolled(actor)
    if selectors.needs_factor(user, on=timezone.localdate(at)):
        raise Conflict(_("您的岗位必须使用二次验证，不能停用。要换手机，请本单位安全管理员重置。"))
    confirm_code(actor=actor, code=code, address=address, at=at)
    with transaction.atomic():
        _forget(user)
        events.record(events.SecondFactorRemoved(subject=events.user_subject(user.pk)), actor=actor, at=at)


def _resetting(actor: Actor, given: Given) -> About:
    user = people.get_person(actor, given["user_id"])
    policies.reset_second_factor(actor, user)
    return About(events.user_subject(user.pk), user.account_label)


def _administrators(actor: Actor, given: Given) -> bool:
    """Not in an emergency: there is no second administrator then, and two people opened the account that acts."""
    return not actor.emergency and people.get_person(actor, given["user_id"]).duty != Duty.BUSINESS


@grave("reset-factor", label=gettext_lazy("重置管理员的二次验证"), about=_resetting, when=_administrators)
@transaction.atomic
def reset(*, user_id: int, reason: str, actor: Actor, at: datetime) -> User:
    """Take a lost second factor away: the person signs in by password and enrols anew. Their sessions end.

    An administrator's may need a second administrator (usecases.second_person).
    Raises NotFound, Denied (not a security administrator, oneself), Invalid (reason), Conflict (there is none).
    """
    user = people.get_person(actor, user_id, lock=True)
    policies.reset_second_factor(actor, user)
    reason = reason.strip()
    if not reason or len(reason) > 200:
        raise Invalid(_("请填写原因，不超过 200 个字。"), field="reason")
    if not selectors.has_factor(user):
        raise Conflict(_("%(name)s 没有启用二次验证，不需要重置。") % {"name": user.name})
    _forget(user)
    sessions.end_all(user, EndReason.ADMINISTRATOR, at, note=reason)
    events.record(events.SecondFactorReset(subject=events.user_subject(user.pk), reason=reason), actor=actor, at=at)
    return user


def _enrolled(actor: Actor) -> User:
    user = User.objects.get(pk=actor.user_id or 0)
    if not selectors.has_factor(user):
        raise Conflict(_("还没有启用二次验证。"))
    return user


def _new_codes(user: User, at: datetime) -> list[str]:
    made = rules.new_recovery_codes(rules.number("recovery_codes", on=timezone.localdate(at)))
    with office_core.mounted(office_core.beside()):
        RecoveryCode.objects.filter(user=user).delete()
        RecoveryCode.objects.bulk_create(RecoveryCode(user=user, digest=rules.digest_of(each)) for each in made)
    return made


def _forget(user: User) -> None:
    with office_core.mounted(office_core.beside()):
        RecoveryCode.objects.filter(user=user).delete()
        SecondFactor.objects.filter(user=user).delete()
