"""The dated figures of consultation, verification and objection, kept in params/*.yaml with their references."""

from datetime import date
from pathlib import Path
from typing import Any

from core import parameters

FOLDER = Path(__file__).parent / "params"


def _in_force(name: str, on: date) -> Any:
    return parameters.load(FOLDER / f"{name}.yaml").value(on)


def shortest_reason(on: date) -> int:
    """How many characters a reason must have, spaces aside."""
    return int(_in_force("shortest_reason", on))


def objection_days(on: date) -> int:
    """Working days an office has to object, counted from the day after publication."""
    return int(_in_force("objection_days", on)["to_file"])


def answer_days(on: date) -> int:
    """Working days the province has to decide, counted from the day after filing."""
    return int(_in_force("objection_days", on)["to_answer"])


def further_appeal_days(on: date) -> int:
    """Working days an office has to appeal to the committee, counted from the day after the decision."""
    return int(_in_force("further_appeal_days", on)["to_file"])


def further_decision_days(on: date) -> int:
    """Working days the committee has to decide, counted from the day after filing."""
    return int(_in_force("further_appeal_days", on)["to_decide"])


def statement_receipt_days(on: date) -> int:
    """Working days an office has to acknowledge receipt of a statement of deductions, from the day after its issue."""
    return int(_in_force("statement_receipt_days", on))


def consultation_days(step: str, on: date) -> int:
    """Working days for a step of agreeing on targets (first, control, second, final), from the day after the last."""
    return int(_in_force("consultation_days", on)[step])


def decomposition_days(on: date) -> int:
    """Working days to break a letter down, counted from the day after the signature or the approved change."""
    return int(_in_force("decomposition_days", on))


def letter_change_window(year: int) -> tuple[date, date, int]:
    """(first day, last day, times): when in that year an office may apply to change its targets, and how often."""
    value = _in_force("letter_change_window", date(year, 1, 1))
    first, last = (date.fromisoformat(f"{year}-{value[name]}") for name in ("first", "last"))
    return first, last, int(value["times"])


def reopen_days(on: date) -> int:
    """For how many working days at most a closed month is opened again for one office."""
    return int(_in_force("reopen_working_days", on))


def adjustment_items(on: date) -> dict[str, dict[str, Any]]:
    """Bonus and deduction items by code: {kind, name, name_en, points (the most one item may bring), source}."""
    return dict(_in_force("adjustment_items", on))


def reference(name: str, on: date) -> str:
    """What the figure in force on that day rests on."""
    return parameters.load(FOLDER / f"{name}.yaml").at(on).reference


def avoidance_years(on: date) -> int:
    """For how many years after serving in an office a person does not judge it."""
    return int(_in_force("avoidance_years", on))


def matter(on: date) -> dict[str, Any]:
    """What an overdue matter comes to: {item: code of adjustment_items, day_off: NEXT or AS_GIVEN, basis}."""
    return dict(_in_force("matter", on))


def false_claim(on: date) -> dict[str, Any]:
    """What follows a false claim: {item: code of adjustment_items, hearing_days: working days, basis}."""
    return dict(_in_force("false_claim", on))


def ledger_publishers(on: date) -> dict[str, str]:
    """Ledger (data source of an indicator) → who of the bureau publishes its figures: ADMIN or SUPERVISORS."""
    return {ledger: entry["by"] for ledger, entry in _in_force("ledger_publishers", on).items()}


def panel_least(on: date) -> int:
    """How many members the panel that hears an objection has at least; their number is odd."""
    return int(_in_force("objection_panel", on))


def next_panel_least(on: date) -> tuple[date, int] | None:
    """From which day another number holds, and which; None while nothing is known."""
    then = parameters.load(FOLDER / "objection_panel.yaml").next_after(on)
    return (then.since, int(then.value)) if then else None
