"""Handed-over reports and what the province made of them: reported, verified and final side by side."""

from datetime import datetime
from decimal import Decimal
from typing import TYPE_CHECKING

from django.db import models
from django.db.models import Q

from appraisal.ledger.models.cycle import Period
from appraisal.ledger.models.moving import Moving
from appraisal.ledger.rules.remarks import Remark
from appraisal.ledger.rules.remarks import read as read_remark
from appraisal.ledger.states import ValueState
from appraisal.library.models import Indicator
from tenants.models import Office

if TYPE_CHECKING:
    from tenants.actors import Actor


class Report(models.Model):
    """One handing-over: round 1 is the month's report, later rounds bring back returned indicators. Immutable."""

    period = models.ForeignKey(Period, on_delete=models.PROTECT, related_name="reports")
    office = models.ForeignKey(Office, on_delete=models.PROTECT, related_name="reports")
    round = models.PositiveSmallIntegerField(help_text="1 for the first handing-over of the month")
    handed_over_at = models.DateTimeField()
    on_time = models.BooleanField(help_text="handed over on the period's due day or before (round 1)")
    reporter_id = models.BigIntegerField(null=True)
    reporter_name = models.CharField(max_length=40, blank=True)
    signer_id = models.BigIntegerField(null=True)
    signer_name = models.CharField(max_length=40, blank=True)

    class Meta:
        constraints = [models.UniqueConstraint(fields=["period", "office", "round"], name="one_report_per_round")]

    def __str__(self) -> str:
        return f"{self.office} {self.period} ({self.round})"


class ReportedValue(models.Model):
    """A fact as handed over (or entered by the province); immutable, corrections are new versions.

    fact, by method (decimals as text): RATIO/INVERSE_RATIO {"value"} (+ {"target"} where target_basis is REPORTED);
    STEP/LINEAR/RANK {"value"}; DEDUCT/ADD {"counts": […]}; MILESTONE {"done_on": {milestone id: "YYYY-MM-DD"}};
    THRESHOLD {"present": […]}; PANEL {"marks": […], "counts": […]}; FORMULA {"inputs": {…}}; MANUAL {"points"}.
    Null when there was nothing to report (then with a reason): counts as zero events or value 0.
    county_lines: [{"code", "name", "quantity"}]; evidence: [{"id", "name", "sha256", "size", "media_type"}].
    """

    period = models.ForeignKey(Period, on_delete=models.PROTECT, related_name="values")
    office = models.ForeignKey(Office, on_delete=models.PROTECT, related_name="reported_values")
    indicator = models.ForeignKey(Indicator, on_delete=models.PROTECT, related_name="reported_values")
    report = models.ForeignKey(
        Report,
        null=True,
        on_delete=models.PROTECT,
        related_name="values",
        help_text="null when the province or a ledger entered it",
    )
    version = models.PositiveSmallIntegerField(help_text="1, 2, 3 … for this office, period and indicator")
    source = models.CharField(max_length=30, help_text="report, province, or the name of the ledger that published it")
    fact = models.JSONField(null=True)
    nothing_to_report = models.BooleanField(default=False)
    nothing_reason = models.CharField(max_length=200, blank=True)
    narrative = models.TextField(blank=True)
    county_lines = models.JSONField(default=list)
    evidence = models.JSONField(default=list)
    remarks = models.JSONField(
        default=list,
        help_text="what the system remarked when it was handed over, as ledger.rules.remarks; often nothing",
    )
    as_of = models.DateField(
        null=True, help_text="the last day that a ledger counted, inclusive; null where it says none"
    )
    entered_by_id = models.BigIntegerField(null=True)
    entered_by_name = models.CharField(max_length=40, blank=True)
    entered_at = models.DateTimeField()

    class Meta:
        constraints = [
            models.UniqueConstraint(fields=["period", "office", "indicator", "version"], name="one_value_per_version"),
            models.CheckConstraint(
                name="nothing_to_report_has_a_reason",
                condition=Q(nothing_to_report=False, fact__isnull=False)
                | (Q(nothing_to_report=True, fact__isnull=True) & ~Q(nothing_reason="")),
            ),
        ]

    def __str__(self) -> str:
        return f"{self.office_id} {self.period_id} {self.indicator_id} v{self.version}"

    @property
    def remarked(self) -> list[Remark]:
        """What was remarked, to be read."""
        return [read_remark(row) for row in self.remarks]


class CurrentValueQuerySet(models.QuerySet["CurrentValue"]):
    def locked(self) -> "CurrentValueQuerySet":
        return self.select_for_update(of=("self",), no_key=True)


class CurrentValue(Moving):
    """Where one (period, office, indicator) stands now; the one row that queues, scores and pages read."""

    State = ValueState

    period = models.ForeignKey(Period, on_delete=models.PROTECT, related_name="current_values")
    office = models.ForeignKey(Office, on_delete=models.PROTECT, related_name="current_values")
    indicator = models.ForeignKey(Indicator, on_delete=models.PROTECT, related_name="current_values")
    value = models.ForeignKey(ReportedValue, on_delete=models.PROTECT, related_name="+")
    state = models.CharField(max_length=10, choices=ValueState, default=ValueState.SUBMITTED)
    final_fact = models.JSONField(
        null=True, help_text="the fact that counts: the reported one, or the verifier's correction"
    )
    corrected = models.BooleanField(default=False, help_text="the verifier replaced the reported value")
    points_off = models.DecimalField(
        max_digits=7, decimal_places=4, default=0, help_text="points verification takes off the indicator"
    )
    reason = models.TextField(blank=True, help_text="of the return, the correction or the points off")
    times_returned = models.PositiveSmallIntegerField(default=0, help_text="how often the province returned it")
    decided_by_id = models.BigIntegerField(null=True)
    decided_by_name = models.CharField(max_length=40, blank=True)
    decided_at = models.DateTimeField(null=True)
    lock_version = models.PositiveIntegerField(
        default=0, help_text="grows with each change; a stale decision is refused"
    )

    published: bool  # annotated by selectors.values

    objects = CurrentValueQuerySet.as_manager()

    class Meta:
        constraints = [
            models.UniqueConstraint(fields=["period", "office", "indicator"], name="one_current_value"),
            models.CheckConstraint(
                name="returned_or_changed_value_has_a_reason",
                condition=(Q(points_off=0, corrected=False) & ~Q(state="RETURNED")) | ~Q(reason=""),
            ),
            models.CheckConstraint(name="points_off_are_not_negative", condition=Q(points_off__gte=0)),
        ]
        indexes = [models.Index(fields=["period", "state"], name="current_value_by_state")]

    def __str__(self) -> str:
        return f"{self.office_id} {self.period_id} {self.indicator_id} {self.state}"

    @property
    def subject(self) -> str:
        """What its events are recorded under: one timeline over all versions."""
        return f"ledger.value:{self.period_id}:{self.office_id}:{self.indicator_id}"

    def decided(self, *, by: "Actor", at: datetime) -> None:
        """Note who decided and when; whoever still looks at the state before is then told. Does not save."""
        self.decided_by_id, self.decided_by_name, self.decided_at = by.user_id, by.name, at
        self.lock_version += 1

    def take_back(self) -> None:
        """Drop what verification had changed: what was reported stands again. Does not save."""
        self.final_fact, self.corrected, self.points_off = self.value.fact, False, Decimal(0)


class Verification(models.Model):
    """One decision of a verifier about one reported value. Immutable."""

    class Decision(models.TextChoices):
        VERIFIED = "VERIFIED"
        RETURNED = "RETURNED"
        CORRECTED = "CORRECTED"
        REOPENED = "REOPENED"

    value = models.ForeignKey(ReportedValue, on_delete=models.PROTECT, related_name="verifications")
    decision = models.CharField(max_length=10, choices=Decision)
    fact_before = models.JSONField(null=True)
    fact_after = models.JSONField(null=True)
    points_off = models.DecimalField(
        max_digits=7, decimal_places=4, default=0, help_text="points taken off, a positive number"
    )
    reason = models.TextField(blank=True)
    by_id = models.BigIntegerField()
    by_name = models.CharField(max_length=40)
    at = models.DateTimeField()

    def __str__(self) -> str:
        return f"{self.decision} {self.value_id}"
