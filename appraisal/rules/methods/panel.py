"""PANEL: the mean of a panel's marks. Prose and worked table: platform/docs/rules/panel.md."""

from fractions import Fraction
from typing import Any, NamedTuple

from appraisal.rules.exact import ZERO, marks, plain, together
from appraisal.rules.methods.base import Earned, Rule, Step, step
from appraisal.rules.methods.events import Counts, as_json, event_steps, read_counts, read_events, total
from appraisal.rules.reader import Reader

FEWEST_TO_TRIM = 3


class Reading(NamedTuple):
    """The members' marks, and how often each deducting event happened."""

    marks: list[Fraction]
    counts: Counts


class Panel(Rule):
    """Mean of the marks, from enough marks on without one highest and one lowest; then deductions; not below 0."""

    method = "PANEL"

    def take(self, parameters: Reader) -> None:
        """trim_when_at_least (absent: never trim) and then_deduct: a list of {event, points}."""
        self.trim_from = parameters.optional("trim_when_at_least")
        if self.trim_from is not None and self.trim_from < FEWEST_TO_TRIM:
            parameters.fail("parameters.trim_too_small", value=plain(self.trim_from))
        self.events = read_events(parameters, "then_deduct")

    def used(self) -> dict[str, Any]:
        """trim_when_at_least and then_deduct."""
        trim = None if self.trim_from is None else plain(self.trim_from)
        return {"trim_when_at_least": trim, "then_deduct": as_json(self.events)}

    def read_entries(self, fact: Reader) -> Reading:
        """marks between 0 and the points; counts in the order of then_deduct (absent: nothing happened)."""
        marks = fact.numbers("marks")
        if "marks" in fact.given and not marks:
            fact.fail("facts.no_marks")
        for place, mark in enumerate(marks, start=1):
            if not 0 <= mark <= self.points:
                fact.fail("entry.outside", entry=f"marks[{place}]", value=plain(mark), low="0", high=plain(self.points))
        return Reading(marks, read_counts(fact, self.events, missing=[ZERO] * len(self.events)))

    def inputs(self, reading: Reading) -> dict[str, Any]:
        """marks and counts."""
        return {
            "marks": [plain(mark) for mark in reading.marks],
            "counts": [plain(count) for count in reading.counts],
        }

    def counted(self, marks: list[Fraction]) -> list[Fraction]:
        """The marks that count."""
        if self.trim_from is not None and len(marks) >= self.trim_from:
            return sorted(marks)[1:-1]
        return marks

    def earn(self, reading: Reading, comparison: Any) -> Earned:
        """The mean of what counts, less the deductions."""
        counted = self.counted(reading.marks)
        return max(together(counted) / len(counted) - total(self.events, reading.counts), ZERO)

    def steps(self, reading: Reading, comparison: Any) -> list[Step]:
        """The mean, each deduction, the result."""
        counted = self.counted(reading.marks)
        whole = together(counted)
        mean = whole / len(counted)
        values = {"count": len(counted), "sum": marks(whole), "mean": marks(mean)}
        if len(counted) < len(reading.marks):
            trimmed = {"highest": marks(max(reading.marks)), "lowest": marks(min(reading.marks))}
            steps = [step("panel.trimmed", all=len(reading.marks), **trimmed, **values)]
        else:
            steps = [step("panel.marks", **values)]
        amount = total(self.events, reading.counts)
        if amount:
            steps += event_steps(self.events, reading.counts)
            steps.append(step("panel.deduct", mean=marks(mean), amount=marks(amount), result=marks(mean - amount)))
            if mean < amount:
                steps.append(step("panel.zero", earned="0.00"))
        return steps
