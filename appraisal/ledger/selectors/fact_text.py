"""A fact in words, for tables and timelines: “800 人”, “85.5 %”, “赴省集访1次 ×2”. Shapes: models.ReportedValue."""

from collections.abc import Mapping
from decimal import Decimal, InvalidOperation
from typing import Any

from django.utils.translation import gettext as _

from appraisal.ledger.rules import facts
from appraisal.library.models import Indicator, Method
from appraisal.library.models.words import input_label

NOTHING = "–"
UNITLESS_DIRECTIONS = frozenset({"category"})


def plain(number: Any) -> str:
    """Digits as given with thousands separators; what is no number stays as it is."""
    try:
        value = Decimal(str(number))
    except InvalidOperation:
        return str(number)
    return f"{value:,f}".replace("-", "−") if value.is_finite() else str(number)


def describe(indicator: Indicator, fact: Mapping[str, Any] | None) -> str:
    """The fact with its unit, on one line. Null: there was nothing to report."""
    if fact is None:
        return _("本月无")
    method = indicator.method
    if method in facts.RATIOS and "target" in fact:
        return f"{plain(fact.get('value'))} / {_unit(plain(fact['target']), indicator)}"
    if method in facts.COUNTED:
        return _events(indicator.parameters["rules"], fact.get("counts", ())) or _("无事项")
    if method == Method.PANEL:
        return _panel(indicator, fact)
    if method == Method.THRESHOLD:
        return _presence(indicator, fact)
    if method == Method.MILESTONE:
        done = [day for day in fact.get("done_on", {}).values() if day]
        return _("已完成 %(done)s 个节点") % {"done": len(done)}
    if method == Method.FORMULA:
        return _("，").join(f"{input_label(name)} {plain(value)}" for name, value in fact.get("inputs", {}).items())
    if method == Method.MANUAL:
        return _("%(points)s 分") % {"points": plain(fact.get("points"))}
    if indicator.parameters.get("direction") in UNITLESS_DIRECTIONS:
        return str(fact.get("value"))
    return _unit(plain(fact.get("value")), indicator)


def number_of(indicator: Indicator, fact: Mapping[str, Any] | None) -> Decimal | None:
    """The one figure to draw over the months: the value, a rate in percent, the marks' mean, all events; else None."""
    if fact is None:
        return Decimal(0)
    try:
        if indicator.method in facts.RATIOS and "target" in fact:
            target = Decimal(fact["target"])
            return Decimal(fact["value"]) * 100 / target if target else None
        if indicator.method in facts.COUNTED:
            return sum((Decimal(count) for count in fact["counts"]), Decimal(0))
        if indicator.method == Method.PANEL:
            return _mean(fact["marks"])
        return Decimal(str(fact.get("value", fact.get("points"))))
    except (InvalidOperation, KeyError, TypeError):
        return None


def _unit(text: str, indicator: Indicator) -> str:
    return f"{text} {indicator.unit_label}".strip()


def _events(rules: list[dict[str, Any]], counts: Any) -> str:
    happened = [
        f"{rule['event']} ×{plain(count)}" for rule, count in zip(rules, counts, strict=False) if Decimal(str(count))
    ]
    return _("，").join(happened)


def _panel(indicator: Indicator, fact: Mapping[str, Any]) -> str:
    marks = fact.get("marks", ())
    numbers = sorted(Decimal(str(mark)) for mark in marks)
    span = f"{plain(numbers[0])}–{plain(numbers[-1])}" if numbers else NOTHING
    said = _("%(count)s 人评议，%(span)s 分") % {"count": len(marks), "span": span}
    events = _events(indicator.parameters.get("then_deduct", []), fact.get("counts", ()))
    return _("；").join((said, events)) if events else said


def _presence(indicator: Indicator, fact: Mapping[str, Any]) -> str:
    pairs = zip(indicator.parameters["requires"], fact.get("present", ()), strict=False)
    missing = [str(name) for name, there in pairs if not there]
    return _("缺 %(names)s") % {"names": _("、").join(missing)} if missing else _("齐全")


def _mean(marks: Any) -> Decimal:
    numbers = [Decimal(str(mark)) for mark in marks]
    return sum(numbers, Decimal(0)) / len(numbers) if numbers else Decimal(0)
