"""Background work: the row is the work, a Celery message is only a doorbell."""

from django.db import models
from django.db.models import Q
from django.utils.translation import gettext as _

from core.errors import Conflict
from core.states import TRANSITIONS, JobState


class Job(models.Model):
    """One piece of background work of one office.

    Written in the transaction that wants it; claimed by a worker with SKIP LOCKED and a lease; finished
    together with its effect in one transaction. A lease that runs out makes the row claimable again.
    """

    State = JobState

    office = models.CharField(max_length=63, help_text="schema name; a job without an office is refused")
    kind = models.CharField(max_length=80, help_text="registered name of the function that does it")
    arguments = models.JSONField(default=dict)
    key = models.CharField(max_length=120, help_text="same (office, kind, key) while open: the same job")
    state = models.CharField(max_length=10, choices=JobState, default=JobState.QUEUED)
    wanted_by_id = models.BigIntegerField(null=True)
    wanted_by_name = models.CharField(max_length=60, blank=True)
    wanted_at = models.DateTimeField()
    run_at = models.DateTimeField(help_text="not before this moment")
    lease_until = models.DateTimeField(null=True)
    tries = models.PositiveSmallIntegerField(default=0, help_text="how often a worker took it")
    done_steps = models.PositiveIntegerField(default=0, help_text="steps done of total_steps")
    total_steps = models.PositiveIntegerField(default=0, help_text="0 while unknown")
    progress_note = models.CharField(max_length=200, blank=True)
    cancel_wanted = models.BooleanField(default=False)
    finished_at = models.DateTimeField(null=True)
    result = models.JSONField(null=True)
    error = models.TextField(blank=True)
    given_up_at = models.DateTimeField(null=True)
    given_up_by_name = models.CharField(max_length=60, blank=True)
    given_up_reason = models.CharField(max_length=200, blank=True, help_text="why a failed job is not tried again")

    class Meta:
        indexes = [
            models.Index(fields=["run_at", "id"], condition=Q(state__in=["QUEUED", "RUNNING"]), name="job_open"),
            models.Index(fields=["office", "-id"], name="job_by_office"),
        ]
        constraints = [
            models.UniqueConstraint(
                fields=["office", "kind", "key"],
                condition=Q(state__in=["QUEUED", "RUNNING"]),
                name="one_open_job_per_key",
            ),
            models.CheckConstraint(
                name="finished_job_has_its_moment",
                condition=Q(state__in=["QUEUED", "RUNNING"], finished_at__isnull=True)
                | Q(state__in=["DONE", "FAILED", "CANCELLED", "GIVEN_UP"], finished_at__isnull=False),
            ),
            models.CheckConstraint(
                name="given_up_job_says_when_and_why",
                condition=Q(state="GIVEN_UP", given_up_at__isnull=False) & ~Q(given_up_reason="")
                | ~Q(state="GIVEN_UP") & Q(given_up_at__isnull=True, given_up_reason=""),
            ),
        ]

    def __str__(self) -> str:
        return f"{self.kind} {self.office} {self.state}"

    def move(self, to: JobState) -> None:
        """Step to `to` if the life of a job has that step. Does not save. Raises Conflict."""
        if to not in TRANSITIONS[JobState(self.state)]:
            raise Conflict(
                _("任务现在是“%(now)s”，不能变为“%(to)s”。请刷新后再试。")
                % {"now": self.get_state_display(), "to": JobState(to).label}
            )
        self.state = to
