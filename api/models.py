"""Tokens: a person's key to one office's API, stored as a hash."""

from django.db import models
from django.db.models import F, Q

from tenants.models import Office, User


class Token(models.Model):
    """The secret is shown once at creation; only its SHA-256 is kept. Acts with the person's roles of the day."""

    user = models.ForeignKey(User, on_delete=models.PROTECT, related_name="tokens")
    office = models.ForeignKey(Office, on_delete=models.PROTECT, related_name="tokens")
    name = models.CharField(max_length=60, help_text="what it is for")
    digest = models.CharField(max_length=64, unique=True, help_text="SHA-256 of the secret, hexadecimal")
    created_at = models.DateTimeField()
    expires_at = models.DateTimeField()
    revoked_at = models.DateTimeField(null=True)
    last_used_at = models.DateTimeField(null=True)

    class Meta:
        constraints = [
            models.CheckConstraint(name="token_expires_after_creation", condition=Q(expires_at__gt=F("created_at"))),
        ]

    def __str__(self) -> str:
        return self.name
