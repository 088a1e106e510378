"""What happens to a year's result. The subject is `results.result:<id>`."""

from dataclasses import dataclass, field
from typing import Any

from core.events import Event


@dataclass(frozen=True, kw_only=True)
class ResultProposed(Event):
    run: str
    minutes: str


@dataclass(frozen=True, kw_only=True)
class GradeChanged(Event):
    """By people, away from the rules' grade or back to it."""

    office: str
    before: str
    after: str
    minutes: str
    reason: str


@dataclass(frozen=True, kw_only=True)
class GradeConfirmed(Event):
    office: str
    grade: str


@dataclass(frozen=True, kw_only=True)
class ResultDecided(Event):
    minutes: str


@dataclass(frozen=True, kw_only=True)
class ResultNoticed(Event):
    until: str
    derivation: dict[str, Any] = field(default_factory=dict)


@dataclass(frozen=True, kw_only=True)
class ResultLocked(Event):
    content_sha256: str


@dataclass(frozen=True, kw_only=True)
class CircularIssued(Event):
    number: str


@dataclass(frozen=True, kw_only=True)
class ResultReopened(Event):
    reason: str


@dataclass(frozen=True, kw_only=True)
class ResultWithdrawn(Event):
    reason: str


@dataclass(frozen=True, kw_only=True)
class NoticeObjectionFiled(Event):
    about: str
    answer_due_on: str


@dataclass(frozen=True, kw_only=True)
class NoticeObjectionDecided(Event):
    about: str
    upheld: bool
    decision: str
