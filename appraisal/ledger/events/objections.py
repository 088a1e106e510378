"""What happened to an objection."""

from dataclasses import dataclass, field
from typing import Any

from core.events import Event


@dataclass(frozen=True, kw_only=True)
class ObjectionFiled(Event):
    """indicator: code of the objected line's; item: of the objected bonus, deduction or veto. One of them is told."""

    indicator: str = ""
    item: str = ""
    month: int
    answer_due_on: str
    derivation: dict[str, Any] = field(default_factory=dict)


@dataclass(frozen=True, kw_only=True)
class ObjectionDecided(Event):
    upheld: bool
    decision: str
    minutes: str = ""


@dataclass(frozen=True, kw_only=True)
class PanelNamed(Event):
    members: list[str] = field(default_factory=list)


@dataclass(frozen=True, kw_only=True)
class PanelistReplaced(Event):
    left: str
    instead: str
    reason: str


@dataclass(frozen=True, kw_only=True)
class PanelVoted(Event):
    """How they voted is not told here: the office that objects reads what happened to its objection."""

    votes: int
    seats: int
