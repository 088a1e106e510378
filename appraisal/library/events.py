"""What happens to indicator templates. The subject is the version (`library.version:<id>`)."""

from dataclasses import dataclass, field

from core.events import Event, record

Changes = dict[str, dict[str, list]]  # indicator code → field → [before, after]


@dataclass(frozen=True, kw_only=True)
class TemplateImported(Event):
    code: str
    indicators: int


@dataclass(frozen=True, kw_only=True)
class VersionCopied(Event):
    copied_from: int
    label: str


@dataclass(frozen=True, kw_only=True)
class IndicatorsChanged(Event):
    """Fields of one indicator or points of several."""

    changes: Changes = field(default_factory=dict)


@dataclass(frozen=True, kw_only=True)
class IndicatorAdded(Event):
    code: str
    name: str
    origins: list[str] = field(default_factory=list)  # what it was split off


@dataclass(frozen=True, kw_only=True)
class IndicatorRemoved(Event):
    code: str
    name: str
    into: str = ""  # what it was merged into


@dataclass(frozen=True, kw_only=True)
class IndicatorMoved(Event):
    code: str
    direction: str


@dataclass(frozen=True, kw_only=True)
class IndicatorRegrouped(Event):
    """Into another group: codes of both."""

    code: str
    before: str
    after: str


@dataclass(frozen=True, kw_only=True)
class NaTreatmentSet(Event):
    before: str
    after: str


@dataclass(frozen=True, kw_only=True)
class CheckSaved(Event):
    """before: the check as it was, {} when it is new."""

    code: str
    before: dict[str, str]
    after: dict[str, str]


@dataclass(frozen=True, kw_only=True)
class CheckRemoved(Event):
    code: str
    before: dict[str, str]


@dataclass(frozen=True, kw_only=True)
class VersionPublished(Event):
    minutes_number: str
    effective_on: str


@dataclass(frozen=True, kw_only=True)
class OwnerReassigned(Event):
    """Another division confirms the figures of a published version's indicator (or group with `codes`)."""

    code: str
    codes: list[str] = field(default_factory=list)
    before: str
    after: str
    reason: str


@dataclass(frozen=True, kw_only=True)
class RuleLaidDown(Event):
    """A province's own value from a day on; subject library.rules:<province>. back: to the platform's default."""

    name: str
    valid_from: str
    number: int
    back: bool


__all__ = [
    "Changes",
    "CheckRemoved",
    "CheckSaved",
    "IndicatorAdded",
    "IndicatorMoved",
    "IndicatorRegrouped",
    "IndicatorRemoved",
    "IndicatorsChanged",
    "NaTreatmentSet",
    "OwnerReassigned",
    "RuleLaidDown",
    "TemplateImported",
    "VersionCopied",
    "VersionPublished",
    "record",
]
