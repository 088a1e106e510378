"""The emergency account of an office, its openings, and what of it should alarm somebody."""

import hmac
from datetime import datetime

from django.db.models import Q, QuerySet
from django.utils.translation import gettext as _

from core import office as office_core
from core.errors import NotFound
from tenants.actors import Actor
from tenants.models import EmergencyAccount, EmergencyHalf, EmergencyOpening, Membership, Role, User
from tenants.models.people import ADMINISTRATORS
from tenants.rules import emergency as rules
from tenants.states import EmergencyState

HOLDERS = ("user", "office", "first_holder", "second_holder")


def account_of(actor: Actor, *, lock: bool = False) -> EmergencyAccount | None:
    """That of the actor's office."""
    rows = EmergencyAccount.objects.select_related(*HOLDERS).filter(office=actor.home)
    return (rows.select_for_update(of=("self",), no_key=True) if lock else rows).first()


def get_account(actor: Actor, *, lock: bool = False) -> EmergencyAccount:
    """The same. Raises NotFound."""
    account = account_of(actor, lock=lock)
    if account is None:
        raise NotFound(_("本机构还没有应急账号。请由安全管理员提出封存。"))
    return account


def of_user(user: User, *, lock: bool = False) -> EmergencyAccount | None:
    """The emergency account that a user is, wherever the request is."""
    rows = EmergencyAccount.objects.select_related("user", "office").filter(user=user)
    with office_core.mounted(office_core.beside()):
        return (rows.select_for_update(of=("self",), no_key=True) if lock else rows).first()


def any_made() -> bool:
    """Whether the sign-in page leads to the page that opens one."""
    with office_core.mounted(office_core.beside()):
        return EmergencyAccount.objects.exists()


def openings_for(actor: Actor) -> QuerySet[EmergencyOpening]:
    """Of the actor's office, newest first."""
    rows = EmergencyOpening.objects.filter(account__office=actor.home)
    return rows.select_related("account", "person", "ended_by", "told_by", "checked_by").order_by("-id")


def to_account_for(actor: Actor, *, lock: bool = False) -> EmergencyOpening | None:
    """The opening that two administrators have not both accounted for yet; it may still be running."""
    rows = openings_for(actor)
    last = (rows.select_for_update(of=("self",), no_key=True) if lock else rows).first()
    return None if last is None or last.accounted else last


def running(user: User, *, at: datetime) -> EmergencyOpening | None:
    """The opening by which an emergency account works now."""
    with office_core.mounted(office_core.beside()):
        rows = EmergencyOpening.objects.filter(account__user=user, ended_at__isnull=True, until__gt=at)
        return rows.select_related("account__office", "person").first()


def halves_fit(account: EmergencyAccount, first: str, second: str) -> bool:
    """Whether these are its two halves, in whichever order. Takes as long for every wrong one."""
    given = (rules.digest_of(first), rules.digest_of(second))
    with office_core.mounted(office_core.beside()):
        kept = list(EmergencyHalf.objects.filter(account=account).order_by("place").values_list("digest", flat=True))
    return len(kept) == 2 and any(hmac.compare_digest("".join(order), "".join(kept)) for order in (given, given[::-1]))


def alarms_for(user: User, *, at: datetime) -> list[EmergencyAccount]:
    """Accounts in use, to be accounted for, or tried: of the offices where the person is an administrator.

    An emergency account is told of itself. Each has `opening`, the last one not accounted for, or None.
    """
    if user.duty not in ADMINISTRATORS:
        return []
    with office_core.mounted(office_core.beside()):
        held = Membership.objects.filter(user=user, ended_at__isnull=True, role__in=ADMINISTRATORS)
        theirs = Q(office__in=held.values("office_id")) | Q(user=user)
        rows = EmergencyAccount.objects.select_related("office", "user").filter(theirs)
        found = [row for row in rows if row.tries or row.state in (EmergencyState.OPEN, EmergencyState.CLOSED)]
        for row in found:
            row.opening = row.openings.select_related("person").order_by("-id").first()  # type: ignore[attr-defined]
            if row.opening is not None and row.opening.accounted:  # type: ignore[attr-defined]
                row.opening = None  # type: ignore[attr-defined]
    return found


def count_waiting(actor: Actor, at: datetime) -> int:
    """What waits for this administrator: a half to take, an account to write, tries to look into. Beside the menu."""
    account = account_of(actor)
    if account is None or not actor.has(*ADMINISTRATORS):
        return 0
    place = account.place_of(actor.user_id)
    halves = int(account.state == EmergencyState.DRAWN and place is not None and account.taken_at(place) is None)
    tries = int(bool(account.tries) and actor.has(Role.SEC_ADMIN, Role.AUDIT_ADMIN))
    opening = to_account_for(actor)
    if opening is None:
        return halves + tries
    by = opening.checked_by_id if actor.has(Role.AUDIT_ADMIN) else opening.told_by_id
    return halves + tries + int(by is None)


def shown_state(account: EmergencyAccount, *, at: datetime) -> EmergencyState:
    """As people should read it: a use whose hour has come is over, marked or not."""
    state = EmergencyState(account.state)
    if state != EmergencyState.OPEN or account.openings.filter(ended_at__isnull=True, until__gt=at).exists():
        return state
    return EmergencyState.CLOSED
