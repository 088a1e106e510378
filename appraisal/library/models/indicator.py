"""An indicator: its place in the tree, its points, and how they are scored."""

from django.db import models
from django.db.models import Q
from django.utils.translation import get_language
from django.utils.translation import gettext_lazy as _

from appraisal.library.models import words
from appraisal.library.models.template import TemplateVersion
from tenants.models import Division


class Method(models.TextChoices):
    """The scoring methods; their arithmetic is in appraisal.rules, their prose in platform/docs/rules."""

    RATIO = "RATIO", _("比率")
    INVERSE_RATIO = "INVERSE_RATIO", _("反比率")
    STEP = "STEP", _("分档")
    LINEAR = "LINEAR", _("分段线性")
    THRESHOLD = "THRESHOLD", _("达标满分")
    DEDUCT = "DEDUCT", _("扣分制")
    ADD = "ADD", _("加分制")
    MILESTONE = "MILESTONE", _("节点")
    RANK = "RANK", _("同组排名")
    PANEL = "PANEL", _("评议打分")
    FORMULA = "FORMULA", _("公式")
    MANUAL = "MANUAL", _("人工评定")


class TargetBasis(models.TextChoices):
    """Where the denominator of a ratio comes from."""

    NONE = "", _("无")
    LETTER = "LETTER", _("责任书目标（截至当期）")
    REPORTED = "REPORTED", _("随月报填报")
    FIXED = "FIXED", _("固定值")
    SYSTEM = "SYSTEM", _("系统计算")


class Better(models.TextChoices):
    """Which way an indicator is better."""

    HIGHER = "HIGHER", _("越高越好")
    LOWER = "LOWER", _("越低越好")


class EnteredBy(models.TextChoices):
    """Who brings the fact."""

    PREFECTURE = "PREFECTURE", _("州市填报")
    PROVINCE = "PROVINCE", _("省级录入")
    SYSTEM = "SYSTEM", _("系统计算")


class Indicator(models.Model):
    """A first-level group (no parent, no method) or a second-level indicator (parent and method)."""

    version = models.ForeignKey(TemplateVersion, on_delete=models.CASCADE, related_name="indicators")
    parent = models.ForeignKey("self", null=True, blank=True, on_delete=models.CASCADE, related_name="children")
    code = models.CharField(max_length=10)
    name = models.CharField(max_length=80)
    name_en = models.CharField(max_length=160, blank=True)
    points = models.DecimalField(max_digits=7, decimal_places=4, help_text="points it can earn; a group's is the sum")
    position = models.PositiveSmallIntegerField(default=0, help_text="order among its siblings")
    method = models.CharField(max_length=15, choices=Method, blank=True)
    parameters = models.JSONField(default=dict, blank=True, help_text="as appraisal.rules reads them; decimals as text")
    unit = models.CharField(max_length=20, blank=True)
    direction = models.CharField(max_length=6, choices=Better, default=Better.HIGHER)
    cumulative = models.BooleanField(
        default=False, help_text="the value is the year's so far, against a target to date"
    )
    target_basis = models.CharField(max_length=8, choices=TargetBasis, blank=True, default=TargetBasis.NONE)
    entered_by = models.CharField(max_length=10, choices=EnteredBy, default=EnteredBy.PREFECTURE)
    data_source = models.CharField(max_length=30, blank=True)
    evidence = models.CharField(max_length=120, blank=True, help_text="evidence that must be attached, '' for none")
    legal_basis = models.CharField(max_length=200, blank=True)
    owner_division = models.CharField(max_length=40, blank=True, help_text="its name; '' is as its group says")
    owner = models.ForeignKey(
        Division, null=True, blank=True, on_delete=models.PROTECT, related_name="+",
        help_text="that confirms its figures, by its own name or its group's, found as the version is published",
    )  # fmt: skip
    origins = models.JSONField(
        default=list,
        blank=True,
        help_text="codes in the version it was copied from that it comes from (split, merged); [] is its own code",
    )

    class Meta:
        constraints = [
            models.UniqueConstraint(fields=["version", "code"], name="indicator_code_is_unique_in_version"),
            models.CheckConstraint(name="indicator_points_are_not_negative", condition=Q(points__gte=0)),
            models.CheckConstraint(
                name="group_has_no_method_and_indicator_has_one",
                condition=Q(parent__isnull=True, method="") | (Q(parent__isnull=False) & ~Q(method="")),
            ),
        ]
        indexes = [models.Index(fields=["version", "position"], name="indicator_by_place")]

    def __str__(self) -> str:
        return f"{self.code} {self.name}"

    @property
    def label(self) -> str:
        """Name in the reader's language."""
        return self.name_en if self.name_en and (get_language() or "").startswith("en") else self.name

    @property
    def unit_label(self) -> str:
        """Unit in the reader's language."""
        return words.unit_label(self.unit)
