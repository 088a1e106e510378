"""What an office appeals to the appraisal committee with, against the decision about its objection (再申诉)."""

from django.db import models
from django.db.models import Q

from appraisal.ledger.models.adjustments import Objection
from appraisal.ledger.models.cycle import Period
from appraisal.ledger.models.moving import Moving
from appraisal.ledger.states import FurtherAppealState
from tenants.models import Office


class FurtherAppeal(Moving):
    """One for each decided objection at most; what the committee decides about it is final (trigger)."""

    State = FurtherAppealState

    objection = models.OneToOneField(Objection, on_delete=models.PROTECT, related_name="further_appeal")
    period = models.ForeignKey(Period, on_delete=models.PROTECT, related_name="further_appeals")
    office = models.ForeignKey(Office, on_delete=models.PROTECT, related_name="further_appeals")
    grounds = models.TextField()
    evidence = models.JSONField(default=list)
    filed_by_id = models.BigIntegerField()
    filed_by_name = models.CharField(max_length=40)
    filed_at = models.DateTimeField()
    due_on = models.DateField(help_text="last day, inclusive, for the committee's decision")
    derivation = models.JSONField(help_text="how that day came about: core.workdays")
    state = models.CharField(max_length=8, choices=FurtherAppealState, default=FurtherAppealState.OPEN)
    met_on = models.DateField(null=True, help_text="the day of the committee's meeting")
    minutes = models.CharField(max_length=60, blank=True, help_text="number of the committee's minutes")
    decision = models.TextField(blank=True)
    decided_by_id = models.BigIntegerField(null=True, help_text="who entered the committee's decision")
    decided_by_name = models.CharField(max_length=40, blank=True)
    decided_at = models.DateTimeField(null=True)

    class Meta:
        constraints = [
            models.CheckConstraint(
                name="decided_further_appeal_has_its_meeting",
                condition=Q(state="OPEN", decided_at__isnull=True)
                | (
                    Q(state__in=["UPHELD", "REJECTED"], decided_at__isnull=False, met_on__isnull=False)
                    & ~Q(decision="")
                    & ~Q(minutes="")
                ),
            ),
        ]

    def __str__(self) -> str:
        return f"{self.office} {self.period}"
