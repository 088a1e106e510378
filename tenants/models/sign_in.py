"""Attempts to sign in: what the lock per account and per address counts."""

from django.db import models


class SignInAttempt(models.Model):
    """One attempt to sign in, whatever came of it; lockout counts them. Append-only."""

    username = models.CharField(max_length=40, help_text="as typed, lower case")
    address = models.CharField(max_length=64)
    at = models.DateTimeField()
    succeeded = models.BooleanField()
    reason = models.CharField(max_length=30, blank=True, help_text="why it was refused, for the security administrator")

    class Meta:
        indexes = [
            models.Index(fields=["username", "-at"], name="attempt_by_account"),
            models.Index(fields=["address", "-at"], name="attempt_by_address"),
        ]

    def __str__(self) -> str:
        return f"{self.username} {self.at:%Y-%m-%d %H:%M} {'ok' if self.succeeded else self.reason}"
