"""RATIO and INVERSE_RATIO: value against target. Prose and worked table: platform/docs/rules/ratio.md."""

from fractions import Fraction
from typing import Any

from appraisal.rules.exact import ONE, ZERO, ceil_to, floor_to, marks, marks_of, plain, shown, shown_of
from appraisal.rules.methods.base import Earned, Effort, Move, Rule, Status, Step, step, written
from appraisal.rules.reader import Reader

WRITTEN_PLACES = 2  # decimals of the value that a move asks for: nobody plans for millionths

Reading = tuple[Fraction | None, Fraction | None]  # target, value


class Ratio(Rule):
    """r = value ÷ target; below the floor nothing, otherwise points × min(r, cap), never below 0."""

    method = "RATIO"

    def take(self, parameters: Reader) -> None:
        """cap (default 1) and floor (default 0) bound the ratio."""
        self.cap = parameters.number("cap", ONE)
        self.floor = parameters.number("floor", ZERO)
        if self.cap < self.floor:
            parameters.fail("parameters.cap_below_floor", cap=marks(self.cap), floor=plain(self.floor))
        if self.cap < ZERO:
            parameters.fail("entry.negative", entry="cap", value=plain(self.cap))
        denominator = parameters.raw("denominator")
        self.names = {"numerator": parameters.raw("numerator"), "denominator": denominator}

    def used(self) -> dict[str, Any]:
        """cap, floor, and the names of numerator and denominator where given."""
        names = {key: name for key, name in self.names.items() if name is not None}
        return {"cap": plain(self.cap), "floor": plain(self.floor), **names}

    def read_entries(self, fact: Reader) -> Reading:
        """target (absent or null: missing) and value (null: not reported yet)."""
        target = fact.optional("target")
        if target is not None and target < ZERO:
            fact.fail("facts.target_negative", value=plain(target))
        return target, fact.nullable("value")

    def inputs(self, reading: Reading) -> dict[str, Any]:
        """target and value."""
        return {"target": written(reading[0]), "value": written(reading[1])}

    def earn(self, reading: Reading, comparison: Any) -> Earned:
        """A zero or missing target makes the indicator not applicable, whatever the value."""
        target, value = reading
        if not target:
            return Status.NOT_APPLICABLE
        if value is None:
            return Status.NOT_REPORTED
        over, under = self.quotient_of(target, value)
        return Fraction(*earned) if (earned := self.worth(over, under)) and earned[0] > 0 else ZERO

    def worth(self, over: int, under: int) -> tuple[int, int] | None:
        """points × min(r, cap) of the ratio over ÷ under (above 0), neither reduced; None below the floor."""
        above, below = self.floor.as_integer_ratio()
        if over * below < above * under:
            return None
        above, below = self.cap.as_integer_ratio()
        if over * below >= above * under:
            over, under = above, below
        above, below = self.points.as_integer_ratio()
        return above * over, below * under

    def moves(self, reading: Reading, comparison: Any) -> list[Move]:
        """To the floor where the value is below it, and to the cap."""
        target, value = reading
        if not target or value is None:
            return []
        now, found = self.ratio(target, value), []
        for ratio in sorted({self.floor, self.cap}):
            if max(now, ZERO) < ratio:
                found.append(self.move(target, value, ratio))
        return found

    def move(self, target: Fraction, value: Fraction, ratio: Fraction) -> Move:
        """The first value of at most two decimals at which the ratio is reached."""
        wanted = ceil_to(ratio * target, WRITTEN_PLACES)
        does = step("move.more", more=shown(wanted - value), to=shown(wanted))
        return Move((target, wanted), Effort.WORK, does, share=(wanted - value) / target)

    def ratio(self, target: Fraction, value: Fraction) -> Fraction:
        """The ratio, reduced."""
        return Fraction(*self.quotient_of(target, value))

    def quotient_of(self, target: Fraction, value: Fraction) -> tuple[int, int]:
        """value ÷ target (above 0): numerator and denominator (above 0), not reduced."""
        over, under = value.as_integer_ratio()
        above, below = target.as_integer_ratio()
        return over * below, under * above

    def quotient(self, target: Fraction, value: Fraction, ratio: str) -> Step:
        """The sentence about the ratio."""
        return step("ratio.quotient", value=plain(value), target=shown(target), ratio=ratio)

    def steps(self, reading: Reading, comparison: Any) -> list[Step]:
        """Ratio, floor or cap, points."""
        target, value = reading
        if not target:
            return [step("ratio.no_target")]
        if value is None:
            return []
        over, under = self.quotient_of(target, value)
        ratio, earned = shown_of(over, under), self.worth(over, under)
        steps = [self.quotient(target, value, ratio)]
        if earned is None:
            return [*steps, step("ratio.below_floor", ratio=ratio, floor=plain(self.floor))]
        points, cap = marks(self.points), marks(self.cap)
        steps.append(step("ratio.points", points=points, ratio=ratio, cap=cap, earned=marks_of(*earned)))
        return [*steps, step("ratio.negative")] if earned[0] < 0 else steps


class InverseRatio(Ratio):
    """As RATIO with r = target ÷ value (smaller is better); a value of 0 counts as r = cap."""

    method = "INVERSE_RATIO"

    def move(self, target: Fraction, value: Fraction, ratio: Fraction) -> Move:
        """The same from above."""
        wanted = floor_to(target / ratio, WRITTEN_PLACES)
        does = step("move.less", less=shown(value - wanted), to=shown(wanted))
        return Move((target, wanted), Effort.WORK, does, share=(value - wanted) / value)

    def quotient_of(self, target: Fraction, value: Fraction) -> tuple[int, int]:
        """target ÷ value, the cap for a value of 0."""
        if not value:
            return self.cap.as_integer_ratio()
        over, under = super().quotient_of(target, value)
        return (under, over) if over > 0 else (-under, -over)

    def quotient(self, target: Fraction, value: Fraction, ratio: str) -> Step:
        """The sentence about the ratio."""
        if not value:
            return step("ratio.inverse_zero", cap=marks(self.cap))
        return step("ratio.inverse_quotient", value=plain(value), target=shown(target), ratio=ratio)
