"""What happened to declared ties. The subject is `tenants.user:<id>` of the person tied."""

from dataclasses import dataclass

from core.events import Event


@dataclass(frozen=True, kw_only=True)
class TieDeclared(Event):
    office: str
    kind: str


@dataclass(frozen=True, kw_only=True)
class TieEnded(Event):
    office: str
    kind: str
    reason: str
