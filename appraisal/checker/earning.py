"""Points earned on one line, recomputed from the method, the parameters and the fact that its trace states."""

from collections.abc import Callable, Mapping
from fractions import Fraction as F
from typing import Any

from appraisal.checker.formula import ZeroDenominator, evaluate
from appraisal.checker.values import Unreadable, maybe, read

NOT_APPLICABLE = "NOT_APPLICABLE"
NOT_REPORTED = "NOT_REPORTED"
Trace = Mapping[str, Any]


def earned(trace: Trace) -> F | str:
    """The points, or the status that stands in their place."""
    fact = trace["fact"]
    if fact is None:
        # Whether a missing fact means "does not apply" or "not reported" only the run knew; the trace says which.
        if trace["status"] not in (NOT_APPLICABLE, NOT_REPORTED):
            raise Unreadable("there is no fact, yet the line is scored")
        return str(trace["status"])
    if trace["method"] not in METHODS:
        raise Unreadable(f"unknown method {trace['method']!r}")
    return METHODS[trace["method"]](read(trace["points"]), trace["parameters"], fact, trace)


def _ratio(points: F, how: Trace, fact: Trace, trace: Trace) -> F | str:
    target, value = maybe(fact["target"]), maybe(fact["value"])
    if target is None or target == 0:
        return NOT_APPLICABLE
    if value is None:
        return NOT_REPORTED
    cap, floor = read(how["cap"]), read(how["floor"])
    inverse = cap if value == 0 else target / value
    quotient = inverse if trace["method"] == "INVERSE_RATIO" else value / target
    if quotient < floor or quotient < 0:
        return F(0)
    return points * (cap if quotient > cap else quotient)


def _step(points: F, how: Trace, fact: Trace, trace: Trace) -> F | str:
    value = fact["value"]
    if value is None:
        return NOT_REPORTED
    if how["direction"] == "category":
        return next((read(row["points"]) for row in how["steps"] if row["equals"] == value), F(0))
    value = read(value)
    if how["direction"] == "higher_is_better":
        met = [(read(row["at_least"]), read(row["points"])) for row in how["steps"] if value >= read(row["at_least"])]
        return max(met)[1] if met else F(0)
    if how["direction"] == "lower_is_better":
        met = [(-read(row["at_most"]), read(row["points"])) for row in how["steps"] if value <= read(row["at_most"])]
        return max(met)[1] if met else F(0)
    raise Unreadable(f"unknown direction {how['direction']!r}")


def _linear(points: F, how: Trace, fact: Trace, trace: Trace) -> F | str:
    value, start, end = maybe(fact["value"]), read(how["from"]), read(how["to"])
    if value is None:
        return NOT_REPORTED
    if start > end:
        value, start, end = -value, -start, -end
    if value <= start:
        return F(0)
    return points if value >= end else points * (value - start) / (end - start)


def _threshold(points: F, how: Trace, fact: Trace, trace: Trace) -> F | str:
    present = fact["present"]
    if len(present) != len(how["requires"]):
        raise Unreadable("present and requires differ in length")
    return points if present.count(True) == len(present) else F(0)


def _events(rules: list[Trace], counts: list[str]) -> F:
    if len(rules) != len(counts):
        raise Unreadable("rules and counts differ in length")
    amount = F(0)
    for rule, count in zip(rules, counts, strict=True):
        amount += read(rule["points"]) * read(count)
    return amount


def _deduct(points: F, how: Trace, fact: Trace, trace: Trace) -> F | str:
    left, least = points - _events(how["rules"], fact["counts"]), read(how["minimum"])
    return least if left < least else left


def _add(points: F, how: Trace, fact: Trace, trace: Trace) -> F | str:
    got, most = _events(how["rules"], fact["counts"]), read(how["cap"])
    return most if got > most else got


def _milestone(points: F, how: Trace, fact: Trace, trace: Trace) -> F | str:
    shares = []
    for days in map(read, fact["late_days"]):
        bands = [read(band["share"]) for band in how["late_days"] if days <= read(band["at_most"])]
        shares.append(bands[0] if bands else read(how["otherwise"]))
    return points * sum(shares, F(0)) / len(shares) if shares else NOT_APPLICABLE


def _rank(points: F, how: Trace, fact: Trace, trace: Trace) -> F | str:
    value = maybe(fact["value"])
    if value is None:
        return NOT_REPORTED
    field = [(read(row[0]), row[1]) for row in trace["comparison"]["field"]]
    everybody = sum(many for _, many in field)
    if everybody != trace["comparison"]["count"] or value not in dict(field):
        raise Unreadable("the field of the ranking does not hold together")
    sign = {"ascending": 1, "descending": -1}[how["order"]]
    place = 1 + sum(many for other, many in field if sign * other < sign * value)
    limit = maybe(how["zero_above"])
    if limit is not None and value > limit:
        return F(0)
    bands = [read(band["points"]) for band in how["bands"] if read(band["share"]) >= F(place, everybody)]
    return bands[0] if bands else F(0)


def _panel(points: F, how: Trace, fact: Trace, trace: Trace) -> F | str:
    marks, trim = [read(mark) for mark in fact["marks"]], maybe(how["trim_when_at_least"])
    together, many = sum(marks, F(0)), len(marks)
    if trim is not None and many >= trim:
        together, many = together - max(marks) - min(marks), many - 2
    left = together / many - _events(how["then_deduct"], fact["counts"])
    return left if left > 0 else F(0)


def _formula(points: F, how: Trace, fact: Trace, trace: Trace) -> F | str:
    names = {name: read(value) for name, value in fact["inputs"].items()}
    try:
        result = evaluate(how["expression"], {**names, "points": points})
    except ZeroDenominator:
        return NOT_APPLICABLE
    low, high = read(how["minimum"]), read(how["maximum"])
    return low if result < low else high if result > high else result


def _manual(points: F, how: Trace, fact: Trace, trace: Trace) -> F | str:
    return NOT_REPORTED if fact["points"] is None else read(fact["points"])


METHODS: dict[str, Callable[[F, Trace, Trace, Trace], F | str]] = {
    "RATIO": _ratio,
    "INVERSE_RATIO": _ratio,
    "STEP": _step,
    "LINEAR": _linear,
    "THRESHOLD": _threshold,
    "DEDUCT": _deduct,
    "ADD": _add,
    "MILESTONE": _milestone,
    "RANK": _rank,
    "PANEL": _panel,
    "FORMULA": _formula,
    "MANUAL": _manual,
}
