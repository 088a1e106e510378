"""What happened to bonus items, deduction items and vetoes."""

from dataclasses import dataclass
from decimal import Decimal

from core.events import Event


@dataclass(frozen=True, kw_only=True)
class AdjustmentRecorded(Event):
    kind: str
    code: str
    office: str
    points: Decimal
    late_reason: str = ""


@dataclass(frozen=True, kw_only=True)
class AdjustmentRevoked(Event):
    kind: str
    code: str
    office: str
    reason: str
