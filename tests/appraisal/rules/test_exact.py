"""Exact numbers and the one rounding."""

from decimal import Decimal
from fractions import Fraction

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from appraisal.rules.exact import (
    NotExact,
    at_least,
    fixed,
    from_units,
    half_up,
    half_up_units,
    half_up_units_of,
    marks,
    marks_of,
    number,
    plain,
    scaled,
    shown,
    shown_of,
    together,
)
from appraisal.rules.methods import METHODS, Status
from appraisal.rules.methods.ratio import Ratio
from appraisal.rules.scorecard import line_units


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


FRACTIONS = st.fractions(-200, 200, max_denominator=360) | st.integers(-50, 50).map(Fraction)
POSITIVE = FRACTIONS.map(abs).filter(bool)
MANY = settings(max_examples=300, deadline=None, derandomize=True)


@MANY
@given(FRACTIONS, st.integers(1, 60), st.sampled_from([0, 2, 4, 8]))
def test_what_is_not_reduced_is_written_and_rounded_as_if_it_were(value: Fraction, times: int, places: int) -> None:
    pair = value.numerator * times, value.denominator * times

    assert (shown_of(*pair), marks_of(*pair)) == (shown(value), marks(value))
    assert half_up_units_of(*pair, places) == half_up_units(value, places)
    if places:
        assert number(fixed(half_up_units(value, places), places)) == number(half_up(value, places))
    if places in (2, 4):
        assert fixed(half_up_units(value, places), places) == str(from_units(half_up_units(value, places), places))


@MANY
@given(st.lists(FRACTIONS, max_size=8), FRACTIONS, FRACTIONS)
def test_sums_and_comparisons_are_those_of_fractions(values: list[Fraction], one: Fraction, other: Fraction) -> None:
    assert together(values) == sum(values, Fraction(0))
    assert at_least(one, other) == (one >= other)
    assert at_least(one, one)


@MANY
@given(FRACTIONS, POSITIVE, POSITIVE, st.sampled_from([Fraction(0), Fraction(1, 3), Fraction(40)]))
def test_a_score_is_scaled_as_fractions_are(
    earned: Fraction, points: Fraction, effective: Fraction, off: Fraction
) -> None:
    exact = earned / points * effective

    assert Fraction(*scaled(earned, points, effective)) == exact
    assert line_units(earned, points, effective, off) == half_up_units(
        max(exact - off, Fraction(0)) if off else exact, 4
    )
    assert line_units(earned, points, points, off) == half_up_units(
        max(earned - off, Fraction(0)) if off else earned, 4
    )


@pytest.mark.parametrize("method", ["RATIO", "INVERSE_RATIO"])
@MANY
@given(
    POSITIVE,
    st.none() | POSITIVE | st.just(Fraction(0)),
    st.none() | FRACTIONS | st.just(Fraction(0)),
    st.sampled_from([("1", "0"), ("1", "0.6"), ("1.2", "1/3"), ("0.9", "0.9"), ("0", "0"), ("1", "-1")]),
)
def test_a_ratio_earns_what_it_earns_in_fractions(
    method: str, points: Fraction, target: Fraction | None, value: Fraction | None, bounds: tuple[str, str]
) -> None:
    cap, floor = map(number, bounds)
    rule = METHODS[method](points, {"cap": bounds[0], "floor": bounds[1]})
    earned = rule.earn((target, value), None)
    if not target or value is None:
        assert earned is (Status.NOT_REPORTED if target else Status.NOT_APPLICABLE)
        return
    inverse = target / value if value else cap
    ratio = value / target if method == "RATIO" else inverse
    assert isinstance(rule, Ratio)
    assert rule.ratio(target, value) == ratio
    assert earned == (Fraction(0) if ratio < floor else max(points * min(ratio, cap), Fraction(0)))
    said = {step["key"]: step["values"] for step in rule.steps((target, value), None)}
    if ratio < floor:
        assert said["ratio.below_floor"]["ratio"] == shown(ratio)
    else:
        assert said["ratio.points"]["ratio"] == shown(ratio)
        assert said["ratio.points"]["earned"] == marks(points * min(ratio, cap))
        assert ("ratio.negative" in said) == (points * min(ratio, cap) < 0)
