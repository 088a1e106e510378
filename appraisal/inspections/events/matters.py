"""What happened to an assigned matter."""

from dataclasses import dataclass

from core.events import Event


@dataclass(frozen=True, kw_only=True)
class MatterAssigned(Event):
    office: str
    title: str
    due_on: str


@dataclass(frozen=True, kw_only=True)
class MatterReplied(Event):
    office: str
    late: bool


@dataclass(frozen=True, kw_only=True)
class MatterReturned(Event):
    office: str
    reason: str
    due_on: str


@dataclass(frozen=True, kw_only=True)
class MatterClosed(Event):
    office: str


@dataclass(frozen=True, kw_only=True)
class MatterWithdrawn(Event):
    office: str
    reason: str


@dataclass(frozen=True, kw_only=True)
class MatterDeducted(Event):
    office: str
    adjustment: int
    from_month: int


@dataclass(frozen=True, kw_only=True)
class MatterSpared(Event):
    office: str
    reason: str
