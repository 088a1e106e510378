"""A letter's year by months: what should be reached by the end of each, and what was."""

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import date
from decimal import Decimal, InvalidOperation
from typing import Any

from django.db.models import QuerySet

from appraisal.ledger.models import CurrentValue, MonthPlan, Target, TargetLetter
from appraisal.ledger.policies import timeplan as policies
from appraisal.ledger.rules import timeplan
from appraisal.ledger.selectors import decompositions
from appraisal.ledger.selectors import letters as letter_selectors
from appraisal.ledger.states import LetterState, ValueState
from appraisal.library.models import Indicator, TargetBasis
from tenants.actors import Actor

PLACES = 2


@dataclass(frozen=True)
class Planned:
    """One cumulative indicator. months: targets at the ends of the months; actual: what was reported, None where not.

    agreed: month → what the letter wants by its end. shared: the months between the agreed ones as last year went
    (from_last_year) or evenly. laid_down: the months are not these, but what somebody laid down.
    """

    indicator: Indicator
    months: list[Decimal]
    actual: list[Decimal | None]
    from_last_year: bool
    agreed: dict[int, Decimal]
    shared: list[Decimal]
    laid_down: bool

    def gap(self, month: int) -> Decimal | None:
        """How far the actual is from the plan at the end of a month; None where nothing is reported."""
        actual = self.actual[month - 1]
        return None if actual is None else actual - self.months[month - 1]


def plan_of(letter: TargetLetter) -> list[Planned]:
    """Every indicator whose target is a growing figure of the letter, in the scheme's order."""
    rows = [row for row in letter_selectors.targets(letter) if _is_planned(row)]
    year = letter.cycle.year
    found = _values(letter.office_id, letter.cycle.province_id, (year - 1, year))
    newest = plans(letter).first()
    planned = []
    for row in rows:
        code = row.indicator.code
        before = [found.get((year - 1, code, month)) for month in range(1, 13)]
        curve = _filled(before) if any(value is not None for value in before) else None
        quarters = row.quarters[:3] if row.quarters else None
        assert row.year_target is not None
        shared = timeplan.spread(row.year_target, quarters, curve, 0 if _whole(row) else PLACES)
        agreed = timeplan.agreed(row.year_target, quarters)
        laid_down = [Decimal(text) for text in newest.rows.get(code, ())] if newest else []
        kept = timeplan.fits(laid_down, agreed)  # not any more where the letter was changed
        actual = [found.get((year, code, month)) for month in range(1, 13)]
        months = laid_down if kept else shared
        planned.append(Planned(row.indicator, months, actual, curve is not None, agreed, shared, kept))
    return planned


def plans(letter: TargetLetter) -> QuerySet[MonthPlan]:
    """What was laid down for the letter's months, the newest first."""
    return letter.plans.order_by("-number")


@dataclass(frozen=True)
class Standing:
    """Who may lay months down until when. version: of the letter in force; own_until: the office's last day for it;

    first_open: the first month that can still be set, 13 for none. The office has the days for breaking the letter
    down; from then on the months that have ended stay, as do those before a changed letter came into force.
    """

    version: int
    own_until: date
    first_open: int


def standing(letter: TargetLetter, on: date) -> Standing:
    """letter: signed. Source: domain reference 2.2 step 5; dated decomposition_days."""
    number, since = decompositions.version_in_force(letter)
    own_until = decompositions.due(letter, since)[0]
    changed = letter.versions.filter(number=number, number__gt=1).values_list("effective_on", flat=True).first()
    first_open = changed.month if changed else 1
    if on > own_until:
        first_open = max(first_open, on.month + 12 * (on.year - letter.cycle.year))
    return Standing(number, own_until, min(first_open, timeplan.MONTHS + 1))


def _asked(actor: Actor, letter: TargetLetter, on: date) -> tuple[Actor, TargetLetter, date, date]:
    signed = letter.state == LetterState.SIGNED
    return actor, letter, standing(letter, on).own_until if signed else on, on


def check(actor: Actor, letter: TargetLetter, on: date) -> None:
    """Raise Denied or Conflict unless this person may lay the letter's months down on that day."""
    policies.lay_down(*_asked(actor, letter, on))


def refusal(actor: Actor, letter: TargetLetter, on: date) -> str | None:
    """Why not, or None."""
    return policies.lay_down.reason(*_asked(actor, letter, on))


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
