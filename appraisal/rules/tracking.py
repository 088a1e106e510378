"""Progress against time: what was reached of the year, what the plan wanted by now, and the light for it. Exact.

An office's progress is the mean over its letter's quantities, by their points, each at most whole: a quantity that is
far over its target does not hide another one that is behind.
"""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import date
from enum import StrEnum
from fractions import Fraction
from functools import cached_property
from typing import Any

from appraisal.rules.exact import ONE, ZERO, number
from appraisal.rules.targets import days_late


class Light(StrEnum):
    """The colours; pages say the word with each. NONE: nothing that could be measured."""

    GREEN = "GREEN"
    YELLOW = "YELLOW"
    RED = "RED"
    NONE = "NONE"


@dataclass(frozen=True)
class Quantity:
    """One quantity of a letter: what was reached (None: nothing reported), planned to date and for the year, > 0."""

    points: Fraction
    reached: Fraction | None
    plan: Fraction
    year: Fraction

    @cached_property
    def done(self) -> Fraction:
        """Share of the year, from 0 to 1."""
        return _share(self.reached, self.year) if self.reached else ZERO

    @cached_property
    def due(self) -> Fraction:
        """Share of the year that the plan wants by now, from 0 to 1."""
        return _share(self.plan, self.year)


@dataclass(frozen=True)
class Progress:
    """done, due: shares of the year (0 to 1)."""

    done: Fraction
    due: Fraction

    @property
    def behind(self) -> Fraction:
        """Percentage points of the year that lack to the plan; below 0 when ahead of it."""
        return (self.due - self.done) * 100


def progress(quantities: Iterable[Quantity]) -> Progress | None:
    """All quantities together by their points; None without any."""
    known = [each for each in quantities if each.points > 0]
    if not known:
        return None
    total = sum((each.points for each in known), ZERO)
    return Progress(
        _sum((each.done, each.points) for each in known) / total,
        _sum((each.due, each.points) for each in known) / total,
    )


def mean(shares: Sequence[Fraction]) -> Fraction:
    """Of one share at least."""
    return _sum((each, ONE) for each in shares) / len(shares)


def _share(part: Fraction, whole: Fraction) -> Fraction:
    """part / whole, from 0 to 1. Reduced once, and not at all where it is a bound: a page does this by the thousand."""
    above, below = part.numerator * whole.denominator, part.denominator * whole.numerator
    if above <= 0:
        return ZERO
    return ONE if above >= below else Fraction(above, below)


def _sum(products: Iterable[tuple[Fraction, Fraction]]) -> Fraction:
    """The sum of the products, reduced once at the end."""
    above, below = 0, 1
    for one, other in products:
        denominator = one.denominator * other.denominator
        above = above * denominator + one.numerator * other.numerator * below
        below *= denominator
    return Fraction(above, below)


def light(progress: Progress | None, rule: Mapping[str, Any]) -> Light:
    """By percentage points behind the plan, while something is due; on a bound it is the better light.

    rule: params/early_warning.yaml. Source: domain reference 2.2 step 7.
    """
    if progress is None or not progress.due:
        return Light.NONE
    if progress.behind > number(str(rule["red"])):
        return Light.RED
    return Light.YELLOW if progress.behind > number(str(rule["yellow"])) else Light.GREEN


@dataclass(frozen=True)
class Stone:
    """A milestone as it stands on a day. done_on: None while it is not done; later than the day is not done either."""

    name: str
    due_on: date
    done_on: date | None
    as_of: date

    @property
    def done(self) -> bool:
        return self.done_on is not None and self.done_on <= self.as_of

    @property
    def days_late(self) -> int:
        """Whole days, up to the day it was done or, while it is not, to the day that is asked of."""
        return days_late(self.due_on, self.done_on, self.as_of)

    @property
    def overdue(self) -> bool:
        return self.days_late > 0 and not self.done


def stone_light(stone: Stone, rule: Mapping[str, Any]) -> Light:
    """Red from the first late day until it is done; yellow when it is near, and when it was done late; green when done
    in time; NONE while there is time.

    rule: params/milestone_warning.yaml. Source: domain reference 2.2 step 7, 2.4.
    """
    if stone.overdue:
        return Light.RED
    if stone.done:
        return Light.YELLOW if stone.days_late else Light.GREEN
    return Light.YELLOW if (stone.due_on - stone.as_of).days <= rule["soon_days"] else Light.NONE
