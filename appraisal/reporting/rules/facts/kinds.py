"""What a fact consists of, method by method."""

import re
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date
from fractions import Fraction
from pathlib import Path
from typing import Any, Protocol

from appraisal.library.models import Indicator, Method, TargetBasis
from appraisal.rules.methods import METHODS, Rule
from core import parameters

Fact = Mapping[str, Any]

PARAMS = Path(__file__).parents[1] / "params"
NUMBER = re.compile(r"[+-]?\d{1,14}(\.\d{1,6})?")
QUANTITIES = (Method.RATIO, Method.INVERSE_RATIO)
SINGLE_VALUE = (*QUANTITIES, Method.STEP, Method.LINEAR, Method.RANK)
COUNTED = (Method.DEDUCT, Method.ADD)


class Due(Protocol):
    """What is read of a milestone of the letter; ledger.models.TargetMilestone is one."""

    pk: Any
    name: str
    due_on: date
    done_before: date | None  # done by the office that had it before: nothing is asked any more


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


def as_date(text: Any) -> date | None:
    """The day written as 2026-05-31, or None."""
    try:
        return date.fromisoformat(text) if isinstance(text, str) and len(text) == 10 else None
    except ValueError:
        return None
