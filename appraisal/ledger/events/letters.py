"""What happens to a target letter. The subject is `ledger.letter:<id>`."""

from dataclasses import dataclass, field

from core.events import Event, record


@dataclass(frozen=True, kw_only=True)
class LetterDrafted(Event):
    targets: int


@dataclass(frozen=True, kw_only=True)
class TargetsSaved(Event):
    """indicator code → field → [before, after]"""

    changes: dict[str, dict[str, list]] = field(default_factory=dict)


@dataclass(frozen=True, kw_only=True)
class MilestonesSet(Event):
    code: str
    milestones: list[list[str]] = field(default_factory=list)  # [name, due day]


@dataclass(frozen=True, kw_only=True)
class LetterIssued(Event):
    number: str
    content_sha256: str


@dataclass(frozen=True, kw_only=True)
class LetterWithdrawn(Event):
    reason: str


@dataclass(frozen=True, kw_only=True)
class LetterSigned(Event):
    number: str
    content_sha256: str


@dataclass(frozen=True, kw_only=True)
class LetterScanFiled(Event):
    """side: PROVINCE or OFFICE; number: which copy of that side it is; files: name → SHA-256."""

    version: int
    side: str
    number: int
    files: dict[str, str] = field(default_factory=dict)
    note: str = ""


__all__ = [
    "LetterDrafted",
    "LetterIssued",
    "LetterScanFiled",
    "LetterSigned",
    "LetterWithdrawn",
    "MilestonesSet",
    "TargetsSaved",
    "record",
]
