"""What happened (domain events, written by use cases) and what changed (audit rows, written by triggers)."""

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


class AuditEntry(models.Model):
    """One changed row, written by the trigger `audit_rows`; no code path inserts here."""

    at = models.DateTimeField()
    schema_name = models.CharField(max_length=63)
    table_name = models.CharField(max_length=63)
    row_id = models.CharField(max_length=64)
    action = models.CharField(max_length=6, help_text="INSERT, UPDATE or DELETE")
    before = models.JSONField(null=True)
    after = models.JSONField(null=True)
    actor_id = models.BigIntegerField(null=True)
    request_id = models.CharField(max_length=64, blank=True)
    address = models.CharField(max_length=64, blank=True)

    class Meta:
        indexes = [
            models.Index(fields=["schema_name", "table_name", "row_id", "-id"], name="audit_by_row"),
            models.Index(fields=["-at", "-id"], name="audit_by_time"),
        ]

    def __str__(self) -> str:
        return f"{self.action} {self.schema_name}.{self.table_name}:{self.row_id}"
