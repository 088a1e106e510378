"""Attempts to sign in, as the rules of locking want them."""

import hashlib
from datetime import datetime, timedelta

from django.db import connection
from django.db.models import Q, QuerySet
from django.utils import timezone
from django.utils.translation import gettext as _

from core import office as office_core
from core.errors import NotFound
from tenants.actors import Actor
from tenants.models import SignInAttempt, User
from tenants.rules import lock
from tenants.selectors import people

KINDS = {"unlocked": lock.UNLOCKED, "account-locked": lock.LOCKED, "address-locked": lock.LOCKED}
COUNTED = ("wrong-password", "wrong-code", "wrong-half", "unknown-account", "inactive")


def hold(username: str) -> None:
    """Let one sign-in at a time go on for an account name, known or not, so that no try slips past the count."""
    number = int.from_bytes(hashlib.sha256(f"sign-in {username}".encode()).digest()[:8], "big", signed=True)
    with connection.cursor() as cursor:
        cursor.execute("SELECT pg_advisory_xact_lock(%s)", [number])


def user_named(username: str, *, lock: bool = False) -> User | None:
    """The account of that name, whatever the case of its letters and whichever office keeps it."""
    with office_core.mounted(office_core.beside()):
        users = User.objects.select_for_update() if lock else User.objects.all()
        return users.filter(username__iexact=username).first()


def name_taken(username: str) -> bool:
    """Whether anybody in the country has that account name, whatever the case of its letters."""
    with office_core.mounted(office_core.beside()), connection.cursor() as cursor:
        cursor.execute("SELECT anlan_cell.name_taken(%s)", [username])
        return bool(cursor.fetchone()[0])


def account_marks(username: str, *, now: datetime) -> list[lock.Mark]:
    """What happened to an account name lately, as marks."""
    return _marks(username, None, now, beside="address-locked")


def address_marks(address: str, *, now: datetime) -> list[lock.Mark]:
    """What happened at an address lately, as marks."""
    return _marks(None, address, now, beside="account-locked")


def _marks(username: str | None, address: str | None, now: datetime, *, beside: str) -> list[lock.Mark]:
    """Of one name, or at one address, where accounts of many offices are tried: in a mark they are digests only."""
    oldest, until = now - 2 * lock.window(on=timezone.localdate(now)), now + timedelta(seconds=1)
    with office_core.mounted(office_core.beside()), connection.cursor() as cursor:
        cursor.execute(
            "SELECT succeeded, reason, at, account FROM anlan_cell.attempts(%s, %s, %s, %s)",
            [username, address, oldest, until],
        )
        lately = cursor.fetchall()
    marks = []
    for succeeded, reason, at, account in lately:
        kind = lock.SUCCEEDED if succeeded else KINDS.get(reason)
        if kind is None and reason in COUNTED:
            kind = lock.FAILED
        if kind is not None and reason != beside:
            marks.append(lock.Mark(kind, at, account))
    return marks


def last_success(username: str) -> SignInAttempt | None:
    return SignInAttempt.objects.filter(username=username, succeeded=True).order_by("-at").first()


def attempts_seen_by(actor: Actor) -> QuerySet[SignInAttempt]:
    """The attempts on accounts of the actor's office and those below; the platform sees unknown names too."""
    attempts = SignInAttempt.objects.order_by("-at", "-id")
    if actor.home.level == "PLATFORM":
        return attempts
    names = [*people.people_in_reach(actor).values_list("username", flat=True)]
    names += User.objects.filter(emergency=True, office=actor.home).values_list("username", flat=True)
    return attempts.filter(Q(username__in=[name.lower() for name in names]))


def locked_now(actor: Actor, *, now: datetime) -> tuple[list[tuple[str, datetime]], list[tuple[str, datetime]]]:
    """(account names, addresses) that are locked now, each with the end of the lock, newest first."""
    on = timezone.localdate(now)
    seen = attempts_seen_by(actor).filter(at__gt=now - lock.window(on=on))
    names = sorted(set(seen.exclude(username="").values_list("username", flat=True)))
    addresses = sorted(set(seen.exclude(address="").values_list("address", flat=True)))
    accounts = [(name, lock.locked_until(account_marks(name, now=now), now=now, on=on)) for name in names]
    places = [(place, lock.locked_until(address_marks(place, now=now), now=now, on=on)) for place in addresses]
    return [(n, u) for n, u in accounts if u], [(p, u) for p, u in places if u]


def get_locked_address(actor: Actor, address: str, *, now: datetime) -> str:
    """The address, when it is locked and the actor may know of it. Raises NotFound."""
    if address not in {place for place, _until in locked_now(actor, now=now)[1]}:
        raise NotFound(_("这个地址没有被锁定。"))
    return address
