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


class TestBounds:
    """Each bound from both sides: what is just within it is in order, what is just beyond is told."""

    def months(self, *changes: str) -> list[tuple[int, Decimal]]:
        """Figures whose changes are these, from January on."""
        figures = [Decimal(1000)]
        for change in changes:
            figures.append(figures[-1] + Decimal(change))
        return list(enumerate(figures, start=1))

    def test_five_times_the_median_is_in_order_and_more_is_not(self) -> None:
        others = ["10"] * OUTLIER["known"]

        assert outliers.leaps(self.months(*others, "50"), OUTLIER) == {}
        assert outliers.leaps(self.months(*others, "50.01"), OUTLIER).keys() == {len(others) + 2}

    def test_as_many_other_changes_as_the_rule_asks_are_enough_and_one_less_is_not(self) -> None:
        enough = ["10"] * OUTLIER["known"]

        assert outliers.leaps(self.months(*enough, "900"), OUTLIER)
        assert outliers.leaps(self.months(*enough[1:], "900"), OUTLIER) == {}

    def test_a_fall_is_told_like_a_rise(self) -> None:
        others = ["10", "-10"] * OUTLIER["known"]
        found = outliers.leaps(self.months(*others, "-300"), OUTLIER)

        assert found[len(others) + 2].change == Decimal(300)

    def test_as_many_offices_as_the_rule_asks_are_enough_and_one_less_is_not(self) -> None:
        enough = [Fraction(1, 10)] * OUTLIER["peers"]["known"]
        among, few = outliers.spread(enough), outliers.spread(enough[1:])

        assert among is not None
        assert few is not None
        assert outliers.astray(Fraction(50), among, OUTLIER)
        assert not outliers.astray(Fraction(50), few, OUTLIER)

    def test_growth_far_below_the_median_is_told_as_well(self) -> None:
        among = outliers.spread([Fraction(n, 10) for n in (1, 2, 2, 3, 1)])

        assert among is not None
        assert outliers.astray(Fraction(-32, 10), among, OUTLIER)

    @pytest.mark.parametrize(
        ("values", "middle"), [((1, 2, 4, 9), 3), ((9, 1, 4), 4), ((5,), 5), ((2, 1), Fraction(3, 2))]
    )
    def test_the_median_of_an_even_number_lies_between_the_two_in_the_middle(self, values, middle) -> None:
        assert outliers.median([Fraction(value) for value in values]) == middle
