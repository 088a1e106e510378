"""What happened to the record of an inspection on site; told under its task."""

from dataclasses import dataclass

from core.events import Event


@dataclass(frozen=True, kw_only=True)
class SiteRecordIssued(Event):
    office: str
    number: str
    content_sha256: str
    due_on: str


@dataclass(frozen=True, kw_only=True)
class SiteRecordCountersigned(Event):
    office: str
    number: str
    objects: bool
    late: bool


@dataclass(frozen=True, kw_only=True)
class SiteObjectionAnswered(Event):
    office: str
    number: str
    corrected: list[int]


@dataclass(frozen=True, kw_only=True)
class SiteRecordLapsed(Event):
    office: str
    number: str
    reason: str
