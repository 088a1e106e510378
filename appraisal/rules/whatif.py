"""A scheme as it might be: a copy with wishes come true, and what moved between two scorings of the same facts.

Both scorings are the engine's, so every figure is exact and has its trace. Prose: platform/docs/rules/sandbox.md.
"""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, replace
from decimal import Decimal
from enum import StrEnum
from fractions import Fraction
from typing import Any

from appraisal.rules.exact import STORED_PLACES, ZERO, from_units, number
from appraisal.rules.scheme import Indicator, Scheme
from appraisal.rules.scorecard import Line, Scorecard, line_units

CENT = 100  # points have two decimals


@dataclass(frozen=True, slots=True)
class Wish:
    """What is to be different about one indicator of the copy; None leaves it as it is.

    off: it is taken out. method comes with parameters; parameters alone keep the method.
    """

    code: str
    points: Decimal | None = None
    method: str | None = None
    parameters: Mapping[str, Any] | None = None
    off: bool = False


@dataclass(frozen=True)
class Copy:
    """A scheme as wished. because: indicator → the ones whose points it took over when they were switched off."""

    scheme: Scheme
    because: Mapping[str, tuple[str, ...]]


def copy_of(scheme: Scheme, wishes: Iterable[Wish], *, na_treatment: str | None = None, spread: bool = True) -> Copy:
    """The scheme with the wishes; groups' points follow their indicators'.

    spread: the points of what is switched off go to the rest of its group in proportion to their points, to the
    hundredth (largest remainder, then order); where nothing is left of the group, to the whole scheme. Raises KeyError
    for an indicator that is not there.
    """
    by_code = {wish.code: wish for wish in wishes}
    if unknown := by_code.keys() - {row.code for row in scheme.scored}:
        raise KeyError(min(unknown))
    off = {code for code, wish in by_code.items() if wish.off}
    rows = [_wished(row, by_code.get(row.code)) for row in scheme.indicators if row.code not in off]
    points = {row.code: row.points for row in rows if not row.is_group}
    because: dict[str, tuple[str, ...]] = {}
    if spread:
        gone = [row for row in scheme.scored if row.code in off]
        for parent in dict.fromkeys(row.parent for row in gone):
            mine = [row for row in gone if row.parent == parent]
            takers = [row.code for row in rows if row.parent == parent] or list(points)
            _share_out(points, takers, sum((row.points for row in mine), Decimal(0)))
            for code in (each for each in takers if each not in by_code):
                because[code] = (*because.get(code, ()), *(row.code for row in mine))
    sums: dict[str, Decimal] = {}
    for row in rows:
        if not row.is_group:
            sums[row.parent] = sums.get(row.parent, Decimal(0)) + points[row.code]
    changed = tuple(
        replace(row, points=sums.get(row.code, Decimal(0)) if row.is_group else points[row.code])
        for row in rows
        if not row.is_group or row.code in sums
    )
    return Copy(Scheme(changed, na_treatment or scheme.na_treatment), because)


def _wished(row: Indicator, wish: Wish | None) -> Indicator:
    if wish is None:
        return row
    return replace(
        row,
        points=row.points if wish.points is None else wish.points,
        method=wish.method or row.method,
        parameters=row.parameters if wish.parameters is None else wish.parameters,
    )


def _share_out(points: dict[str, Decimal], takers: list[str], released: Decimal) -> None:
    """Hundredths to each in proportion, what is left over to the largest remainders, then in order."""
    whole = sum((points[code] for code in takers), Decimal(0))
    if not whole:
        return
    exact = {code: number(released) * number(points[code]) / number(whole) * CENT for code in takers}
    units = {code: int(share) for code, share in exact.items()}
    left = int(number(released) * CENT) - sum(units.values())
    order = sorted(takers, key=lambda code: (units[code] - exact[code], takers.index(code)))
    for code in order[:left]:
        units[code] += 1
    for code, count in units.items():
        points[code] += Decimal(count).scaleb(-2)


class Cause(StrEnum):
    """Why a line moved."""

    SAME = "SAME"  # it did not
    OWN = "OWN"  # its own points or rule
    TAKEN_OVER = "TAKEN_OVER"  # it took over the points of what was switched off
    SHARED = "SHARED"  # others' changes: points of what does not apply are shared otherwise
    NEW = "NEW"
    OFF = "OFF"


@dataclass(frozen=True, slots=True)
class Moved:
    """One indicator of one office in both scorings; None where it is not in one of them. Points with 4 decimals."""

    code: str
    cause: Cause
    before: Decimal | None
    after: Decimal | None
    because: tuple[str, ...] = ()

    @property
    def change(self) -> Decimal:
        """after − before; what is not there has no points."""
        return (self.after or Decimal(0)) - (self.before or Decimal(0))


@dataclass(frozen=True, slots=True)
class Movement:
    """One office in both scorings.

    The changes of the lines, bonus and deduction and `rest` (difficulty, bounds and rounding of the total) add up to
    `change`, exactly.
    """

    office: str
    before: Decimal
    after: Decimal
    lines: tuple[Moved, ...]
    adjusted: Fraction  # of bonus and deduction items, where their caps changed
    rest: Fraction

    @property
    def change(self) -> Decimal:
        """Of the published total."""
        return self.after - self.before

    def by_cause(self) -> dict[str, Decimal]:
        """Points moved by each change: the changed indicator's code (of what was taken over, the one switched off; ""
        for points that are shared otherwise) → sum of changes. Nothing that moved nothing."""
        found: dict[str, Decimal] = {}
        for line in self.lines:
            if line.change:
                key = "" if line.cause is Cause.SHARED else "+".join(line.because) or line.code
                found[key] = found.get(key, Decimal(0)) + line.change
        return found


def changed_codes(before: Scheme, after: Scheme) -> set[str]:
    """Indicators of both whose points or rule differ."""
    old = before.by_code
    return {
        row.code
        for row in after.scored
        if (was := old.get(row.code)) is not None
        and (row.points, row.method, row.parameters) != (was.points, was.method, was.parameters)
    }


def movement(
    before: Scorecard, after: Scorecard, changed: set[str], because: Mapping[str, tuple[str, ...]] | None = None
) -> Movement:
    """What moved for one office. changed: see changed_codes; because: see Copy."""
    taken = because or {}
    old = {line.code: line for line in before.lines}
    lines = [_moved(old.pop(line.code, None), line, changed, taken) for line in after.lines]
    lines += [Moved(line.code, Cause.OFF, line.score, None) for line in old.values()]
    adjusted = (after.bonus - after.deduction) - (before.bonus - before.deduction)
    moved = Fraction(after.units - before.units, 10**STORED_PLACES)
    return Movement(
        office=after.office,
        before=before.total,
        after=after.total,
        lines=tuple(lines),
        adjusted=adjusted,
        rest=number(after.total) - number(before.total) - moved - adjusted,
    )


def _moved(was: Line | None, line: Line, changed: set[str], because: Mapping[str, tuple[str, ...]]) -> Moved:
    if was is None:
        return Moved(line.code, Cause.NEW, None, line.score)
    if line.code in because:
        return Moved(line.code, Cause.TAKEN_OVER, was.score, line.score, because[line.code])
    if line.code in changed:
        return Moved(line.code, Cause.OWN, was.score, line.score)
    return Moved(line.code, Cause.SAME if was.units == line.units else Cause.SHARED, was.score, line.score)


def by_points_alone(before: Line, after: Line) -> Decimal | None:
    """The line's score with its new points and its old rule; None when that is no step between the two.

    Tells apart what the weight and what the rule moved of a line of which both were changed.
    """
    if before.status != after.status or before.rule.points == after.rule.points or before.earned is None:
        return None
    rule = type(before.rule)(after.rule.points, before.rule.parameters)
    earned = rule.earn(before.reading, before.comparison)
    if not isinstance(earned, Fraction) or any(problem.blocking for problem in rule.problems):
        return None
    off = sum((each.points for each in after.points_off), ZERO)
    return from_units(line_units(earned, rule.points, after.effective_points, off), STORED_PLACES)
