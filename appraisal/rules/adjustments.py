"""What is decided beside the facts: points off an indicator, bonus and deduction items, vetoes."""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date
from fractions import Fraction
from functools import cache
from typing import Any

from appraisal.rules.exact import ZERO, number, plain
from appraisal.rules.parameters import in_force
from appraisal.rules.problems import FactsError
from appraisal.rules.reader import Reader


@dataclass(frozen=True, slots=True)
class PointsOff:
    """Verification takes points off one indicator."""

    indicator: str
    points: Fraction
    reason: str


@dataclass(frozen=True, slots=True)
class Item:
    """A bonus or deduction item that follows after the total; `cap` is the item's own, where it has one."""

    points: Fraction
    reason: str
    cap: Fraction | None = None

    @property
    def counted(self) -> Fraction:
        """The item's points up to its cap."""
        return self.points if self.cap is None else min(self.points, self.cap)


@dataclass(frozen=True, slots=True)
class Veto:
    """A veto caps the grade at `ceiling` and leaves the score alone."""

    ceiling: str
    reason: str
    code: str = ""


@dataclass(frozen=True, slots=True)
class Adjustments:
    """Everything of that kind for one office."""

    points_off: tuple[PointsOff, ...] = ()
    bonus: tuple[Item, ...] = ()
    deduction: tuple[Item, ...] = ()
    vetoes: tuple[Veto, ...] = ()


@dataclass(frozen=True, slots=True)
class Limits:
    """Caps of all bonus and all deduction items together, and the bounds of the total."""

    bonus_cap: Fraction
    deduction_cap: Fraction
    minimum: Fraction
    maximum: Fraction


NONE = Adjustments()


@cache
def limits(on: date | None = None) -> Limits:
    """The limits in force on a day; the newest when no day is named."""
    value = in_force("adjustment_limits", on)
    return Limits(*(number(value[key]) for key in ("bonus_cap", "deduction_cap", "minimum", "maximum")))


def read_adjustments(given: Mapping[str, Any]) -> Adjustments:
    """Adjustments from plain data: {points_off: [{indicator, points, reason}], bonus and deduction:
    [{points, reason, cap}], vetoes: [{code, ceiling, reason}]}, numbers as strings. Raises FactsError.

    A veto may name only its code (see params/vetoes.yaml) or only its ceiling.
    """
    reader = Reader(given)
    points_off = tuple(
        PointsOff(row.text("indicator"), _amount(row), _reason(row)) for row in _closed(reader, "points_off")
    )
    bonus, deduction = (
        tuple(Item(_amount(row), _reason(row), row.optional("cap")) for row in _closed(reader, key))
        for key in ("bonus", "deduction")
    )
    vetoes = tuple(_veto(row) for row in _closed(reader, "vetoes"))
    problems = reader.close(frozenset(), blocking=True)
    if problems:
        raise FactsError(problems)
    return Adjustments(points_off, bonus, deduction, vetoes)


def _closed(reader: Reader, key: str) -> list[Reader]:
    rows = reader.rows(key)
    for row in rows:
        row.taken |= {"indicator"} if key == "points_off" else {"code", "ceiling"} if key == "vetoes" else {"cap"}
        row.taken |= {"reason"} if key == "vetoes" else {"reason", "points"}
        row.close(frozenset(), blocking=True)
    return rows


def _amount(row: Reader) -> Fraction:
    points = row.number("points")
    if points < ZERO:
        row.fail("entry.negative", entry=row.entry("points"), value=plain(points))
    return points


def _reason(row: Reader) -> str:
    reason = row.raw("reason")
    if not isinstance(reason, str) or not reason.strip():
        row.fail("adjustments.reason", entry=row.path)
        return ""
    return reason


def _veto(row: Reader) -> Veto:
    known = in_force("vetoes", None)
    grades = [grade["grade"] for grade in in_force("grades", None)]
    code = row.text("code", default="", choices=("", *known))
    ceiling = row.text("ceiling", default=known[code]["ceiling"] if code else None, choices=grades)
    reason = row.text("reason", default=known[code]["name"] if code else None)
    return Veto(ceiling, reason, code)
