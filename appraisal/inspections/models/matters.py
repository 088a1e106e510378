"""Assigned matters (督办): an item for one office with its day, the replies, and what an overdue one comes to."""

from datetime import date

from django.db import models
from django.db.models import Q
from django.utils.translation import gettext_lazy as _

from appraisal.inspections.models.moving import Moving
from appraisal.inspections.states import MatterState
from appraisal.ledger.models import Cycle, ScoreAdjustment
from tenants.models import Office


class Matter(Moving):
    """What the bureau has assigned to one office. Assigned to several, each has a row and a life of its own.

    Overdue is not stored: it is a day that has passed (`overdue`), or a reply that came after its day
    (`late_replies`). What that comes to is decided once: points off, which is the adjustment, or none, with a reason.
    """

    State = MatterState

    class Outcome(models.TextChoices):
        DEDUCTED = "DEDUCTED", _("已扣分")
        SPARED = "SPARED", _("不扣分")

    cycle = models.ForeignKey(Cycle, on_delete=models.PROTECT, related_name="matters")
    office = models.ForeignKey(Office, on_delete=models.PROTECT, related_name="matters")
    title = models.CharField(max_length=120)
    text = models.TextField()
    basis = models.CharField(max_length=200, help_text="what it rests on: document number, meeting, instruction")
    evidence = models.JSONField(default=list, help_text="files of the bureau that go with it")
    assigned_by_id = models.BigIntegerField()
    assigned_by_name = models.CharField(max_length=40)
    assigned_at = models.DateTimeField()
    due_on = models.DateField(help_text="last day to reply, inclusive: the day asked for, or the working day after it")
    derivation = models.JSONField(default=dict, help_text="how due_on came about, core.workdays")
    first_due_on = models.DateField(help_text="due_on before any reply was returned")
    state = models.CharField(max_length=9, choices=MatterState, default=MatterState.OPEN)
    times_returned = models.PositiveSmallIntegerField(default=0, help_text="how often a reply did not do")
    late_replies = models.PositiveSmallIntegerField(default=0, help_text="replies that came after their day")
    missed_on = models.DateField(null=True, help_text="the first due day that a reply came after")
    ended_by_name = models.CharField(max_length=40, blank=True)
    ended_at = models.DateTimeField(null=True, help_text="when it was closed or withdrawn")
    outcome = models.CharField(max_length=8, choices=Outcome, blank=True, help_text="of an overdue one")
    outcome_reason = models.CharField(max_length=200, blank=True)
    outcome_by_name = models.CharField(max_length=40, blank=True)
    outcome_at = models.DateTimeField(null=True)
    adjustment = models.OneToOneField(
        ScoreAdjustment, null=True, on_delete=models.PROTECT, related_name="matter", help_text="the points off"
    )

    class Meta:
        constraints = [
            models.CheckConstraint(
                name="ended_matter_has_who_and_when",
                condition=(Q(state__in=["CLOSED", "WITHDRAWN"], ended_at__isnull=False) & ~Q(ended_by_name=""))
                | Q(state__in=["OPEN", "ANSWERED"], ended_at__isnull=True, ended_by_name=""),
            ),
            models.CheckConstraint(
                name="points_off_a_matter_are_an_adjustment",
                condition=Q(outcome="DEDUCTED", adjustment__isnull=False, outcome_at__isnull=False)
                | (Q(outcome="SPARED", adjustment__isnull=True, outcome_at__isnull=False) & ~Q(outcome_reason=""))
                | Q(outcome="", adjustment__isnull=True, outcome_at__isnull=True),
            ),
            models.CheckConstraint(
                name="late_reply_has_the_day_it_missed",
                condition=Q(late_replies=0, missed_on__isnull=True) | Q(late_replies__gt=0, missed_on__isnull=False),
            ),
        ]
        indexes = [models.Index(fields=["office", "state"], name="matter_by_office")]

    def __str__(self) -> str:
        return f"{self.office} {self.title}"

    @property
    def subject(self) -> str:
        """What its events are recorded under."""
        return f"inspections.matter:{self.pk}"

    def waits_late(self, on: date) -> bool:
        """Its day has passed and there is no reply."""
        return self.state == MatterState.OPEN and on > self.due_on

    def overdue(self, on: date) -> bool:
        """Whether a day was missed: by a reply that came late, or by none until now. A withdrawn one never is."""
        return self.state != MatterState.WITHDRAWN and (self.late_replies > 0 or self.waits_late(on))

    def day_missed(self, on: date) -> date | None:
        """The first day that was missed, None for a matter in time."""
        return (self.missed_on or self.due_on) if self.overdue(on) else None


class MatterStep(models.Model):
    """One reply of the office, one return, closing or withdrawal by the bureau. Never edited."""

    class Kind(models.TextChoices):
        REPLY = "REPLY", _("回复")
        RETURN = "RETURN", _("退回")
        CLOSE = "CLOSE", _("办结")
        WITHDRAW = "WITHDRAW", _("撤回")

    matter = models.ForeignKey(Matter, on_delete=models.PROTECT, related_name="steps")
    kind = models.CharField(max_length=8, choices=Kind)
    text = models.TextField()
    evidence = models.JSONField(default=list)
    due_on = models.DateField(help_text="of a reply the day it was due, of a return the new one")
    by_id = models.BigIntegerField()
    by_name = models.CharField(max_length=40)
    at = models.DateTimeField()

    class Meta:
        indexes = [models.Index(fields=["matter", "id"], name="matter_step_in_order")]

    def __str__(self) -> str:
        return f"{self.matter_id} {self.kind}"
