"""That an office has broken its letter down. The subject is `ledger.letter:<id>`."""

from dataclasses import dataclass

from core.events import Event, record


@dataclass(frozen=True, kw_only=True)
class DecompositionReleased(Event):
    """number: of the list; covered, of: key targets; short: codes whose parts fall short of the target."""

    number: int
    covered: int
    of: int
    short: list[str]
    on_time: bool
    content_sha256: str


__all__ = ["DecompositionReleased", "record"]
