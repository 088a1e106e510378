"""Where a year may end: score and rank, at least, likely and at most, from the published months. Exact.

The rule: a month's score is measured by the target to date (the plan's curve), so what is likely is that it stays.
Month after month it may fall by the largest fall and rise by the largest rise that the office has had between two
published months of this year, and it stays within the bounds of a total. The year is composed of those as of real
months (`annual_composite`). Whatever the months to come are within those bounds, the year's composite and rank are
within what is told here. Source: features M11, issue 4. Prose: platform/docs/rules/year.md.
"""

from bisect import bisect_left, bisect_right
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from datetime import date
from decimal import Decimal
from fractions import Fraction
from itertools import pairwise

from appraisal.rules.adjustments import limits
from appraisal.rules.exact import PUBLISHED_PLACES, STORED_PLACES, ZERO, half_up, number
from appraisal.rules.parameters import in_force


@dataclass(frozen=True, slots=True)
class Range:
    """Points of the year, 2 decimals."""

    low: Decimal
    likely: Decimal
    high: Decimal


@dataclass(frozen=True, slots=True)
class Forecast:
    """One office. best, worst: the places within reach, whatever the others do within their bounds.

    fall, rise: points a month; left: months to come up to the year-end month.
    """

    office: str
    score: Range
    best: int
    worst: int
    fall: Decimal
    rise: Decimal
    left: int


def forecasts(totals: Mapping[str, Mapping[int, Decimal]], *, on: date | None = None) -> dict[str, Forecast]:
    """Office → its forecast. totals: office → month → published total; an office needs one month at least."""
    ways = {office: _Way(months, on) for office, months in totals.items() if months}
    ranges = {office: way.range() for office, way in ways.items()}
    lows, highs = sorted(each.low for each in ranges.values()), sorted(each.high for each in ranges.values())
    return {
        office: Forecast(
            office=office,
            score=mine,
            best=1 + len(lows) - bisect_right(lows, mine.high),  # who cannot end below; its own low is no such
            worst=len(highs) - bisect_left(highs, mine.low),  # who may end beside or above, itself among them
            fall=ways[office].fall,
            rise=ways[office].rise,
            left=ways[office].left,
        )
        for office, mine in ranges.items()
    }


def composite(totals: Mapping[int, Decimal], *, on: date | None = None) -> Decimal:
    """A year's composite from all its months, as `years` composes it; 2 decimals. The last month is the year-end."""
    rules = in_force("annual_composite", on)
    interim = [totals[month] for month in rules["interim_months"] if month in totals]
    exact = Fraction(totals[rules["year_end_month"]])
    if interim:
        mean = half_up(_sum(interim) / len(interim), STORED_PLACES)
        exact = (exact * number(rules["year_end"]) + Fraction(mean) * number(rules["interim"])) / 100
    return half_up(exact, PUBLISHED_PLACES)


class _Way:
    """An office's months so far, and how far the next ones may go."""

    def __init__(self, months: Mapping[int, Decimal], on: date | None) -> None:
        self.months, self.on = dict(months), on
        ordered = sorted(self.months)
        self.last = ordered[-1]
        steps = [self.months[later] - self.months[earlier] for earlier, later in pairwise(ordered)]
        self.fall, self.rise = -min([*steps, Decimal(0)]), max([*steps, Decimal(0)])
        self.left = in_force("annual_composite", on)["year_end_month"] - self.last
        bounds = limits(on)
        self.floor, self.ceiling = half_up(bounds.minimum, PUBLISHED_PLACES), half_up(bounds.maximum, PUBLISHED_PLACES)

    def range(self) -> Range:
        """With every month to come at its lowest, as the last one was, and at its highest."""
        low, likely, high = (composite(self._year(each), on=self.on) for each in (-self.fall, Decimal(0), self.rise))
        return Range(low, likely, high)

    def _year(self, step: Decimal) -> dict[int, Decimal]:
        now = self.months[self.last]
        ahead = {
            self.last + place: min(max(now + step * place, self.floor), self.ceiling)
            for place in range(1, self.left + 1)
        }
        return {**self.months, **ahead}


def _sum(totals: Iterable[Decimal]) -> Fraction:
    return sum((Fraction(total) for total in totals), ZERO)
