"""Providers of identity (OpenID Connect) and which of their subjects is whose account."""

from django.db import models
from django.utils.translation import get_language

from core import secrets
from tenants.models.living import Living
from tenants.models.office import Office
from tenants.models.people import User
from tenants.states import ProviderState

secret_about = secrets.column("tenants.ProviderSecret", "secret")


class IdentityProvider(Living):
    """A service that tells who somebody is; kept by a province, or by the platform for all."""

    office = models.ForeignKey(Office, on_delete=models.PROTECT, related_name="identity_providers")
    name = models.CharField(max_length=40, help_text="as the button on the sign-in page says")
    name_en = models.CharField(max_length=60, blank=True)
    issuer = models.CharField(max_length=300, help_text="exactly as its metadata say")
    client_id = models.CharField(max_length=200)
    subject_claim = models.CharField(max_length=40, default="sub", help_text="claim that names the person for good")
    strong_values = models.CharField(
        max_length=200, blank=True, help_text="acr or amr values that count as a second factor, with blanks between"
    )
    state = models.CharField(max_length=10, choices=ProviderState, default=ProviderState.OFF)
    created_by_id = models.BigIntegerField()
    created_at = models.DateTimeField()

    class Meta:
        constraints = [
            models.UniqueConstraint(fields=["office", "issuer"], name="one_provider_per_office_and_issuer"),
        ]

    def __str__(self) -> str:
        return self.name

    @property
    def label(self) -> str:
        return self.name_en if self.name_en and (get_language() or "").startswith("en") else self.name

    @property
    def strong(self) -> frozenset[str]:
        return frozenset(self.strong_values.split())


class ProviderSecret(models.Model):
    """Our secret at a provider, sealed.

    Keyed by the provider: tables without a column `id` are not watched, and secrets never reach the audit log. Office
    roles have no rights here (config.wall).
    """

    provider = models.OneToOneField(
        IdentityProvider, primary_key=True, on_delete=models.CASCADE, related_name="client_secret"
    )
    secret = models.CharField(max_length=800, help_text="sealed by core.secrets")

    def __str__(self) -> str:
        return str(self.provider)


class IdentityLink(models.Model):
    """A subject of a provider is a person here. The person or the security administrator makes it, no sign-in does."""

    provider = models.ForeignKey(IdentityProvider, on_delete=models.PROTECT, related_name="links")
    user = models.ForeignKey(User, on_delete=models.PROTECT, related_name="identities")
    subject = models.CharField(max_length=255)
    linked_by_id = models.BigIntegerField()
    linked_at = models.DateTimeField()

    class Meta:
        constraints = [
            models.UniqueConstraint(fields=["provider", "subject"], name="a_subject_is_one_person"),
            models.UniqueConstraint(fields=["provider", "user"], name="a_person_is_one_subject"),
        ]

    def __str__(self) -> str:
        return f"{self.user} {self.provider}"
