"""Weights of risk: whole points, each part with its numbers."""

import pytest

from appraisal.inspections.rules import figures, risk
from appraisal.inspections.rules.risk import Measures
from tests.conftest import TODAY

RULE = figures.in_force("risk_weights", TODAY)


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
