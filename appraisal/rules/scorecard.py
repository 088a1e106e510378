"""What scoring gives: lines, groups and a total with everything needed to recompute them."""

from collections.abc import Mapping
from dataclasses import dataclass
from decimal import Decimal
from fractions import Fraction
from typing import Any, NamedTuple

from orjson import Fragment

from appraisal.rules import trace
from appraisal.rules.adjustments import Adjustments, Limits, PointsOff, Zeroed
from appraisal.rules.canonical import Kept, canonical
from appraisal.rules.exact import (
    PUBLISHED_PLACES,
    STORED_PLACES,
    ZERO,
    fixed,
    from_units,
    half_up_units,
    half_up_units_of,
    scaled,
    together,
)
from appraisal.rules.methods import Rule, Status
from appraisal.rules.scheme import Indicator
from appraisal.rules.sharing import Sharing

NOT_APPLICABLE = Status.NOT_APPLICABLE  # looked up once, not with every line


@dataclass(slots=True, eq=False)  # not frozen: what sets fields past that takes three times as long, and these are many
class Line:
    """One indicator of one office. Units are ten-thousandths of a point, so that sums are exact and cheap."""

    indicator: Indicator
    rule: Rule
    status: Status
    earned: Fraction | None  # on the scale of `points`; None when not applicable and not counted full
    effective_points: Fraction
    units: int
    reading: Any
    remarks: Mapping[str, Any]
    comparison: Any
    sharing: Sharing
    points_off: tuple[PointsOff, ...]
    zeroed: tuple[Zeroed, ...]
    peer_group: str

    @property
    def code(self) -> str:
        """The indicator's code."""
        return self.indicator.code

    @property
    def name(self) -> str:
        """The indicator's Chinese name."""
        return self.indicator.name

    @property
    def points(self) -> Decimal:
        """What the indicator can earn by the scheme."""
        return self.indicator.points

    @property
    def score(self) -> Decimal:
        """The stored score, half-up at 4 decimals."""
        return from_units(self.units, STORED_PLACES)

    @property
    def written(self) -> str:
        """The stored score as text."""
        return fixed(self.units, STORED_PLACES)

    @property
    def trace(self) -> dict[str, Any]:
        """Everything needed to recompute the line without the engine, as JSON. Built anew at each call."""
        return trace.of_line(self)


@dataclass(frozen=True, slots=True, eq=False)
class Group:
    """A first-level indicator: the sum of its lines."""

    indicator: Indicator
    lines: tuple[Line, ...]

    @property
    def code(self) -> str:
        """The group's code."""
        return self.indicator.code

    @property
    def points(self) -> Decimal:
        """The group's points by the scheme."""
        return self.indicator.points

    @property
    def effective_points(self) -> Fraction:
        """What its applicable indicators count together, exact."""
        return together(line.effective_points for line in self.lines)

    @property
    def status(self) -> Status:
        """NOT_APPLICABLE when nothing in it applies, otherwise SCORED."""
        applies = any(line.status is not NOT_APPLICABLE for line in self.lines)
        return Status.SCORED if applies else Status.NOT_APPLICABLE

    @property
    def units(self) -> int:
        """The sum in ten-thousandths of a point."""
        return sum(line.units for line in self.lines)

    @property
    def sum(self) -> Decimal:
        """The sum of the stored scores, 4 decimals."""
        return from_units(self.units, STORED_PLACES)

    @property
    def score(self) -> Decimal:
        """The published score, half-up at 2 decimals."""
        return from_units(half_up_units_of(self.units, 10**STORED_PLACES, PUBLISHED_PLACES), PUBLISHED_PLACES)


class Written(NamedTuple):
    """A scorecard's canonical JSON: all of it, each line's trace, and the rest as plain data."""

    whole: bytes
    lines: list[bytes]
    rest: dict[str, Any]


@dataclass(frozen=True, slots=True, eq=False)
class Scorecard:
    """One office's result."""

    office: str
    peer_group: str
    na_treatment: str
    lines: tuple[Line, ...]
    groups: tuple[Group, ...]
    adjustments: Adjustments
    limits: Limits
    units: int
    published_units: int

    @property
    def sum(self) -> Decimal:
        """The sum of the stored scores, before bonus and deduction items; 4 decimals."""
        return from_units(self.units, STORED_PLACES)

    @property
    def weighted(self) -> Decimal:
        """The same times the difficulty coefficient, 4 decimals: what bonus and deduction items are added to."""
        return from_units(self.adjustments.weighted(self.units), STORED_PLACES)

    @property
    def bonus(self) -> Fraction:
        """What bonus items count: each up to its cap, together up to theirs."""
        return min(sum((item.counted for item in self.adjustments.bonus), ZERO), self.limits.bonus_cap)

    @property
    def deduction(self) -> Fraction:
        """What deduction items count: each up to its cap, together up to theirs."""
        return min(sum((item.counted for item in self.adjustments.deduction), ZERO), self.limits.deduction_cap)

    @property
    def deductions(self) -> int:
        """How many deduction items and points off there are: the fewer, the better among equals."""
        return len(self.adjustments.deduction) + len(self.adjustments.points_off)

    @property
    def total(self) -> Decimal:
        """The published total, half-up at 2 decimals, within the limits (0 and 105)."""
        return from_units(self.published_units, PUBLISHED_PLACES)

    @property
    def trace(self) -> dict[str, Any]:
        """How the total came about, as JSON."""
        return trace.of_total(self)

    def line(self, code: str) -> Line:
        """The line of an indicator. Raises KeyError."""
        for line in self.lines:
            if line.code == code:
                return line
        raise KeyError(code)

    def group(self, code: str) -> Group:
        """The group. Raises KeyError."""
        for group in self.groups:
            if group.code == code:
                return group
        raise KeyError(code)

    def as_json(self) -> dict[str, Any]:
        """The whole card with every trace: what is stored, and what `appraisal.checker` recomputes from."""
        return trace.of_card(self)

    def as_bytes(self) -> bytes:
        """The card as canonical JSON (sorted keys, no spaces, UTF-8): the same result gives the same bytes."""
        return self.written(Kept()).whole

    def written(self, kept: Kept) -> "Written":
        """The same with its parts apart, for who stores many cards: kept is theirs together."""
        card = trace.of_card(self, kept)
        lines = [canonical(line) for line in card.pop("lines")]
        whole = canonical(card | {"lines": [Fragment(line) for line in lines]})
        return Written(whole, lines, card)


def published_total(units: int, adjustments: Adjustments, limits: Limits) -> int:
    """Hundredths of a point: stored sum × difficulty + bonus − deduction, within the limits, half-up at 2 decimals."""
    counted = ZERO
    if adjustments.bonus or adjustments.deduction:
        bonus = min(sum((item.counted for item in adjustments.bonus), ZERO), limits.bonus_cap)
        deduction = min(sum((item.counted for item in adjustments.deduction), ZERO), limits.deduction_cap)
        counted = bonus - deduction
    return held(adjustments.weighted(units), counted, limits.minimum, limits.maximum)


def held(units: int, adjusted: Fraction, minimum: Fraction, maximum: Fraction) -> int:
    """Hundredths of a point: the stored sum and what adjustments make of it, within bounds, half-up at 2 decimals."""
    exact = Fraction(units, 10**STORED_PLACES) + adjusted
    return half_up_units(min(max(exact, minimum), maximum), PUBLISHED_PLACES)


def line_units(earned: Fraction, points: Fraction, effective: Fraction, off: Fraction = ZERO) -> int:
    """(earned ÷ points) × effective, less what verification takes off, not below 0; half-up at 4 decimals."""
    if off:
        return half_up_units(max(Fraction(*scaled(earned, points, effective)) - off, ZERO), STORED_PLACES)
    if effective is points:
        return half_up_units(earned, STORED_PLACES)
    return half_up_units_of(*scaled(earned, points, effective), STORED_PLACES)
