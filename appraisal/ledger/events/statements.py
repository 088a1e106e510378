"""What happens to a statement of deductions. The subject is `ledger.statement:<id>`."""

from dataclasses import dataclass

from core.events import Event


@dataclass(frozen=True, kw_only=True)
class StatementIssued(Event):
    number: str
    office: str
    run: str
    points_off: str
    content_sha256: str
    receipt_due_on: str


@dataclass(frozen=True, kw_only=True)
class StatementReceived(Event):
    number: str
    on_time: bool
