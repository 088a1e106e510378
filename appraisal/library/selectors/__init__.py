"""Templates, versions and their trees, asked with the actor first."""

from dataclasses import dataclass, field
from decimal import Decimal
from typing import Any

from django.db.models import Count, Q, Sum
from django.utils.translation import gettext as _

from appraisal.library import policies
from appraisal.library.models import Indicator, TemplateVersion
from appraisal.library.models.template import TemplateVersionQuerySet
from appraisal.library.selectors.comparing import (
    COMPARED,
    RULE,
    Difference,
    GroupDifference,
    Kind,
    differences,
    group_differences,
    lineage,
    rows_of,
)
from appraisal.library.selectors.comparing_checks import CheckDifference, CheckKind, check_differences
from core.errors import NotFound
from core.models import EventRecord
from tenants.actors import Actor

__all__ = [
    "COMPARED",
    "RULE",
    "Branch",
    "CheckDifference",
    "CheckKind",
    "Difference",
    "GroupDifference",
    "Kind",
    "check_differences",
    "differences",
    "fields_before",
    "get_indicator",
    "get_version",
    "group_differences",
    "history",
    "lineage",
    "refusals",
    "rows_of",
    "sizes",
    "subject_of",
    "tree",
    "versions_for",
]


@dataclass
class Branch:
    """A first-level group with its indicators, in order."""

    group: Indicator
    indicators: list[Indicator] = field(default_factory=list)

    @property
    def points(self) -> Decimal:
        """Sum of its indicators' points."""
        return sum((row.points for row in self.indicators), Decimal(0))


def subject_of(version_id: int) -> str:
    """What events about a version are recorded under."""
    return f"library.version:{version_id}"


def versions_for(actor: Actor) -> TemplateVersionQuerySet:
    """The versions this person may see, newest first: all of the bureau's, only published ones below it.

    Raises Denied for accounts without business.
    """
    policies.read(actor)
    versions = TemplateVersion.objects.visible_to(actor).select_related("template", "copied_from__template")
    return versions.order_by("template_id", "-number")


def get_version(actor: Actor, version_id: int, *, lock: bool = False) -> TemplateVersion:
    """One version, with its template. Raises NotFound for another province's, or a draft seen from below."""
    versions = versions_for(actor).filter(pk=version_id)
    version = (versions.locked() if lock else versions).first()
    if version is None:
        raise NotFound(_("没有这个指标体系版本。"))
    return version


def get_indicator(version: TemplateVersion, indicator_id: int) -> Indicator:
    """An indicator or group of this version. Raises NotFound."""
    indicator = version.indicators.select_related("parent", "owner").filter(pk=indicator_id).first()
    if indicator is None:
        raise NotFound(_("这个版本中没有该指标。"))
    return indicator


def tree(version: TemplateVersion) -> list[Branch]:
    """Groups in order, each with its indicators in order. One query."""
    branches: dict[int, Branch] = {}
    children: list[Indicator] = []
    for row in version.indicators.select_related("owner").order_by("position", "id"):
        if row.parent_id is None:
            branches[row.pk] = Branch(row)
        else:
            children.append(row)
    for row in children:
        branch = branches[row.parent_id or 0]
        row.parent = branch.group
        branch.indicators.append(row)
    return list(branches.values())


def refusals(actor: Actor, version: TemplateVersion) -> dict[str, str | None]:
    """For each action the reason why not, or None. Shared by pages and API."""
    return {
        "edit": policies.edit.reason(actor, version),
        "copy": policies.create.reason(actor),
        "publish": policies.publish.reason(actor, version),
    }


def history(version: TemplateVersion, code: str = "") -> list[EventRecord]:
    """What happened to the version (or to one of its indicators), newest first, at most 100."""
    events = EventRecord.objects.filter(subject=subject_of(version.pk)).order_by("-id")
    if code:
        events = events.filter(Q(data__code=code) | Q(data__changes__has_key=code))
    return list(events[:100])


def fields_before(version: TemplateVersion, code: str) -> dict[str, Any]:
    """The indicator's fields in the version that this one was copied from. Raises NotFound when it is new."""
    base = version.copied_from
    row = base.indicators.exclude(method="").filter(code=code).first() if base else None
    if row is None:
        raise NotFound(_("复制来源中没有这个指标。"))
    return {name: getattr(row, name) for name in COMPARED}


def sizes(versions: list[TemplateVersion]) -> dict[int, tuple[int, Decimal]]:
    """Version id → (number of indicators, their points together). One query."""
    rows = Indicator.objects.filter(version__in=versions).exclude(method="").values("version_id")
    return {
        row["version_id"]: (row["count"], row["points"])
        for row in rows.annotate(count=Count("id"), points=Sum("points")).order_by()
    }
