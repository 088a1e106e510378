"""What happens to an appraisal year. The subject is `ledger.cycle:<id>`."""

from dataclasses import dataclass, field

from core.events import Event, record


@dataclass(frozen=True, kw_only=True)
class CycleOpened(Event):
    year: int
    version: str


@dataclass(frozen=True, kw_only=True)
class PeerGroupsSet(Event):
    groups: dict[str, int] = field(default_factory=dict)  # schema name of the office → group


@dataclass(frozen=True, kw_only=True)
class DifficultySet(Event):
    """schema name → [before, after]"""

    changes: dict[str, list[str]] = field(default_factory=dict)


@dataclass(frozen=True, kw_only=True)
class DifficultyPublished(Event):
    basis: str
    coefficients: dict[str, str] = field(default_factory=dict)  # of those other than 1


@dataclass(frozen=True, kw_only=True)
class PeriodsMade(Event):
    months: int


@dataclass(frozen=True, kw_only=True)
class PeriodsRecomputed(Event):
    """Due days that moved because the calendar changed: month → field → [before, after]."""

    changes: dict[str, dict[str, list[str]]] = field(default_factory=dict)


@dataclass(frozen=True, kw_only=True)
class CycleStarted(Event):
    participants: int


@dataclass(frozen=True, kw_only=True)
class CycleClosed(Event):
    """circular: its number; content_sha256: what the result's lock held fast."""

    basis: str
    circular: str
    content_sha256: str


__all__ = [
    "CycleClosed",
    "CycleOpened",
    "CycleStarted",
    "DifficultyPublished",
    "DifficultySet",
    "PeerGroupsSet",
    "PeriodsMade",
    "PeriodsRecomputed",
    "record",
]
