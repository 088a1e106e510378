"""The page "where every point comes from": a card's groups, lines and one line's story, ready to be shown."""

from dataclasses import dataclass, field
from decimal import Decimal
from typing import Any

from django.utils.translation import get_language
from django.utils.translation import gettext as _

from appraisal.ledger.models import CurrentValue, ReportedValue, Scorecard, ScoreLine, ScoreRun, Verification
from appraisal.ledger.selectors import scores
from appraisal.library.models import Indicator
from appraisal.library.models.words import unit_label
from appraisal.rules import sentences
from core.errors import NotFound
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
    files = _files(card)
    found: dict[int, GroupRow] = {}
    for line in lines:
        parent = line.indicator.parent
        assert parent is not None, "only leaves are scored"
        group = found.setdefault(parent.pk, GroupRow(parent))
        group.lines.append(_line_row(line, before.get(line.indicator.code), files.get(line.indicator_id, 0)))
        group.computed += line.score_before_off
        group.off += line.score_before_off - line.score
        group.score += line.score
    for group in found.values():
        group.applies = any(row.status != "NOT_APPLICABLE" for row in group.lines)
    return list(found.values())


def _line_row(line: ScoreLine, earlier: ScoreLine | None, files: int) -> LineRow:
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


def _lines_before(card: Scorecard) -> dict[str, ScoreLine]:
    period = card.run.period
    rows = ScoreLine.objects.filter(
        card__office_id=card.office_id,
        card__run__state=ScoreRun.State.PUBLISHED,
        card__run__cycle_id=card.run.cycle_id,
        card__run__period__month=period.month - 1,
    )
    return {line.indicator.code: line for line in rows.select_related("indicator").order_by("card__run__number")}


def _files(card: Scorecard) -> dict[int, int]:
    """By indicator: how many files the current value of the month carries."""
    rows = CurrentValue.objects.filter(period_id=card.run.period_id, office_id=card.office_id)
    return {row.indicator_id: len(row.value.evidence) for row in rows.select_related("value")}


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
    line = (
        ScoreLine.objects.select_related("indicator__parent").filter(card=card, indicator__code=code).first()
        if code in order
        else None
    )
    if line is None:
        raise NotFound(_("得分单里没有这项指标。"))
    key = {"period_id": card.run.period_id, "office_id": card.office_id, "indicator_id": line.indicator_id}
    versions = list(ReportedValue.objects.filter(**key).select_related("report").order_by("-version"))
    decisions = Verification.objects.filter(value__in=[version.pk for version in versions]).order_by("-id")
    place = order.index(code)
    return LineStory(
        line=line,
        indicator=line.indicator,
        shown=shown_fact(line.trace, line.indicator.unit),
        sentences=[sentence(step) for step in line.trace["steps"]],
        sharing=[],
        current=CurrentValue.objects.filter(**key).select_related("value").first(),
        versions=versions,
        decisions=list(decisions),
        earlier_code=order[place - 1] if place else "",
        later_code=order[place + 1] if place + 1 < len(order) else "",
    )
