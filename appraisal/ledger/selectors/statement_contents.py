"""What a statement of deductions says, gathered once from a published run and then kept with it.

anlan.statement/1: {schema, run, year, month, province, office, full, indicator_total, bonus, deduction, total, grade,
points_off, lines, added, taken, vetoes, total_steps, objection}. Figures are exact decimals as text; sentences are
kept in Chinese, and the trace's own steps beside them for readers of another language. An item of added, taken and
vetoes has its basis, unit, by, on and evidence beside its reason; statements of earlier releases have none of them.
"""

from collections import defaultdict
from collections.abc import Iterable
from dataclasses import dataclass
from datetime import date, datetime
from decimal import Decimal
from typing import Any

from django.db.models import QuerySet
from django.utils import timezone, translation

from appraisal.ledger.models import (
    Objection,
    ReportedValue,
    ScoreAdjustment,
    Scorecard,
    ScoreLine,
    ScoreRun,
    Verification,
)
from appraisal.ledger.rules import procedure
from appraisal.ledger.selectors import amendments, listed_items
from appraisal.ledger.selectors.explanations import sentence, shown_fact, word
from appraisal.ledger.selectors.listed_items import Listed
from appraisal.ledger.states import CycleState
from core import wording
from core.workdays import Calendar, Derivation, add_working_days, calendars_of
from tenants.models import Office

ZERO = Decimal(0)
Kind = ScoreAdjustment.Kind
Key = tuple[int, int]  # office, indicator that was reported on


@dataclass(frozen=True)
class Content:
    """One office's statement before it has a number: what it says, and until when its receipt is due."""

    office: Office
    points_off: Decimal
    said: dict[str, Any]
    receipt_due_on: date
    derivation: Derivation


def contents_of(run: ScoreRun, *, at: datetime) -> list[Content]:
    """For every card of a published run, in the official order of the offices. A constant number of queries."""
    cards = Scorecard.objects.filter(run=run).select_related("office").order_by("office__position", "office_id")
    found = list(cards)
    lines: dict[int, list[ScoreLine]] = defaultdict(list)
    rows = ScoreLine.objects.filter(card__run=run).select_related("indicator__parent")
    for line in rows.order_by("indicator__parent__position", "indicator__position"):
        lines[line.card_id].append(line)
    on = timezone.localdate(at)
    published = run.published_at or at
    days = calendars_of([card.office.region_code for card in found], on.year - 1, on.year + 1)
    gathered = _Gathered(run, published, on)
    items = listed_items.of_cards(run, found)
    with translation.override(wording.kept()):  # what is written down for good is Chinese
        return [
            _content(card, lines[card.pk], items[card.pk], gathered, days[card.office.region_code]) for card in found
        ]


class _Gathered:
    """What was known of all offices' values when the run was published. Four queries, and those of `asked_ids`."""

    def __init__(self, run: ScoreRun, published: datetime, on: date) -> None:
        self.run, self.on, self.published_on = run, on, timezone.localdate(published)
        self.asked = amendments.asked_ids(run)
        self.evidence: dict[Key, list[str]] = {}
        values = ReportedValue.objects.filter(period_id=run.period_id, entered_at__lte=published).order_by("version")
        for office_id, indicator_id, files in values.values_list("office_id", "indicator_id", "evidence"):
            self.evidence[office_id, indicator_id] = [each["name"] for each in files]
        self.opinions: dict[Key, list[dict[str, str]]] = defaultdict(list)
        for row in _verifications(run, published):
            key = row.value.office_id, row.value.indicator_id
            self.opinions[key].append({
                "decision": row.decision, "points_off": _plain(row.points_off), "reason": row.reason,
                "by": row.by_name, "on": timezone.localdate(row.at).isoformat(),
            })  # fmt: skip
        objected = Objection.objects.filter(period_id=run.period_id)
        self.objected = set(objected.values_list("office_id", "line__indicator_id"))
        items = Objection.objects.filter(period__cycle_id=run.cycle_id, adjustment__isnull=False)
        self.objected_items = set(items.values_list("adjustment_id", flat=True))

    def key(self, card: Scorecard, line: ScoreLine) -> Key:
        return card.office_id, self.asked.get(line.indicator_id, line.indicator_id)


def _verifications(run: ScoreRun, published: datetime) -> QuerySet[Verification]:
    rows = Verification.objects.filter(value__period_id=run.period_id, at__lte=published)
    return rows.select_related("value").order_by("pk")


def _content(
    card: Scorecard, lines: list[ScoreLine], items: list[Listed], gathered: _Gathered, calendar: Calendar
) -> Content:
    run, trace = gathered.run, card.trace
    last_day, how = add_working_days(
        gathered.published_on, procedure.objection_days(gathered.published_on), calendar
    )  # as selectors.objections.last_filing_day
    closed = run.cycle.state == CycleState.CLOSED
    late = closed or gathered.on > last_day
    told = [_line(card, line, gathered, late) for line in lines if _off(line) > ZERO]
    off = sum((_off(line) for line in lines if _off(line) > ZERO), ZERO)
    total = trace.get("total", {})
    said = {
        "schema": "anlan.statement/1", "run": run.code, "year": run.cycle.year, "month": run.period.month,
        "province": run.cycle.province.name, "office": card.office.name,
        "full": _plain(sum((line.effective_points for line in lines), ZERO)),
        "indicator_total": _plain(card.indicator_total), "bonus": _plain(card.bonus),
        "deduction": _plain(card.deduction), "total": _plain(card.total), "points_off": _plain(off),
        "grade": word(f"grade.{card.grade}") if card.grade else "", "lines": told,
        "added": _items(items, Kind.BONUS, gathered, late), "taken": _items(items, Kind.DEDUCTION, gathered, late),
        "vetoes": [
            {
                "code": each.code, "reason": each.title, "grade": each.ceiling,
                "ceiling": word(f"grade.{each.ceiling}"), **_recorded(each, gathered, late),
            }
            for each in items if each.kind == Kind.VETO
        ],
        **_steps("total_steps", total.get("steps", [])),
        "objection": {"until": last_day.isoformat(), "derivation": how.as_json(), "open": gathered.on <= last_day},
    }  # fmt: skip
    due, derivation = add_working_days(gathered.on, procedure.statement_receipt_days(gathered.on), calendar)
    return Content(card.office, off, said, due, derivation)


def _off(line: ScoreLine) -> Decimal:
    """What the line lost of the points that it could bring; negative where it brought more."""
    return line.effective_points - line.score


def _line(card: Scorecard, line: ScoreLine, gathered: _Gathered, late: bool) -> dict[str, Any]:
    key = gathered.key(card, line)
    objected = (card.office_id, line.indicator_id) in gathered.objected
    group = line.indicator.parent
    return {
        "code": line.indicator.code, "name": line.indicator.name, "name_en": line.indicator.name_en,
        "group": group.name if group else "", "status": line.status,
        **_shown(line),
        "points": _plain(line.effective_points), "score": _plain(line.score), "off": _plain(_off(line)),
        "verified_off": _plain(line.points_off), **_steps("reasons", line.trace.get("steps", [])),
        "opinions": gathered.opinions.get(key, []), "evidence": gathered.evidence.get(key, []),
        "objection": "OBJECTED" if objected else "LATE" if late else "OPEN",
    }  # fmt: skip


def _shown(line: ScoreLine) -> dict[str, str]:
    shown = shown_fact(line.trace, line.indicator.unit)
    with translation.override("en"):
        return {"shown": shown, "shown_en": shown_fact(line.trace, line.indicator.unit)}


def _steps(name: str, steps: Iterable[dict[str, Any]]) -> dict[str, Any]:
    """The sentences as they are told, and the steps that they were made from."""
    listed = list(steps)
    return {name: [sentence(step) for step in listed], f"{name}_of": listed}


def _items(items: Iterable[Listed], kind: str, gathered: _Gathered, late: bool) -> list[dict[str, Any]]:
    return [
        {"reason": each.title, "points": _plain(each.points), **_recorded(each, gathered, late)}
        for each in items if each.kind == kind
    ]  # fmt: skip


def _recorded(item: Listed, gathered: _Gathered, late: bool) -> dict[str, Any]:
    """What the item stands on, as it was recorded; nothing where its record is not known."""
    row = item.row
    if row is None:
        return {}
    objected = {row.pk, row.corrects_id} & gathered.objected_items
    return {
        "adjustment": row.pk, "objection": "OBJECTED" if objected else "LATE" if late else "OPEN",
        "item": row.code, "basis": row.legal_basis, "unit": row.confirming_unit,
        "from_month": row.from_month, "by": row.recorded_by_name,
        "on": timezone.localdate(row.recorded_at).isoformat(), "late_reason": row.late_reason,
        "evidence": [
            {key: each[key] for key in ("id", "name", "size", "sha256") if key in each} for each in row.evidence
        ],
    }  # fmt: skip


def _plain(value: Decimal) -> str:
    """A figure without trailing zeros: 0.55, 4, 0."""
    return f"{value.normalize():f}" if value else "0"
