"""Passwords: one's own, and the initial ones that administrators hand out."""

import secrets
from datetime import datetime

from django.db import transaction
from django.utils import timezone

from tenants import events
from tenants.actors import Actor
from tenants.models import User
from tenants.policies import passwords as password_policies
from tenants.policies import people as policies
from tenants.selectors import people
from tenants.usecases.sign_in import confirm_password

ALPHABET = ("ABCDEFGHJKLMNPQRSTUVWXYZ", "abcdefghijkmnpqrstuvwxyz", "23456789", "-_#+=")
INITIAL_LENGTH = 14


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
    password_policies.new_password(new_password, user, timezone.localdate(at))
    user.set_password(new_password)
    user.must_change_password = False
    user.password_changed_at = at
    user.save(update_fields=["password", "must_change_password", "password_changed_at"])
    events.record(events.PasswordChanged(subject=events.user_subject(user.pk)), actor=actor, at=at)
    return user


@transaction.atomic
def reset_password(*, user_id: int, actor: Actor, at: datetime) -> tuple[User, str]:
    """Give a person a password to be changed at the next sign-in; returns it, to be shown once.

    Their sessions end. Raises NotFound, Denied (not a security administrator, oneself), Conflict (deactivated).
    """
    user = people.get_person(actor, user_id, lock=True)
    policies.reset_password(actor, user)
    password = give_initial_password(user)
    user.save(update_fields=["password", "must_change_password", "password_changed_at"])
    events.record(events.PasswordReset(subject=events.user_subject(user.pk)), actor=actor, at=at)
    return user, password


def give_initial_password(user: User) -> str:
    """Set one on the user, without saving; returns it."""
    password = initial_password()
    user.set_password(password)
    user.must_change_password = True
    user.password_changed_at = None
    return password
