"""Templates, versions and their trees, asked with the actor first."""

from dataclasses import dataclass, field
from decimal import Decimal

from django.utils.translation import gettext as _

from appraisal.library import policies
from appraisal.library.models import Indicator, TemplateVersion
from appraisal.library.models.template import TemplateVersionQuerySet
from core.errors import NotFound
from tenants.actors import Actor


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
    indicator = version.indicators.select_related("parent").filter(pk=indicator_id).first()
    if indicator is None:
        raise NotFound(_("这个版本中没有该指标。"))
    return indicator


def tree(version: TemplateVersion) -> list[Branch]:
    """Groups in order, each with its indicators in order. One query."""
    branches: dict[int, Branch] = {}
    children: list[Indicator] = []
    for row in version.indicators.order_by("position", "id"):
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
