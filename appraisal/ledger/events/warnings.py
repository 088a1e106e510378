"""What happened to a warning about progress."""

from dataclasses import dataclass

from core.events import Event


@dataclass(frozen=True, kw_only=True)
class WarningIssued(Event):
    office: str
    level: str
    month: int
    due_on: str


@dataclass(frozen=True, kw_only=True)
class WarningAnswered(Event):
    measures: str
    until: str


@dataclass(frozen=True, kw_only=True)
class WarningReturned(Event):
    reason: str
    due_on: str


@dataclass(frozen=True, kw_only=True)
class WarningEnded(Event):
    """closed: the measures did it; else it was withdrawn."""

    closed: bool
    remark: str
