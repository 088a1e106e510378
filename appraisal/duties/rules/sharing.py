"""Share a target out by weights, to the last decimal: the parts sum to it exactly, in the year and in each quarter."""

from collections.abc import Sequence
from decimal import Decimal
from fractions import Fraction

from appraisal.duties.rules.sums import QUARTERS, YEAR, Figures


def shared(target: Figures, weights: Sequence[Fraction]) -> list[dict[str, Decimal | None]]:
    """The target's year and quarters for each weight, with as many decimals as the target itself has.

    What is to be reached is shared quarter by quarter (what the quarter adds), so no part ever falls from one quarter
    to the next. What is left of whole units goes to the largest remainders, at equal ones to the first. weights: none
    below 0, not all 0. A target without a year's figure gives parts without figures.
    """
    year = target.get(YEAR)
    if year is None:
        return [{YEAR: None, **dict.fromkeys(QUARTERS)} for _weight in weights]
    quarters = [target.get(name) for name in QUARTERS]
    ends = [value for value in (*quarters, year) if value is not None] if None not in quarters else [year]
    places = max(_places(value) for value in ends)
    reached: list[list[Decimal]] = []
    before = Decimal(0)
    sums = [Decimal(0)] * len(weights)
    for end in ends:
        sums = [one + part for one, part in zip(sums, _split(end - before, weights, places), strict=True)]
        reached.append(sums)
        before = end
    names = (*QUARTERS, YEAR) if len(ends) > 1 else (YEAR,)
    empty: dict[str, Decimal | None] = {YEAR: None, **dict.fromkeys(QUARTERS)}
    ended = list(zip(names, reached, strict=True))
    return [{**empty, **{name: sums[place] for name, sums in ended}} for place in range(len(weights))]


def _places(value: Decimal) -> int:
    exponent = value.normalize().as_tuple().exponent
    return max(-int(exponent), 0)


def _split(amount: Decimal, weights: Sequence[Fraction], places: int) -> list[Decimal]:
    """The amount in units of the last decimal, by largest remainder. Exact."""
    total = sum(weights)
    units = int(amount.scaleb(places))
    exact = [Fraction(units) * weight / total for weight in weights]
    whole = [part.numerator // part.denominator for part in exact]
    order = sorted(range(len(exact)), key=lambda place: (whole[place] - exact[place], place))
    for place in order[: units - sum(whole)]:
        whole[place] += 1
    return [Decimal(part).scaleb(-places) for part in whole]
