"""What happens to a letter's change. The subject is the letter's, `ledger.letter:<id>`."""

from dataclasses import dataclass, field

from core.events import Event, record


@dataclass(frozen=True, kw_only=True)
class LetterChangeApplied(Event):
    """indicator code → [before, after] of its year target; None for not applicable"""

    kind: str
    reason: str
    basis: str
    effective_on: str
    figures: dict[str, list] = field(default_factory=dict)


@dataclass(frozen=True, kw_only=True)
class LetterChangeDecided(Event):
    approved: bool
    said: str  # the minutes, or why not
    version: int  # 0 when refused


@dataclass(frozen=True, kw_only=True)
class LetterChangeWithdrawn(Event):
    reason: str


__all__ = ["LetterChangeApplied", "LetterChangeDecided", "LetterChangeWithdrawn", "record"]
