"""What happened to tasks on site and to what has to be rectified."""

from dataclasses import dataclass

from core.events import Event


@dataclass(frozen=True, kw_only=True)
class TaskPlanned(Event):
    office: str
    title: str
    inspectors: list[str]


@dataclass(frozen=True, kw_only=True)
class TaskStarted(Event):
    office: str


@dataclass(frozen=True, kw_only=True)
class FindingRecorded(Event):
    office: str
    number: int
    consequence: str


@dataclass(frozen=True, kw_only=True)
class TaskFinished(Event):
    office: str
    findings: int
    to_rectify: int


@dataclass(frozen=True, kw_only=True)
class TaskCancelled(Event):
    office: str
    reason: str


@dataclass(frozen=True, kw_only=True)
class RectificationOrdered(Event):
    office: str
    due_on: str


@dataclass(frozen=True, kw_only=True)
class RectificationAnswered(Event):
    office: str
    late: bool


@dataclass(frozen=True, kw_only=True)
class RectificationReturned(Event):
    office: str
    reason: str


@dataclass(frozen=True, kw_only=True)
class RectificationClosed(Event):
    office: str
