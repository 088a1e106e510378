"""A template and its numbered versions."""

from typing import TYPE_CHECKING

from django.db import models
from django.db.models import Q
from django.urls import reverse
from django.utils.translation import get_language, gettext_lazy
from django.utils.translation import gettext as _

from appraisal.library.states import TRANSITIONS, VersionState
from core.errors import Conflict
from tenants.models import Office

if TYPE_CHECKING:
    from tenants.actors import Actor


class IndicatorTemplate(models.Model):
    """A scheme that lives over the years, owned by a province; what is used are its versions."""

    province = models.ForeignKey(Office, on_delete=models.PROTECT, related_name="indicator_templates")
    code = models.CharField(max_length=30)
    name = models.CharField(max_length=80)
    name_en = models.CharField(max_length=120, blank=True)
    created_at = models.DateTimeField()

    class Meta:
        constraints = [models.UniqueConstraint(fields=["province", "code"], name="template_code_is_unique_in_province")]

    def __str__(self) -> str:
        return self.name

    @property
    def label(self) -> str:
        """Name in the reader's language."""
        return self.name_en if self.name_en and (get_language() or "").startswith("en") else self.name


class TemplateVersionQuerySet(models.QuerySet["TemplateVersion"]):
    def visible_to(self, actor: "Actor") -> "TemplateVersionQuerySet":
        """Drafts are the bureau's own; its prefectures see what is published."""
        mine = self.filter(template__province_id=actor.province_id)
        return mine if actor.home.level == Office.Level.PROVINCE else mine.exclude(state=VersionState.DRAFT)

    def locked(self) -> "TemplateVersionQuerySet":
        return self.select_for_update(of=("self",), no_key=True)


class TemplateVersion(models.Model):
    """One version: a draft until published with the number of the minutes, then frozen (trigger `frozen_version`)."""

    State = VersionState

    class NaTreatment(models.TextChoices):
        REDISTRIBUTE = "REDISTRIBUTE", gettext_lazy("分摊到同组其他指标")
        FULL = "FULL", gettext_lazy("按满分计")

    template = models.ForeignKey(IndicatorTemplate, on_delete=models.PROTECT, related_name="versions")
    number = models.PositiveSmallIntegerField(help_text="1, 2, 3 … inside the template")
    year = models.PositiveSmallIntegerField(help_text="appraisal year it is meant for")
    state = models.CharField(max_length=10, choices=VersionState, default=VersionState.DRAFT)
    copied_from = models.ForeignKey("self", null=True, blank=True, on_delete=models.PROTECT, related_name="copies")
    na_treatment = models.CharField(max_length=12, choices=NaTreatment, default=NaTreatment.REDISTRIBUTE)
    note = models.TextField(blank=True)
    checks = models.JSONField(
        default=list, blank=True, help_text="checks between figures of one report, as appraisal.rules.crosschecks reads"
    )
    minutes_number = models.CharField(max_length=60, blank=True, help_text="number of the party-group minutes")
    effective_on = models.DateField(null=True, blank=True)
    lock_version = models.PositiveIntegerField(default=0, help_text="grows with each change of the draft")
    created_by_id = models.BigIntegerField()
    created_at = models.DateTimeField()
    published_by_id = models.BigIntegerField(null=True)
    published_by_name = models.CharField(max_length=40, blank=True)
    published_at = models.DateTimeField(null=True)

    objects = TemplateVersionQuerySet.as_manager()

    class Meta:
        constraints = [
            models.UniqueConstraint(fields=["template", "number"], name="one_version_per_number"),
            models.CheckConstraint(
                name="published_version_has_who_when_and_minutes",
                condition=Q(state="DRAFT", published_at__isnull=True, published_by_id__isnull=True)
                | (
                    Q(state__in=["PUBLISHED", "ARCHIVED"], published_at__isnull=False, published_by_id__isnull=False)
                    & ~Q(minutes_number="")
                ),
            ),
        ]

    def __str__(self) -> str:
        return f"{self.template.name} {self.label}"

    @property
    def label(self) -> str:
        """For example v2026.2: year and number inside the template."""
        return f"v{self.year}.{self.number}"

    def get_absolute_url(self) -> str:
        return reverse("library:version", args=[self.pk])

    def move(self, to: VersionState) -> None:
        """Step to `to` if the life of a version has that step. Does not save. Raises Conflict."""
        if to not in TRANSITIONS[VersionState(self.state)]:
            raise Conflict(
                _("“%(now)s”的版本不能变为“%(to)s”。") % {"now": self.get_state_display(), "to": VersionState(to).label}
            )
        self.state = to
