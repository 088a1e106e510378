"""The province's queue: what was handed over in a month, narrowed and counted, in a constant number of queries."""

from collections.abc import Sequence
from dataclasses import dataclass, replace
from datetime import date
from typing import Any

from django.db.models import Count, Exists, OuterRef, QuerySet
from django.utils.translation import gettext as _

from appraisal.ledger.models import CurrentValue, Cycle, Participant, Period, ScoreRun
from appraisal.ledger.models.reports import CurrentValueQuerySet
from appraisal.ledger.selectors import holding, owning
from appraisal.ledger.selectors.fact_text import describe
from appraisal.ledger.selectors.values import PUBLISHED, values_for
from appraisal.ledger.states import CycleState, RunState, ValueState
from appraisal.library.models import Indicator, Method, TargetBasis
from appraisal.rules.exact import half_up
from appraisal.rules.targets import target_to_date
from core.errors import NotFound
from tenants.actors import Actor

ALL = "ALL"
LATE = "LATE"  # waits although the day to verify by has passed


@dataclass(frozen=True)
class Filters:
    """What is asked for; empty means everything.

    state: a ValueState, ALL or LATE; group, indicator: codes; owner: as owning.asked.
    """

    state: str = ValueState.SUBMITTED
    office: str = ""
    group: str = ""
    indicator: str = ""
    owner: str = ""
    late_report: bool = False

    @property
    def narrowed(self) -> bool:
        return bool(self.office or self.group or self.indicator or self.owner or self.late_report)

    def of_state(self, state: str) -> "Filters":
        return replace(self, state=state)


def years_of(actor: Actor) -> list[Cycle]:
    """The begun years of the actor's province, newest first. One query."""
    rows = Cycle.objects.of_province(actor.province_id).exclude(state=CycleState.PREPARING)
    return list(rows.order_by("-year"))


def cycle_in_force(years: Sequence[Cycle], *, on: date, year: int | None = None) -> Cycle | None:
    """The year asked for, of those begun; else the oldest running one whose months are not all closed on that day, else
    the newest running one, else the newest.

    In January the year before is still reported and verified, though the next one runs already: it comes first until
    its December is closed. Raises NotFound for a year that has not begun.
    """
    if year is not None:
        found = next((cycle for cycle in years if cycle.year == year), None)
        if found is None:
            raise NotFound(_("%(year)s 年度还没有开始。") % {"year": year})
        return found
    running = [cycle for cycle in years if cycle.state == CycleState.RUNNING]
    if len(running) > 1:
        open_ones = set(Period.objects.filter(cycle__in=running, closes_on__gte=on).values_list("cycle_id", flat=True))
        unfinished = [cycle for cycle in running if cycle.pk in open_ones]
        if unfinished:
            return unfinished[-1]
    return next(iter(running or years), None)


def periods_of(cycle: Cycle, *, on: date) -> list[Period]:
    """The months that have opened, newest first, each with whether its scores are published."""
    runs = ScoreRun.objects.filter(period=OuterRef("pk"), state=RunState.PUBLISHED)
    rows = Period.objects.filter(cycle=cycle, opens_on__lte=on).annotate(published=Exists(runs))
    return list(rows.select_related("cycle__version").order_by("-month"))


def period_in_force(actor: Actor, periods: list[Period], month: int | None) -> Period | None:
    """The month asked for, else the oldest with something waiting, else the newest. NotFound: it has not opened."""
    if month is not None:
        found = next((period for period in periods if period.month == month), None)
        if found is None:
            raise NotFound(_("这个月份还没有开始填报。"))
        return found
    waiting = awaited(actor).filter(period__in=periods).order_by("period__month")
    oldest = waiting.values_list("period_id", flat=True).first()
    return next((period for period in periods if period.pk == oldest), periods[0] if periods else None)


def queue(actor: Actor, period: Period, filters: Filters, *, on: date) -> CurrentValueQuerySet:
    """The values handed over in `period`, narrowed, in the order of offices and of the scheme."""
    rows = _of_state(_narrowed(actor, period, filters), filters.state, period, on)
    rows = rows.select_related("office", "indicator__parent", "indicator__owner", "value__report", "period")
    return rows.order_by("office__position", "office_id", "indicator__parent__position", "indicator__position", "pk")


def counts(actor: Actor, period: Period, filters: Filters, *, on: date) -> dict[str, int]:
    """How many values the other filters leave in each state; keys: the states, ALL and LATE. One query."""
    found = dict.fromkeys(ValueState.values, 0) | {ALL: 0, LATE: 0}
    for row in _narrowed(actor, period, filters).order_by().values("state").annotate(n=Count("pk")):
        found[row["state"]] = row["n"]
        found[ALL] += row["n"]
    late = period.verify_due_on < on and not getattr(period, "published", False)
    found[LATE] = found[ValueState.SUBMITTED] if late else 0
    return found


def _narrowed(actor: Actor, period: Period, filters: Filters) -> CurrentValueQuerySet:
    rows = values_for(actor).filter(owning.mine(actor), period=period, value__report__isnull=False)
    rows = rows.filter(owning.asked(filters.owner))
    if filters.office:
        rows = rows.filter(office__schema_name=filters.office)
    if filters.group:
        rows = rows.filter(indicator__parent__code=filters.group)
    if filters.indicator:
        rows = rows.filter(indicator__code=filters.indicator)
    if filters.late_report:
        rows = rows.filter(value__report__on_time=False)
    return rows


def _of_state(rows: CurrentValueQuerySet, state: str, period: Period, on: date) -> CurrentValueQuerySet:
    if state == LATE:
        return rows.filter(state=ValueState.SUBMITTED) if period.verify_due_on < on else rows.none()
    return rows.filter(state=state) if state in ValueState.values else rows


@dataclass(frozen=True)
class Row:
    """A line of the queue. before: last month's final fact in words; target: what should have been reached by now.

    letter: the version of the letter that held in the month; None where none is signed.
    """

    value: CurrentValue
    reported: str
    final: str
    before: str
    target: str
    letter: holding.Letter | None = None


def rows_of(values: list[CurrentValue], period: Period) -> list[Row]:
    """The lines for these values of one month: last month's values, targets and letters with at most five queries."""
    indicators = {value.indicator_id: value.indicator for value in values}
    office_ids, indicator_ids = {value.office_id for value in values}, set(indicators)
    earlier = CurrentValue.objects.filter(
        office_id__in=office_ids, indicator_id__in=indicator_ids, period__cycle_id=period.cycle_id,
        period__month=period.month - 1,
    )  # fmt: skip
    before = {(value.office_id, value.indicator_id): value.final_fact for value in earlier}
    asked = holding.demanded(period, office_ids, indicators.values())
    signed = holding.letters_of(period, office_ids)
    return [replace(_row(value, before, asked, period), letter=signed.get(value.office_id)) for value in values]


def _row(value: CurrentValue, before: dict[Any, Any], asked: holding.Demanded, period: Period) -> Row:
    key = (value.office_id, value.indicator_id)
    return Row(
        value=value,
        reported=describe(value.indicator, value.value.fact),
        final=describe(value.indicator, value.final_fact),
        before=describe(value.indicator, before[key]) if key in before else "",
        target=target_text(value.indicator, key, asked, period.month),
    )


def target_text(indicator: Indicator, key: holding.Key, asked: holding.Demanded, month: int) -> str:
    """The target to date with its unit, milestones with their days; empty where the method or the letter has none."""
    target = asked.targets.get(key)
    if indicator.method == Method.MILESTONE:
        return holding.days_text(asked.milestones.get(key, ())) if target is None or target.applicable else ""
    if indicator.target_basis == TargetBasis.FIXED:
        return f"{indicator.parameters['denominator']} {indicator.unit_label}".strip()
    if target is None or target.year_target is None:
        return ""
    due = target.year_target
    if indicator.cumulative:
        due = half_up(target_to_date(target.year_target, target.quarters, month), 2)
    text = f"{due:,f}".rstrip("0").rstrip(".") if "." in f"{due:f}" else f"{due:,f}"
    return f"{text} {indicator.unit_label}".strip()


def choices(cycle: Cycle) -> tuple[list[Participant], list[Indicator]]:
    """The offices that take part and the indicators (groups first of each) to filter by."""
    offices = Participant.objects.filter(cycle=cycle).select_related("office").order_by("office__position", "office_id")
    rows = Indicator.objects.filter(version_id=cycle.version_id).select_related("parent")
    return list(offices), list(rows.order_by("parent__position", "position"))


def awaited(actor: Actor) -> QuerySet[CurrentValue]:
    """Values that wait for the province: of months whose scores are not published, since nobody decides after that."""
    rows = values_for(actor).filter(~PUBLISHED, owning.mine(actor), state=ValueState.SUBMITTED)
    return rows.filter(value__report__isnull=False)


def next_waiting(
    actor: Actor, period: Period, filters: Filters, after: CurrentValue, *, on: date
) -> CurrentValue | None:
    """The first value that still waits behind `after` in the queue's order, else the first of all."""
    waiting = queue(actor, period, filters.of_state(ValueState.SUBMITTED), on=on).exclude(pk=after.pk)
    place = (after.office.position, after.office_id, after.indicator.parent.position, after.indicator.position)  # type: ignore[union-attr]
    ids = list(
        waiting.values_list("office__position", "office_id", "indicator__parent__position", "indicator__position", "pk")
    )
    found = next((row[-1] for row in ids if tuple(row[:-1]) > place), ids[0][-1] if ids else None)
    return waiting.filter(pk=found).first() if found else None
