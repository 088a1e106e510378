"""The target to date, and days late. Prose: platform/docs/rules/index.md."""

from collections.abc import Sequence
from datetime import date
from fractions import Fraction

from appraisal.rules.exact import ZERO, number, plain
from appraisal.rules.problems import Problem, RulesError

MONTHS = 12
QUARTERS = 4


class TargetError(RulesError):
    """Targets that contradict each other, or a month that does not exist."""


def target_to_date(year_target: object, milestones: Sequence[object] | None, month: int) -> Fraction:
    """What should have been reached by the end of `month` (1-12), exact.

    `milestones`: cumulative targets at the ends of the four quarters, or None. With them the way is straight between
    quarter ends by month, from 0 at the start of the year; without them year target × month / 12. December is the year
    target. The fourth milestone must be the year target. Raises TargetError, and NotExact for what is no number.
    """
    if isinstance(month, bool) or not isinstance(month, int) or not 1 <= month <= MONTHS:
        raise TargetError([Problem("targets.month", {"month": month})])
    year = number(year_target)
    if milestones is None:
        return Fraction(year.numerator * month, year.denominator * MONTHS)
    ends = [ZERO, *(number(milestone) for milestone in milestones)]
    if len(ends) != QUARTERS + 1:
        raise TargetError([Problem("targets.milestones", {"given": len(ends) - 1})])
    if ends[QUARTERS] is not year and ends[QUARTERS] != year:
        raise TargetError([Problem("targets.year_end", {"fourth": plain(ends[QUARTERS]), "target": plain(year)})])
    quarter, months_into_it = divmod(month - 1, 3)
    (over, under), (above, below) = ends[quarter].as_integer_ratio(), ends[quarter + 1].as_integer_ratio()
    way = (above * under - over * below) * (months_into_it + 1)  # of before + (after − before) × months ÷ 3
    return Fraction(3 * over * below + way, 3 * under * below)


def days_late(due_on: date, done_on: date | None, as_of: date) -> int:
    """Whole days late; 0 when on time. What is not done by `as_of` counts its days late up to that day."""
    ended_on = as_of if done_on is None or done_on > as_of else done_on
    return max((ended_on - due_on).days, 0)


def late_days(milestones: Sequence[tuple[date, date | None]], as_of: date) -> list[int]:
    """Days late of each (due_on, done_on) that is due by `as_of`, in order: the fact of a MILESTONE indicator."""
    return [days_late(due_on, done_on, as_of) for due_on, done_on in milestones if due_on <= as_of]
