"""Weights of risk: whole points, each part with its numbers; what leaps is measured against the office's own past."""

from decimal import Decimal

import pytest

from appraisal.inspections.rules import figures, risk
from appraisal.inspections.rules.risk import Measures
from tests.conftest import TODAY

RULE = figures.in_force("risk_weights", TODAY)
OUTLIER = figures.in_force("outlier", TODAY)


class TestWeigh:
    @pytest.mark.parametrize(
        ("measures", "points"),
        [
            (Measures(months=0), [100, 0, 0, 0, 0]),
            (Measures(), [100, 0, 0, 0, 120]),
            (Measures(corrected=3, decided=40, late=2, outliers=1, months=5), [100, 28, 40, 10, 50]),
            (Measures(corrected=40, decided=40, late=99, outliers=99, months=99), [100, 100, 100, 60, 120]),
            (Measures(corrected=1, decided=150, months=1), [100, 0, 0, 0, 10]),  # less than a whole percent
        ],
    )
    def test_adds_whole_points_up_to_the_most_of_each_part(self, measures: Measures, points: list[int]) -> None:
        weight, parts = risk.weigh(measures, RULE)

        assert [part["points"] for part in parts] == points
        assert weight == sum(points)

    def test_never_falls_when_more_is_found(self) -> None:
        weights = [risk.weigh(Measures(n, 20, n, n, n), RULE)[0] for n in range(20)]

        assert weights == sorted(weights)


class TestLeaps:
    def figures(self, *values: str) -> list[tuple[int, Decimal]]:
        return [(month, Decimal(value)) for month, value in enumerate(values, start=1)]

    def test_a_change_beyond_five_times_the_median_of_the_others(self) -> None:
        assert risk.leaps(self.figures("10", "20", "31", "40", "51", "200", "210"), OUTLIER) == {6}

    def test_says_nothing_of_few_months_or_of_what_never_moves(self) -> None:
        assert risk.leaps(self.figures("1", "2", "300"), OUTLIER) == set()
        assert risk.leaps(self.figures("5", "5", "5", "5", "5", "5", "90"), OUTLIER) == set()

    def test_a_month_without_its_predecessor_has_no_change(self) -> None:
        gap = [*self.figures("10", "20", "30", "40", "50"), (7, Decimal("900"))]

        assert risk.leaps(gap, OUTLIER) == set()
