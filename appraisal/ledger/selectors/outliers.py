"""Growth of figures against the month before: of everybody in a month, and what may be said about one value.

What a prefecture is told of its peers is no more than the published runs' medians (`PeerChange`); the bureau
compares with what the group has handed over this month.
"""

from collections import defaultdict
from collections.abc import Collection, Mapping
from datetime import date
from decimal import Decimal, InvalidOperation
from fractions import Fraction
from typing import Any

from django.db.models import Q, QuerySet, Subquery

from appraisal.ledger.models import CurrentValue, Participant, PeerChange, Period
from appraisal.ledger.rules.remarks import Remark
from appraisal.ledger.selectors.values import PUBLISHED
from appraisal.ledger.states import RunState, ValueState
from appraisal.rules import outliers
from appraisal.rules.exact import half_up
from appraisal.rules.outliers import Spread
from appraisal.rules.parameters import in_force
from core.postgres.compiled import compiled
from tenants.actors import Actor

Place = tuple[int, int]  # indicator id, peer group


def spreads(period: Period, indicators: Collection[int] = ()) -> dict[Place, Spread]:
    """How each group's figures grew in the month, of all indicators or of some. Two queries."""
    found: dict[Place, list[Fraction]] = defaultdict(list)
    groups = dict(Participant.objects.in_month(period).values_list("office_id", "peer_group"))
    for (office_id, indicator_id), (now, before) in _pairs(period, indicators).items():
        share = None if now is None or before is None else outliers.growth(now, before)
        if share is not None and office_id in groups:
            found[indicator_id, groups[office_id]].append(share)
    return {place: among for place, shares in found.items() if (among := outliers.spread(shares)) is not None}


def _pairs(period: Period, indicators: Collection[int]) -> dict[tuple[int, int], tuple[Decimal | None, Decimal | None]]:
    """(office id, indicator id) → this month's and last month's figure; of a published month what was verified, as
    nobody decides about the rest any more. One query.
    """
    rows = CurrentValue.objects.filter(period__cycle_id=period.cycle_id, final_fact__has_key="value")
    rows = rows.filter(period__month__in=[period.month - 1, period.month])
    rows = rows.exclude(PUBLISHED, ~Q(state=ValueState.VERIFIED))
    if indicators:
        rows = rows.filter(indicator_id__in=indicators)
    found: dict[tuple[int, int], list[Decimal | None]] = defaultdict(lambda: [None, None])
    columns = rows.values_list("office_id", "indicator_id", "period__month", "final_fact__value")
    for office_id, indicator_id, month, text in columns:
        found[office_id, indicator_id][month != period.month] = _number(text)
    return {place: (now, before) for place, (now, before) in found.items()}


def _number(text: Any) -> Decimal | None:
    """None for a grade."""
    try:
        return Decimal(str(text))
    except InvalidOperation:
        return None


def told_of_peers(actor: Actor, period: Period) -> dict[int, PeerChange]:
    """By indicator id, how the group of the actor's office moved in the month before, as published. One query."""
    rows = _told(period.cycle_id, period.month - 1, actor.office.pk)
    return {row.indicator_id: row for row in rows}


@compiled
def _told(cycle_id: int, month: int, office_id: int) -> QuerySet[PeerChange]:
    mine = Participant.objects.filter(cycle_id=cycle_id, office_id=office_id).values("peer_group")[:1]
    rows = PeerChange.objects.filter(run__cycle_id=cycle_id, run__period__month=month, run__state=RunState.PUBLISHED)
    return rows.filter(peer_group=Subquery(mine)).order_by("run__number")


def leap_remark(figures: Mapping[int, Decimal], month: int, unit: str, on: date) -> Remark | None:
    """What is out of proportion to the office's own months. figures: month → figure of the year so far."""
    found = outliers.leaps(sorted(figures.items()), in_force("outlier", on)).get(month)
    if found is None:
        return None
    values = {
        "change": _plain(Fraction(found.change)), "middle": _plain(found.middle), "unit": unit,
        "times": str(half_up(found.times, 1)),
    }  # fmt: skip
    return Remark("LEAP", "HINT", values)


def peers_remark(now: Decimal, before: Decimal | None, among: Spread | None, month: int, on: date) -> Remark | None:
    """What is out of proportion to the growth of the group in `month`; None also where there is no group to tell of."""
    share = None if before is None else outliers.growth(now, before)
    if share is None or among is None or not outliers.astray(share, among, in_force("outlier", on)):
        return None
    values = {
        "share": str(half_up(share, 4)), "median": str(half_up(among.median, 4)), "offices": among.count,
        "month": month,
    }  # fmt: skip
    return Remark("PEERS", "HINT", values)


def about(current: CurrentValue, on: date) -> list[Remark]:
    """What the verifier is told about a value beside what was remarked when it was handed over. Three queries."""
    period = current.period
    mine = _pairs(period, [current.indicator_id]).get((current.office_id, current.indicator_id))
    if mine is None or mine[0] is None:
        return []
    group = Participant.objects.filter(cycle_id=period.cycle_id, office_id=current.office_id)
    number = group.values_list("peer_group", flat=True).first() or 0
    among = spreads(period, [current.indicator_id]).get((current.indicator_id, number))
    found = peers_remark(mine[0], mine[1], among, period.month, on)
    return [found] if found else []


def _plain(value: Fraction) -> str:
    text = f"{half_up(value, 2):f}"
    return text.rstrip("0").rstrip(".") if "." in text else text
