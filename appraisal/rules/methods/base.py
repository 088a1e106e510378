"""What every scoring method is: a rule bound to one indicator's points and parameters."""

from abc import ABC, abstractmethod
from collections.abc import Mapping
from dataclasses import dataclass
from enum import StrEnum
from fractions import Fraction
from typing import Any, ClassVar, Final

from appraisal.rules.exact import ZERO, marks, plain
from appraisal.rules.problems import FactsError, Problem
from appraisal.rules.reader import Reader

# Beside its own entries every fact may say why it is what it is, and what had been reported before verification.
FACT_REMARKS = frozenset({"reason", "note", "reported"})

NO_FACT: Final = object()  # the reading of a fact that is null or absent (None is the reading of a value not yet given)

Step = dict[str, Any]
Comparisons = Mapping[str, Any]


class Status(StrEnum):
    """How a line came to its score."""

    SCORED = "SCORED"
    NOT_APPLICABLE = "NOT_APPLICABLE"
    NOT_REPORTED = "NOT_REPORTED"


class Effort(StrEnum):
    """What it takes to win points back, the least first."""

    PAPER = "PAPER"  # a document is handed in
    WORK = "WORK"  # more is done
    PEERS = "PEERS"  # others are overtaken


Earned = Fraction | Status  # points earned on the scale of the indicator's points, or why there are none


def step(key: str, **values: Any) -> Step:
    """One sentence of a trace: key and values; `sentences.render` makes the text."""
    return {"key": key, "values": values}


@dataclass(frozen=True, slots=True)
class Move:
    """A change of an indicator's reading that brings more points.

    share: how much more it is, measured by the target or by the width of the scale (1 is all of it); None where there
    is no such measure. step: what is to be done, as a sentence.
    """

    reading: Any
    effort: Effort
    step: Step
    comparison: Any = None  # the field of RANK as it is afterwards
    share: Fraction | None = None


class Rule(ABC):
    """A scoring method with the points and parameters of one indicator.

    Constructing it never fails: `problems` says what is wrong with the parameters. A rule with blocking problems must
    not be used. `read` turns a fact into a reading (FactsError lists what is wrong), `earn` a reading into points.
    """

    method: ClassVar[str]

    def __init__(self, points: Fraction, parameters: Mapping[str, Any]) -> None:
        self.points = points
        reader = Reader(parameters)
        if points <= ZERO:
            reader.fail("parameters.points_not_positive", points=marks(points))
        self.take(reader)
        self.problems: list[Problem] = reader.close()
        self.parameters = parameters

    @classmethod
    def validate_parameters(cls, points: Fraction, parameters: Mapping[str, Any]) -> list[Problem]:
        """What is wrong with these parameters for an indicator of `points`; empty when nothing."""
        return cls(points, parameters).problems

    def validate_fact(self, fact: Any) -> list[Problem]:
        """What is wrong with the fact; empty when nothing. A null fact is always right: not applicable."""
        if fact is None:
            return []
        try:
            self.read(fact)
        except FactsError as error:
            return list(error.problems)
        return []

    def read(self, fact: Any) -> Any:
        """The fact's exact numbers in this method's own shape. Raises FactsError."""
        if type(fact) is not dict and not isinstance(fact, Mapping):  # the second question is the slow one
            raise FactsError([Problem("facts.not_a_mapping")])
        reader = Reader(fact)
        reading = self.read_entries(reader)
        problems = reader.close(FACT_REMARKS, blocking=True)
        if problems:
            raise FactsError(problems)
        return reading

    def score(self, fact: Any) -> Earned:
        """Points earned by a fact alone (RANK needs the others' values: see `rank.compare`)."""
        return Status.NOT_APPLICABLE if fact is None else self.earn(self.read(fact), None)

    def above_points(self, reader: Reader, entry: str, value: Fraction) -> None:
        """Note points that promise more than the indicator has: possible, hardly meant."""
        if value > self.points:
            reader.fail(
                "parameters.above_points", blocking=False, entry=entry, value=plain(value), points=marks(self.points)
            )

    @abstractmethod
    def take(self, parameters: Reader) -> None:
        """Take the parameters in."""

    @abstractmethod
    def used(self) -> dict[str, Any]:
        """The parameters as used, defaults included, as JSON with numbers as strings."""

    @abstractmethod
    def read_entries(self, fact: Reader) -> Any:
        """Take the fact's entries."""

    @abstractmethod
    def earn(self, reading: Any, comparison: Any) -> Earned:
        """Points earned, exact; or the status that explains why there are none."""

    def moves(self, reading: Any, comparison: Any) -> list[Move]:
        """What would earn more than `reading` does, the nearest first; nothing where the method leaves no way back.

        What has happened stays: an event, a delay, a mark of a panel are no moves (an objection may be).
        """
        return []

    @abstractmethod
    def inputs(self, reading: Any) -> dict[str, Any]:
        """The reading as JSON with numbers as strings: what a recomputation starts from."""

    @abstractmethod
    def steps(self, reading: Any, comparison: Any) -> list[Step]:
        """How the points came about, sentence by sentence."""


def written(value: Fraction | None) -> str | None:
    """The exact number as text, null kept."""
    return None if value is None else plain(value)
