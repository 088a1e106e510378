"""Changes of signed letters: applied for with reason and basis, decided by a second person, kept before and after."""

from django.db import models
from django.db.models import Q
from django.utils.translation import gettext_lazy as _

from appraisal.ledger.models.letters import LetterVersion, TargetLetter
from appraisal.ledger.models.moving import Moving
from appraisal.ledger.states import LetterChangeState


class LetterChangeKind(models.TextChoices):
    FORCE = "FORCE", _("不可抗力")
    PLAN = "PLAN", _("计划调整")
    REGION = "REGION", _("区划调整")
    MERGER = "MERGER", _("机构合并")


class LetterChange(Moving):
    """What one letter's targets should become, from a day on. `pair`: the other side of a county's move or a merger.

    Approved, it is applied in the same transaction: the trigger `signed_letter` lets targets through only then, and
    `approved_change_is_applied` sees to it at commit that a version came of it.
    A row's `milestones` [{name, due_on}] are all of the indicator's, where some change their day.
    """

    State = LetterChangeState

    Kind = LetterChangeKind

    letter = models.ForeignKey(TargetLetter, on_delete=models.PROTECT, related_name="changes")
    kind = models.CharField(max_length=8, choices=LetterChangeKind)
    state = models.CharField(max_length=9, choices=LetterChangeState, default=LetterChangeState.APPLIED)
    rows = models.JSONField(help_text="code → the target's fields as they should be, figures as exact text")
    reason = models.CharField(max_length=500)
    basis = models.CharField(max_length=200, help_text="what it rests on: document and number")
    effective_on = models.DateField(help_text="first day of the month from which scores use it")
    leaves = models.BooleanField(default=False, help_text="a merger: the office is not appraised from effective_on on")
    pair = models.OneToOneField("self", null=True, on_delete=models.PROTECT, related_name="paired")
    applied_by_id = models.BigIntegerField()
    applied_by_name = models.CharField(max_length=40)
    applied_by_role = models.CharField(max_length=120)
    applied_at = models.DateTimeField()
    decided_by_id = models.BigIntegerField(null=True)
    decided_by_name = models.CharField(max_length=40, blank=True)
    decided_at = models.DateTimeField(null=True)
    minutes = models.CharField(max_length=200, blank=True, help_text="of the meeting that approved it")
    decision = models.CharField(max_length=500, blank=True, help_text="why it was refused or taken back")
    version = models.OneToOneField(LetterVersion, null=True, on_delete=models.PROTECT, related_name="change")

    class Meta:
        constraints = [
            models.UniqueConstraint(
                fields=["letter"], condition=Q(state="APPLIED"), name="one_change_of_a_letter_waits_at_a_time"
            ),
            models.CheckConstraint(
                name="change_state_has_its_decision",
                condition=Q(state="APPLIED", decided_at=None, version=None)
                | Q(state="APPROVED", decided_at__isnull=False) & ~Q(minutes="")
                | Q(state__in=("REFUSED", "WITHDRAWN"), decided_at__isnull=False, version=None) & ~Q(decision=""),
            ),
            models.CheckConstraint(
                name="change_is_approved_by_another",
                condition=~Q(state="APPROVED", decided_by_id=models.F("applied_by_id")),
            ),
        ]

    def __str__(self) -> str:
        return f"{self.letter} {self.effective_on}"
