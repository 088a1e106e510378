"""Progress against time: what was reached of the year, what the plan wanted by now, and the light for it. Exact.

An office's progress is the mean over its letter's quantities, by their points, each at most whole: a quantity that is
far over its target does not hide another one that is behind.
"""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from enum import StrEnum
from fractions import Fraction
from functools import cached_property
from typing import Any

ONE = Fraction(1)


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
        return min(max((self.reached or Fraction(0)) / self.year, Fraction(0)), ONE)

    @cached_property
    def due(self) -> Fraction:
        """Share of the year that the plan wants by now, from 0 to 1."""
        return min(self.plan / self.year, ONE)


@dataclass(frozen=True)
class Progress:
    """done, due: shares of the year (0 to 1)."""

    done: Fraction
    due: Fraction

    @property
    def share(self) -> Fraction | None:
        """How much of what is due is done; None while nothing is due."""
        return self.done / self.due if self.due else None


def progress(quantities: Iterable[Quantity]) -> Progress | None:
    """All quantities together by their points; None without any."""
    known = [each for each in quantities if each.points > 0]
    total = sum((each.points for each in known), Fraction(0))
    if not total:
        return None
    return Progress(
        sum((each.done * each.points for each in known), Fraction(0)) / total,
        sum((each.due * each.points for each in known), Fraction(0)) / total,
    )


def light(share: Fraction | None, rule: Mapping[str, Any]) -> Light:
    """rule: params/early_warning.yaml; a share on a bound is on its better side."""
    if share is None:
        return Light.NONE
    if share < Fraction(str(rule["red"])):
        return Light.RED
    return Light.YELLOW if share < Fraction(str(rule["yellow"])) else Light.GREEN
