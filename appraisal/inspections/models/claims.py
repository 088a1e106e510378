"""False claims (虚假填报): proposed with evidence, the prefecture heard, confirmed by a second person, or dropped."""

from django.db import models
from django.db.models import Q

from appraisal.inspections.models.moving import Moving
from appraisal.inspections.models.tasks import Finding
from appraisal.inspections.states import ClaimState
from appraisal.ledger.models import Cycle, ScoreAdjustment
from appraisal.library.models import Indicator
from tenants.models import Office


class FalseClaim(Moving):
    """A claim of a prefecture that is held to be false. Confirmed, the indicator counts 0 and points are deducted.

    The consequence is the adjustment, which may be revoked there; this row tells how it was come to.
    """

    State = ClaimState

    cycle = models.ForeignKey(Cycle, on_delete=models.PROTECT, related_name="false_claims")
    office = models.ForeignKey(Office, on_delete=models.PROTECT, related_name="false_claims")
    indicator = models.ForeignKey(Indicator, on_delete=models.PROTECT, related_name="false_claims")
    month = models.PositiveSmallIntegerField(help_text="1 to 12: the month that was claimed for")
    finding = models.OneToOneField(
        Finding, null=True, on_delete=models.PROTECT, related_name="false_claim", help_text="null without an inspection"
    )
    state = models.CharField(max_length=9, choices=ClaimState, default=ClaimState.HEARING)
    facts = models.TextField()
    evidence = models.JSONField(default=list)
    proposed_by_id = models.BigIntegerField()
    proposed_by_name = models.CharField(max_length=40)
    proposed_at = models.DateTimeField()
    hear_until = models.DateField(help_text="last day on which the prefecture may state its side, inclusive")
    derivation = models.JSONField(default=dict, help_text="how hear_until came about, core.workdays")
    statement = models.TextField(blank=True)
    statement_evidence = models.JSONField(default=list)
    stated_by_name = models.CharField(max_length=40, blank=True)
    stated_at = models.DateTimeField(null=True)
    decision = models.TextField(blank=True)
    decided_by_id = models.BigIntegerField(null=True)
    decided_by_name = models.CharField(max_length=40, blank=True)
    decided_at = models.DateTimeField(null=True)
    adjustment = models.OneToOneField(
        ScoreAdjustment, null=True, on_delete=models.PROTECT, related_name="false_claim", help_text="what followed"
    )

    class Meta:
        constraints = [
            models.UniqueConstraint(
                fields=["cycle", "office", "indicator", "month"], condition=~Q(state="DROPPED"),
                name="a_claim_is_held_false_once",
            ),
            models.CheckConstraint(name="claimed_month_is_of_a_year", condition=Q(month__gte=1, month__lte=12)),
            models.CheckConstraint(
                name="decided_claim_has_a_decision_of_another_person",
                condition=Q(state="HEARING", decided_at__isnull=True, adjustment__isnull=True)
                | (
                    Q(state="CONFIRMED", decided_at__isnull=False, adjustment__isnull=False)
                    & ~Q(decision="")
                    & ~Q(decided_by_id=models.F("proposed_by_id"))
                )
                | (Q(state="DROPPED", decided_at__isnull=False, adjustment__isnull=True) & ~Q(decision="")),
            ),
            models.CheckConstraint(
                name="statement_has_its_moment",
                condition=Q(statement="", stated_at__isnull=True) | (~Q(statement="") & Q(stated_at__isnull=False)),
            ),
        ]  # fmt: skip

    def __str__(self) -> str:
        return f"{self.office} {self.indicator_id} {self.month}"

    @property
    def subject(self) -> str:
        """What its events are recorded under."""
        return f"inspections.claim:{self.pk}"
