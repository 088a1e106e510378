"""A mid-year amendment (年中修订): another version of the scheme scores the year from a month on."""

from datetime import date

from django.db import models
from django.db.models import Q
from django.urls import reverse

from appraisal.ledger.models.cycle import Cycle
from appraisal.ledger.models.moving import Moving
from appraisal.ledger.states import AmendmentState
from appraisal.library.models import TemplateVersion


class Amendment(Moving):
    """Proposed by the administrator, brought into force by a leader, undone by a leader. What is asked of the
    prefectures stays as their letters say; what is scored follows the amendment (decision 25)."""

    State = AmendmentState

    cycle = models.ForeignKey(Cycle, on_delete=models.PROTECT, related_name="amendments")
    number = models.PositiveSmallIntegerField(help_text="1, 2, 3 … inside the year")
    version = models.ForeignKey(TemplateVersion, on_delete=models.PROTECT, related_name="amendments")
    version_before = models.ForeignKey(
        TemplateVersion, on_delete=models.PROTECT, related_name="+", help_text="in force for `from_month` when proposed"
    )
    from_month = models.PositiveSmallIntegerField(help_text="1 to 12; in force from its first day to the year's end")
    reason = models.TextField()
    state = models.CharField(max_length=10, choices=AmendmentState, default=AmendmentState.PROPOSED)
    lock_version = models.PositiveIntegerField(default=0, help_text="grows with each change")
    proposed_by_id = models.BigIntegerField()
    proposed_by_name = models.CharField(max_length=40)
    proposed_at = models.DateTimeField()
    minutes_number = models.CharField(max_length=60, blank=True, help_text="of the meeting that approved it")
    approved_by_id = models.BigIntegerField(null=True)
    approved_by_name = models.CharField(max_length=40, blank=True)
    approved_at = models.DateTimeField(null=True)
    ended_reason = models.TextField(blank=True, help_text="of the withdrawal or the roll-back")
    ended_by_id = models.BigIntegerField(null=True)
    ended_by_name = models.CharField(max_length=40, blank=True)
    ended_at = models.DateTimeField(null=True)

    class Meta:
        constraints = [
            models.UniqueConstraint(fields=["cycle", "number"], name="one_amendment_per_number"),
            models.UniqueConstraint(
                fields=["cycle"], condition=Q(state="PROPOSED"), name="one_amendment_is_proposed_at_a_time"
            ),
            models.CheckConstraint(
                name="amendment_is_from_a_month_of_the_year", condition=Q(from_month__gte=1, from_month__lte=12)
            ),
            models.CheckConstraint(
                name="amendment_in_force_has_its_approval",
                condition=Q(state__in=["PROPOSED", "WITHDRAWN"], approved_at__isnull=True)
                | (Q(state__in=["IN_FORCE", "UNDONE"], approved_at__isnull=False) & ~Q(minutes_number="")),
            ),
            models.CheckConstraint(
                name="ended_amendment_says_why",
                condition=Q(state__in=["PROPOSED", "IN_FORCE"], ended_at__isnull=True)
                | (Q(state__in=["WITHDRAWN", "UNDONE"], ended_at__isnull=False) & ~Q(ended_reason="")),
            ),
        ]

    def __str__(self) -> str:
        return f"{self.cycle.year}-{self.number}"

    @property
    def in_force_on(self) -> date:
        """The first day it scores."""
        return date(self.cycle.year, self.from_month, 1)

    def get_absolute_url(self) -> str:
        return reverse("ledger:amendment", args=[self.pk])
