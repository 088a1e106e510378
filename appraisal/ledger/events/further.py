"""What happened to a further appeal. The subject is the objection's, `ledger.objection:<id>`."""

from dataclasses import dataclass

from core.events import Event


@dataclass(frozen=True, kw_only=True)
class FurtherAppealFiled(Event):
    due_on: str


@dataclass(frozen=True, kw_only=True)
class FurtherAppealDecided(Event):
    upheld: bool
    decision: str
    met_on: str
    minutes: str
