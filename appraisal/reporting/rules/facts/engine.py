"""What the scoring engine reads of a fact: the target to date and days late worked out."""

from collections.abc import Sequence
from datetime import date
from decimal import Decimal
from fractions import Fraction
from typing import Any, Protocol

from appraisal.library.models import Indicator, Method, TargetBasis
from appraisal.reporting.rules.facts.kinds import (
    Due,
    Fact,
    as_date,
    entries_of,
    events_of,
    inputs_of,
    required_of,
    takes_target,
)
from appraisal.rules.targets import late_days, target_to_date


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
            ordered = [(each.due_on, each.done_before or as_date(done.get(str(each.pk)))) for each in milestones]
            return {"late_days": late_days(ordered, as_of)}
        case Method.PANEL:
            marks = [mark for mark in fact["marks"] if mark is not None]
            return {"marks": marks, "counts": fact.get("counts") or ["0"] * len(events_of(indicator))}
        case _:
            return {key: fact[key] for key in entries_of(indicator) if key in fact}
