"""A letter's year by months: what should be reached by the end of each, and what was."""

from collections.abc import Iterable
from dataclasses import dataclass
from decimal import Decimal, InvalidOperation
from typing import Any

from appraisal.ledger.models import CurrentValue, Target, TargetLetter
from appraisal.ledger.rules import timeplan
from appraisal.ledger.selectors import letters as letter_selectors
from appraisal.ledger.states import ValueState
from appraisal.library.models import Indicator, TargetBasis

PLACES = 2


@dataclass(frozen=True)
class Planned:
    """One cumulative indicator. months: targets at the ends of the months; actual: what was reported, None where not.

    from_last_year: the months between the agreed ones follow last year's actuals.
    """

    indicator: Indicator
    months: list[Decimal]
    actual: list[Decimal | None]
    from_last_year: bool

    def gap(self, month: int) -> Decimal | None:
        """How far the actual is from the plan at the end of a month; None where nothing is reported."""
        actual = self.actual[month - 1]
        return None if actual is None else actual - self.months[month - 1]


def plan_of(letter: TargetLetter) -> list[Planned]:
    """Every indicator whose target is a growing figure of the letter, in the scheme's order."""
    rows = [row for row in letter_selectors.targets(letter) if _is_planned(row)]
    year = letter.cycle.year
    found = _values(letter.office_id, letter.cycle.province_id, (year - 1, year))
    planned = []
    for row in rows:
        code = row.indicator.code
        before = [found.get((year - 1, code, month)) for month in range(1, 13)]
        curve = _filled(before) if any(value is not None for value in before) else None
        quarters = row.quarters
        assert row.year_target is not None
        places = 0 if _whole(row) else PLACES
        months = timeplan.spread(row.year_target, quarters[:3] if quarters else None, curve, places)
        actual = [found.get((year, code, month)) for month in range(1, 13)]
        planned.append(Planned(row.indicator, months, actual, curve is not None))
    return planned


def _is_planned(row: Target) -> bool:
    of_letter = row.indicator.cumulative and row.indicator.target_basis == TargetBasis.LETTER
    return row.applicable and of_letter and bool(row.year_target)


def _whole(row: Target) -> bool:
    """Whether whole figures were agreed on: then the months are whole, too."""
    figures = [row.year_target, *(row.quarters or ())]
    return all(value is not None and value == value.to_integral() for value in figures)


def _values(office_id: int, province_id: int, years: Iterable[int]) -> dict[tuple[int, str, int], Decimal]:
    """(year, indicator code, month) → the value as verified, else as reported. One query."""
    rows = (
        CurrentValue.objects.filter(
            office_id=office_id, period__cycle__province_id=province_id, period__cycle__year__in=tuple(years)
        )
        .exclude(state=ValueState.RETURNED)
        .values_list("period__cycle__year", "indicator__code", "period__month", "state", "final_fact", "value__fact")
    )
    found = {}
    for year, code, month, state, final, reported in rows:
        value = _figure(final if state == ValueState.VERIFIED else reported)
        if value is not None:
            found[year, code, month] = value
    return found


def _figure(fact: Any) -> Decimal | None:
    try:
        value = Decimal(str((fact or {})["value"]))
    except (KeyError, InvalidOperation):
        return None
    return value if value.is_finite() else None


def _filled(values: list[Decimal | None]) -> list[Decimal]:
    """A month without a figure stands where the month before stood."""
    filled, last = [], Decimal(0)
    for value in values:
        last = last if value is None else value
        filled.append(last)
    return filled
