"""MANUAL: a person's mark with a reason. Prose and worked table: platform/docs/rules/manual.md."""

from fractions import Fraction
from typing import Any

from appraisal.rules.exact import marks, plain
from appraisal.rules.methods.base import Earned, Rule, Status, Step, step, written
from appraisal.rules.reader import Reader


class Manual(Rule):
    """The mark is the points earned; it lies between 0 and the indicator's points."""

    method = "MANUAL"

    def take(self, parameters: Reader) -> None:
        """No parameters."""

    def used(self) -> dict[str, Any]:
        """No parameters."""
        return {}

    def read_entries(self, fact: Reader) -> Fraction | None:
        """points; null: not marked yet."""
        mark = fact.nullable("points")
        if mark is not None and not 0 <= mark <= self.points:
            fact.fail("entry.outside", entry="points", value=plain(mark), low="0", high=plain(self.points))
        return mark

    def inputs(self, reading: Fraction | None) -> dict[str, Any]:
        """points."""
        return {"points": written(reading)}

    def earn(self, reading: Fraction | None, comparison: Any) -> Earned:
        """The mark."""
        return Status.NOT_REPORTED if reading is None else reading

    def steps(self, reading: Fraction | None, comparison: Any) -> list[Step]:
        """The mark."""
        return [] if reading is None else [step("manual.mark", earned=marks(reading))]
