"""The panel that hears an objection (复核小组): who sits on it, and how each of them voted."""

from django.db import models
from django.db.models import Q

from appraisal.ledger.models.adjustments import Objection


class PanelSeat(models.Model):
    """One member of the panel; whoever is replaced before the vote leaves with a reason, and the row stays."""

    objection = models.ForeignKey(Objection, on_delete=models.PROTECT, related_name="seats")
    person_id = models.BigIntegerField()
    person_name = models.CharField(max_length=40)
    named_by_id = models.BigIntegerField()
    named_by_name = models.CharField(max_length=40)
    named_at = models.DateTimeField()
    left_at = models.DateTimeField(null=True)
    left_reason = models.CharField(max_length=200, blank=True)
    left_by_name = models.CharField(max_length=40, blank=True, help_text="who replaced them")

    class Meta:
        constraints = [
            models.UniqueConstraint(
                fields=["objection", "person_id"],
                condition=Q(left_at__isnull=True),
                name="a_person_sits_once_on_a_panel",
            ),
            models.CheckConstraint(
                name="whoever_left_a_panel_has_a_reason",
                condition=Q(left_at__isnull=True, left_reason="") | (Q(left_at__isnull=False) & ~Q(left_reason="")),
            ),
        ]

    def __str__(self) -> str:
        return f"{self.objection_id} {self.person_name}"


class PanelVote(models.Model):
    """A member's word on the objection, from their own account. Immutable."""

    seat = models.OneToOneField(PanelSeat, on_delete=models.PROTECT, related_name="vote")
    uphold = models.BooleanField(help_text="true: the objection is right; false: the score stays")
    words = models.TextField()
    voted_at = models.DateTimeField()

    class Meta:
        constraints = [models.CheckConstraint(name="panel_vote_says_why", condition=~Q(words=""))]

    def __str__(self) -> str:
        return f"{self.seat_id} {'+' if self.uphold else '-'}"
