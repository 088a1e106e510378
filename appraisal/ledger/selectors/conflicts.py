"""Who must not judge an objection (回避): who made or checked its figure, and who is tied to its office."""

from collections import defaultdict
from collections.abc import Collection, Iterable
from dataclasses import dataclass
from datetime import date

from appraisal.ledger.models import FactClaim, Objection, ReportedValue, ScoreAdjustment, Verification
from appraisal.ledger.policies import objections as policies
from appraisal.ledger.selectors import amendments, avoidance
from appraisal.ledger.selectors.adjustments import zeroing
from tenants.actors import Actor
from tenants.models import Membership, Office

Why = policies.Why


@dataclass(frozen=True)
class _Figure:
    """What one objected line was scored from: the reported indicators' codes in the year's own version."""

    objection: Objection
    codes: tuple[str, ...]


def between(objections: Iterable[Objection], people: Collection[int], *, on: date) -> dict[int, dict[int, str]]:
    """objection id → user id → why they must not judge it (policies.Why or Tie.Kind), of these people.

    Whoever verified, corrected, returned or entered the figure for the province in that month, in whatever version of
    it; whoever confirmed the false claim that makes it 0; whoever recorded the item, where the objection is to one;
    whoever is tied to the office on that day. Five queries, whatever the number; a false claim, and a line scored by an
    amended version, takes a few more.
    """
    rows = list(objections)
    found: dict[int, dict[int, str]] = defaultdict(dict)
    if not rows or not people:
        return found
    figures = [_Figure(row, amendments.origins_of(row.scored_line) if row.line else ()) for row in rows]
    recorded = _recorded(rows)
    hands = _hands(rows, people)
    tied = avoidance.ties(people, on=on)
    for each in figures:
        row = each.objection
        for person in people:
            if kind := tied.get(person, {}).get(row.office_id):
                found[row.pk][person] = kind
        for code in each.codes:
            for person, why in hands.get((row.period_id, row.office_id, code), {}).items():
                found[row.pk].setdefault(person, why)
        for by in recorded.get(row.pk, ()):
            if by in people:
                found[row.pk][by] = Why.RECORDED
        for claim in zeroed_by(row):
            if claim.recorded_by_id in people:
                found[row.pk][claim.recorded_by_id] = Why.CONFIRMED
    return found


def _recorded(objections: list[Objection]) -> dict[int, set[int]]:
    """objection id → who recorded the item it is about; nobody where it is about a line."""
    return {row.pk: {row.item.recorded_by_id} for row in objections if row.adjustment_id is not None}


def _hands(objections: list[Objection], people: Collection[int]) -> dict[tuple[int, int, str], dict[int, str]]:
    """(period id, office id, code) → user id → whether they verified or entered it. Three queries."""
    periods, offices = {row.period_id for row in objections}, {row.office_id for row in objections}
    found: dict[tuple[int, int, str], dict[int, str]] = defaultdict(dict)
    verified = Verification.objects.filter(
        by_id__in=people, value__period_id__in=periods, value__office_id__in=offices
    ).values_list("by_id", "value__period_id", "value__office_id", "value__indicator__code")
    claims = FactClaim.objects.filter(decided_by_id__in=people, period_id__in=periods, office_id__in=offices)
    decided = claims.values_list("decided_by_id", "period_id", "office_id", "indicator__code")
    values = ReportedValue.objects.filter(
        report__isnull=True, entered_by_id__in=people, period_id__in=periods, office_id__in=offices
    )
    entered = values.values_list("entered_by_id", "period_id", "office_id", "indicator__code")
    for why, rows in ((Why.VERIFIED, [*verified, *decided]), (Why.ENTERED, list(entered))):
        for person, period_id, office_id, code in rows:
            if person is not None:
                found[period_id, office_id, code].setdefault(person, why)
    return found


def bars_of(actor: Actor, objections: Iterable[Objection], *, on: date) -> dict[int, policies.Bar]:
    """objection id → what bars the person who acts, with the names of up to three who can decide instead.

    Empty for who neither decides about any nor sits on a panel. Six queries, none where there are no objections.
    """
    rows = list(objections)
    if not rows or not actor.user_id or not actor.at_province or not actor.has(*policies.PANELISTS):
        return {}
    names = deciders(actor.home, on=on)
    barred = between(rows, {*names, actor.user_id}, on=on)
    return {
        pk: policies.Bar(
            why[actor.user_id], tuple(name for person, name in names.items() if person not in why)[:3]
        )
        for pk, why in barred.items()
        if actor.user_id in why
    }  # fmt: skip


def deciders(bureau: Office, *, on: date) -> dict[int, str]:
    """user id → name of those of the bureau who may decide about objections, by name. One query."""
    rows = Membership.objects.in_force(on).filter(office_id=bureau.pk, role__in=policies.DECIDERS, user__is_active=True)
    return dict(rows.order_by("user__name", "user_id").values_list("user_id", "user__name").distinct())


def zeroed_by(objection: Objection, *, lock: bool = False) -> list[ScoreAdjustment]:
    """The false claims because of which the objected line counts 0, those that stand; empty for all other lines."""
    if objection.line is None or not objection.line.trace.get("zeroed"):
        return []
    return zeroing(objection, amendments.origins_of(objection.line), lock=lock)
