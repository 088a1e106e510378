"""That a letter's months were laid down. The subject is `ledger.letter:<id>`."""

from dataclasses import dataclass

from core.events import Event, record


@dataclass(frozen=True, kw_only=True)
class MonthsLaidDown(Event):
    """number: of the plan; codes: whose months changed; shared: of these, those that are shared out again."""

    number: int
    codes: list[str]
    shared: list[str]
    reason: str


__all__ = ["MonthsLaidDown", "record"]
