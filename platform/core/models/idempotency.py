"""Remembered answers, so that a repeated request with the same key does nothing twice."""

from django.db import models


class IdempotencyRecord(models.Model):
    """The answer given to one (office, person, key); a repeat with another body is refused."""

    office = models.CharField(max_length=63)
    actor_id = models.BigIntegerField()
    key = models.CharField(max_length=80)
    request_hash = models.CharField(max_length=64, help_text="SHA-256 of method, path and body")
    status = models.PositiveSmallIntegerField(null=True, help_text="HTTP status given; null while the first call runs")
    body = models.JSONField(null=True)
    created_at = models.DateTimeField()

    class Meta:
        constraints = [
            models.UniqueConstraint(fields=["office", "actor_id", "key"], name="one_answer_per_key"),
        ]

    def __str__(self) -> str:
        return f"{self.office}:{self.key}"
