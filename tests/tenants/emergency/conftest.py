"""What these tests start from."""

import pytest

from tenants.actors import Actor
from tenants.models import (
    Role,
)
from tests.tenants.emergency.setting import Envelopes, seal


@pytest.fixture
def three(actor) -> tuple[Actor, Actor, Actor]:
    return actor("yunnan", Role.SEC_ADMIN), actor("yunnan", Role.SYS_ADMIN), actor("yunnan", Role.AUDIT_ADMIN)


@pytest.fixture
def sealed(three) -> Envelopes:
    return seal(*three)
