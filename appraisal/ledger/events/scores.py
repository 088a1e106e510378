"""What happened to scores."""

from dataclasses import dataclass

from core.events import Event


@dataclass(frozen=True, kw_only=True)
class ScoresCalculated(Event):
    run: str
    offices: int
    outputs_sha256: str


@dataclass(frozen=True, kw_only=True)
class ScoresPublished(Event):
    run: str
    outputs_sha256: str
