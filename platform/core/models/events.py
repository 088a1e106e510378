"""What happened: domain events, written by use cases."""

from django.db import models


class EventRecord(models.Model):
    """One domain event; append-only. The timeline of a thing is its events, newest first."""

    name = models.CharField(max_length=60, help_text="class name of the event, past tense")
    office = models.CharField(max_length=63, help_text="schema name of the office it happened in")
    subject = models.CharField(max_length=80, help_text="what it is about, for example ledger.letter:12")
    at = models.DateTimeField()
    actor_id = models.BigIntegerField(null=True)
    actor_name = models.CharField(max_length=60, blank=True)
    actor_role = models.CharField(max_length=60, blank=True)
    data = models.JSONField(default=dict)
    request_id = models.CharField(max_length=64, blank=True)

    class Meta:
        indexes = [
            models.Index(fields=["subject", "-id"], name="event_by_subject"),
            models.Index(fields=["office", "-id"], name="event_by_office"),
        ]

    def __str__(self) -> str:
        return f"{self.name} {self.subject} {self.at:%Y-%m-%d %H:%M}"
