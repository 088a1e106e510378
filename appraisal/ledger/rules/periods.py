"""When a month's report falls due."""

from datetime import date
from pathlib import Path

from core import parameters

FOLDER = Path(__file__).parent / "params"
DUE_FIELDS = ("county_due_on", "due_on", "verify_due_on")


def due_working_days(on: date) -> dict[str, int]:
    """For each of DUE_FIELDS the working day of the month after the reported one, as in force on that day."""
    value = parameters.load(FOLDER / "report_due_working_days.yaml").value(on)
    return {field: int(value[field]) for field in DUE_FIELDS}


def following_month(year: int, month: int) -> tuple[int, int]:
    """Year and month after the given one; January of the next year after December."""
    return (year + 1, 1) if month == 12 else (year, month + 1)
