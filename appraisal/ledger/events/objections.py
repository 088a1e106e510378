"""What happened to an objection."""

from dataclasses import dataclass, field
from typing import Any

from core.events import Event


@dataclass(frozen=True, kw_only=True)
class ObjectionFiled(Event):
    indicator: str
    month: int
    answer_due_on: str
    derivation: dict[str, Any] = field(default_factory=dict)


@dataclass(frozen=True, kw_only=True)
class ObjectionDecided(Event):
    upheld: bool
    decision: str
