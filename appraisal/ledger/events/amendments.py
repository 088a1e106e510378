"""What happens to a mid-year amendment. The subject is its year's (`ledger.cycle:<id>`): one timeline."""

from dataclasses import dataclass, field

from core.events import Event, record


@dataclass(frozen=True, kw_only=True)
class AmendmentProposed(Event):
    """weights: code → [points before, points after], for every indicator whose points move."""

    number: int
    version: str
    from_month: int
    reason: str
    weights: dict[str, list[str]] = field(default_factory=dict)


@dataclass(frozen=True, kw_only=True)
class AmendmentApproved(Event):
    number: int
    version: str
    from_month: int
    minutes_number: str


@dataclass(frozen=True, kw_only=True)
class AmendmentWithdrawn(Event):
    number: int
    reason: str


@dataclass(frozen=True, kw_only=True)
class AmendmentUndone(Event):
    """From `from_month` on `version` scores again."""

    number: int
    version: str
    from_month: int
    reason: str


__all__ = ["AmendmentApproved", "AmendmentProposed", "AmendmentUndone", "AmendmentWithdrawn", "record"]
