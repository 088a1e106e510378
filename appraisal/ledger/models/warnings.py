"""A warning that the bureau issued to an office about its progress (进度预警), and what the office does about it."""

from django.db import models
from django.db.models import Q
from django.utils.translation import gettext_lazy as _

from appraisal.ledger.models.cycle import Period
from appraisal.ledger.models.moving import Moving
from appraisal.ledger.states import WarningState
from tenants.models import Office


class WarningLevel(models.TextChoices):
    YELLOW = "YELLOW", _("黄色预警")
    RED = "RED", _("红色预警")


class EarlyWarning(Moving):
    """One per office and month, with the figures it rests on; what was issued never changes."""

    State = WarningState

    period = models.ForeignKey(Period, on_delete=models.PROTECT, related_name="warnings")
    office = models.ForeignKey(Office, on_delete=models.PROTECT, related_name="early_warnings")
    level = models.CharField(max_length=6, choices=WarningLevel)
    done = models.DecimalField(max_digits=5, decimal_places=1, help_text="percent of the year's quantities reached")
    due = models.DecimalField(max_digits=5, decimal_places=1, help_text="percent the plan wanted by then")
    worst = models.JSONField(help_text="[{code, name, sentence}]: what cost the most, as it was told")
    request = models.TextField(help_text="what the bureau asks for")
    issued_by_id = models.BigIntegerField()
    issued_by_name = models.CharField(max_length=40)
    issued_at = models.DateTimeField()
    due_on = models.DateField(help_text="last day, inclusive, to answer with measures")
    derivation = models.JSONField(default=dict, help_text="sentence key and values of core.workdays")
    state = models.CharField(max_length=10, choices=WarningState, default=WarningState.ISSUED)
    measures = models.TextField(blank=True, help_text="the office's answer")
    measures_until = models.DateField(null=True, help_text="by when the office wants to be back on plan")
    answered_by_name = models.CharField(max_length=40, blank=True)
    answered_at = models.DateTimeField(null=True)
    times_returned = models.PositiveSmallIntegerField(default=0, help_text="how often measures were not enough")
    remark = models.TextField(
        blank=True, help_text="why measures were not enough, what came of them, or of a withdrawal"
    )
    ended_by_name = models.CharField(max_length=40, blank=True)
    ended_at = models.DateTimeField(null=True)

    class Meta:
        constraints = [
            models.UniqueConstraint(fields=["period", "office"], name="one_warning_per_office_and_month"),
            models.CheckConstraint(
                name="answered_warning_has_measures",
                condition=~Q(state="ANSWERED") | (~Q(measures="") & Q(answered_at__isnull=False)),
            ),
            models.CheckConstraint(
                name="ended_warning_says_why",
                condition=Q(state__in=["ISSUED", "ANSWERED"]) | (Q(ended_at__isnull=False) & ~Q(remark="")),
            ),
        ]

    def __str__(self) -> str:
        return f"{self.office_id} {self.period_id} {self.level}"

    @property
    def subject(self) -> str:
        """What its events are recorded under."""
        return f"ledger.warning:{self.pk}"
