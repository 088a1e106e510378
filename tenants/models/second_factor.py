"""The second factor of a person, and the codes for the day they are without it."""

from django.db import models
from django.db.models import Q

from core import secrets
from tenants.models.people import User

secret_about = secrets.column("tenants.SecondFactor", "secret")


class SecondFactor(models.Model):
    """What a person's authenticator knows; it counts once it was confirmed with a code.

    Keyed by the person: tables without a column `id` are not watched, and secrets never reach the audit log. Office
    roles have no rights here (config.wall).
    """

    user = models.OneToOneField(User, primary_key=True, on_delete=models.CASCADE, related_name="second_factor")
    secret = models.CharField(max_length=200, help_text="sealed by core.secrets")
    begun_at = models.DateTimeField()
    confirmed_at = models.DateTimeField(null=True)
    last_step = models.BigIntegerField(default=0, help_text="30-second step since 1970 of the last code taken")

    class Meta:
        constraints = [
            models.CheckConstraint(
                name="confirmed_factor_has_taken_a_code",
                condition=Q(confirmed_at__isnull=True, last_step=0) | Q(confirmed_at__isnull=False, last_step__gt=0),
            ),
        ]

    def __str__(self) -> str:
        return str(self.user)


class RecoveryCode(models.Model):
    """A code that stands in for the second factor once; only its hash is kept. Watched and reachable as little."""

    number = models.BigAutoField(primary_key=True)
    user = models.ForeignKey(User, on_delete=models.CASCADE, related_name="recovery_codes")
    digest = models.CharField(max_length=64, help_text="SHA-256 of the code, hexadecimal")
    used_at = models.DateTimeField(null=True)

    class Meta:
        constraints = [models.UniqueConstraint(fields=["user", "digest"], name="one_recovery_code_per_digest")]

    def __str__(self) -> str:
        return f"{self.user} {self.number}"
