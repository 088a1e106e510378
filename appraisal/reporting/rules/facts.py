"""Facts as the ledger keeps them (`ReportedValue`): what is wrong with one, and what the scoring engine reads of it.

A fact is a mapping with decimals as text. Field names are paths into it: value, target, counts.0, done_on.12,
present.1, inputs.found_count, marks.0, points. No database, no clock.
"""

import re
import unicodedata
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import date
from decimal import Decimal
from fractions import Fraction
from pathlib import Path
from typing import Any, Protocol

from django.utils.translation import gettext as _

from appraisal.library.models import Indicator, Method, TargetBasis
from appraisal.library.models.words import input_label
from appraisal.rules.methods import METHODS, Rule
from appraisal.rules.targets import late_days, target_to_date
from core import parameters

Fact = Mapping[str, Any]

PARAMS = Path(__file__).parent / "params"
MOST_MARKS = 60
NUMBER = re.compile(r"[+-]?\d{1,14}(\.\d{1,6})?")
QUANTITIES = (Method.RATIO, Method.INVERSE_RATIO)
SINGLE_VALUE = (*QUANTITIES, Method.STEP, Method.LINEAR, Method.RANK)
COUNTED = (Method.DEDUCT, Method.ADD)


class Due(Protocol):
    """What is read of a milestone of the letter; ledger.models.TargetMilestone is one."""

    pk: Any
    name: str
    due_on: date


@dataclass(frozen=True)
class Wrong:
    """One thing wrong with a fact. missing: not there yet, which a draft may have and a report may not."""

    field: str
    message: str
    missing: bool = False


def rule_of(indicator: Indicator) -> Rule:
    """The engine's rule of an indicator, bound to its points and parameters."""
    return METHODS[indicator.method](Fraction(indicator.points), indicator.parameters)


def events_of(indicator: Indicator) -> list[str]:
    """The names of what is counted: the rules of DEDUCT and ADD, the deductions of PANEL; else none."""
    key = "then_deduct" if indicator.method == Method.PANEL else "rules"
    return [str(row.get("event", "")) for row in indicator.parameters.get(key, [])]


def categories_of(indicator: Indicator) -> list[str]:
    """The grades of a STEP by category, best first; else none."""
    if indicator.method != Method.STEP or indicator.parameters.get("direction") != "category":
        return []
    return [str(step["equals"]) for step in indicator.parameters["steps"]]


def required_of(indicator: Indicator) -> list[str]:
    """What a THRESHOLD requires; else none."""
    return [str(name) for name in indicator.parameters.get("requires", [])]


def inputs_of(indicator: Indicator) -> list[str]:
    """The inputs of a FORMULA; else none."""
    return [str(name) for name in indicator.parameters.get("inputs", [])]


def takes_target(indicator: Indicator) -> bool:
    """Whether the denominator comes with the report."""
    return indicator.method in QUANTITIES and indicator.target_basis == TargetBasis.REPORTED


def can_be_nothing(indicator: Indicator) -> bool:
    """Whether "nothing to report" has a meaning.

    Not where a grade, a panel or a person's mark is asked for, nor where what was done before must be told again
    (milestones, requirements): saying nothing there would take it back.
    """
    asked = (Method.PANEL, Method.MANUAL, Method.MILESTONE, Method.THRESHOLD)
    return indicator.method not in asked and not categories_of(indicator)


def additive(indicator: Indicator, on: date) -> bool:
    """Whether the fact has one value that adds up over counties: a quantity of a ratio, or the count of one event."""
    if indicator.unit not in parameters.load(PARAMS / "additive_units.yaml").value(on):
        return False
    if indicator.method in QUANTITIES:
        return indicator.target_basis in (TargetBasis.LETTER, TargetBasis.REPORTED)
    return indicator.method in COUNTED and len(events_of(indicator)) == 1


def cleaned(fact: Fact | None) -> dict[str, Any] | None:
    """The fact with its texts trimmed, full-width digits and thousands separators made plain, empty entries as None.

    Digits are kept as given ("1344.4850" stays). None when nothing at all was filled in.
    """
    if fact is None:
        return None
    tidy = {str(key): _cleaned(value) for key, value in fact.items()}
    # No milestone done yet is an answer; no number is none.
    return tidy if any(_filled(value) for value in tidy.values()) or "done_on" in tidy else None


def _cleaned(value: Any) -> Any:
    if isinstance(value, str):
        text = unicodedata.normalize("NFKC", value).strip().replace("−", "-")
        return text.replace(",", "") if re.fullmatch(r"[+-]?[\d,]+(\.\d+)?", text) else text or None
    if isinstance(value, bool) or value is None:
        return value
    if isinstance(value, int | Decimal):
        return str(value)
    if isinstance(value, Mapping):
        return {str(key): _cleaned(entry) for key, entry in value.items() if _cleaned(entry) is not None}
    if isinstance(value, list | tuple):
        return [_cleaned(entry) for entry in value]
    return value


def _filled(value: Any) -> bool:
    if isinstance(value, Mapping):
        return bool(value)
    if isinstance(value, list):
        # A list of unticked boxes says something only together with a tick or another entry.
        return any(entry is not None for entry in value)
    return value is not None


def of_last_month(indicator: Indicator, fact: Fact | None) -> dict[str, Any] | None:
    """Last month's fact as a beginning for this one: without the remarks that verification may have put beside it."""
    return None if fact is None else {key: fact[key] for key in entries_of(indicator) if key in fact}


def wrongs(indicator: Indicator, fact: Fact | None, milestones: Sequence[Due] = (), *, on: date) -> list[Wrong]:
    """Everything wrong with a cleaned fact, in the order of its fields; empty when it can be handed over.

    on: the day nothing may lie after. What is merely missing is marked as such.
    """
    if fact is None:
        return [Wrong("value", _("还没有填写本指标。"), missing=True)]
    known = entries_of(indicator)
    found = [Wrong(key, _("本指标没有“%(entry)s”这一项。") % {"entry": key}) for key in fact if key not in known]
    found += _wrongs(indicator, fact, milestones, on)
    return found


def entries_of(indicator: Indicator) -> set[str]:
    """The keys of a fact by its method."""
    match indicator.method:
        case Method.MILESTONE:
            return {"done_on"}
        case Method.THRESHOLD:
            return {"present"}
        case Method.PANEL:
            return {"marks", "counts"}
        case Method.FORMULA:
            return {"inputs"}
        case Method.MANUAL:
            return {"points"}
        case Method.DEDUCT | Method.ADD:
            return {"counts"}
        case _:
            return {"value", "target"} if takes_target(indicator) else {"value"}


def _wrongs(indicator: Indicator, fact: Fact, milestones: Sequence[Due], on: date) -> Iterator[Wrong]:
    match indicator.method:
        case Method.MILESTONE:
            yield from _milestones(fact, milestones, on)
        case Method.THRESHOLD:
            yield from _present(indicator, fact)
        case Method.PANEL:
            yield from _marks(indicator, fact)
            yield from _counts(indicator, fact)
        case Method.FORMULA:
            yield from _inputs(indicator, fact)
        case Method.MANUAL:
            yield from _between(fact.get("points"), "points", _("评定分"), indicator)
        case Method.DEDUCT | Method.ADD:
            yield from _counts(indicator, fact)
        case _:
            yield from _value(indicator, fact, on)


def _value(indicator: Indicator, fact: Fact, on: date) -> Iterator[Wrong]:
    grades = categories_of(indicator)
    value = fact.get("value")
    if grades:
        if value is None:
            yield Wrong("value", _("请选择等次。"), missing=True)
        elif value not in grades:
            yield Wrong("value", _("等次只能是：%(grades)s。") % {"grades": "、".join(grades)})
        return
    label = str(indicator.parameters.get("numerator") or _("完成值"))
    whole = indicator.unit if indicator.unit in parameters.load(PARAMS / "whole_units.yaml").value(on) else ""
    yield from _number(value, "value", label, whole=whole)
    if takes_target(indicator):
        name = str(indicator.parameters.get("denominator") or _("应完成数"))
        yield from _number(fact.get("target"), "target", name, whole=whole, negative=False)


def _number(value: Any, field: str, label: str, *, whole: str = "", negative: bool = True) -> Iterator[Wrong]:
    """A number as text. whole: the unit of which there are only whole ones, '' where decimals are right."""
    if value is None:
        yield Wrong(field, _("请填写“%(label)s”。") % {"label": label}, missing=True)
    elif isinstance(value, float):
        yield Wrong(field, _("“%(label)s”请写成文本（带引号），以免小数失真。") % {"label": label})
    elif not isinstance(value, str) or not NUMBER.fullmatch(value):
        yield Wrong(
            field,
            _("“%(label)s”里的“%(value)s”不是数字，应为最多 14 位整数、6 位小数。")
            % {"label": label, "value": str(value)[:40]},
        )
    elif not negative and Decimal(value) < 0:
        yield Wrong(field, _("“%(label)s”不能为负数（%(value)s）。") % {"label": label, "value": value})
    elif whole and Decimal(value) % 1:
        yield Wrong(
            field,
            _("“%(label)s”按%(unit)s计，应为整数（%(value)s）。") % {"label": label, "unit": whole, "value": value},
        )


def _between(value: Any, field: str, label: str, indicator: Indicator) -> Iterator[Wrong]:
    before = list(_number(value, field, label))
    yield from before
    if not before and not 0 <= Decimal(value) <= indicator.points:
        yield Wrong(
            field,
            _("“%(label)s”为 %(value)s，应在 0 与 %(points)s 之间。")
            % {"label": label, "value": value, "points": f"{indicator.points.normalize():f}"},
        )


def _listed(fact: Fact, key: str, length: int) -> tuple[list[Any], list[Wrong]]:
    given = fact.get(key)
    if given is None:
        return [None] * length, []
    if not isinstance(given, list) or len(given) > length:
        return [], [Wrong(key, _("“%(entry)s”应为 %(count)s 项的列表。") % {"entry": key, "count": length})]
    return [*given, *[None] * (length - len(given))], []


def _counts(indicator: Indicator, fact: Fact) -> Iterator[Wrong]:
    names = events_of(indicator)
    counts, found = _listed(fact, "counts", len(names))
    yield from found
    for place, (name, count) in enumerate(zip(names, counts, strict=False)):
        yield from _number(count, f"counts.{place}", name, negative=False)


def _present(indicator: Indicator, fact: Fact) -> Iterator[Wrong]:
    names = required_of(indicator)
    present, found = _listed(fact, "present", len(names))
    yield from found
    for place, (name, there) in enumerate(zip(names, present, strict=False)):
        if there is None:
            yield Wrong(f"present.{place}", _("请说明“%(name)s”是否具备。") % {"name": name}, missing=True)
        elif not isinstance(there, bool):
            yield Wrong(f"present.{place}", _("“%(name)s”只能是“有”或“无”。") % {"name": name})


def _marks(indicator: Indicator, fact: Fact) -> Iterator[Wrong]:
    marks = fact.get("marks")
    if marks is not None and (not isinstance(marks, list) or len(marks) > MOST_MARKS):
        yield Wrong("marks", _("“%(entry)s”应为最多 %(count)s 项的列表。") % {"entry": "marks", "count": MOST_MARKS})
        return
    if marks is None or not [mark for mark in marks if mark is not None]:
        yield Wrong("marks.0", _("请至少填写一个评分。"), missing=True)
        return
    for place, mark in enumerate(marks):
        if mark is not None:
            yield from _between(mark, f"marks.{place}", _("评分 %(number)s") % {"number": place + 1}, indicator)


def _inputs(indicator: Indicator, fact: Fact) -> Iterator[Wrong]:
    given = fact.get("inputs") or {}
    if not isinstance(given, Mapping):
        yield Wrong("inputs", _("“%(entry)s”应为键值对。") % {"entry": "inputs"})
        return
    names = inputs_of(indicator)
    for name in given:
        if name not in names:
            yield Wrong(f"inputs.{name}", _("本指标没有“%(entry)s”这一项。") % {"entry": name})
    for name in names:
        yield from _number(given.get(name), f"inputs.{name}", input_label(name), negative=False)


def _milestones(fact: Fact, milestones: Sequence[Due], on: date) -> Iterator[Wrong]:
    given = fact.get("done_on") or {}
    if not isinstance(given, Mapping):
        yield Wrong("done_on", _("“%(entry)s”应为键值对。") % {"entry": "done_on"})
        return
    known = {str(milestone.pk): milestone for milestone in milestones}
    for key, text in given.items():
        milestone = known.get(str(key))
        day = as_date(text)
        if milestone is None:
            yield Wrong(f"done_on.{key}", _("责任书里没有编号为 %(key)s 的节点。") % {"key": key})
        elif day is None:
            yield Wrong(
                f"done_on.{key}",
                _("“%(name)s”的完成日期“%(value)s”应写成 2026-05-31 的样子。")
                % {"name": milestone.name, "value": str(text)[:20]},
            )
        elif day > on:
            yield Wrong(
                f"done_on.{key}",
                _("“%(name)s”的完成日期 %(day)s 在今天之后；没有完成请留空。") % {"name": milestone.name, "day": day},
            )


def as_date(text: Any) -> date | None:
    """The day written as 2026-05-31, or None."""
    try:
        return date.fromisoformat(text) if isinstance(text, str) and len(text) == 10 else None
    except ValueError:
        return None


def main_number(indicator: Indicator, fact: Fact | None, milestones: Sequence[Due] = ()) -> Decimal | None:
    """The one number that stands for a fact in lists and curves; None when there is none (yet).

    The value; the sum of counts; how many milestones or requirements are met; the mean mark; the formula's result.
    """
    if fact is None:
        return None
    match indicator.method:
        case Method.MILESTONE:
            return Decimal(len(fact.get("done_on") or {}))
        case Method.THRESHOLD:
            return Decimal(sum(1 for there in fact.get("present") or [] if there))
        case Method.DEDUCT | Method.ADD:
            counts = [count for count in fact.get("counts") or [] if count is not None]
            return sum((Decimal(count) for count in counts), Decimal(0)) if counts else None
        case Method.PANEL:
            marks = [Decimal(mark) for mark in fact.get("marks") or [] if mark is not None]
            return sum(marks, Decimal(0)) / len(marks) if marks else None
        case Method.FORMULA:
            return _formula_result(indicator, fact)
        case _:
            text = fact.get("points" if indicator.method == Method.MANUAL else "value")
            return Decimal(text) if isinstance(text, str) and NUMBER.fullmatch(text) else None


def _formula_result(indicator: Indicator, fact: Fact) -> Decimal | None:
    inputs = fact.get("inputs") or {}
    if any(name not in inputs for name in inputs_of(indicator)):
        return None
    earned = rule_of(indicator).score({"inputs": dict(inputs)})
    return Decimal(earned.numerator) / Decimal(earned.denominator) if isinstance(earned, Fraction) else None


def short(indicator: Indicator, fact: Fact | None, milestones: Sequence[Due] = ()) -> tuple[str, str]:
    """A fact in a table cell: the figure as given, and its unit; ("—", "") while there is none."""
    if fact is None:
        return "—", ""
    number = main_number(indicator, fact, milestones)
    match indicator.method:
        case Method.MILESTONE:
            return f"{len(fact.get('done_on') or {})}/{len(milestones)}", _("个节点")
        case Method.THRESHOLD:
            return f"{number}/{len(required_of(indicator))}", _("项")
        case Method.DEDUCT | Method.ADD:
            return (_thousands(number), indicator.unit_label) if number is not None else ("—", "")
        case Method.PANEL | Method.FORMULA | Method.MANUAL:
            return (f"{number:.2f}", _("分")) if number is not None else ("—", "")
        case _:
            if categories_of(indicator):
                return str(fact.get("value") or "—"), ""
            if takes_target(indicator):
                return f"{_given(fact.get('value'))}/{_given(fact.get('target'))}", indicator.unit_label
            return (_thousands(number), indicator.unit_label) if number is not None else ("—", "")


def _given(text: Any) -> str:
    return _thousands(Decimal(text)) if isinstance(text, str) and NUMBER.fullmatch(text) else "—"


def exact(number: Decimal) -> str:
    """A stored number as text, without the zeros that only the column's scale put there."""
    text = f"{number:f}"
    return text.rstrip("0").rstrip(".") if "." in text else text


def grouped(number: Decimal) -> str:
    """A computed number without trailing zeros, with thousands separators and a real minus."""
    text = _thousands(number)
    return text.rstrip("0").rstrip(".") if "." in text else text


def _thousands(number: Decimal) -> str:
    """As given, with thousands separators and a real minus."""
    return f"{number:,f}".replace("-", "−")


def described(indicator: Indicator, fact: Fact | None, milestones: Sequence[Due] = ()) -> str:
    """A fact in words for a reader: every filled entry with its name."""
    if fact is None:
        return ""
    unit = indicator.unit_label
    match indicator.method:
        case Method.MILESTONE:
            done = fact.get("done_on") or {}
            named = {str(each.pk): each.name for each in milestones}
            pairs = [(named.get(str(key), str(key)), str(day)) for key, day in done.items()]
            return _listing(pairs) or _("没有节点完成")
        case Method.THRESHOLD:
            words = {True: _("有"), False: _("无"), None: "—"}
            return _listing(
                zip(required_of(indicator), [words[there] for there in fact.get("present") or []], strict=False)
            )
        case Method.FORMULA:
            return _listing((input_label(name), value) for name, value in (fact.get("inputs") or {}).items())
        case Method.DEDUCT | Method.ADD:
            return _listing(zip(events_of(indicator), fact.get("counts") or [], strict=False))
        case Method.PANEL:
            marks = _("、").join(str(mark) for mark in fact.get("marks") or [] if mark is not None)
            return _listing([(_("评分"), marks), *zip(events_of(indicator), fact.get("counts") or [], strict=False)])
        case Method.MANUAL:
            return str(fact.get("points") or "")
        case _:
            text = f"{fact.get('value') or '—'} {unit}".strip() if not categories_of(indicator) else fact.get("value")
            if takes_target(indicator):
                return f"{fact.get('value') or '—'} / {fact.get('target') or '—'} {unit}"
            return str(text or "")


def _listing(pairs: Iterable[tuple[str, Any]]) -> str:
    said = _("%(name)s：%(value)s")
    return _("；").join(said % {"name": name, "value": value} for name, value in pairs if value not in (None, ""))


def zero_fact(indicator: Indicator, milestones: Sequence[Due] = ()) -> dict[str, Any]:
    """What "nothing to report" counts as: the value 0, no event, no milestone done."""
    match indicator.method:
        case Method.MILESTONE:
            return {"done_on": {}}
        case Method.THRESHOLD:
            return {"present": [False] * len(required_of(indicator))}
        case Method.DEDUCT | Method.ADD:
            return {"counts": ["0"] * len(events_of(indicator))}
        case Method.FORMULA:
            return {"inputs": dict.fromkeys(inputs_of(indicator), "0")}
        case _:
            return {"value": "0", "target": "0"} if takes_target(indicator) else {"value": "0"}


class Demand(Protocol):
    """What is read of the letter's target; ledger.models.Target is one."""

    year_target: Decimal | None

    @property
    def quarters(self) -> tuple[Decimal, Decimal, Decimal, Decimal] | None: ...


def denominator(indicator: Indicator, fact: Fact | None, target: Demand | None, month: int) -> Fraction | None:
    """What a ratio's value is measured against in `month`; None when there is none (then it does not apply).

    The letter's target to date (the year's where the indicator is not cumulative), the reported or the fixed one.
    """
    if indicator.target_basis == TargetBasis.LETTER:
        if target is None or target.year_target is None:
            return None
        if not indicator.cumulative:
            return Fraction(target.year_target)
        return target_to_date(target.year_target, target.quarters, month)
    if indicator.target_basis == TargetBasis.FIXED:
        return Fraction(str(indicator.parameters["denominator"]))
    given = (fact or {}).get("target")
    return None if given is None else Fraction(str(given))


def for_engine(
    indicator: Indicator,
    fact: Fact,
    *,
    target: Demand | None,
    milestones: Sequence[Due],
    month: int,
    as_of: date,
) -> dict[str, Any]:
    """The complete fact in the shape that appraisal.rules.engine reads: target to date and days late worked out."""
    match indicator.method:
        case Method.RATIO | Method.INVERSE_RATIO:
            return {"target": denominator(indicator, fact, target, month), "value": fact["value"]}
        case Method.MILESTONE:
            done = fact.get("done_on") or {}
            ordered = [(milestone.due_on, as_date(done.get(str(milestone.pk)))) for milestone in milestones]
            return {"late_days": late_days(ordered, as_of)}
        case Method.PANEL:
            marks = [mark for mark in fact["marks"] if mark is not None]
            return {"marks": marks, "counts": fact.get("counts") or ["0"] * len(events_of(indicator))}
        case _:
            return {key: fact[key] for key in entries_of(indicator) if key in fact}
