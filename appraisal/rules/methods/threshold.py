"""THRESHOLD: all or nothing. Prose and worked table: platform/docs/rules/threshold.md."""

from typing import Any

from appraisal.rules.exact import ZERO, marks
from appraisal.rules.methods.base import Earned, Effort, Move, Rule, Step, step
from appraisal.rules.reader import Reader


class Threshold(Rule):
    """The points when everything in `requires` is there, otherwise 0."""

    method = "THRESHOLD"

    def take(self, parameters: Reader) -> None:
        """requires: the names of what has to be there."""
        self.requires: list[str] = []
        for place, name in enumerate(parameters.sequence("requires"), start=1):
            if not isinstance(name, str) or not name:
                parameters.fail("entry.not_a_text", entry=f"requires[{place}]")
            else:
                self.requires.append(name)
        if not self.requires:
            parameters.fail("entry.empty", entry="requires")

    def used(self) -> dict[str, Any]:
        """requires."""
        return {"requires": self.requires}

    def read_entries(self, fact: Reader) -> list[bool]:
        """present: true or false for each required thing, in order."""
        present = fact.sequence("present")
        for place, there in enumerate(present, start=1):
            if not isinstance(there, bool):
                fact.fail("entry.not_yes_no", entry=f"present[{place}]")
        if "present" in fact.given and len(present) != len(self.requires):
            fact.fail("entry.count", entry="present", expected=len(self.requires), given=len(present))
        return present

    def inputs(self, reading: list[bool]) -> dict[str, Any]:
        """present."""
        return {"present": reading}

    def earn(self, reading: list[bool], comparison: Any) -> Earned:
        """All or nothing."""
        return self.points if all(reading) else ZERO

    def moves(self, reading: list[bool], comparison: Any) -> list[Move]:
        """Everything that is missing, at once: less brings nothing."""
        missing = self.missing(reading)
        if not missing:
            return []
        return [Move([True] * len(reading), Effort.PAPER, step("move.present", missing="、".join(missing)))]

    def missing(self, reading: list[bool]) -> list[str]:
        """The names of what is not there."""
        return [name for name, there in zip(self.requires, reading, strict=True) if not there]

    def steps(self, reading: list[bool], comparison: Any) -> list[Step]:
        """What is missing, or that nothing is."""
        if all(reading):
            return [step("threshold.complete", earned=marks(self.points))]
        return [step("threshold.missing", missing="、".join(self.missing(reading)))]
