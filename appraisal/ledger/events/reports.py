"""What happened to handed-over reports."""

from dataclasses import dataclass

from core.events import Event


@dataclass(frozen=True, kw_only=True)
class ReportHandedOver(Event):
    """subject: ledger.report:<period>:<office>, so that all rounds of a month are one timeline."""

    report_id: int
    period_id: int
    office_id: int
    round: int
    on_time: bool
    indicators: list[str]


@dataclass(frozen=True, kw_only=True)
class PeriodReopened(Event):
    """A closed month takes one office's report again up to a day (ISO). subject as ReportHandedOver."""

    month: int
    until: str
    reason: str
