"""Agreeing on targets in two rounds (两上两下): what was proposed, answered, proposed again, settled."""

from django.db import models
from django.db.models import Q

from appraisal.ledger.models.cycle import Cycle
from appraisal.ledger.models.moving import Moving
from appraisal.ledger.states import ConsultationState
from appraisal.library.models import Indicator
from tenants.models import Office


class Consultation(Moving):
    """Of one office and year. A step's day: when it was last sent; a step may be sent again until it is answered."""

    State = ConsultationState

    cycle = models.ForeignKey(Cycle, on_delete=models.PROTECT, related_name="consultations")
    office = models.ForeignKey(Office, on_delete=models.PROTECT, related_name="consultations")
    state = models.CharField(max_length=8, choices=ConsultationState, default=ConsultationState.OPEN)
    lock_version = models.PositiveIntegerField(default=0, help_text="grows with each step")
    opened_at = models.DateTimeField()
    due_on = models.DateField(null=True, help_text="the last day of the step that is awaited; none once settled")
    derivation = models.JSONField(default=dict, help_text="how due_on was reckoned: key and values of core.workdays")
    first_note = models.CharField(max_length=500, blank=True)
    first_at = models.DateTimeField(null=True)
    first_late = models.BooleanField(default=False)
    control_note = models.CharField(max_length=500, blank=True)
    control_at = models.DateTimeField(null=True)
    control_late = models.BooleanField(default=False)
    second_note = models.CharField(max_length=500, blank=True)
    second_at = models.DateTimeField(null=True)
    second_late = models.BooleanField(default=False)
    final_note = models.CharField(max_length=500, blank=True)
    final_at = models.DateTimeField(null=True)
    final_late = models.BooleanField(default=False)

    class Meta:
        constraints = [
            models.UniqueConstraint(fields=["cycle", "office"], name="one_consultation_per_office_and_cycle"),
            models.CheckConstraint(
                name="consultation_state_has_its_steps",
                condition=Q(state="OPEN", first_at=None, control_at=None, second_at=None, final_at=None)
                | Q(state="FIRST", first_at__isnull=False, control_at=None, second_at=None, final_at=None)
                | Q(state="CONTROL", first_at__isnull=False, control_at__isnull=False, second_at=None, final_at=None)
                | Q(state="SECOND", control_at__isnull=False, second_at__isnull=False, final_at=None)
                | Q(state="FINAL", second_at__isnull=False, final_at__isnull=False),
            ),
            models.CheckConstraint(
                name="open_consultation_has_a_due_day",
                condition=Q(state="FINAL", due_on=None) | Q(due_on__isnull=False),
            ),
        ]

    def __str__(self) -> str:
        return f"{self.office} {self.cycle.year}"


class ConsultedFigure(models.Model):
    """One indicator's figures of the four steps, in its unit; a step without a figure says why in its reason."""

    consultation = models.ForeignKey(Consultation, on_delete=models.CASCADE, related_name="figures")
    indicator = models.ForeignKey(Indicator, on_delete=models.PROTECT, related_name="consulted")
    last_year = models.DecimalField(max_digits=18, decimal_places=4, null=True, help_text="last year's actual")
    last_year_recorded = models.BooleanField(default=False, help_text="from last year's record; else the office says")
    first = models.DecimalField(
        max_digits=18,
        decimal_places=4,
        null=True,
        help_text="asked by the office in its first round, in the indicator's unit",
    )
    first_reason = models.CharField(max_length=200, blank=True)
    control = models.DecimalField(
        max_digits=18, decimal_places=4, null=True, help_text="the bureau's control number, in the indicator's unit"
    )
    control_reason = models.CharField(max_length=200, blank=True)
    second = models.DecimalField(
        max_digits=18,
        decimal_places=4,
        null=True,
        help_text="asked by the office in its second round, in the indicator's unit",
    )
    second_reason = models.CharField(max_length=200, blank=True)
    final = models.DecimalField(
        max_digits=18, decimal_places=4, null=True, help_text="settled: the letter's draft, in the indicator's unit"
    )
    final_reason = models.CharField(max_length=200, blank=True)

    class Meta:
        constraints = [
            models.UniqueConstraint(fields=["consultation", "indicator"], name="indicator_is_consulted_on_once"),
        ]

    def __str__(self) -> str:
        return f"{self.consultation} {self.indicator.code}"
