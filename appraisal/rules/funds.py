"""A reward fund split by factors: exact shares, whole fen, the sum is the fund's to the last fen.

Source: domain reference 2.6 (factor method). Prose: platform/docs/rules/year.md.
"""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from fractions import Fraction

from appraisal.rules.exact import ZERO


class NothingToShareBy(ValueError):
    """A factor that has a weight is 0 everywhere; `factor` names it."""

    def __init__(self, factor: str) -> None:
        super().__init__(factor)
        self.factor = factor


@dataclass(frozen=True, slots=True)
class Claim:
    """What an office brings in: factor → amount, none below 0."""

    office: str
    factors: Mapping[str, Fraction]


@dataclass(frozen=True, slots=True)
class Share:
    """What an office gets: fen, the exact amount before rounding, and each factor's part of it."""

    office: str
    fen: int
    exact: Fraction
    parts: Mapping[str, Fraction]


def split(fen: int, claims: Iterable[Claim], weights: Mapping[str, Fraction]) -> list[Share]:
    """The fund parted by largest remainder: each office's exact share down to whole fen, what is left one fen each.

    fen: the fund, not below 0. weights: factor → its part of the fund, together 1. Those with the largest remainder get
    a fen more; of equal ones the larger share, then the first by name. The order of `claims` does not matter. Raises
    NothingToShareBy.
    """
    ordered = sorted(claims, key=lambda claim: claim.office)
    totals = {factor: sum((claim.factors[factor] for claim in ordered), ZERO) for factor in weights}
    for factor, weight in weights.items():
        if weight and not totals[factor]:
            raise NothingToShareBy(factor)
    parts = [
        {
            factor: fen * weight * claim.factors[factor] / totals[factor] if weight else ZERO
            for factor, weight in weights.items()
        }
        for claim in ordered
    ]
    exact = [sum(each.values(), ZERO) for each in parts]
    whole = [int(each) for each in exact]
    by_remainder = sorted(range(len(ordered)), key=lambda place: (whole[place] - exact[place], -exact[place], place))
    for place in by_remainder[: fen - sum(whole)]:
        whole[place] += 1
    return [Share(claim.office, whole[place], exact[place], parts[place]) for place, claim in enumerate(ordered)]
