"""Figures out of proportion: against the office's own other months, and against its peers' growth. Median and MAD.

One rule for hints to who reports, reviews and verifies, and for the weights of risk in draws (params/outlier.yaml).
"""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from decimal import Decimal
from fractions import Fraction
from typing import Any


@dataclass(frozen=True)
class Leap:
    """A month's change (absolute) and the median of the office's other changes that it exceeds so many times."""

    change: Decimal
    middle: Fraction

    @property
    def times(self) -> Fraction:
        return Fraction(self.change) / self.middle


@dataclass(frozen=True)
class Spread:
    """How the growth of a group's offices lies: median, median of the distances from it, how many offices."""

    median: Fraction
    deviation: Fraction
    count: int


def leaps(figures: Sequence[tuple[int, Decimal]], rule: Mapping[str, Any]) -> dict[int, Leap]:
    """By month, the changes against the month before that exceed `times` the median of the office's other changes.

    figures: (month, figure); a month without its predecessor has no change. rule: params/outlier.yaml.
    With fewer than `known` other changes, or a median of 0, nothing is said.
    """
    known = dict(figures)
    changes = {month: abs(figure - known[month - 1]) for month, figure in figures if month - 1 in known}
    found = {}
    for month, change in changes.items():
        others = [other for at, other in changes.items() if at != month]
        if len(others) < rule["known"]:
            continue
        middle = median(others)
        if middle and Fraction(change) > rule["times"] * middle:
            found[month] = Leap(change, middle)
    return found


def growth(now: Decimal, before: Decimal) -> Fraction | None:
    """The change as a share of the month before (1 is doubled); None where there was nothing to grow from."""
    return Fraction(now - before) / abs(Fraction(before)) if before else None


def spread(shares: Iterable[Fraction]) -> Spread | None:
    """Median and median deviation of a group's growth; None without any."""
    ordered = sorted(shares)
    if not ordered:
        return None
    middle = median(ordered)
    return Spread(middle, median([abs(share - middle) for share in ordered]), len(ordered))


def astray(share: Fraction, among: Spread, rule: Mapping[str, Any]) -> bool:
    """Whether growth lies outside of what the group's offices have in common; never among too few of them."""
    peers = rule["peers"]
    if among.count < peers["known"]:
        return False
    return abs(share - among.median) > max(peers["times"] * among.deviation, Fraction(peers["least"]))


def median(values: Sequence[Decimal] | Sequence[Fraction]) -> Fraction:
    """The middle one, or half of the two middle ones together."""
    ordered = sorted(Fraction(value) for value in values)
    half = len(ordered) // 2
    return ordered[half] if len(ordered) % 2 else (ordered[half - 1] + ordered[half]) / 2
