"""The province's one page: averages, ranking, tiles, weakest indicators, what waits. A constant number of queries."""

from collections import defaultdict
from collections.abc import Iterable
from dataclasses import dataclass
from datetime import date
from decimal import Decimal
from typing import Any

from django.db.models import Count, F, Q, QuerySet, Subquery, Sum, Value
from django.db.models.functions import Coalesce, JSONObject

from appraisal.ledger.models import (
    CurrentValue,
    Cycle,
    Objection,
    Participant,
    Period,
    Report,
    Scorecard,
    ScoreLine,
    ScoreRun,
)
from appraisal.ledger.selectors import letters, scores
from appraisal.ledger.selectors.facts import last_day
from appraisal.ledger.selectors.values import PUBLISHED
from appraisal.ledger.states import ObjectionState, RunState, ValueState
from appraisal.library.models import EnteredBy, Indicator, Method
from core.postgres.compiled import compiled
from tenants.actors import Actor
from tenants.models import Office


@dataclass(frozen=True)
class RankRow:
    """One prefecture in the ranking."""

    card: scores.Ranked
    moved: int | None
    completion: Decimal | None
    returned: int


@dataclass(frozen=True)
class Weak:
    """An indicator that loses the province most: its mean share of the points, and how many lose on it."""

    indicator: Indicator
    share: Decimal
    lost: Decimal
    below: int


@dataclass(frozen=True)
class Lost:
    """What an indicator earned and could have earned over all offices, and how many lost on it."""

    indicator: Indicator
    earned: Decimal
    full: Decimal
    below: int


@dataclass(frozen=True)
class Progress:
    """How far the reporting of a period is."""

    period: Period
    expected: int
    reported: int
    verified: int
    returned: int
    offices_reported: int
    offices: int


def official_runs(cycle: Cycle) -> dict[int, ScoreRun]:
    """By month: the last published run."""
    rows = ScoreRun.objects.filter(cycle=cycle, state=RunState.PUBLISHED).select_related("period", "cycle", "version")
    return {run.period.month: run for run in rows.order_by("number")}


@compiled
def _returned(period_id: int) -> QuerySet[CurrentValue, tuple[int, int]]:
    rows = CurrentValue.objects.filter(period_id=period_id, times_returned__gt=0)
    return rows.values_list("office_id").annotate(n=Count("id"))


@compiled
def _earned(run_id: int) -> QuerySet[ScoreLine, tuple[int, Decimal, Decimal]]:
    scored = ScoreLine.objects.filter(card__run_id=run_id, status="SCORED", effective_points__gt=0)
    rows = scored.filter(indicator__method=Method.RATIO).values_list("card__office_id")
    return rows.annotate(earned=Sum("score"), full=Sum("effective_points"))


def rank_rows(run: ScoreRun) -> list[RankRow]:
    """The ranking with movement, mean completion of the ratio indicators, and values returned this month.

    Completion is the share of points earned on ratio indicators, in percent. Three queries.
    """
    completion = {office_id: earned * 100 / full for office_id, earned, full in _earned(run.pk)}
    returned = dict(_returned(run.period_id))
    return [
        RankRow(
            card=card,
            moved=None if card.rank_before is None else card.rank_before - card.rank,
            completion=completion.get(card.office_id),
            returned=returned.get(card.office_id, 0),
        )
        for card in scores.ranking_of(run)
    ]


def totals(runs: dict[int, ScoreRun]) -> list[tuple[int, int, Decimal]]:
    """(office id, month, points) of all cards of the official runs; one query."""
    month_of = {run.pk: month for month, run in runs.items()}
    cards = Scorecard.objects.filter(run__in=month_of).order_by("pk")
    return [(office, month_of[run], total) for office, run, total in cards.values_list("office_id", "run_id", "total")]


def averages(cards: Iterable[tuple[int, int, Decimal]]) -> dict[int, dict[str, Decimal]]:
    """By month: mean and best total of the cards that `totals` gave."""
    months: dict[int, list[Decimal]] = defaultdict(list)
    for _office, month, total in cards:
        months[month].append(total)
    return {
        month: {"mean": sum(points, Decimal(0)) / len(points), "best": max(points)} for month, points in months.items()
    }


def lost(run: ScoreRun) -> list[Lost]:
    """What each indicator earned over all offices, in the order of the scheme; one query."""
    full = F("score_lines__effective_points")
    rows = Indicator.objects.filter(score_lines__card__run=run, score_lines__effective_points__gt=0).annotate(
        earned=Sum("score_lines__score"),
        full=Sum(full),
        below=Count("score_lines", filter=Q(score_lines__score__lt=full * Decimal("0.995"))),
    )
    rows = rows.select_related("parent").order_by("position", "id")
    return [Lost(row, row.earned, row.full, row.below) for row in rows]


def weakest(rows: Iterable[Lost], count: int = 5) -> list[Weak]:
    """The indicators on which the province earns the smallest share of their points."""
    ordered = sorted(rows, key=lambda row: (row.earned / row.full, row.indicator.pk))[:count]
    return [Weak(row.indicator, row.earned * 100 / row.full, row.full - row.earned, row.below) for row in ordered]


def by_group(rows: Iterable[Lost]) -> list[dict[str, Any]]:
    """Mean share of points per first-level group, in percent, in the order of the scheme."""
    groups: dict[int, list[Lost]] = defaultdict(list)
    for row in rows:
        if row.indicator.parent is not None:
            groups[row.indicator.parent.pk].append(row)
    shares = [
        {
            "indicator": lines[0].indicator.parent,
            "share": sum(line.earned for line in lines) * 100 / sum(line.full for line in lines),
        }
        for lines in groups.values()
    ]
    return sorted(shares, key=lambda share: (share["indicator"].position, share["indicator"].pk))


def progress_of(cycle: Cycle, period: Period) -> Progress:
    """Values expected of the prefectures against what came in: their own indicators that applied in the month.

    Four queries, five with letters that were changed later.
    """
    asked = Indicator.objects.filter(version_id=cycle.version_id, entered_by=EnteredBy.PREFECTURE).exclude(method="")
    handed_over = Report.objects.filter(period=period, round=1)
    values = CurrentValue.objects.filter(period=period, indicator__entered_by=EnteredBy.PREFECTURE)
    [(offices, indicators, reports, states)] = Period.objects.filter(pk=period.pk).values_list(
        _number(Participant.objects.in_month(period)), _number(asked), _number(handed_over), _states(values)
    )
    spared = letters.spared(cycle.pk, cycle.version_id, last_day(period))
    taking = Participant.objects.in_month(period).values_list("office_id", flat=True) if spared else ()
    states = states or dict.fromkeys(ValueState, 0)
    return Progress(
        period=period,
        expected=indicators * offices
        - sum(spared.get(office_id, {}).get(EnteredBy.PREFECTURE, 0) for office_id in taking),
        reported=sum(states.values()) - states[ValueState.RETURNED],
        verified=states[ValueState.VERIFIED],
        returned=states[ValueState.RETURNED],
        offices_reported=reports,
        offices=offices,
    )


def _number(rows: QuerySet[Any]) -> Coalesce:
    """How many rows, as a part of another statement."""
    every = rows.order_by().annotate(every=Value(1)).values("every")
    return Coalesce(Subquery(every.annotate(n=Count("pk")).values("n")), 0)


def _states(values: QuerySet[CurrentValue]) -> Subquery:
    """State → how many values are in it, as a part of another statement, in one pass; None where there is none."""
    every = values.order_by().annotate(every=Value(1)).values("every")
    counted = {state.value: Count("pk", filter=Q(state=state)) for state in ValueState}
    return Subquery(every.annotate(states=JSONObject(**counted)).values("states"))


def open_period(cycle: Cycle, on: date) -> Period | None:
    """The newest period that takes reports on that day."""
    return Period.objects.select_related("cycle").filter(cycle=cycle).open_on(on).order_by("-month").first()


def waiting(actor: Actor) -> dict[str, int]:
    """What waits for the bureau: values to verify, objections to answer; one query."""
    here = {"period__cycle__province_id": actor.province_id}
    values = CurrentValue.objects.filter(~PUBLISHED, **here, state=ValueState.SUBMITTED)
    objections = Objection.objects.filter(**here, state=ObjectionState.OPEN)
    [counts] = Office.objects.filter(pk=actor.province_id).values_list(_number(values), _number(objections))
    return dict(zip(("values", "objections"), counts, strict=True))
