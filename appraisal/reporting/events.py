"""What happened to a month's draft. Subject: reporting.month:<office>:<period>; ids and codes only, no figures."""

from dataclasses import dataclass, field

from core.events import Event


@dataclass(frozen=True, kw_only=True)
class ValuesSaved(Event):
    indicators: list[str]


@dataclass(frozen=True, kw_only=True)
class ClaimSaved(Event):
    indicator: str


@dataclass(frozen=True, kw_only=True)
class ClaimWithdrawn(Event):
    indicator: str


@dataclass(frozen=True, kw_only=True)
class BookWritten(Event):
    """A spreadsheet was written into the draft. cells: how many it changed."""

    file_name: str
    sha256: str
    cells: int


@dataclass(frozen=True, kw_only=True)
class EvidenceAttached(Event):
    indicator: str
    file_name: str
    sha256: str


@dataclass(frozen=True, kw_only=True)
class EvidenceDetached(Event):
    indicator: str
    file_name: str
    sha256: str


@dataclass(frozen=True, kw_only=True)
class ReportSubmitted(Event):
    """claims: the indicators with another figure beside a ledger's."""

    indicators: list[str]
    claims: list[str] = field(default_factory=list)


@dataclass(frozen=True, kw_only=True)
class ReportSentBack(Event):
    reason: str


@dataclass(frozen=True, kw_only=True)
class ReportSignedOff(Event):
    report_id: int
    round: int
    on_time: bool
