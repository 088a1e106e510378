"""Another figure that an office claims beside the one that a ledger published (另报数), and what became of it."""

from django.db import models
from django.db.models import Q

from appraisal.ledger.models.cycle import Period
from appraisal.ledger.models.moving import Moving
from appraisal.ledger.models.reports import Report, ReportedValue
from appraisal.ledger.states import ClaimState
from appraisal.library.models import Indicator
from tenants.models import Office


class FactClaim(Moving):
    """Handed over with a month's report; what was claimed never changes, and the ledger's figure stays beside it.

    fact, evidence: shapes as ReportedValue. value: the published version that the office objects to; the ledger may
    have published another since.
    """

    State = ClaimState

    period = models.ForeignKey(Period, on_delete=models.PROTECT, related_name="fact_claims")
    office = models.ForeignKey(Office, on_delete=models.PROTECT, related_name="fact_claims")
    indicator = models.ForeignKey(Indicator, on_delete=models.PROTECT, related_name="fact_claims")
    value = models.ForeignKey(ReportedValue, on_delete=models.PROTECT, related_name="claims")
    report = models.ForeignKey(Report, on_delete=models.PROTECT, related_name="claims")
    fact = models.JSONField()
    reason = models.TextField(help_text="why the ledger's figure is not right")
    evidence = models.JSONField(default=list)
    claimed_by_id = models.BigIntegerField()
    claimed_by_name = models.CharField(max_length=40)
    claimed_at = models.DateTimeField()
    state = models.CharField(max_length=10, choices=ClaimState, default=ClaimState.OPEN)
    decision = models.TextField(blank=True, help_text="the verifier's reasons, of the decision that stands")
    decided_by_id = models.BigIntegerField(null=True)
    decided_by_name = models.CharField(max_length=40, blank=True)
    decided_at = models.DateTimeField(null=True)

    class Meta:
        constraints = [
            models.UniqueConstraint(fields=["value"], name="one_claim_per_published_fact"),
            models.CheckConstraint(name="claim_has_a_reason", condition=~Q(reason="")),
            models.CheckConstraint(
                name="decided_claim_says_who_and_why",
                condition=Q(state="OPEN", decided_at=None, decided_by_id=None, decision="")
                | (~Q(state="OPEN") & Q(decided_at__isnull=False, decided_by_id__isnull=False) & ~Q(decision="")),
            ),
        ]
        indexes = [models.Index(fields=["period", "state"], name="fact_claim_by_state")]

    def __str__(self) -> str:
        return f"{self.office_id} {self.period_id} {self.indicator_id} {self.state}"
