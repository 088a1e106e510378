"""Traces: what anybody needs to recompute a line, a group or a total without the engine, as plain JSON.

Numbers are exact text ("7.2", or "22/3" where decimals do not end). `steps` are the same said in sentences: keys and
values for `sentences.render`. `appraisal.checker` recomputes from these and shares no code with the engine.
"""

from __future__ import annotations

from collections.abc import Mapping
from decimal import Decimal
from fractions import Fraction
from typing import TYPE_CHECKING, Any

from appraisal.rules import sentences
from appraisal.rules.canonical import ANEW, Anew
from appraisal.rules.exact import ZERO, marks, marks_of, number, plain, scaled, together
from appraisal.rules.methods.base import NO_FACT, Status, Step, step, written

if TYPE_CHECKING:
    from appraisal.rules.adjustments import Difficulty, Item
    from appraisal.rules.scorecard import Group, Line, Scorecard

FORMAT = "anlan.scorecard/1"
ROUNDING = "half-up"
NOT_APPLICABLE, NOT_REPORTED = Status.NOT_APPLICABLE, Status.NOT_REPORTED  # looked up once, not with every line
SCOPES = {"peer_group": "rank.group", "wide": "rank.wide", "province": "rank.province"}


def of_line(line: Line, once: Anew = ANEW) -> dict[str, Any]:
    """The trace of one indicator of one office. once: how what many lines share comes in (`canonical.Kept`)."""
    row, rule, sharing = line.indicator, line.rule, line.sharing
    fact = None if line.reading is NO_FACT else rule.inputs(line.reading)
    trace: dict[str, Any] = {
        "code": row.code,
        "name": row.name,
        "group": row.parent,
        "method": rule.method,
        "points": plain(rule.points),
        "parameters": once.one(rule, "", rule.used),
        "fact": fact,
        "status": str(line.status),
        "earned": written(line.earned),
        "sharing": once.one(sharing, row.parent, lambda: sharing.as_json(row.parent)),
        "effective_points": plain(line.effective_points),
        "points_off": [{"points": plain(off.points), "reason": off.reason} for off in line.points_off],
        "score": line.written,
        "rounding": f"{ROUNDING}, 4",
        "steps": steps_of_line(line, once, fact),
    }
    if line.zeroed:  # only where it is so: what was stored before there was such a rule keeps its bytes
        trace["zeroed"] = [each.reason for each in line.zeroed]
    if line.remarks:
        trace["remarks"] = as_json(line.remarks)
    if line.comparison is not None:
        trace["comparison"] = once.one(line.comparison, line.peer_group, lambda: _comparison(line))
    return trace


def _comparison(line: Line) -> dict[str, Any]:
    compared = line.comparison
    return {"scope": compared.scope, "group": line.peer_group, "count": compared.count, "field": compared.field}


def steps_of_line(line: Line, once: Anew, fact: dict[str, Any] | None) -> list[Step]:
    """How the line's score came about, sentence by sentence. fact: the inputs, as `of_line` has them."""
    steps = _steps_of_fact(line, once, fact)
    points, effective = line.rule.points, line.effective_points
    if line.status is NOT_APPLICABLE:
        if line.earned is None:
            return [*steps, step("share.given_away", points=marks(points))]
        steps.append(step("share.counted_full", points=marks(points)))
    earned = line.earned or ZERO
    shared = effective is not points and effective != points
    if shared:
        steps += line.sharing.steps(line.indicator.parent, points, effective)
        steps += [
            step("share.effective", effective=marks(effective)),
            step(
                "line.scaled", scaled=marks_of(*scaled(earned, points, effective)), earned=marks(earned),
                points=marks(points), effective=marks(effective),
            ),
        ]  # fmt: skip
    if line.points_off:
        whole = Fraction(*scaled(earned, points, effective)) if shared else earned
        steps += [step("line.deduction", points=marks(off.points), reason=off.reason) for off in line.points_off]
        left = max(whole - together(off.points for off in line.points_off), ZERO)
        steps.append(step("line.deducted", result=marks(left)))
    steps += [step("line.zeroed", reason=each.reason) for each in line.zeroed]
    steps.append(step("line.rounded", score=line.written))
    return steps


def _steps_of_fact(line: Line, once: Anew, fact: dict[str, Any] | None) -> list[Step]:
    if line.reading is NO_FACT:
        return [step("line.not_applicable" if line.status is NOT_APPLICABLE else "line.not_reported")]
    steps = []
    if line.remarks:
        reported, reason = line.remarks.get("reported"), line.remarks.get("reason")
        if reported is not None:
            steps.append(step("line.verified", fact=brief(line.rule.inputs(line.reading)), reported=brief(reported)))
        if reason:
            steps.append(step("line.reason", reason=str(reason)))
    if line.status is NOT_REPORTED:
        return [*steps, step("line.not_reported")]
    if line.comparison is not None:
        steps.append(step(SCOPES[line.comparison.scope], group=line.peer_group, count=line.comparison.count))
    # Equal inputs among the same peers are said in the same sentences: a count of none, a milestone in time.
    of, comparison, rule = line.comparison or line.rule, line.comparison, line.rule
    return steps + once.each(of, fact, lambda: rule.steps(line.reading, comparison))


def brief(fact: Any) -> str:
    """A fact in one short piece of text."""
    if isinstance(fact, Mapping):
        if set(fact) <= {"value", "target"}:
            return str(as_json(fact.get("value")))
        return "; ".join(f"{key}: {brief(value)}" for key, value in fact.items())
    if isinstance(fact, list | tuple):
        return ", ".join(brief(value) for value in fact)
    return str(as_json(fact))


def of_group(group: Group) -> dict[str, Any]:
    """The trace of a group: which lines make it, their sum, and what is published."""
    lines = " + ".join(line.written for line in group.lines) or "0"
    return {
        "code": group.code,
        "name": group.indicator.name,
        "points": plain(number(group.points)),
        "effective_points": plain(group.effective_points),
        "status": str(group.status),
        "lines": [line.code for line in group.lines],
        "sum": str(group.sum),
        "score": str(group.score),
        "rounding": f"{ROUNDING}, 2",
        "steps": [
            step("group.sum", lines=lines, sum=str(group.sum)),
            step("group.published", score=str(group.score)),
        ],
    }


def of_total(card: Scorecard) -> dict[str, Any]:
    """The trace of the total: stored sum, difficulty, bonus and deduction items with their caps, limits, rounding."""
    adjusted = Fraction(card.weighted) + card.bonus - card.deduction
    held = min(max(adjusted, card.limits.minimum), card.limits.maximum)
    difficulty = card.adjustments.difficulty
    return {
        "sum": str(card.sum),
        "bonus": [_item(item) for item in card.adjustments.bonus],
        "bonus_cap": plain(card.limits.bonus_cap),
        "bonus_counted": plain(card.bonus),
        "deduction": [_item(item) for item in card.adjustments.deduction],
        "deduction_cap": plain(card.limits.deduction_cap),
        "deduction_counted": plain(card.deduction),
        "minimum": plain(card.limits.minimum),
        "maximum": plain(card.limits.maximum),
        "adjusted": plain(adjusted),
        "held": plain(held),
        "total": str(card.total),
        "rounding": f"{ROUNDING}, 2",
        "steps": _steps_of_total(card, adjusted, held),
        **({"difficulty": _difficulty(card, difficulty)} if difficulty else {}),
    }


def _difficulty(card: Scorecard, difficulty: Difficulty) -> dict[str, Any]:
    return {
        "coefficient": plain(difficulty.coefficient),
        "reason": difficulty.reason,
        "minimum": plain(difficulty.minimum),
        "maximum": plain(difficulty.maximum),
        "weighted": str(card.weighted),
    }


def _item(item: Item) -> dict[str, Any]:
    return {"points": plain(item.points), "cap": written(item.cap), "reason": item.reason}


def _steps_of_total(card: Scorecard, adjusted: Fraction, held: Fraction) -> list[Step]:
    steps = [step("total.sum", sum=str(card.sum))]
    if difficulty := card.adjustments.difficulty:
        values = {"coefficient": marks(difficulty.coefficient), "reason": difficulty.reason}
        steps.append(step("total.difficulty", sum=str(card.sum), weighted=str(card.weighted), **values))
    for kind, items, cap, counted in (
        ("bonus", card.adjustments.bonus, card.limits.bonus_cap, card.bonus),
        ("deduction", card.adjustments.deduction, card.limits.deduction_cap, card.deduction),
    ):
        for item in items:
            steps.append(step(f"total.{kind}", points=marks(item.points), reason=item.reason))
            if item.counted != item.points:
                steps.append(step("total.item_cap", points=marks(item.points), cap=marks(item.counted)))
        if items:
            together = marks(sum((item.counted for item in items), ZERO))
            steps.append(step(f"total.{kind}_sum", sum=together, cap=marks(cap), counted=marks(counted)))
    if card.adjustments.bonus or card.adjustments.deduction:
        values = {"bonus": marks(card.bonus), "deduction": marks(card.deduction), "result": marks(adjusted)}
        steps.append(step("total.adjusted", sum=str(card.weighted), **values))
    if held != adjusted:
        bounds = {"minimum": marks(card.limits.minimum), "maximum": marks(card.limits.maximum)}
        steps.append(step("total.clamped", result=marks(held), **bounds))
    return [*steps, step("total.published", total=str(card.total))]


def of_card(card: Scorecard, once: Anew = ANEW) -> dict[str, Any]:
    """The whole scorecard. once: as for `of_line`."""
    return {
        "format": FORMAT,
        "office": card.office,
        "peer_group": card.peer_group,
        "na_treatment": str(card.na_treatment),
        "lines": [of_line(line, once) for line in card.lines],
        "groups": [of_group(group) for group in card.groups],
        "total": of_total(card),
        "vetoes": [
            {"code": veto.code, "ceiling": veto.ceiling, "reason": veto.reason} for veto in card.adjustments.vetoes
        ],
    }


def as_json(value: Any) -> Any:
    """Plain data with numbers as strings."""
    if isinstance(value, Mapping):
        return {str(key): as_json(inner) for key, inner in value.items()}
    if isinstance(value, list | tuple):
        return [as_json(inner) for inner in value]
    if value is None or isinstance(value, bool | str):
        return value
    if isinstance(value, int | Decimal | Fraction):
        return plain(number(value))
    return str(value)


def render_steps(steps: list[Step], language: str = "zh") -> list[str]:
    """The sentences of a trace in a language ("zh…", anything else is English)."""
    return [sentences.render(each["key"], each["values"], language) for each in steps]
