"""What happened to a handed-over value. The subject is CurrentValue.subject."""

from dataclasses import dataclass
from decimal import Decimal
from typing import Any

from core.events import Event


@dataclass(frozen=True, kw_only=True)
class ValueVerified(Event):
    version: int


@dataclass(frozen=True, kw_only=True)
class ValueReturned(Event):
    version: int
    reason: str


@dataclass(frozen=True, kw_only=True)
class ValueReopened(Event):
    version: int
    reason: str


@dataclass(frozen=True, kw_only=True)
class ValueCorrected(Event):
    version: int
    before: Any
    after: Any
    reason: str


@dataclass(frozen=True, kw_only=True)
class PointsTakenOff(Event):
    version: int
    before: Decimal
    points: Decimal
    reason: str


@dataclass(frozen=True, kw_only=True)
class FactRecorded(Event):
    version: int
    source: str
    reason: str


@dataclass(frozen=True, kw_only=True)
class FactClaimed(Event):
    """version: the ledger's, that the office claims against."""

    version: int
    claimed: Any
    reason: str


@dataclass(frozen=True, kw_only=True)
class ClaimDecided(Event):
    version: int
    accepted: bool
    published: Any
    claimed: Any
    reason: str


@dataclass(frozen=True, kw_only=True)
class ClaimOpenedAgain(Event):
    """The ledger published another figure after the claim had been accepted."""

    version: int
    claimed: Any
