"""Whether a fact has the shape its indicator's method wants, as it is handed over (see models.ReportedValue).

Handed-over facts differ from what the engine scores in two methods: a ratio carries its target only where the office
reports it (otherwise the letter gives it), and milestones carry the days they were done on (days late follow later).
"""

import re
from collections.abc import Iterator, Mapping
from datetime import date
from typing import Any

from appraisal.rules.exact import NotExact, number
from appraisal.rules.methods import METHODS
from appraisal.rules.methods.base import FACT_REMARKS
from appraisal.rules.problems import Problem

Fact = Mapping[str, Any]
RATIOS = frozenset({"RATIO", "INVERSE_RATIO"})
DECIMAL = re.compile(r"[+-]?\d{1,14}(\.\d{1,6})?")
COUNTED = frozenset({"DEDUCT", "ADD"})


def problems_of(
    *, method: str, points: Any, parameters: Mapping[str, Any], target_basis: str, fact: Any
) -> list[Problem]:
    """What is wrong with the fact; empty when nothing. points: of the indicator, Decimal or text; fact: not null."""
    if not isinstance(fact, Mapping):
        return [Problem("facts.not_a_mapping")]
    if method == "MILESTONE":
        return _milestone_problems(fact)
    if parameters.get("direction") == "category":
        return _category_problems(fact, [str(step["equals"]) for step in parameters["steps"]])
    problems = METHODS[method](number(points), parameters).validate_fact(fact)
    # Remarks beside the numbers are the engine's business: a reason has a field of its own.
    problems += [Problem("entry.unknown", {"entry": key}) for key in sorted(FACT_REMARKS.intersection(fact))]
    problems += _target_problems(method, fact, target_basis) + _missing_numbers(method, fact)
    return problems or [of for entry, value in _leaves(fact) if (of := _too_odd(entry, value))]


def _category_problems(fact: Fact, categories: list[str]) -> list[Problem]:
    problems = [Problem("entry.unknown", {"entry": str(key)}) for key in fact if key != "value"]
    if "value" not in fact or fact["value"] is None:
        return [*problems, Problem("entry.missing", {"entry": "value"})]
    if fact["value"] not in categories:
        values = {"entry": "value", "value": str(fact["value"])[:60], "choices": ", ".join(categories)}
        problems.append(Problem("entry.not_a_choice", values))
    return problems


def _leaves(fact: Any, entry: str = "") -> Iterator[tuple[str, Any]]:
    """Every single value of a fact with its place."""
    if isinstance(fact, Mapping):
        for key, value in fact.items():
            yield from _leaves(value, f"{entry}.{key}" if entry else str(key))
    elif isinstance(fact, list):
        for place, value in enumerate(fact, start=1):
            yield from _leaves(value, f"{entry}[{place}]")
    else:
        yield entry, fact


def _too_odd(entry: str, value: Any) -> Problem | None:
    """People hand over decimals; the engine's fractions and very long numbers are no quantities of an office."""
    if isinstance(value, bool) or (isinstance(value, str | int) and DECIMAL.fullmatch(str(value))):
        return None
    return Problem("number.wrong", {"entry": entry, "value": str(value)[:60]})


def _target_problems(method: str, fact: Fact, target_basis: str) -> list[Problem]:
    """Only where the office reports the target the fact carries one; elsewhere the letter or the scheme gives it."""
    if method not in RATIOS or ("target" in fact) == (target_basis == "REPORTED"):
        return []
    return [Problem("entry.unknown" if "target" in fact else "entry.missing", {"entry": "target"})]


def _missing_numbers(method: str, fact: Fact) -> list[Problem]:
    """The engine reads an explicit null as “not reported”; a fact that is handed over has its number."""
    keys = {"MANUAL": ("points",), "STEP": ("value",), "LINEAR": ("value",), "RANK": ("value",)}.get(method, ())
    keys = ("value",) if method in RATIOS else keys
    return [Problem("entry.missing", {"entry": key}) for key in keys if key in fact and fact[key] in (None, "")]


def _milestone_problems(fact: Fact) -> list[Problem]:
    done = fact.get("done_on")
    if not isinstance(done, Mapping):
        return [Problem("entry.not_a_mapping" if "done_on" in fact else "entry.missing", {"entry": "done_on"})]
    problems = [Problem("entry.unknown", {"entry": str(key)}) for key in fact if key != "done_on"]
    for milestone, day in done.items():
        entry = f"done_on.{milestone}"
        if not str(milestone).isdigit():
            problems.append(Problem("entry.unknown", {"entry": entry}))
        elif day is not None and not _is_day(day):
            problems.append(Problem("entry.not_a_choice", {"entry": entry, "value": str(day), "choices": "YYYY-MM-DD"}))
    return problems


def _is_day(text: Any) -> bool:
    try:
        date.fromisoformat(str(text))
    except ValueError:
        return False
    return True


def event_count(method: str, parameters: Mapping[str, Any]) -> int:
    """How many kinds of events a fact of this indicator counts; 0 where it counts none."""
    key = "rules" if method in COUNTED else "then_deduct" if method == "PANEL" else ""
    return len(parameters.get(key, ())) if key else 0


def no_events(parameters: Mapping[str, Any]) -> dict[str, list[str]]:
    """The fact “nothing happened” of a DEDUCT or ADD indicator."""
    return {"counts": ["0"] * len(parameters["rules"])}


def same(one: Any, other: Any) -> bool:
    """Whether two facts say the same: numbers are compared as numbers, so 12.50 equals 12.5."""
    if isinstance(one, Mapping) and isinstance(other, Mapping):
        return one.keys() == other.keys() and all(same(one[key], other[key]) for key in one)
    if isinstance(one, list) and isinstance(other, list):
        return len(one) == len(other) and all(same(a, b) for a, b in zip(one, other, strict=True))
    try:
        return number(one) == number(other)
    except NotExact:
        return bool(one == other)
