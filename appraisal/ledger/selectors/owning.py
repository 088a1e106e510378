"""Whose figures a verifier decides about: each indicator has one division of the bureau that confirms it.

Source: domain reference 2.2 step 12. A figure without such a division is every verifier's; the bureau's administrator
decides across all, its leaders look on.
"""

from dataclasses import dataclass
from datetime import date

from django.db.models import Count, Q, QuerySet
from django.utils import timezone

from appraisal.ledger.models import CurrentValue, Period
from appraisal.ledger.policies.verification import LEADERS, Bars
from appraisal.ledger.selectors import avoidance
from appraisal.ledger.states import ValueState
from appraisal.library.models import EnteredBy, Indicator
from tenants.actors import Actor
from tenants.models import Division, Membership, Role, StandIn

NONE = "none"  # asked for as a division: figures that none owns


def across(actor: Actor) -> bool:
    """Whether every division's figures are theirs to decide about."""
    return not actor.has(Role.VERIFIER) or actor.has(Role.APPRAISAL_ADMIN)


def _seats(actor: Actor, on: date) -> QuerySet[Membership]:
    """Where they verify: their own seats and those they stand in for."""
    standing = StandIn.objects.filter(person_id=actor.user_id or 0).in_force(on)
    rows = Membership.objects.filter(office_id=actor.home.pk, role=Role.VERIFIER, division__isnull=False).in_force(on)
    return rows.filter(Q(user_id=actor.user_id or 0) | Q(pk__in=standing.values("membership_id")))


def bars(actor: Actor, *, on: date) -> Bars:
    """What bars the person who acts. Three queries, whatever the figures; one less for who verifies across all."""
    seats = None if across(actor) else frozenset(_seats(actor, on).values_list("division_id", flat=True))
    return Bars(avoidance.avoided_by(actor, on=on), seats)


def mine(actor: Actor, *, on: date | None = None, owner: str = "indicator__owner") -> Q:
    """The condition on rows whose division is at `owner`: what a verifier finds; others find all."""
    if across(actor) or actor.has(*LEADERS):
        return Q()
    seats = _seats(actor, on or timezone.localdate())
    return Q(**{f"{owner}__isnull": True}) | Q(**{f"{owner}__in": seats.values("division_id")})


def divisions(period: Period) -> list[Division]:
    """Those that own an indicator of the month, in official order. One query."""
    rows = Indicator.objects.filter(version_id=period.cycle.version_id, parent__isnull=False, owner__isnull=False)
    return list(Division.objects.filter(pk__in=rows.values("owner_id")).order_by("position", "pk"))


def asked(text: str, owner: str = "indicator__owner") -> Q:
    """The condition of a filter by division: its id, `none`, or empty for all; what is no id finds nothing."""
    if not text:
        return Q()
    if text == NONE:
        return Q(**{f"{owner}__isnull": True})
    known = text.isascii() and text.isdecimal() and len(text) < 19
    return Q(**{owner: int(text) if known else 0})


@dataclass(frozen=True)
class OwnerCount:
    """How far one division is with a month; division None: figures that none owns. people: who verifies there."""

    division: Division | None
    indicators: int
    waiting: int
    returned: int
    verified: int
    people: int

    @property
    def key(self) -> str:
        return str(self.division.pk) if self.division else NONE

    @property
    def all(self) -> int:
        return self.waiting + self.returned + self.verified


def owner_counts(period: Period, *, on: date) -> list[OwnerCount]:
    """Per division, in official order, what none owns last; none at all where no indicator has one. Four queries."""
    of_version = Indicator.objects.filter(version_id=period.cycle.version_id, entered_by=EnteredBy.PREFECTURE)
    wanted = dict(
        of_version.filter(parent__isnull=False).order_by().values_list("owner_id").annotate(n=Count("pk"))
    )  # fmt: skip
    if not any(owner_id is not None for owner_id in wanted):
        return []
    reported = CurrentValue.objects.filter(period=period, value__report__isnull=False)
    states: dict[int | None, dict[str, int]] = {}
    for owner_id, state, n in reported.order_by().values_list("indicator__owner_id", "state").annotate(n=Count("pk")):
        states.setdefault(owner_id, {})[state] = n
    rows = Division.objects.filter(pk__in=[key for key in {**wanted, **states} if key is not None])
    seated = dict(
        Membership.objects.filter(division__in=rows, role=Role.VERIFIER, user__is_active=True).in_force(on)
        .order_by().values_list("division_id").annotate(n=Count("user", distinct=True))
    )  # fmt: skip
    whole: list[Division | None] = [*rows.order_by("position", "pk")]
    if None in wanted or None in states:
        whole.append(None)
    return [
        OwnerCount(
            division=each, indicators=wanted.get(key, 0), people=seated.get(key, 0) if key else 0,
            waiting=states.get(key, {}).get(ValueState.SUBMITTED, 0),
            returned=states.get(key, {}).get(ValueState.RETURNED, 0),
            verified=states.get(key, {}).get(ValueState.VERIFIED, 0),
        )
        for each in whole for key in [each.pk if each else None]
    ]  # fmt: skip
