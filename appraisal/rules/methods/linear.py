"""LINEAR: straight between two values. Prose and worked table: platform/docs/rules/linear.md."""

from fractions import Fraction
from typing import Any

from appraisal.rules.exact import ZERO, marks, plain, shown
from appraisal.rules.methods.base import Earned, Effort, Move, Rule, Status, Step, step, written
from appraisal.rules.reader import Reader


class Linear(Rule):
    """0 at `from` and below, the points at `to` and above, straight between; mirrored where `from` is above `to`."""

    method = "LINEAR"

    def take(self, parameters: Reader) -> None:
        """from and to, which differ."""
        before = len(parameters.problems)
        self.start = parameters.number("from")
        self.end = parameters.number("to")
        if self.start == self.end and len(parameters.problems) == before:
            parameters.fail("parameters.same_ends")

    def used(self) -> dict[str, Any]:
        """from and to."""
        return {"from": plain(self.start), "to": plain(self.end)}

    def read_entries(self, fact: Reader) -> Fraction | None:
        """value; null: not reported yet."""
        return fact.nullable("value")

    def inputs(self, reading: Fraction | None) -> dict[str, Any]:
        """value."""
        return {"value": written(reading)}

    def earn(self, reading: Fraction | None, comparison: Any) -> Earned:
        """The share of the way from `from` to `to`, held between nothing and all of it."""
        if reading is None:
            return Status.NOT_REPORTED
        way = (reading - self.start) / (self.end - self.start)
        return self.points * min(max(way, ZERO), Fraction(1))

    def moves(self, reading: Fraction | None, comparison: Any) -> list[Move]:
        """To the end of the scale."""
        if reading is None or (reading - self.start) / (self.end - self.start) >= 1:
            return []
        away, to = abs(self.end - reading), shown(self.end)
        if self.end > self.start:
            does = step("move.more", more=shown(away), to=to)
        else:
            does = step("move.less", less=shown(away), to=to)
        return [Move(self.end, Effort.WORK, does, share=away / abs(self.end - self.start))]

    def steps(self, reading: Fraction | None, comparison: Any) -> list[Step]:
        """Below, above or between."""
        if reading is None:
            return []
        value, start, end, points = shown(reading), plain(self.start), plain(self.end), marks(self.points)
        way = (reading - self.start) / (self.end - self.start)
        if way <= 0:
            return [step("linear.below", value=value, start=start)]
        if way >= 1:
            return [step("linear.above", value=value, end=end, earned=points)]
        return [
            step("linear.between", points=points, value=value, start=start, end=end, earned=marks(self.points * way))
        ]
