"""The forecast holds whatever comes within its bounds."""

import random
from datetime import date
from decimal import Decimal

import pytest

from appraisal.rules import forecast, years

ON = date(2026, 12, 31)
CASES = pytest.mark.parametrize("cases", [200, pytest.param(10_000, marks=pytest.mark.soak)])
MONTHS = {1: "80", 2: "82", 3: "81"}


def months(**totals: str) -> dict[int, Decimal]:
    return {int(name[1:]): Decimal(total) for name, total in totals.items()}


def test_the_likely_end_is_that_it_stays() -> None:
    found = forecast.forecasts({"puer": months(m10="90", m11="90")}, on=ON)["puer"]

    assert found.score == forecast.Range(Decimal("90.00"), Decimal("90.00"), Decimal("90.00"))
    assert (found.best, found.worst, found.left) == (1, 1, 1)


def test_the_range_goes_by_the_largest_fall_and_rise_of_a_month() -> None:
    found = forecast.forecasts({"puer": {month: Decimal(total) for month, total in MONTHS.items()}}, on=ON)["puer"]

    assert (found.fall, found.rise, found.left) == (Decimal(1), Decimal(2), 9)
    assert found.score.low < found.score.likely < found.score.high


def test_it_is_composed_as_the_year_is() -> None:
    totals = {month: Decimal(80 + month) for month in range(1, 13)}
    published = tuple(years.Published(month, "S", totals[month]) for month in range(1, 12))
    card = years.result([years.Year("a", "1", years.Published(12, "S", totals[12]), published, {})], on=ON).cards[0]

    assert forecast.composite(totals, on=ON) == card.composite


def test_after_the_last_month_nothing_is_open() -> None:
    totals = {month: Decimal(80 + month) for month in range(1, 13)}
    found = forecast.forecasts({"a": totals}, on=ON)["a"]

    assert found.score.low == found.score.high == forecast.composite(totals, on=ON)


@CASES
def test_whatever_comes_within_the_bounds_stays_within_the_range(cases: int) -> None:
    chance = random.Random(12)
    for _case in range(cases):
        last = chance.randint(1, 12)
        so_far = {
            f"o{place}": {month: Decimal(chance.randint(6000, 10500)) / 100 for month in range(1, last + 1)}
            for place in range(chance.randint(1, 6))
        }
        told = forecast.forecasts(so_far, on=ON)
        ended = {}
        for office, totals in so_far.items():
            whole, now = dict(totals), totals[last]
            for ahead, month in enumerate(range(last + 1, 13), start=1):
                low = max(now - told[office].fall * ahead, Decimal(0))
                high = min(now + told[office].rise * ahead, Decimal(105))
                whole[month] = low + (high - low) * chance.choice([0, 25, 50, 75, 100]) / 100
                whole[month] = whole[month].quantize(Decimal("0.01"))
            ended[office] = forecast.composite(whole, on=ON)
        for office, total in ended.items():
            found = told[office]
            assert found.score.low <= total <= found.score.high
            place = 1 + sum(1 for other in ended.values() if other > total)
            assert found.best <= place <= found.worst


def test_places_are_counted_against_everybody_else() -> None:
    chance = random.Random(13)
    for _case in range(50):
        totals = {
            f"o{place}": {month: Decimal(chance.randint(800, 820)) / 10 for month in range(1, 4)}
            for place in range(chance.randint(1, 12))
        }
        told = forecast.forecasts(totals, on=ON)
        for office, mine in told.items():
            others = [each.score for name, each in told.items() if name != office]
            assert mine.best == 1 + sum(each.low > mine.score.high for each in others)
            assert mine.worst == 1 + sum(each.high >= mine.score.low for each in others)
