"""Progress against time, and the light for it."""

from datetime import date, timedelta
from fractions import Fraction

import pytest
from hypothesis import given
from hypothesis import strategies as st

from appraisal.rules import tracking
from appraisal.rules.parameters import in_force
from appraisal.rules.tracking import Light, Quantity

RULE = in_force("early_warning", None)
POSITIVE = st.integers(1, 10**8).map(lambda cents: Fraction(cents, 100))
QUANTITIES = st.builds(
    lambda points, reached, plan, year: Quantity(points, reached, min(plan, year), year),
    POSITIVE, st.one_of(st.none(), POSITIVE), POSITIVE, POSITIVE,
)  # fmt: skip


@pytest.mark.parametrize(
    ("done", "light"),
    [("0.9", "GREEN"), ("0.55", "GREEN"), ("0.5499", "YELLOW"), ("0.45", "YELLOW"), ("0.4499", "RED"), ("0", "RED")],
)
def test_what_is_on_a_bound_has_the_better_light(done: str, light: str) -> None:
    """Sixty percent of the year are due; 5 and 15 percentage points behind are the bounds."""
    assert tracking.light(tracking.Progress(Fraction(done), Fraction("0.6")), RULE) == light


def test_without_anything_due_there_is_no_light() -> None:
    assert tracking.light(None, RULE) == Light.NONE
    assert tracking.light(tracking.Progress(Fraction(0), Fraction(0)), RULE) == Light.NONE
    assert tracking.progress([]) is None


@given(st.lists(QUANTITIES, min_size=1, max_size=8))
def test_progress_stays_within_the_year(quantities: list[Quantity]) -> None:
    whole = tracking.progress(quantities)

    assert whole is not None
    assert 0 <= whole.done <= 1
    assert 0 <= whole.due <= 1


@given(st.lists(QUANTITIES, min_size=1, max_size=8))
def test_progress_is_the_mean_by_points_and_nothing_is_rounded(quantities: list[Quantity]) -> None:
    """Written out plainly; the rule reduces its fractions once."""
    total = sum((each.points for each in quantities), Fraction(0))
    done = [min((each.reached or Fraction(0)) / each.year, Fraction(1)) * each.points for each in quantities]
    due = [min(each.plan / each.year, Fraction(1)) * each.points for each in quantities]

    whole = tracking.progress(quantities)

    assert whole == tracking.Progress(sum(done, Fraction(0)) / total, sum(due, Fraction(0)) / total)
    assert tracking.mean(done) == sum(done, Fraction(0)) / len(done)


@given(st.lists(QUANTITIES, min_size=1, max_size=8), POSITIVE)
def test_more_of_anything_never_darkens_the_light(quantities: list[Quantity], more: Fraction) -> None:
    first, *rest = quantities
    better = Quantity(first.points, (first.reached or Fraction(0)) + more, first.plan, first.year)
    before, after = tracking.progress(quantities), tracking.progress([better, *rest])

    assert before is not None
    assert after is not None
    assert after.done >= before.done


def test_a_quantity_far_over_its_target_does_not_hide_another() -> None:
    far = Quantity(Fraction(5), Fraction(300), Fraction(50), Fraction(100))
    behind = Quantity(Fraction(5), Fraction(10), Fraction(50), Fraction(100))
    whole = tracking.progress([far, behind])

    assert whole is not None
    assert (whole.done, whole.due) == (Fraction(55, 100), Fraction(1, 2))
    assert tracking.light(tracking.progress([behind]), RULE) == Light.RED


def test_a_negative_correction_beyond_what_was_reached_counts_as_nothing() -> None:
    """Source: domain reference 2.7 case 5."""
    below = Quantity(Fraction(10), Fraction(-40), Fraction(75), Fraction(100))
    whole = Quantity(Fraction(10), Fraction(100), Fraction(75), Fraction(100))

    assert below.done == 0
    told = tracking.progress([below, whole])
    assert told is not None
    assert told.done == Fraction(1, 2)


DAY = date(2026, 9, 30)
STONES = in_force("milestone_warning", None)


@pytest.mark.parametrize(
    ("due_on", "done_on", "light", "late"),
    [
        (DAY, DAY, "GREEN", 0),
        (DAY, None, "YELLOW", 0),  # its own day is still in time
        (DAY - timedelta(1), None, "RED", 1),
        (DAY - timedelta(10), DAY, "YELLOW", 10),
        (DAY - timedelta(10), DAY + timedelta(1), "RED", 10),  # what is done afterwards was not done on the day
        (DAY + timedelta(STONES["soon_days"]), None, "YELLOW", 0),
        (DAY + timedelta(STONES["soon_days"] + 1), None, "NONE", 0),
        (DAY + timedelta(90), DAY - timedelta(5), "GREEN", 0),
    ],
)
def test_a_milestone_is_red_from_its_first_late_day_until_it_is_done(
    due_on: date, done_on: date | None, light: str, late: int
) -> None:
    stone = tracking.Stone("阶段性验收", due_on, done_on, DAY)

    assert (tracking.stone_light(stone, STONES), stone.days_late) == (light, late)
    assert stone.overdue == (light == "RED")
