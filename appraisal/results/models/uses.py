"""What a locked result is used for (结果运用): money, awards, talks, rectification; with basis, who, when."""

from django.db import models
from django.db.models import Q
from django.utils.translation import gettext_lazy as _

from appraisal.results.models.moving import Moving
from appraisal.results.models.outcome import YearResult
from appraisal.results.states import UseState
from tenants.models import Office


class ResultUse(Moving):
    """One use of a result for one office. Never edited: a mistake is cancelled with a reason and recorded anew."""

    State = UseState
    fixed = ("id", "result", "office", "kind", "title", "basis", "amount", "factors", "due_on", "derivation")

    class Kind(models.TextChoices):
        FUND = "FUND", _("奖励资金")
        AWARD = "AWARD", _("表彰奖励")
        TALK = "TALK", _("约谈")
        RECTIFICATION = "RECTIFICATION", _("限期整改")

    result = models.ForeignKey(YearResult, on_delete=models.PROTECT, related_name="uses")
    office = models.ForeignKey(Office, on_delete=models.PROTECT, related_name="result_uses")
    kind = models.CharField(max_length=14, choices=Kind)
    title = models.CharField(max_length=120)
    basis = models.CharField(max_length=200, help_text="document that it rests on")
    amount = models.DecimalField(max_digits=18, decimal_places=2, null=True, help_text="yuan, of money alone")
    factors = models.JSONField(default=dict, help_text="how a share of a fund came about: fund, weights, parts")
    due_on = models.DateField(null=True, help_text="last day, inclusive, of a rectification plan")
    derivation = models.JSONField(default=dict, help_text="sentence key and values of core.workdays")
    state = models.CharField(max_length=10, choices=UseState, default=UseState.OPEN)
    recorded_by_id = models.BigIntegerField()
    recorded_by_name = models.CharField(max_length=40)
    recorded_at = models.DateTimeField()
    plan = models.TextField(blank=True, help_text="the office's rectification plan")
    plan_evidence = models.JSONField(default=list, help_text="files: [{id, name, sha256, size, media_type}]")
    planned_by_name = models.CharField(max_length=40, blank=True)
    planned_at = models.DateTimeField(null=True)
    ended_by_name = models.CharField(max_length=40, blank=True)
    ended_at = models.DateTimeField(null=True)
    ending = models.CharField(max_length=500, blank=True, help_text="what came of it, or why it was cancelled")

    class Meta:
        constraints = [
            models.CheckConstraint(
                name="money_alone_has_an_amount",
                condition=Q(kind="FUND", amount__gte=0) | (~Q(kind="FUND") & Q(amount__isnull=True)),
            ),
            models.CheckConstraint(
                name="rectification_alone_has_a_due_day",
                condition=Q(kind="RECTIFICATION", due_on__isnull=False)
                | (~Q(kind="RECTIFICATION") & Q(due_on__isnull=True)),
            ),
            models.CheckConstraint(
                name="ended_use_says_what_came_of_it",
                condition=Q(state__in=["OPEN", "HANDED_IN"]) | (Q(ended_at__isnull=False) & ~Q(ending="")),
            ),
            models.CheckConstraint(
                name="handed_in_use_has_a_plan",
                condition=~Q(state="HANDED_IN") | (Q(kind="RECTIFICATION") & ~Q(plan="")),
            ),
        ]

    def __str__(self) -> str:
        return f"{self.office_id} {self.kind}"

    @property
    def subject(self) -> str:
        """What its events are recorded under."""
        return f"results.use:{self.pk}"
