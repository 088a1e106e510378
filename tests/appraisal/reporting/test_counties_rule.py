"""The rule of county lines alone: what makes up the value, what does not, and by how much."""

from decimal import Decimal

import pytest

from appraisal.reporting.rules.counties import mismatch

COUNTIES = {"530102": "五华区", "530103": "盘龙区"}


def lines(*quantities: str) -> dict[str, Decimal]:
    return {code: Decimal(quantity) for code, quantity in zip(COUNTIES, quantities, strict=False)}


def test_no_line_and_lines_that_make_up_the_value_are_in_order() -> None:
    assert mismatch({}, COUNTIES, Decimal(5)) is None
    assert mismatch(lines("2", "3.0"), COUNTIES, Decimal(5)) is None
    assert mismatch(lines("2", "3"), COUNTIES, None) is None


@pytest.mark.parametrize(("value", "difference"), [("5.01", "0.01"), ("4.99", "-0.01")])
def test_a_hundredth_too_much_or_too_little_is_told_with_its_sign(value: str, difference: str) -> None:
    found = mismatch(lines("2", "3"), COUNTIES, Decimal(value))

    assert found is not None
    assert found.difference == Decimal(difference)


def test_a_county_without_a_line_is_told_though_the_sum_is_right() -> None:
    found = mismatch(lines("5"), COUNTIES, Decimal(5))

    assert found is not None
    assert found.missing == ("盘龙区",)


def test_only_counties_that_changed_since_the_last_handing_over_are_told() -> None:
    found = mismatch(lines("2", "4"), COUNTIES, Decimal(5), lines("2", "3"))

    assert found is not None
    assert found.changed == (("盘龙区", Decimal(3), Decimal(4)),)
