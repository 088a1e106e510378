"""A month's draft: one value per indicator, with county lines and evidence."""

from decimal import Decimal
from functools import cached_property

from django.db import models
from django.db.models import Q
from django.utils.translation import gettext as _

from appraisal.ledger.models import Period, ReportedValue
from appraisal.library.models import Indicator
from appraisal.reporting.states import TRANSITIONS, DraftState
from core.errors import Conflict
from core.models import StoredFile


class MonthlyDraft(models.Model):
    """The office's own copy of a month; the schema tells whose it is."""

    State = DraftState

    period = models.OneToOneField(Period, on_delete=models.PROTECT, related_name="+")
    state = models.CharField(max_length=20, choices=DraftState, default=DraftState.FILLING)
    submitted_by_id = models.BigIntegerField(null=True)
    submitted_by_name = models.CharField(max_length=40, blank=True)
    submitted_at = models.DateTimeField(null=True)
    send_back_reason = models.TextField(blank=True, help_text="why the leader sent it back, '' when not")

    class Meta:
        constraints = [
            models.CheckConstraint(
                name="draft_awaiting_sign_off_has_a_reporter",
                condition=~Q(state="AWAITING_SIGN_OFF") | Q(submitted_at__isnull=False, submitted_by_id__isnull=False),
            ),
        ]

    def __str__(self) -> str:
        return f"{self.period} {self.state}"

    def move(self, to: DraftState) -> None:
        """Step to `to` if the life of a draft has that step. Does not save. Raises Conflict."""
        if to not in TRANSITIONS[DraftState][self.state]:
            raise Conflict(
                _("月报现在是“%(now)s”，不能变为“%(to)s”。请刷新后按最新状态办理。")
                % {"now": self.get_state_display(), "to": DraftState(to).label}
            )
        self.state = to


class DraftValue(models.Model):
    """One indicator of the month, in the shape ledger.ReportedValue describes; or a claim beside a ledger's figure."""

    draft = models.ForeignKey(MonthlyDraft, on_delete=models.CASCADE, related_name="values")
    indicator = models.ForeignKey(Indicator, on_delete=models.PROTECT, related_name="+")
    fact = models.JSONField(null=True)
    nothing_to_report = models.BooleanField(default=False)
    nothing_reason = models.CharField(max_length=200, blank=True)
    narrative = models.TextField(blank=True)
    claims_against = models.ForeignKey(
        ReportedValue,
        null=True,
        on_delete=models.PROTECT,
        related_name="+",
        help_text="the ledger's figure that this claims another beside; null for what is reported",
    )
    lock_version = models.PositiveIntegerField(default=1, help_text="grows with each save; a stale save is refused")
    changed_since_return = models.BooleanField(default=False, help_text="worked on since the province returned it")
    updated_by_id = models.BigIntegerField()
    updated_by_name = models.CharField(max_length=40)
    updated_at = models.DateTimeField()

    class Meta:
        constraints = [
            models.UniqueConstraint(fields=["draft", "indicator"], name="one_draft_value_per_indicator"),
            models.CheckConstraint(
                name="nothing_to_report_excludes_a_fact",
                condition=Q(nothing_to_report=False) | (Q(fact__isnull=True) & ~Q(nothing_reason="")),
            ),
            models.CheckConstraint(
                name="a_claim_has_a_figure_and_a_reason",
                condition=Q(claims_against=None) | (Q(fact__isnull=False, nothing_to_report=False) & ~Q(narrative="")),
            ),
        ]

    def __str__(self) -> str:
        return f"{self.indicator_id} v{self.lock_version}"

    @cached_property
    def counties(self) -> dict[str, Decimal]:
        """County code → quantity, in the indicator's unit. Of all values of a sheet they come in one query."""
        return dict(self.county_lines.values_list("region_code", "quantity"))

    @cached_property
    def files(self) -> list["DraftEvidence"]:
        """What is attached, oldest first, with its file. Of all values of a sheet it comes in one query."""
        return list(self.evidence.select_related("file").order_by("id"))


class CountyLine(models.Model):
    """What one county contributes to a value that adds up."""

    value = models.ForeignKey(DraftValue, on_delete=models.CASCADE, related_name="county_lines")
    region_code = models.CharField(max_length=12, help_text="GB/T 2260 code of the county")
    quantity = models.DecimalField(max_digits=20, decimal_places=6, help_text="in the indicator's unit")

    class Meta:
        constraints = [models.UniqueConstraint(fields=["value", "region_code"], name="one_line_per_county")]

    def __str__(self) -> str:
        return f"{self.region_code} {self.quantity}"


class DraftEvidence(models.Model):
    """A file attached to a value."""

    value = models.ForeignKey(DraftValue, on_delete=models.CASCADE, related_name="evidence")
    file = models.ForeignKey(StoredFile, on_delete=models.PROTECT, related_name="+")
    added_by_id = models.BigIntegerField()
    added_at = models.DateTimeField()

    class Meta:
        constraints = [models.UniqueConstraint(fields=["value", "file"], name="a_file_is_attached_once")]

    def __str__(self) -> str:
        return str(self.file_id)
