"""DEDUCT and ADD: points per event. Prose and worked table: platform/docs/rules/deduct.md and add.md."""

from fractions import Fraction
from typing import Any, NamedTuple

from appraisal.rules.exact import ZERO, marks, plain, together
from appraisal.rules.methods.base import Earned, Effort, Move, Rule, Step, step
from appraisal.rules.reader import Reader

Counts = list[Fraction]


class Event(NamedTuple):
    """Something that happens, and the points each time."""

    name: str
    points: Fraction


def read_events(parameters: Reader, key: str) -> list[Event]:
    """The events of a list of {event, points}."""
    events = []
    for row in parameters.rows(key):
        event = Event(row.text("event", default=""), row.number("points"))
        row.close()
        if event.points < ZERO:
            row.fail("entry.negative", entry=row.entry("points"), value=plain(event.points))
        events.append(event)
    return events


def read_counts(fact: Reader, events: list[Event], *, missing: Counts | None = None) -> Counts:
    """One count for each event, in order; not negative."""
    counts = fact.numbers("counts", missing=missing)
    if len(counts) != len(events) and ("counts" in fact.given):
        fact.fail("entry.count", entry="counts", expected=len(events), given=len(counts))
    for place, count in enumerate(counts, start=1):
        if count < ZERO:
            fact.fail("entry.negative", entry=f"counts[{place}]", value=plain(count))
    return counts


def total(events: list[Event], counts: Counts) -> Fraction:
    """Σ (count × points per event)."""
    happened = [(event, count) for event, count in zip(events, counts, strict=True) if count]
    return together(count * event.points for event, count in happened) if happened else ZERO


def event_steps(events: list[Event], counts: Counts) -> list[Step]:
    """A sentence for each event that happened."""
    return [
        step(
            "events.line",
            event=event.name,
            count=plain(count),
            each=marks(event.points),
            amount=marks(count * event.points),
        )
        for event, count in zip(events, counts, strict=True)
        if count
    ]


def as_json(events: list[Event]) -> list[dict[str, str]]:
    """The events as parameters of a trace."""
    return [{"event": event.name, "points": plain(event.points)} for event in events]


class Deduct(Rule):
    """points − Σ (count × points per event), not below `minimum` (default 0)."""

    method = "DEDUCT"

    def take(self, parameters: Reader) -> None:
        """minimum, and rules of {event, points}."""
        self.minimum = parameters.number("minimum", ZERO)
        self.above_points(parameters, "minimum", self.minimum)
        self.events = read_events(parameters, "rules")
        if not self.events:
            parameters.fail("entry.empty", entry="rules")

    def used(self) -> dict[str, Any]:
        """minimum and rules."""
        return {"minimum": plain(self.minimum), "rules": as_json(self.events)}

    def read_entries(self, fact: Reader) -> Counts:
        """counts, in the order of the rules."""
        return read_counts(fact, self.events)

    def inputs(self, reading: Counts) -> dict[str, Any]:
        """counts."""
        return {"counts": [plain(count) for count in reading]}

    def earn(self, reading: Counts, comparison: Any) -> Earned:
        """What is left of the points."""
        return max(self.points - total(self.events, reading), self.minimum)

    def steps(self, reading: Counts, comparison: Any) -> list[Step]:
        """Each event, the difference, the minimum where it holds."""
        amount = total(self.events, reading)
        result = self.points - amount
        steps = [
            *event_steps(self.events, reading),
            step("events.deduct", points=marks(self.points), amount=marks(amount), result=marks(result)),
        ]
        if result < self.minimum:
            steps.append(step("events.minimum", minimum=marks(self.minimum), earned=marks(self.minimum)))
        return steps


class Add(Rule):
    """Σ (count × points per event), not above `cap` (default: the points)."""

    method = "ADD"

    def take(self, parameters: Reader) -> None:
        """cap, and rules of {event, points}."""
        self.cap = parameters.number("cap", self.points)
        self.above_points(parameters, "cap", self.cap)
        if self.cap < ZERO:
            parameters.fail("entry.negative", entry="cap", value=plain(self.cap))
        self.events = read_events(parameters, "rules")
        if not self.events:
            parameters.fail("entry.empty", entry="rules")

    def used(self) -> dict[str, Any]:
        """cap and rules."""
        return {"cap": plain(self.cap), "rules": as_json(self.events)}

    def read_entries(self, fact: Reader) -> Counts:
        """counts, in the order of the rules."""
        return read_counts(fact, self.events)

    def inputs(self, reading: Counts) -> dict[str, Any]:
        """counts."""
        return {"counts": [plain(count) for count in reading]}

    def earn(self, reading: Counts, comparison: Any) -> Earned:
        """What the events bring, up to the cap."""
        return min(total(self.events, reading), self.cap)

    def moves(self, reading: Counts, comparison: Any) -> list[Move]:
        """Each event once more, the one that brings most first."""
        if total(self.events, reading) >= self.cap:
            return []
        found = []
        for place, event in sorted(enumerate(self.events), key=lambda row: -row[1].points):
            if event.points:
                once_more = [count + (each == place) for each, count in enumerate(reading)]
                found.append(Move(once_more, Effort.WORK, step("move.event", event=event.name)))
        return found

    def steps(self, reading: Counts, comparison: Any) -> list[Step]:
        """Each event, the sum, the cap where it holds."""
        amount = total(self.events, reading)
        steps = [*event_steps(self.events, reading), step("events.add", amount=marks(amount))]
        if amount > self.cap:
            steps.append(step("events.cap", cap=marks(self.cap), earned=marks(self.cap)))
        return steps
