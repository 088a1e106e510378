"""What waits for a person, line by line: each app tells its own, the kernel only puts them in order.

    @todos.source("queue")
    def values_to_verify(actor, at) -> list[Todo]: …

Computed from what is saved, whenever somebody asks; nothing is kept of it, so a line goes with its reason. A source has
the name of the counter beside the menu, and its lines add up to what that counter says.
"""

from collections.abc import Callable
from dataclasses import dataclass
from datetime import date, datetime
from typing import Any

from core.workdays import Derivation


@dataclass(frozen=True)
class Todo:
    """One line. key: what it is about, the same from day to day; count: how much waits behind it.

    due_on: until when, None where there is no day; derivation: how that day came about; url: where it is done;
    at_once: worth a reminder the day it appears, long before it is due.
    """

    source: str
    key: str
    title: str
    url: str
    count: int = 1
    due_on: date | None = None
    derivation: str = ""
    detail: str = ""
    at_once: bool = False

    def days_over(self, on: date) -> int:
        """Calendar days since the due day; negative before it, 0 without one."""
        return (on - self.due_on).days if self.due_on is not None else 0

    def overdue(self, on: date) -> bool:
        return self.due_on is not None and on > self.due_on


Source = Callable[[Any, datetime], list[Todo]]
_sources: dict[str, Source] = {}


def source(name: str) -> Callable[[Source], Source]:
    """Decorator: register `fn(actor, at) -> list[Todo]` under a counter's name; it asks few and small queries."""

    def register(told: Source) -> Source:
        _sources[name] = told
        return told

    return register


def sources() -> frozenset[str]:
    """The names registered so far."""
    return frozenset(_sources)


def todos_for(actor: Any, at: datetime) -> list[Todo]:
    """Everything that waits for this person here, the most urgent first, what has no due day last."""
    found = [todo for told in _sources.values() for todo in told(actor, at)]
    return sorted(found, key=lambda todo: (todo.due_on is None, todo.due_on or date.max, todo.source, todo.key))


def said(derivations: dict[str, Any] | None, name: str) -> str:
    """A stored derivation in words; '' where none was kept."""
    stored = (derivations or {}).get(name)
    return str(Derivation.of(stored)) if stored else ""
