"""Figures out of proportion: by the office's own months, and by what its peers have in common."""

from decimal import Decimal
from fractions import Fraction

import pytest
from hypothesis import given
from hypothesis import strategies as st

from appraisal.rules import outliers
from appraisal.rules.parameters import in_force

OUTLIER = in_force("outlier", None)
SHARES = st.integers(-200, 2000).map(lambda hundredths: Fraction(hundredths, 100))


class TestLeaps:
    def figures(self, *values: str) -> list[tuple[int, Decimal]]:
        return [(month, Decimal(value)) for month, value in enumerate(values, start=1)]

    def test_a_change_beyond_five_times_the_median_of_the_others(self) -> None:
        assert outliers.leaps(self.figures("10", "20", "31", "40", "51", "200", "210"), OUTLIER).keys() == {6}

    def test_says_nothing_of_few_months_or_of_what_never_moves(self) -> None:
        assert outliers.leaps(self.figures("1", "2", "300"), OUTLIER) == {}
        assert outliers.leaps(self.figures("5", "5", "5", "5", "5", "5", "90"), OUTLIER) == {}

    def test_a_month_without_its_predecessor_has_no_change(self) -> None:
        gap = [*self.figures("10", "20", "30", "40", "50"), (7, Decimal("900"))]

        assert outliers.leaps(gap, OUTLIER) == {}

    def test_tells_the_change_and_what_it_exceeds(self) -> None:
        found = outliers.leaps(self.figures("10", "20", "31", "40", "51", "200", "210"), OUTLIER)[6]

        assert (found.change, found.middle) == (Decimal(149), Fraction(10))
        assert found.times == Fraction(149, 10)


class TestPeers:
    @given(st.lists(SHARES, min_size=1, max_size=40), st.randoms())
    def test_does_not_depend_on_the_order_of_the_offices(self, shares: list[Fraction], chance) -> None:
        mixed = list(shares)
        chance.shuffle(mixed)

        assert outliers.spread(shares) == outliers.spread(mixed)

    @given(st.lists(SHARES, min_size=5, max_size=40), st.integers(1000, 10**6).map(Fraction))
    def test_one_office_alone_cannot_move_the_median_beyond_its_neighbours(self, shares, wild: Fraction) -> None:
        """The mean would follow it anywhere. A thousandfold: shares from -2 to 20 lie 22 from their median at most."""
        among = outliers.spread([*shares, wild])

        assert among is not None
        assert min(shares) <= among.median <= max(shares)
        assert outliers.astray(wild, among, OUTLIER)

    def test_speaks_of_what_is_far_from_all(self) -> None:
        among = outliers.spread([Fraction(n, 10) for n in (1, 2, 2, 3, 1)])

        assert among is not None
        assert outliers.astray(Fraction(32, 10), among, OUTLIER)
        assert not outliers.astray(Fraction(6, 10), among, OUTLIER)

    def test_says_nothing_among_too_few(self) -> None:
        few = outliers.spread([Fraction(1, 10)] * 3)

        assert few is not None
        assert not outliers.astray(Fraction(50), few, OUTLIER)

    def test_equal_peers_leave_room_for_half_of_the_month_before(self) -> None:
        same = outliers.spread([Fraction(1, 10)] * 6)

        assert same is not None
        assert not outliers.astray(Fraction(6, 10), same, OUTLIER)
        assert outliers.astray(Fraction(7, 10), same, OUTLIER)

    @pytest.mark.parametrize(
        ("now", "before", "share"), [("42", "10", Fraction(32, 10)), ("5", "-10", Fraction(3, 2)), ("5", "0", None)]
    )
    def test_growth_is_a_share_of_what_there_was(self, now: str, before: str, share: Fraction | None) -> None:
        assert outliers.growth(Decimal(now), Decimal(before)) == share
