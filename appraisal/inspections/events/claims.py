"""What happened to a claim that is held to be false."""

from dataclasses import dataclass

from core.events import Event


@dataclass(frozen=True, kw_only=True)
class FalseClaimProposed(Event):
    office: str
    indicator: str
    month: int
    hear_until: str


@dataclass(frozen=True, kw_only=True)
class FalseClaimAnswered(Event):
    office: str


@dataclass(frozen=True, kw_only=True)
class FalseClaimConfirmed(Event):
    office: str
    indicator: str
    from_month: int
    adjustment: int
    reason: str


@dataclass(frozen=True, kw_only=True)
class FalseClaimDropped(Event):
    office: str
    reason: str
