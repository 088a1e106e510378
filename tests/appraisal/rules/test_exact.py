"""Exact numbers and the one rounding."""

from decimal import Decimal
from fractions import Fraction

import pytest

from appraisal.rules.exact import NotExact, half_up, marks, number, plain, shown


@pytest.mark.parametrize(
    ("value", "places", "rounded"),
    [
        ("0.00005", 4, "0.0001"), ("0.00004999", 4, "0.0000"), ("2.5", 0, "3"), ("-0.00005", 4, "-0.0001"),
        ("1.005", 2, "1.01"), ("2.675", 2, "2.68"), ("1/3", 4, "0.3333"), ("2/3", 4, "0.6667"), ("89.995", 2, "90.00"),
    ],
)  # fmt: skip
def test_a_half_goes_away_from_zero(value: str, places: int, rounded: str) -> None:
    assert str(half_up(number(value), places)) == rounded


@pytest.mark.parametrize("value", ["0", "-3", "7.2", "0.0001", "22/3", "-22/3", "123456789.5", "0.25"])
def test_nothing_is_lost_in_writing(value: str) -> None:
    assert plain(number(value)) == value
    assert number(plain(number(value))) == number(value)


def test_people_see_six_decimals_and_that_something_was_cut() -> None:
    assert (shown(Fraction(2, 3)), shown(Fraction(-2, 3)), shown(Fraction(1, 8))) == (
        "0.666666…",
        "-0.666666…",
        "0.125",
    )
    assert (marks(Fraction(6)), marks(Fraction(9, 2)), marks(Fraction(1, 3))) == ("6.00", "4.50", "0.333333…")


@pytest.mark.parametrize("value", [Decimal("1.50"), "1.50", " 1.5 ", "+1.5", "3/2", Fraction(3, 2)])
def test_what_is_exact_is_taken(value: object) -> None:
    assert number(value) == Fraction(3, 2)


@pytest.mark.parametrize(
    "value",
    [1.5, True, None, [], "", "1,5", "1e3", "NaN", "inf", "1/0", "1/2/3", "一", "\uff11", "9" * 81, 10**400,
     Decimal("NaN"), Decimal("1E+999")],
)  # fmt: skip
def test_what_is_not_is_refused(value: object) -> None:
    with pytest.raises(NotExact):
        number(value)
