"""What an office released of its responsibility list (责任清单) when its leader confirmed it."""

from django.db import models

from appraisal.ledger.models.letters import TargetLetter


class Decomposition(models.Model):
    """How completely a letter was broken down, and the hash of the list; the list itself stays in the office's schema.

    Never edited (trigger `never_edited`): a list that is confirmed anew is another row.
    """

    letter = models.ForeignKey(TargetLetter, on_delete=models.PROTECT, related_name="decompositions")
    letter_version = models.PositiveSmallIntegerField(help_text="the version of the letter that was broken down")
    number = models.PositiveSmallIntegerField(help_text="of the list: 1, 2, 3 … in the letter")
    due_on = models.DateField(help_text="last day for it, inclusive")
    derivation = models.JSONField(help_text="how that day came about: core.workdays")
    on_time = models.BooleanField()
    key_targets = models.PositiveSmallIntegerField(help_text="targets of the letter that must be broken down")
    covered = models.PositiveSmallIntegerField(help_text="of these, with owner, deadline, deliverable and figures")
    items = models.PositiveIntegerField(help_text="lines of the list")
    people = models.PositiveIntegerField(help_text="different people who answer for one")
    short = models.JSONField(default=list, help_text="[{code, parts, period, target, reached}] of sums that fall short")
    short_reason = models.CharField(max_length=500, blank=True)
    content_sha256 = models.CharField(max_length=64)
    confirmed_by_name = models.CharField(max_length=40)
    confirmed_by_role = models.CharField(max_length=120)
    confirmed_at = models.DateTimeField()

    class Meta:
        constraints = [
            models.UniqueConstraint(fields=["letter", "number"], name="decomposition_is_numbered_once"),
            models.CheckConstraint(
                name="covered_are_at_most_the_key_targets", condition=models.Q(covered__lte=models.F("key_targets"))
            ),
        ]

    def __str__(self) -> str:
        return f"{self.letter} {self.number}"
