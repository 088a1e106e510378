"""Periods, letters and handed-over values of the office in whose place the actor stands."""

from collections import defaultdict
from dataclasses import dataclass, field
from datetime import date
from typing import Any, NamedTuple

from django.db.models import Exists, OuterRef, QuerySet, Subquery, prefetch_related_objects
from django.utils.translation import gettext as _

from appraisal.ledger.models import (
    CurrentValue,
    LetterVersion,
    Participant,
    Period,
    Reopening,
    Report,
    ReportedValue,
    Target,
    TargetLetter,
    TargetMilestone,
)
from appraisal.ledger.selectors.facts import last_day
from appraisal.ledger.selectors.holding import Letter
from appraisal.ledger.selectors.letters import stones_of, target_of
from appraisal.ledger.states import LetterState, ValueState
from appraisal.library.models import EnteredBy, Indicator
from core.errors import NotFound
from core.postgres.compiled import compiled
from tenants.actors import Actor


def periods_for(actor: Actor) -> list[Period]:
    """The periods of the years in which the actor's office takes part, newest first. One query."""
    return _periods(actor.office.pk)


@compiled
def _periods(office_id: int) -> QuerySet[Period]:
    rows = Period.objects.filter(cycle__participants__office_id=office_id).select_related("cycle__version")
    return rows.annotate(
        reopened_until=_reopened(office_id)  # type: ignore[no-redef]  # declared on the model, for whoever reads it
    ).order_by("-cycle__year", "-month")


def _reopened(office_id: int) -> Subquery:
    """Up to when the month was opened again for the office; None where it was not."""
    rows = Reopening.objects.filter(period=OuterRef("pk"), office_id=office_id)
    return Subquery(rows.order_by("-until").values("until")[:1])


def get_period(actor: Actor, period_id: int) -> Period:
    """A period on which the actor's office reports. Raises NotFound."""
    period = _period.first(period_id, actor.office.pk)
    if period is None:
        raise NotFound(_("没有这个考核期，或本单位不参加这一年度的考核。"))
    return period


@compiled
def _period(period_id: int, office_id: int) -> QuerySet[Period]:
    rows = Period.objects.filter(pk=period_id, cycle__participants__office_id=office_id)
    return rows.select_related("cycle__version").annotate(
        reopened_until=_reopened(office_id)  # type: ignore[no-redef]
    )


def lock_participation(actor: Actor, period: Period) -> Participant:
    """The office's row of participants, locked: two handings-over of one office go one after the other."""
    rows = Participant.objects.select_for_update(of=("self",), no_key=True)
    participant = rows.in_month(period).filter(office=actor.office).first()
    if participant is None:
        raise NotFound(_("没有这个考核期，或本单位不参加这一年度的考核。"))
    return participant


@dataclass(frozen=True)
class Demands:
    """What the office's letter asks for: by indicator id. held: its version of the month, None before it is signed."""

    letter: TargetLetter | None
    targets: dict[int, Target] = field(default_factory=dict)
    milestones: dict[int, list[TargetMilestone]] = field(default_factory=dict)
    held: Letter | None = None

    def applies(self, indicator: Indicator) -> bool:
        """An indicator applies unless the letter says that it does not."""
        target = self.targets.get(indicator.pk)
        return target is None or target.applicable


def demands(actor: Actor, period: Period) -> Demands:
    """The letter of the actor's office as it held in the period's month, with targets and milestones. Three queries.

    Of a letter that was changed from a later month on they are those before: two queries more.
    """
    on = last_day(period)
    letter = _letter.first(period.cycle_id, actor.office.pk, on)
    if letter is None:
        return Demands(None)
    milestones: dict[int, list[TargetMilestone]] = defaultdict(list)
    for milestone in _milestones(letter.pk):
        milestones[milestone.indicator_id].append(milestone)
    targets = {row.indicator_id: row for row in _targets(letter.pk)}
    if letter.changed_later:  # type: ignore[attr-defined]
        before, stones = _before(letter, on, milestones)
        return Demands(letter, targets | before, milestones | stones, _held(letter))
    here = {pk: [stone for stone in rows if stone.left_on is None] for pk, rows in milestones.items()}
    return Demands(letter, targets, here, _held(letter))


def _held(letter: TargetLetter) -> Letter | None:
    if letter.state != LetterState.SIGNED:
        return None
    numbers: tuple[int | None, int | None] = letter.held_number, letter.newest_number  # type: ignore[attr-defined]
    return Letter(*(number or 1 for number in numbers))


def _before(
    letter: TargetLetter, on: date, milestones: dict[int, list[TargetMilestone]]
) -> tuple[dict[int, Target], dict[int, list[TargetMilestone]]]:
    """By indicator id, as the version said that held on the day."""
    content = letter.versions.filter(effective_on__lte=on).order_by("-number").values_list("content", flat=True).first()
    ids = dict(letter.targets.values_list("indicator__code", "indicator_id"))
    found: dict[int, Target] = {}
    stones: dict[int, list[TargetMilestone]] = {}
    for row in (content or {"targets": []})["targets"]:
        if row["code"] in ids:
            pk = ids[row["code"]]
            found[pk] = target_of(row)
            found[pk].indicator_id = pk
            if pk in milestones:
                stones[pk] = stones_of(row, milestones[pk])
    return found, stones


@compiled
def _letter(cycle_id: int, office_id: int, on: date) -> QuerySet[TargetLetter]:
    later = LetterVersion.objects.filter(letter=OuterRef("pk"), number__gt=1, effective_on__gt=on)
    letters = TargetLetter.objects.filter(cycle_id=cycle_id, office_id=office_id)
    versions = LetterVersion.objects.filter(letter=OuterRef("pk")).order_by("-number").values("number")
    held = Subquery(versions.filter(effective_on__lte=on)[:1])
    return letters.annotate(changed_later=Exists(later), held_number=held, newest_number=Subquery(versions[:1]))[:1]


@compiled
def _milestones(letter_id: int) -> QuerySet[TargetMilestone]:
    return TargetMilestone.objects.filter(letter_id=letter_id).order_by("due_on", "position", "id")


@compiled
def _targets(letter_id: int) -> QuerySet[Target]:
    return Target.objects.filter(letter_id=letter_id)


def reported_indicators(period: Period) -> list[Indicator]:
    """The indicators that prefectures report on, in the scheme's order, each with its group. One query."""
    return _reported(period.cycle.version_id)


@compiled
def _reported(version_id: int) -> QuerySet[Indicator]:
    rows = Indicator.objects.filter(version_id=version_id, entered_by=EnteredBy.PREFECTURE).exclude(method="")
    return rows.select_related("parent").order_by("parent__position", "parent__code", "position", "id")


def current_values(actor: Actor, period: Period, *, lock: bool = False) -> dict[int, CurrentValue]:
    """Where each handed-over value of the actor's office stands in this period, by indicator id."""
    rows = CurrentValue.objects.filter(period=period, office=actor.office).select_related("value", "indicator")
    if lock:
        rows = rows.select_for_update(of=("self",), no_key=True)
    return {row.indicator_id: row for row in rows}


def periods_with_returns(actor: Actor) -> set[int]:
    """The periods in which the province has returned something of the actor's office. One query."""
    rows = CurrentValue.objects.filter(office=actor.office, state=ValueState.RETURNED)
    return set(rows.values_list("period_id", flat=True))


class Past(NamedTuple):
    """What counts of a month long past; trends need no more of it."""

    final_fact: dict[str, Any] | None


def history(actor: Actor, period: Period) -> dict[int, dict[int, CurrentValue | Past]]:
    """By indicator id, then by month: what counts of each month up to `period`'s. Two queries.

    This month's and last month's values are whole; earlier months are Past.
    """
    found: dict[int, dict[int, CurrentValue | Past]] = defaultdict(dict)
    for indicator_id, month, fact in _earlier(period.cycle_id, actor.office.pk, period.month - 1):
        found[indicator_id][month] = Past(fact)
    for row in _recent(period.cycle_id, actor.office.pk, period.month - 1, period.month):
        found[row.indicator_id][period.month - (row.period_id != period.pk)] = row
    return dict(found)


@compiled
def _earlier(cycle_id: int, office_id: int, before: int) -> QuerySet[CurrentValue, tuple[int, int, Any]]:
    rows = CurrentValue.objects.filter(period__cycle_id=cycle_id, office_id=office_id, period__month__lt=before)
    return rows.values_list("indicator_id", "period__month", "final_fact")


@compiled
def _recent(cycle_id: int, office_id: int, first: int, last: int) -> QuerySet[CurrentValue]:
    rows = CurrentValue.objects.filter(period__cycle_id=cycle_id, office_id=office_id)
    return rows.filter(period__month__range=(first, last)).select_related("value")


def reports_for(actor: Actor, period: Period | None = None) -> list[Report]:
    """What the actor's office has handed over, newest first; of one period or of all."""
    rows = Report.objects.filter(office=actor.office).select_related("period__cycle")
    if period is not None:
        rows = rows.filter(period=period)
    return list(rows.order_by("-handed_over_at", "-id"))


def get_report(actor: Actor, report_id: int) -> Report:
    """One handing-over of the actor's office. Raises NotFound."""
    report = Report.objects.filter(office=actor.office, pk=report_id).select_related("period__cycle").first()
    if report is None:
        raise NotFound(_("没有这份已报送的月报。"))
    return report


def values_of(report: Report) -> list[ReportedValue]:
    """The values handed over with a report, in the scheme's order. One query."""
    rows = report.values.select_related("indicator__parent")
    return list(rows.order_by("indicator__parent__position", "indicator__position", "indicator_id"))


def versions_of(actor: Actor, period: Period, indicator: Indicator) -> list[ReportedValue]:
    """All versions of one value with the decisions about each, newest first. Two queries."""
    rows = versions(period.pk, actor.office.pk, indicator.pk)
    prefetch_related_objects(rows, "verifications")
    return rows


@compiled
def versions(period_id: int, office_id: int, indicator_id: int) -> QuerySet[ReportedValue]:
    """All versions of one value of an office, newest first, each with its report."""
    rows = ReportedValue.objects.filter(period_id=period_id, office_id=office_id, indicator_id=indicator_id)
    return rows.select_related("report").order_by("-version")
