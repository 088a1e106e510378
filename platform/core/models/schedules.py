"""What is to be done again and again, office by office: one row each, read by whichever worker leads at the moment."""

from django.db import models


class Schedule(models.Model):
    """One office's regular work of one kind. The row is the plan: moving `next_run` moves the work."""

    office = models.CharField(max_length=63, help_text="schema name")
    kind = models.CharField(max_length=80, help_text="registered name of the job it wants")
    rule = models.CharField(max_length=40, help_text="“daily 02:30”, “weekly 1 02:30” or “monthly 1 02:30”")
    next_run = models.DateTimeField(help_text="the rule's next moment and this office's own delay")
    last_run = models.DateTimeField(null=True)
    last_job = models.ForeignKey("core.Job", null=True, on_delete=models.PROTECT, related_name="+")

    class Meta:
        constraints = [models.UniqueConstraint(fields=["office", "kind"], name="one_schedule_per_office_and_kind")]
        indexes = [models.Index(fields=["next_run"], name="schedule_by_next_run")]

    def __str__(self) -> str:
        return f"{self.kind} {self.office} {self.rule}"
