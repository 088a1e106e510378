"""Self-appraisals (自评): what a prefecture gives itself for each indicator, with its statement."""

from django.db import models
from django.db.models import Q

from appraisal.ledger.models import Cycle
from appraisal.library.models import Indicator
from appraisal.results.models.moving import Moving
from appraisal.results.states import SelfState
from tenants.models import Office


class SelfAppraisal(Moving):
    """One per office and year; the bureau sees it once it is handed over, and nobody changes it then."""

    State = SelfState
    fixed = ("id", "cycle", "office")

    cycle = models.ForeignKey(Cycle, on_delete=models.PROTECT, related_name="self_appraisals")
    office = models.ForeignKey(Office, on_delete=models.PROTECT, related_name="self_appraisals")
    state = models.CharField(max_length=10, choices=SelfState, default=SelfState.DRAFT)
    lock_version = models.PositiveIntegerField(default=0, help_text="grows with each save; a stale save is refused")
    edited_by_name = models.CharField(max_length=40)
    edited_at = models.DateTimeField()
    submitted_by_id = models.BigIntegerField(null=True)
    submitted_by_name = models.CharField(max_length=40, blank=True)
    submitted_at = models.DateTimeField(null=True)

    class Meta:
        constraints = [
            models.UniqueConstraint(fields=["cycle", "office"], name="one_self_appraisal_per_office_and_year"),
            models.CheckConstraint(
                name="submitted_self_appraisal_has_its_signer",
                condition=Q(state="DRAFT", submitted_at__isnull=True)
                | Q(state="SUBMITTED", submitted_at__isnull=False),
            ),
        ]

    def __str__(self) -> str:
        return f"{self.office_id} {self.cycle_id} {self.state}"


class SelfScore(models.Model):
    """The own score of one indicator."""

    appraisal = models.ForeignKey(SelfAppraisal, on_delete=models.CASCADE, related_name="scores")
    indicator = models.ForeignKey(Indicator, on_delete=models.PROTECT, related_name="+")
    score = models.DecimalField(
        max_digits=7, decimal_places=2, null=True,
        help_text="points, 0 to the indicator's full points; null while it is open",
    )  # fmt: skip
    statement = models.TextField(help_text="why so many")
    evidence = models.JSONField(default=list, help_text="files: [{id, name, sha256, size, media_type}]")

    class Meta:
        constraints = [
            models.UniqueConstraint(fields=["appraisal", "indicator"], name="one_own_score_per_indicator"),
            models.CheckConstraint(name="own_score_is_not_negative", condition=Q(score__gte=0)),
        ]

    def __str__(self) -> str:
        return f"{self.indicator_id} {self.score}"
