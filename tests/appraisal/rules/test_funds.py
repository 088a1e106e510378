"""A reward fund is split to the last fen, fairly, whatever the order."""

import random
from fractions import Fraction

import pytest

from appraisal.rules.funds import Claim, NothingToShareBy, split
from appraisal.rules.parameters import in_force

WEIGHTS = {"population": Fraction(65, 100), "performance": Fraction(15, 100), "other": Fraction(20, 100)}
CASES = pytest.mark.parametrize("cases", [300, pytest.param(10_000, marks=pytest.mark.soak)])


def claim(office: str, population: int, performance: str = "90", other: int = 1) -> Claim:
    factors = {"population": Fraction(population), "performance": Fraction(performance), "other": Fraction(other)}
    return Claim(office, factors)


def test_the_shipped_weights_are_100_percent_together() -> None:
    assert sum(int(weight) for weight in in_force("reward_fund", None).values()) == 100


def test_three_equal_offices_share_a_fund_that_does_not_divide() -> None:
    shares = split(100, [claim("c", 10), claim("a", 10), claim("b", 10)], WEIGHTS)

    assert [(share.office, share.fen) for share in shares] == [("a", 34), ("b", 33), ("c", 33)]


def test_the_parts_are_65_15_and_20_percent() -> None:
    first, second = split(1_000_000, [claim("a", 3, "95", 1), claim("b", 1, "85", 3)], WEIGHTS)

    assert first.parts == {"population": 487_500, "performance": Fraction(150_000 * 95, 180), "other": 50_000}
    assert first.fen + second.fen == 1_000_000


def test_a_factor_that_is_nothing_everywhere_is_refused() -> None:
    with pytest.raises(NothingToShareBy) as refused:
        split(100, [claim("a", 0), claim("b", 0)], WEIGHTS)

    assert refused.value.factor == "population"


@CASES
def test_sums_are_exact_and_nobody_is_a_fen_off(cases: int) -> None:
    chance = random.Random(65)
    for _case in range(cases):
        fund = chance.randint(0, 10 ** chance.randint(1, 13))
        claims = [
            claim(f"o{place}", chance.randint(1, 300_000), str(chance.randint(0, 10500)), chance.randint(1, 9))
            for place in range(chance.randint(1, 16))
        ]
        if not any(each.factors["performance"] for each in claims):
            continue
        shares = split(fund, claims, WEIGHTS)
        assert sum(share.fen for share in shares) == fund
        assert all(abs(share.fen - share.exact) < 1 for share in shares)
        chance.shuffle(claims)
        assert split(fund, claims, WEIGHTS) == shares
