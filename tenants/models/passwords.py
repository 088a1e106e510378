"""Passwords that were: kept as hashes, so that they are not chosen again."""

from django.db import models

from tenants.models.people import User


class FormerPassword(models.Model):
    """The hash of a password that its person no longer has. Only the last few are kept.

    The key is not called `id` on purpose: tables without one are not watched, and secrets never reach the audit log.
    Office roles have no rights here (config.wall).
    """

    number = models.BigAutoField(primary_key=True)
    user = models.ForeignKey(User, on_delete=models.CASCADE, related_name="former_passwords")
    encoded = models.CharField(max_length=256, help_text="as Django hashes it, with algorithm and salt")
    replaced_at = models.DateTimeField()

    class Meta:
        indexes = [models.Index(fields=["user", "-number"], name="former_password_by_user")]

    def __str__(self) -> str:
        return f"{self.user} {self.replaced_at:%Y-%m-%d}"
