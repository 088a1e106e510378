"""What happened to a round of the draw."""

from dataclasses import dataclass

from core.events import Event


@dataclass(frozen=True, kw_only=True)
class DrawPrepared(Event):
    round: str
    kind: str
    objects: int


@dataclass(frozen=True, kw_only=True)
class ListFrozen(Event):
    round: str
    sha256: str
    objects: int
    inspectors: int
    excluded: int


@dataclass(frozen=True, kw_only=True)
class SeedHashCommitted(Event):
    round: str
    number: int
    sha256: str


@dataclass(frozen=True, kw_only=True)
class SeedPhraseRevealed(Event):
    round: str
    number: int


@dataclass(frozen=True, kw_only=True)
class Drawn(Event):
    round: str
    seed: str
    source: str
    objects: list[str]


@dataclass(frozen=True, kw_only=True)
class DrawVoided(Event):
    round: str
    reason: str
