"""The province's one page: averages, ranking, tiles, weakest indicators, what waits. A constant number of queries."""

from dataclasses import dataclass
from datetime import date
from decimal import Decimal
from typing import Any

from django.db.models import Avg, Count, F, Max, Q, QuerySet, Sum

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
from appraisal.ledger.selectors import scores
from appraisal.ledger.states import ObjectionState, RunState, ValueState
from appraisal.library.models import EnteredBy, Indicator, Method
from core.postgres.compiled import compiled
from tenants.actors import Actor


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


def averages(runs: dict[int, ScoreRun]) -> dict[int, dict[str, Decimal]]:
    """By month: mean and best total of the official runs; one query."""
    rows = (
        Scorecard.objects.filter(run__in=[run.pk for run in runs.values()])
        .values("run__period__month")
        .annotate(mean=Avg("total"), best=Max("total"))
    )
    return {row["run__period__month"]: {"mean": row["mean"], "best": row["best"]} for row in rows}


def weakest(run: ScoreRun, count: int = 5) -> list[Weak]:
    """The indicators on which the province earns the smallest share of their points."""
    rows = (
        ScoreLine.objects.filter(card__run=run, effective_points__gt=0)
        .exclude(status="NOT_APPLICABLE")
        .values("indicator_id")
        .annotate(
            earned=Sum("score"),
            full=Sum("effective_points"),
            below=Count("id", filter=Q(score__lt=F("effective_points") * Decimal("0.995"))),
        )
    )
    ordered = sorted(rows, key=lambda row: (row["earned"] / row["full"], row["indicator_id"]))[:count]
    indicators = Indicator.objects.in_bulk([row["indicator_id"] for row in ordered])
    return [
        Weak(
            indicators[row["indicator_id"]],
            row["earned"] * 100 / row["full"],
            row["full"] - row["earned"],
            row["below"],
        )
        for row in ordered
    ]


def by_group(run: ScoreRun) -> list[dict[str, Any]]:
    """Mean share of points per first-level group, in percent."""
    rows = (
        ScoreLine.objects.filter(card__run=run, effective_points__gt=0)
        .values("indicator__parent_id")
        .annotate(earned=Sum("score"), full=Sum("effective_points"))
    )
    shares = {row["indicator__parent_id"]: row["earned"] * 100 / row["full"] for row in rows}
    groups = Indicator.objects.filter(pk__in=[pk for pk in shares if pk]).order_by("position", "id")
    return [{"indicator": group, "share": shares[group.pk]} for group in groups]


def progress_of(cycle: Cycle, period: Period) -> Progress:
    """Values expected of the prefectures (their own indicators that apply) against what came in."""
    offices = Participant.objects.in_month(period).count()
    indicators = Indicator.objects.filter(version_id=cycle.version_id, entered_by=EnteredBy.PREFECTURE).exclude(
        method=""
    )
    applicable = (
        cycle.letters.filter(targets__applicable=False, targets__indicator__entered_by=EnteredBy.PREFECTURE).aggregate(
            n=Count("targets")
        )["n"]
        or 0
    )
    states = dict(
        CurrentValue.objects.filter(period=period, indicator__entered_by=EnteredBy.PREFECTURE)
        .values_list("state")
        .annotate(n=Count("id"))
    )
    return Progress(
        period=period,
        expected=indicators.count() * offices - applicable,
        reported=sum(states.values()) - states.get(ValueState.RETURNED, 0),
        verified=states.get(ValueState.VERIFIED, 0),
        returned=states.get(ValueState.RETURNED, 0),
        offices_reported=Report.objects.filter(period=period, round=1).count(),
        offices=offices,
    )


def open_period(cycle: Cycle, on: date) -> Period | None:
    """The newest period that takes reports on that day."""
    return Period.objects.select_related("cycle").filter(cycle=cycle).open_on(on).order_by("-month").first()


def waiting(actor: Actor) -> dict[str, int]:
    """What waits for the bureau: values to verify, objections to answer."""
    return {
        "values": CurrentValue.objects.filter(
            period__cycle__province_id=actor.province_id, state=ValueState.SUBMITTED
        ).count(),
        "objections": Objection.objects.filter(
            period__cycle__province_id=actor.province_id, state=ObjectionState.OPEN
        ).count(),
    }
