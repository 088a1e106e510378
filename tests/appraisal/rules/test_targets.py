"""The target to date and days late."""

from datetime import date
from fractions import Fraction

import pytest

from appraisal.rules.engine import days_late, late_days, target_to_date
from appraisal.rules.targets import TargetError

QUARTERS = ["10", "40", "70", "100"]


@pytest.mark.parametrize(
    ("month", "target"),
    [
        (1, Fraction(10, 3)), (2, Fraction(20, 3)), (3, Fraction(10)), (4, Fraction(20)), (5, Fraction(30)),
        (6, Fraction(40)), (7, Fraction(50)), (9, Fraction(70)), (11, Fraction(90)), (12, Fraction(100)),
    ],
)  # fmt: skip
def test_milestones_lead_straight_from_quarter_end_to_quarter_end(month: int, target: Fraction) -> None:
    assert target_to_date("100", QUARTERS, month) == target


@pytest.mark.parametrize(("month", "target"), [(1, Fraction(25, 3)), (6, Fraction(50)), (12, Fraction(100))])
def test_without_milestones_every_month_is_a_twelfth(month: int, target: Fraction) -> None:
    assert target_to_date("100", None, month) == target


def test_a_quarter_may_stand_still_or_start_late() -> None:
    assert target_to_date("60", ["0", "0", "60", "60"], 3) == 0
    assert target_to_date("60", ["0", "0", "60", "60"], 7) == 20
    assert target_to_date("60", ["0", "0", "60", "60"], 11) == 60


def test_contradictions_are_refused() -> None:
    with pytest.raises(TargetError, match="第四季度"):
        target_to_date("100", ["10", "40", "70", "99"], 6)
    with pytest.raises(TargetError, match="4 个"):
        target_to_date("100", ["10", "40", "100"], 6)
    for month in (0, 13, True, "6"):
        with pytest.raises(TargetError, match="月份"):
            target_to_date("100", None, month)  # type: ignore[arg-type]


class TestDaysLate:
    due = date(2026, 3, 31)

    def test_done_in_time_is_not_late(self) -> None:
        assert days_late(self.due, date(2026, 3, 31), date(2026, 10, 31)) == 0
        assert days_late(self.due, date(2026, 1, 1), date(2026, 10, 31)) == 0

    def test_done_late_counts_to_the_day_it_was_done(self) -> None:
        assert days_late(self.due, date(2026, 4, 30), date(2026, 10, 31)) == 30

    def test_not_done_counts_to_the_day_of_asking(self) -> None:
        assert days_late(self.due, None, date(2026, 4, 1)) == 1
        assert days_late(self.due, date(2026, 12, 1), date(2026, 4, 1)) == 1

    def test_only_what_is_due_counts(self) -> None:
        milestones = [(self.due, date(2026, 5, 1)), (date(2026, 6, 30), None), (date(2026, 7, 1), date(2026, 2, 1))]

        assert late_days(milestones, date(2026, 6, 30)) == [31, 0]
        assert late_days(milestones, date(2026, 1, 31)) == []
