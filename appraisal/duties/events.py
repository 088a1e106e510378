"""What happens to a responsibility list. Subject: duties.list:<office>:<letter>; codes and names, no figures."""

from dataclasses import dataclass

from core.events import Event


@dataclass(frozen=True, kw_only=True)
class ListBegun(Event):
    """number: of the list; source: "" for an empty one, "list" or "year" for a copy of the last list or year."""

    number: int
    letter_version: int
    source: str


@dataclass(frozen=True, kw_only=True)
class ListDropped(Event):
    """lines: how many it had."""

    number: int
    lines: int


@dataclass(frozen=True, kw_only=True)
class TargetsBroken(Event):
    """codes: targets whose parts were saved."""

    codes: list[str]


@dataclass(frozen=True, kw_only=True)
class ListSubmitted(Event):
    number: int
    short_reason: str


@dataclass(frozen=True, kw_only=True)
class ListSentBack(Event):
    number: int
    reason: str


@dataclass(frozen=True, kw_only=True)
class ListConfirmed(Event):
    number: int
    items: int
    content_sha256: str


@dataclass(frozen=True, kw_only=True)
class DutyDelivered(Event):
    """party: who it was handed to; late: after its day."""

    code: str
    party: str
    late: bool


@dataclass(frozen=True, kw_only=True)
class DeliveryReturned(Event):
    code: str
    party: str
    reason: str
