"""Weights of risk: whole points from counted things, each part explained by its numbers."""

from collections.abc import Mapping
from dataclasses import dataclass
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
