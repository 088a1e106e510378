"""Weights of risk: whole points from counted things, each part explained by its numbers."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from decimal import Decimal
from fractions import Fraction
from typing import Any


@dataclass(frozen=True)
class Measures:
    """What is counted of an object. corrected of decided: values verification changed, of those it decided about;
    late: reports handed over late; outliers: values that leap; months: whole months since the last inspection, None
    when there was none.
    """

    corrected: int = 0
    decided: int = 0
    late: int = 0
    outliers: int = 0
    months: int | None = None


def weigh(measures: Measures, rule: Mapping[str, Any]) -> tuple[int, list[dict[str, Any]]]:
    """The weight, and its parts [{part, …counted…, points}] in order; the points add up to the weight.

    rule: the value of params/risk_weights.yaml.
    """
    percent = 100 * measures.corrected // measures.decided if measures.decided else 0
    rested = rule["not_inspected"]
    months = measures.months
    parts: list[dict[str, Any]] = [
        {"part": "base", "points": rule["base"]},
        {
            "part": "corrected", "corrected": measures.corrected, "decided": measures.decided,
            "points": min(percent * rule["corrected"]["per_percent"], rule["corrected"]["most"]),
        },
        {
            "part": "late", "count": measures.late,
            "points": min(measures.late * rule["late"]["each"], rule["late"]["most"]),
        },
        {
            "part": "outliers", "count": measures.outliers,
            "points": min(measures.outliers * rule["outliers"]["each"], rule["outliers"]["most"]),
        },
        {
            "part": "not_inspected", "months": months,
            "points": rested["most"] if months is None else min(months * rested["per_month"], rested["most"]),
        },
    ]  # fmt: skip
    return sum(part["points"] for part in parts), parts


def leaps(figures: Sequence[tuple[int, Decimal]], rule: Mapping[str, Any]) -> set[int]:
    """The months whose change against the month before exceeds `times` the median of the office's other changes.

    figures: (month, figure) ascending; a month without its predecessor has no change. rule: params/outlier.yaml.
    With fewer than `known` other changes, or a median of 0, nothing is said.
    """
    known = dict(figures)
    changes = {month: abs(figure - known[month - 1]) for month, figure in figures if month - 1 in known}
    found = set()
    for month, change in changes.items():
        others = sorted(other for at, other in changes.items() if at != month)
        if len(others) < rule["known"]:
            continue
        middle = _median(others)
        if middle and Fraction(change) > rule["times"] * middle:
            found.add(month)
    return found


def _median(ordered: Sequence[Decimal]) -> Fraction:
    half = len(ordered) // 2
    if len(ordered) % 2:
        return Fraction(ordered[half])
    return (Fraction(ordered[half - 1]) + Fraction(ordered[half])) / 2
