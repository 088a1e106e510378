"""STEP: a table of steps. Prose and worked table: platform/docs/rules/step.md."""

from fractions import Fraction
from typing import Any

from appraisal.rules.exact import ZERO, at_least, marks, plain, shown
from appraisal.rules.methods.base import Earned, Effort, Move, Rule, Status, Step, step
from appraisal.rules.reader import Reader

BOUNDS = {"higher_is_better": "at_least", "lower_is_better": "at_most", "category": "equals"}

Reading = Fraction | str | None


class Steps(Rule):
    """The points of the best step that the value meets; no step met: 0."""

    method = "STEP"

    def take(self, parameters: Reader) -> None:
        """direction, and steps of a bound with its points; the order in which they are written does not matter."""
        self.direction = parameters.text("direction", choices=BOUNDS)
        self.bound = BOUNDS[self.direction]
        self.table: list[tuple[Any, Fraction]] = []
        for row in parameters.rows("steps"):
            bound = row.text(self.bound) if self.direction == "category" else row.number(self.bound)
            points = row.number("points")
            self.above_points(row, row.entry("points"), points)
            if points < ZERO:
                row.fail("entry.negative", entry=row.entry("points"), value=plain(points))
            row.close()
            if any(bound == known for known, _ in self.table):
                row.fail("parameters.twice", entry="steps", value=self.as_text(bound))
            self.table.append((bound, points))
        if not self.table:
            parameters.fail("entry.empty", entry="steps")
        if self.direction != "category":
            self.table.sort(key=lambda row: row[0], reverse=self.direction == "higher_is_better")

    @staticmethod
    def as_text(bound: Any) -> str:
        """A bound for people: the category, or the exact number."""
        return bound if isinstance(bound, str) else plain(bound)

    def used(self) -> dict[str, Any]:
        """direction, and the steps in the order in which they are tried."""
        steps = [{self.bound: self.as_text(bound), "points": plain(points)} for bound, points in self.table]
        return {"direction": self.direction, "steps": steps}

    def read_entries(self, fact: Reader) -> Reading:
        """value: a number, or the category's text; null: not reported yet."""
        if self.direction != "category":
            return fact.nullable("value")
        value = fact.raw("value")
        if "value" not in fact.given:
            fact.fail("entry.missing", entry="value")
        if value is not None and not isinstance(value, str):
            fact.fail("facts.category")
            return None
        return value

    def inputs(self, reading: Reading) -> dict[str, Any]:
        """value."""
        return {"value": None if reading is None else self.as_text(reading)}

    def met(self, value: Any) -> tuple[Any, Fraction] | None:
        """The first step, in order of trying, that the value meets."""
        higher = self.direction == "higher_is_better"
        for bound, points in self.table:
            if self.direction == "category":
                reached = value == bound
            else:
                reached = at_least(value, bound) if higher else at_least(bound, value)
            if reached:
                return bound, points
        return None

    def earn(self, reading: Reading, comparison: Any) -> Earned:
        """The points of the step met, or 0."""
        if reading is None:
            return Status.NOT_REPORTED
        met = self.met(reading)
        return ZERO if met is None else met[1]

    def moves(self, reading: Reading, comparison: Any) -> list[Move]:
        """Every better step, the nearest first; a category has no nearness, the least gain comes first."""
        if reading is None:
            return []
        met = self.met(reading)
        now = met[1] if met else ZERO
        better = [
            (bound, points) for bound, points in self.table if points > now and self.met(bound) == (bound, points)
        ]
        if isinstance(reading, str):
            better.sort(key=lambda row: row[1])
            return [Move(bound, Effort.WORK, step("move.category", to=bound)) for bound, _ in better]
        better.sort(key=lambda row: abs(row[0] - reading))
        return [self.move(reading, bound) for bound, _ in better]

    def move(self, value: Fraction, bound: Fraction) -> Move:
        """To a step's bound."""
        away = abs(bound - value)
        if self.direction == "higher_is_better":
            does = step("move.more", more=shown(away), to=shown(bound))
        else:
            does = step("move.less", less=shown(away), to=shown(bound))
        measure = abs(bound) or abs(value)
        return Move(bound, Effort.WORK, does, share=away / measure if measure else None)

    def steps(self, reading: Reading, comparison: Any) -> list[Step]:
        """The step met, or that there is none."""
        if reading is None:
            return []
        value = reading if isinstance(reading, str) else shown(reading)
        met = self.met(reading)
        if met is None:
            return [step("step.none", value=value)]
        return [step(f"step.{self.bound}", value=value, bound=self.as_text(met[0]), earned=marks(met[1]))]
