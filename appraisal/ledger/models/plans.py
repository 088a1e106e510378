"""What an office laid down for its months inside what its letter agrees on (分月计划)."""

from django.db import models

from appraisal.ledger.models.letters import TargetLetter


class MonthPlan(models.Model):
    """All months that were laid down by hand, as they stood after one change; the newest counts.

    Never edited (trigger `never_edited`): a change is another row.
    """

    letter = models.ForeignKey(TargetLetter, on_delete=models.PROTECT, related_name="plans")
    number = models.PositiveIntegerField(help_text="1, 2, 3 … in the letter")
    letter_version = models.PositiveSmallIntegerField(help_text="the version of the letter that was broken down")
    rows = models.JSONField(help_text="code → twelve cumulative figures as exact text, at the ends of the months")
    reason = models.CharField(max_length=500, blank=True, help_text="of a change by the bureau")
    made_by_name = models.CharField(max_length=40)
    made_by_role = models.CharField(max_length=120)
    made_at = models.DateTimeField()

    class Meta:
        constraints = [models.UniqueConstraint(fields=["letter", "number"], name="month_plan_is_numbered_once")]

    def __str__(self) -> str:
        return f"{self.letter} {self.number}"
