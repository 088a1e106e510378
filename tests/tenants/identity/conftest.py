"""A provider that runs beside, registered with yunnan, and a person whom it knows."""

from collections.abc import Iterator

import pytest
from django.core.cache import cache

from tenants.models import (
    IdentityLink,
    IdentityProvider,
    Office,
    Role,
    User,
)
from tenants.usecases import providers
from tests import factories, identity_provider
from tests.conftest import NOON
from tests.identity_provider import CLIENT, SECRET, LocalProvider


@pytest.fixture
def service(settings) -> Iterator[LocalProvider]:
    settings.OIDC_LOCAL_PROVIDER = True
    cache.clear()
    with identity_provider.running() as found:
        yield found
    cache.clear()


@pytest.fixture
def provider(service: LocalProvider, actor, yunnan: Office) -> IdentityProvider:
    """Yunnan's, on."""
    sec = actor("yunnan", Role.SEC_ADMIN)
    made = providers.save_provider(
        name="统一身份认证", issuer=service.issuer, client_id=CLIENT, client_secret=SECRET, strong_values="mfa",
        actor=sec, at=NOON,
    )  # fmt: skip
    return providers.enable_provider(provider_id=made.pk, reason="上线", actor=sec, at=NOON)


@pytest.fixture
def person(provider: IdentityProvider, kunming: Office) -> User:
    """A reporter of kunming, linked to subject-1."""
    user = factories.make_person(kunming, Role.REPORTER)
    IdentityLink.objects.create(provider=provider, user=user, subject="subject-1", linked_by_id=1, linked_at=NOON)
    return user
