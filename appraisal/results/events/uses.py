"""What happens to a use of a result. The subject is `results.use:<id>`."""

from dataclasses import dataclass

from core.events import Event


@dataclass(frozen=True, kw_only=True)
class UseRecorded(Event):
    office: str
    kind: str
    amount: str = ""
    due_on: str = ""


@dataclass(frozen=True, kw_only=True)
class PlanHandedIn(Event):
    on_time: bool


@dataclass(frozen=True, kw_only=True)
class UseClosed(Event):
    ending: str


@dataclass(frozen=True, kw_only=True)
class UseCancelled(Event):
    reason: str
