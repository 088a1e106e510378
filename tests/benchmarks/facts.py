"""Facts that fit an indicator, varied by a number, the same for the same number."""

from collections.abc import Mapping
from decimal import Decimal
from typing import Any

VARIANTS = 97  # a prime: offices and indicators do not fall into step

DAYS = ("2026-01-20", "2026-02-25", "2026-04-10", "2026-08-01")


def stored(method: str, parameters: Mapping[str, Any], points: Decimal, basis: str, number: int) -> dict[str, Any]:
    """The fact as it is handed over (ledger.models.ReportedValue); milestones are left to who knows their ids."""
    if method in ("RATIO", "INVERSE_RATIO"):
        least = Decimal(str(parameters["denominator"])) if basis == "FIXED" else Decimal(1000)
        fact = {"value": str(least * (60 + number % 50) / 100)}
        return {**fact, "target": "1000"} if basis == "REPORTED" else fact
    if method == "MILESTONE":
        return {"done_on": {}}
    return scored(method, parameters, points, number)


def scored(method: str, parameters: Mapping[str, Any], points: Decimal, number: int) -> dict[str, Any]:
    """The fact as the engine reads it (data reference)."""
    if method in ("RATIO", "INVERSE_RATIO"):
        return {"value": str(600 + 5 * number), "target": "1000"}
    if method == "MILESTONE":
        return {"late_days": [0, number % 60]}
    if method == "STEP":
        step = parameters["steps"][number % len(parameters["steps"])]
        bound = next(key for key in ("equals", "at_least", "at_most") if key in step)
        return {"value": str(step[bound]) if bound == "equals" else str(Decimal(str(step[bound])) + number % 3 - 1)}
    if method == "LINEAR":
        start, end = Decimal(str(parameters["from"])), Decimal(str(parameters["to"]))
        return {"value": str(start + (end - start) * number / VARIANTS)}
    if method == "RANK":
        return {"value": str(Decimal(number * 37 % 1000) / 100)}
    if method in ("DEDUCT", "ADD"):
        return {"counts": [str((number + place) % 3) for place, _ in enumerate(parameters["rules"])]}
    if method == "THRESHOLD":
        return {"present": [bool((number + place) % 9) for place, _ in enumerate(parameters["requires"])]}
    if method == "PANEL":
        marks = [str(points * (80 + (number + member * 7) % 20) / 100) for member in range(5)]
        return {"marks": marks, "counts": ["0" for _ in parameters["then_deduct"]]}
    if method == "FORMULA":
        return {"inputs": {name: str(1 + (number + place) % 20) for place, name in enumerate(parameters["inputs"])}}
    return {"points": str(points * (number % 11) / 10)}
