"""Passwords: one's own, and the initial ones that administrators hand out."""

import secrets
from datetime import datetime, timedelta

from django.db import transaction
from django.utils import timezone
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from core import office as office_core
from core.errors import Conflict
from tenants import events
from tenants.actors import Actor
from tenants.models import ChangeRequest, FormerPassword, User
from tenants.models.people import Duty
from tenants.models.sessions import EndReason
from tenants.policies import passwords as password_policies
from tenants.policies import people as policies
from tenants.rules import passwords as rules
from tenants.rules import second_person as second_person_rules
from tenants.selectors import changes, people
from tenants.selectors import passwords as selectors
from tenants.usecases import second_person, sessions
from tenants.usecases.offices import checked_reason
from tenants.usecases.second_person import About, Given, grave
from tenants.usecases.sign_in import confirm_password

ALPHABET = ("ABCDEFGHJKLMNPQRSTUVWXYZ", "abcdefghijkmnpqrstuvwxyz", "23456789", "-_#+=")
INITIAL_LENGTH = 14
ALLOW = "reset-password"
PASSWORD = ("password", "must_change_password", "password_changed_at", "initial_password_until")  # fields of a user


def initial_password() -> str:
    """A random password of all four classes, without letters that look alike."""
    chosen = [secrets.choice(group) for group in ALPHABET]
    chosen += [secrets.choice("".join(ALPHABET)) for _each in range(INITIAL_LENGTH - len(chosen))]
    secrets.SystemRandom().shuffle(chosen)
    return "".join(chosen)


def change_password(
    *, user_id: int, old_password: str, new_password: str, actor: Actor, address: str, at: datetime
) -> User:
    """Choose a new password for oneself. A wrong present one counts as a failed sign-in.

    Raises Invalid (field old_password: not the present one; field new_password: one sentence per broken rule), Denied
    (not oneself; locked). Source: domain reference 5.1.
    """
    policies.change_own_password(actor, User.objects.get(pk=user_id))
    confirm_password(actor=actor, password=old_password, address=address, at=at, field="old_password")
    return _choose(user_id, new_password, actor, at)


@transaction.atomic
def _choose(user_id: int, new_password: str, actor: Actor, at: datetime) -> User:
    user = User.objects.select_for_update().get(pk=user_id)
    on = timezone.localdate(at)
    password_policies.new_password(new_password, user, selectors.former_passwords(user, on=on), on)
    _keep_former(user, at)
    user.set_password(new_password)
    user.must_change_password = False
    user.password_changed_at, user.initial_password_until = at, None
    user.save(update_fields=PASSWORD)
    events.record(events.PasswordChanged(subject=events.user_subject(user.pk)), actor=actor, at=at)
    return user


def _resetting(actor: Actor, given: Given) -> About:
    user = people.get_person(actor, given["user_id"])
    policies.reset_password(actor, user)
    return About(events.user_subject(user.pk), user.account_label)


def _administrators(actor: Actor, given: Given) -> bool:
    """Not in an emergency: there is no second administrator then, and two people opened the account that acts."""
    return not actor.emergency and people.get_person(actor, given["user_id"]).duty != Duty.BUSINESS


@grave(ALLOW, label=gettext_lazy("重置管理员的密码"), about=_resetting, when=_administrators)
@transaction.atomic
def allow_reset(*, user_id: int, reason: str, actor: Actor, at: datetime) -> User:
    """Nothing happens yet: the approval allows who asked to reset it, once, while a request may wait.

    Whoever approves would otherwise be answered with the password. Raises NotFound, Denied, Conflict (deactivated),
    Invalid (reason).
    """
    user = people.get_person(actor, user_id)
    policies.reset_password(actor, user)
    checked_reason(reason)
    return user


def reset_or_ask(*, user_id: int, reason: str, actor: Actor, at: datetime) -> ChangeRequest | tuple[User, str]:
    """Reset it, or ask for the approval that this takes (a change is the answer). Raises what both raise."""
    user = people.get_person(actor, user_id)
    policies.reset_password(actor, user)
    if reset_waits(user, actor=actor, at=at):
        asked: ChangeRequest = second_person.do(ALLOW, user_id=user_id, reason=reason, actor=actor, at=at)
        return asked
    return reset_password(user_id=user_id, actor=actor, at=at)


def reset_waits(user: User, *, actor: Actor, at: datetime) -> bool:
    """Whether a second administrator must allow it first."""
    needed = second_person.ACTS[ALLOW].needs_two(actor, {"user_id": user.pk}, at)
    return needed and _allowed(user, actor, at) is None


def _allowed(user: User, actor: Actor, at: datetime, *, lock: bool = False) -> ChangeRequest | None:
    """The approval, as long as a request may wait."""
    since = at - second_person_rules.waits(on=timezone.localdate(at))
    return changes.unused(actor, ALLOW, events.user_subject(user.pk), since=since, lock=lock)


@transaction.atomic
def reset_password(*, user_id: int, actor: Actor, at: datetime) -> tuple[User, str]:
    """Give a person a password to be changed at the next sign-in; returns it, to be shown once.

    Their sessions end. Raises NotFound, Denied (not a security administrator, oneself), Conflict (deactivated; an
    administrator's, which a second administrator has not allowed).
    """
    user = people.get_person(actor, user_id, lock=True)
    policies.reset_password(actor, user)
    if second_person.ACTS[ALLOW].needs_two(actor, {"user_id": user_id}, at):
        change = _allowed(user, actor, at, lock=True)
        if change is None:
            raise Conflict(_("管理员的密码要由另一位管理员批准后才能重置，请先提出申请。"))
        change.used_at = at
        change.save(update_fields=["used_at"])
    password = give_initial_password(user, at=at)
    user.save(update_fields=PASSWORD)
    sessions.end_all(user, EndReason.PASSWORD, at)
    events.record(events.PasswordReset(subject=events.user_subject(user.pk)), actor=actor, at=at)
    return user, password


def give_initial_password(user: User, *, at: datetime) -> str:
    """Set one on the user, without saving (PASSWORD); returns it. The one they had is kept among the former ones.

    Unused for the parameter initial_password_hours, it signs nobody in.
    """
    _keep_former(user, at)
    password = initial_password()
    user.set_password(password)
    user.must_change_password = True
    user.password_changed_at = None
    user.initial_password_until = at + timedelta(hours=rules.value("initial_password_hours", on=timezone.localdate(at)))
    return password


def _keep_former(user: User, at: datetime) -> None:
    """Remember the hash of the password that is about to be replaced, and forget those too old to matter."""
    if user.pk is None or not user.password:
        return
    with office_core.mounted(office_core.beside()):
        FormerPassword.objects.create(user=user, encoded=user.password, replaced_at=at)
        rows = FormerPassword.objects.filter(user=user).order_by("-number")
        kept = rows.values_list("number", flat=True)[: rules.value("password_history", on=timezone.localdate(at))]
        FormerPassword.objects.filter(user=user).exclude(number__in=list(kept)).delete()
