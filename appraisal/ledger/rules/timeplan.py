"""A year's target month by month: exact at the quarters that were agreed on, between them as last year went."""

from collections.abc import Mapping, Sequence
from decimal import ROUND_HALF_UP, Decimal
from fractions import Fraction
from itertools import pairwise

MONTHS = 12
IN_QUARTER = 3


def spread(
    year: Decimal, quarters: Sequence[Decimal] | None, last_year: Sequence[Decimal] | None, places: int
) -> list[Decimal]:
    """Cumulative targets at the ends of the twelve months, at most `places` decimals but for what was agreed on.

    quarters: cumulative at the ends of March, June and September, or None; last_year: its cumulative actuals at the
    ends of its months, or None. Inside a part (a quarter, or the year without quarters) what is to be reached is shared
    as last year's growth was; evenly where there was none. Never falls; the months that end a part are exactly what was
    agreed on, December the year target. Source: domain reference 2.2 steps 2 and 4.
    """
    ends = [*quarters, year] if quarters is not None else [year]
    length = MONTHS // len(ends)
    growth = _growth(last_year)
    months: list[Decimal] = []
    before = Decimal(0)
    for place, end in enumerate(ends):
        parts = growth[place * length : (place + 1) * length]
        whole = sum(parts)
        shares = parts if whole else [Fraction(1)] * length
        reached = Fraction(0)
        for share in shares:
            reached += share / sum(shares)
            months.append(min(max(_rounded(before + _exact((end - before), reached), places), before), end))
        months[-1] = end
        before = end
    return months


def agreed(year: Decimal, quarters: Sequence[Decimal] | None) -> dict[int, Decimal]:
    """Month → what the letter wants by its end; quarters: at the ends of March, June and September, or None."""
    ends = dict(zip((3, 6, 9), quarters, strict=True)) if quarters is not None else {}
    return {**ends, MONTHS: year}


def fits(months: Sequence[Decimal], ends: Mapping[int, Decimal]) -> bool:
    """Whether twelve cumulative figures never fall and are at the agreed ends exactly what was agreed on."""
    rising = all(before <= after for before, after in pairwise((Decimal(0), *months)))
    return len(months) == MONTHS and rising and all(months[month - 1] == end for month, end in ends.items())


def _growth(last_year: Sequence[Decimal] | None) -> list[Fraction]:
    """What each month of last year added; a correction downwards added nothing."""
    if last_year is None:
        return [Fraction(0)] * MONTHS
    growth, highest = [], Fraction(0)
    for value in last_year:
        growth.append(max(Fraction(value) - highest, Fraction(0)))
        highest = max(highest, Fraction(value))
    return growth


def _exact(difference: Decimal, share: Fraction) -> Decimal:
    part = Fraction(difference) * share
    return Decimal(part.numerator) / Decimal(part.denominator)


def _rounded(value: Decimal, places: int) -> Decimal:
    return value.quantize(Decimal(1).scaleb(-places), rounding=ROUND_HALF_UP)
