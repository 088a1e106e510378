"""A fact for readers: its one number, its table cell, all of it in words."""

from collections.abc import Iterable, Sequence
from decimal import Decimal
from fractions import Fraction
from typing import Any

from django.utils.translation import gettext as _

from appraisal.library.models import Indicator, Method
from appraisal.library.models.words import input_label
from appraisal.reporting.rules.facts.kinds import (
    NUMBER,
    Due,
    Fact,
    categories_of,
    events_of,
    inputs_of,
    required_of,
    rule_of,
    takes_target,
)


def main_number(indicator: Indicator, fact: Fact | None, milestones: Sequence[Due] = ()) -> Decimal | None:
    """The one number that stands for a fact in lists and curves; None when there is none (yet).

    The value; the sum of counts; how many milestones or requirements are met; the mean mark; the formula's result.
    """
    if fact is None:
        return None
    match indicator.method:
        case Method.MILESTONE:
            return Decimal(_done(fact, milestones))
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


def _done(fact: Fact, milestones: Sequence[Due]) -> int:
    """How many are done: as reported, and by the office that had them before."""
    return len(fact.get("done_on") or {}) + sum(1 for each in milestones if each.done_before)


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
            return f"{_done(fact, milestones)}/{len(milestones)}", _("个节点")
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
            pairs = [(each.name, str(each.done_before)) for each in milestones if each.done_before]
            pairs += [(named.get(str(key), str(key)), str(day)) for key, day in done.items()]
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
