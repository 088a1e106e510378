"""What is decided beside the facts: points off an indicator, bonus and deduction items, vetoes, difficulty."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import date
from fractions import Fraction
from functools import lru_cache
from typing import Any

from appraisal.rules.exact import STORED_PLACES, ZERO, half_up_units, number, plain
from appraisal.rules.parameters import in_force
from appraisal.rules.problems import FactsError, Problem
from appraisal.rules.reader import Reader


@dataclass(frozen=True, slots=True)
class PointsOff:
    """Verification takes points off one indicator."""

    indicator: str
    points: Fraction
    reason: str


@dataclass(frozen=True, slots=True)
class Zeroed:
    """An indicator that counts 0 whatever it earned: what was claimed for it is false (domain reference 2.3)."""

    indicator: str
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
class Difficulty:
    """The coefficient that the sum of an office's indicators is multiplied by, as published before the year.

    minimum, maximum: the bounds that were in force. Source: domain reference 2.4.
    """

    coefficient: Fraction
    reason: str
    minimum: Fraction
    maximum: Fraction

    def weighted(self, units: int) -> int:
        """A sum in ten-thousandths of a point times the coefficient, half-up at 4 decimals."""
        return half_up_units(Fraction(units, 10**STORED_PLACES) * self.coefficient, STORED_PLACES)


@dataclass(frozen=True, slots=True)
class Adjustments:
    """Everything of that kind for one office."""

    points_off: tuple[PointsOff, ...] = ()
    bonus: tuple[Item, ...] = ()
    deduction: tuple[Item, ...] = ()
    vetoes: tuple[Veto, ...] = ()
    difficulty: Difficulty | None = None  # none: a coefficient of 1
    zeroed: tuple[Zeroed, ...] = field(default=(), repr=False)  # told by its own repr where there are any

    def weighted(self, units: int) -> int:
        """The sum of the indicators as it counts, in ten-thousandths of a point."""
        return self.difficulty.weighted(units) if self.difficulty else units


@dataclass(frozen=True, slots=True)
class Limits:
    """Caps of all bonus and all deduction items together, and the bounds of the total."""

    bonus_cap: Fraction
    deduction_cap: Fraction
    minimum: Fraction
    maximum: Fraction


NONE = Adjustments()


def limits(on: date | None = None) -> Limits:
    """The limits in force on a day; the newest when no day is named."""
    value = in_force("adjustment_limits", on)
    return _limits(*(value[key] for key in ("bonus_cap", "deduction_cap", "minimum", "maximum")))


@lru_cache(maxsize=256)
def _limits(*bounds: str) -> Limits:
    """By their texts and not by the day: on one day provinces have different ones."""
    return Limits(*(number(bound) for bound in bounds))


def read_adjustments(given: Mapping[str, Any]) -> Adjustments:
    """Adjustments from plain data: {points_off: [{indicator, points, reason}], bonus and deduction:
    [{points, reason, cap}], vetoes: [{code, ceiling, reason}], difficulty: {coefficient, reason},
    zeroed: [{indicator, reason}]}, numbers as strings.
    Raises FactsError.

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
    difficulty = _difficulty(reader) if given.get("difficulty") is not None else None
    zeroed = tuple(Zeroed(row.text("indicator"), _reason(row)) for row in _closed(reader, "zeroed"))
    problems = reader.close(frozenset(), blocking=True)
    if problems:
        raise FactsError(problems)
    return Adjustments(points_off, bonus, deduction, vetoes, difficulty, zeroed)


def difficulty_of(coefficient: Fraction, reason: str, on: date | None = None) -> Difficulty | None:
    """The coefficient with the bounds of that day, None for 1. Raises FactsError outside of them."""
    if coefficient == 1:
        return None
    bounds = in_force("difficulty", on)
    made = Difficulty(coefficient, reason, number(bounds["minimum"]), number(bounds["maximum"]))
    if not made.minimum <= coefficient <= made.maximum:
        values = {"value": plain(coefficient), "minimum": plain(made.minimum), "maximum": plain(made.maximum)}
        raise FactsError([Problem("adjustments.difficulty", values)])
    return made


def _difficulty(reader: Reader) -> Difficulty | None:
    given = reader.raw("difficulty")
    if not isinstance(given, Mapping):
        reader.fail("entry.not_a_mapping", entry="difficulty")
        return None
    row = Reader(given, "difficulty", reader.problems)
    coefficient, reason = row.number("coefficient"), _reason(row)
    row.taken.add("reason")
    row.close(frozenset(), blocking=True)
    return None if reader.problems else difficulty_of(coefficient, reason)


TAKEN = {
    "points_off": {"indicator", "reason", "points"},
    "zeroed": {"indicator", "reason"},
    "bonus": {"cap", "reason", "points"},
    "deduction": {"cap", "reason", "points"},
    "vetoes": {"code", "ceiling", "reason"},
}


def _closed(reader: Reader, key: str) -> list[Reader]:
    rows = reader.rows(key)
    for row in rows:
        row.taken |= TAKEN[key]
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
