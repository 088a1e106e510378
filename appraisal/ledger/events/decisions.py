"""What happens to the document of a decision. The subject is the objection's, `ledger.objection:<id>`."""

from dataclasses import dataclass

from core.events import Event


@dataclass(frozen=True, kw_only=True)
class DecisionIssued(Event):
    stage: str
    number: str
    content_sha256: str
