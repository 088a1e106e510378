"""The page "where every point comes from": a card's groups, lines and one line's story, ready to be shown."""

from dataclasses import dataclass, field
from decimal import Decimal
from typing import Any, NamedTuple

from django.db.models import QuerySet
from django.utils.translation import get_language
from django.utils.translation import gettext as _

from appraisal.ledger.models import CurrentValue, ReportedValue, Scorecard, ScoreLine, Verification
from appraisal.ledger.selectors import amendments, reports, scores
from appraisal.ledger.states import RunState
from appraisal.library.models import Indicator
from appraisal.library.models.words import unit_label
from appraisal.rules import sentences
from core.errors import NotFound
from core.postgres.compiled import compiled
from tenants.actors import Actor

ZERO = Decimal(0)


@dataclass(frozen=True)
class LineRow:
    """One indicator of the table."""

    indicator: Indicator
    status: str
    points: Decimal
    shown: str
    before: str
    change: Decimal | None
    method: str
    computed: Decimal
    off: Decimal
    score: Decimal
    share: Decimal | None
    files: int
    redistributed: bool


class Earlier(NamedTuple):
    """What is shown of last month's line."""

    trace: dict[str, Any]
    score: Decimal


@dataclass
class GroupRow:
    """One first-level row with the sums of its lines."""

    indicator: Indicator
    lines: list[LineRow] = field(default_factory=list)
    computed: Decimal = ZERO
    off: Decimal = ZERO
    score: Decimal = ZERO
    applies: bool = True

    @property
    def lost(self) -> Decimal:
        return max(self.indicator.points - self.score, ZERO)

    @property
    def share(self) -> Decimal | None:
        return self.score * 100 / self.indicator.points if self.applies and self.indicator.points else None


def sentence(step: dict[str, Any]) -> str:
    """A step of a trace in the reader's language."""
    return sentences.render(step["key"], step["values"], get_language() or "zh")


def word(key: str) -> str:
    return sentences.render(key, {}, get_language() or "zh")


def shown_fact(trace: dict[str, Any], unit: str) -> str:
    """A line's fact in one short piece of text: 84.2 %, 3 次, 2/3 …; a dash when there is none."""
    fact = trace.get("fact")
    if trace["status"] != "SCORED" or fact is None:
        return word(f"status.{trace['status']}")
    if "target" in fact and fact["target"] is not None:
        target = _number(fact["target"])
        return f"{_number(fact['value']) * 100 / target:.1f} %" if target else "–"
    if "value" in fact:
        return f"{fact['value']} {unit_label(unit)}".strip() if unit != "等次" else str(fact["value"])
    if "counts" in fact and "marks" not in fact:
        return f"{sum(map(_number, fact['counts'])):f} {unit_label(unit)}".strip()
    if "late_days" in fact:
        on_time = sum(1 for days in fact["late_days"] if _number(days) == 0)
        return f"{on_time}/{len(fact['late_days'])}"
    if "present" in fact:
        return f"{sum(map(bool, fact['present']))}/{len(fact['present'])}"
    if "marks" in fact:
        return _("%(count)s 人评议") % {"count": len(fact["marks"])}
    return _("见公式")


def _number(text: Any) -> Decimal:
    """Exact text of a trace ("7.2", "22/3") as a Decimal good enough to be shown."""
    above, _slash, below = str(text).partition("/")
    return Decimal(above) / Decimal(below or 1)


def groups_of(card: Scorecard) -> list[GroupRow]:
    """The card's lines under their groups, with last month's figures; four queries whatever the number of lines."""
    lines = scores.lines_of(card)
    before = _lines_before(card)
    files, asked = _files(card), amendments.asked_ids(card.run)
    found: dict[int, GroupRow] = {}
    for line in lines:
        parent = line.indicator.parent
        assert parent is not None, "only leaves are scored"
        group = found.setdefault(parent.pk, GroupRow(parent))
        group.lines.append(
            _line_row(
                line, before.get(line.indicator.code), files.get(asked.get(line.indicator_id, line.indicator_id), 0)
            )
        )
        group.computed += line.score_before_off
        group.off += line.score_before_off - line.score
        group.score += line.score
    for group in found.values():
        group.applies = any(row.status != "NOT_APPLICABLE" for row in group.lines)
    return list(found.values())


def _line_row(line: ScoreLine, earlier: Earlier | None, files: int) -> LineRow:
    unit = line.indicator.unit
    return LineRow(
        indicator=line.indicator,
        status=line.status,
        points=line.points,
        shown=shown_fact(line.trace, unit),
        before=shown_fact(earlier.trace, unit) if earlier else "",
        change=line.score - earlier.score if earlier else None,
        method=word(f"method.{line.indicator.method}"),
        computed=line.score_before_off,
        off=line.score_before_off - line.score,
        score=line.score,
        share=line.score * 100 / line.effective_points if line.effective_points else None,
        files=files,
        redistributed=line.status == "SCORED" and line.effective_points != line.points,
    )


def _lines_before(card: Scorecard) -> dict[str, Earlier]:
    rows = _published(card.office_id, card.run.cycle_id, card.run.period.month - 1)
    return {code: Earlier(trace, score) for code, trace, score in rows}


@compiled
def _published(office_id: int, cycle_id: int, month: int) -> QuerySet[ScoreLine, tuple[str, dict[str, Any], Decimal]]:
    cards = Scorecard.objects.filter(office_id=office_id, run__state=RunState.PUBLISHED, run__cycle_id=cycle_id)
    rows = ScoreLine.objects.filter(card__in=cards.filter(run__period__month=month)).order_by("card__run__number")
    return rows.values_list("indicator__code", "trace", "score")


def _files(card: Scorecard) -> dict[int, int]:
    """By indicator: how many files the current value of the month carries."""
    return {indicator_id: len(files) for indicator_id, files in _evidence(card.run.period_id, card.office_id)}


@compiled
def _evidence(period_id: int, office_id: int) -> QuerySet[CurrentValue, tuple[int, list[dict[str, Any]]]]:
    rows = CurrentValue.objects.filter(period_id=period_id, office_id=office_id)
    return rows.values_list("indicator_id", "value__evidence")


def waterfall(card: Scorecard, groups: list[GroupRow]) -> list[dict[str, Any]]:
    """From full points to the total: {name, value, kind} with kind total | lost | off | bonus | deduction."""
    full = sum((group.indicator.points for group in groups), ZERO)
    unreduced = sum((group.computed for group in groups), ZERO)
    steps: list[dict[str, Any]] = [{"name": _("满分"), "value": full, "kind": "total"}]
    for group in groups:
        lost = group.computed - group.indicator.points
        if lost:
            steps.append({"name": group.indicator.label, "value": lost, "kind": "lost" if lost < 0 else "bonus"})
    steps.append({"name": _("指标得分"), "value": unreduced, "kind": "total"})
    off = sum((group.off for group in groups), ZERO)
    if off:
        steps.append({"name": _("核验扣减"), "value": -off, "kind": "off"})
    if card.bonus:
        steps.append({"name": _("加分"), "value": card.bonus, "kind": "bonus"})
    if card.deduction:
        steps.append({"name": _("扣分"), "value": -card.deduction, "kind": "deduction"})
    steps.append({"name": _("最终得分"), "value": card.total, "kind": "total"})
    return steps


@dataclass(frozen=True)
class LineStory:
    """Everything about one line: where the fact is from, which rule, what verification did, which files."""

    line: ScoreLine
    indicator: Indicator
    shown: str
    sentences: list[str]
    sharing: list[str]
    current: CurrentValue | None
    versions: list[ReportedValue]
    decisions: list[Verification]
    earlier_code: str
    later_code: str

    @property
    def evidence(self) -> list[dict[str, Any]]:
        return self.current.value.evidence if self.current else []

    @property
    def lost(self) -> Decimal:
        return max(self.line.effective_points - self.line.score, ZERO)


def story_of(actor: Actor, card: Scorecard, code: str, order: list[str]) -> LineStory:
    """The story of the line `code`; `order` are all codes of the page. Raises NotFound."""
    line = _line.first(card.pk, code) if code in order else None
    if line is None:
        raise NotFound(_("得分单里没有这项指标。"))
    asked = amendments.asked_ids(card.run).get(line.indicator_id, line.indicator_id)
    key = card.run.period_id, card.office_id, asked
    place = order.index(code)
    return LineStory(
        line=line,
        indicator=line.indicator,
        shown=shown_fact(line.trace, line.indicator.unit),
        sentences=[sentence(step) for step in line.trace["steps"]],
        sharing=[],
        current=_current.first(*key),
        versions=reports.versions(*key),
        decisions=_decisions(*key),
        earlier_code=order[place - 1] if place else "",
        later_code=order[place + 1] if place + 1 < len(order) else "",
    )


@compiled
def _line(card_id: int, code: str) -> QuerySet[ScoreLine]:
    rows = ScoreLine.objects.filter(card_id=card_id, indicator__code=code)
    return rows.select_related("indicator__parent")


@compiled
def _current(period_id: int, office_id: int, indicator_id: int) -> QuerySet[CurrentValue]:
    rows = CurrentValue.objects.filter(period_id=period_id, office_id=office_id, indicator_id=indicator_id)
    return rows.select_related("value")


@compiled
def _decisions(period_id: int, office_id: int, indicator_id: int) -> QuerySet[Verification]:
    rows = Verification.objects.filter(value__period_id=period_id, value__office_id=office_id)
    return rows.filter(value__indicator_id=indicator_id).order_by("-id")
