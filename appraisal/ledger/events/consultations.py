"""What happens while targets are agreed on. The subject is `ledger.consultation:<id>`."""

from dataclasses import dataclass

from core.events import Event, record


@dataclass(frozen=True, kw_only=True)
class ConsultationOpened(Event):
    due_on: str


@dataclass(frozen=True, kw_only=True)
class FiguresSent(Event):
    """step: first, control, second or final; differing: indicators on which it differs from the step before."""

    step: str
    differing: list[str]
    late: bool
    due_on: str
    note: str


__all__ = ["ConsultationOpened", "FiguresSent", "record"]
