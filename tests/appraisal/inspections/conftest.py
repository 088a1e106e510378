"""A running year with two offices, the bureau's administrator and inspectors, a reporter, and a matter assigned to the
reporter's office. A file of tests may have a year of its own.
"""

from collections.abc import Callable

import pytest
from django.utils import timezone

from appraisal.inspections.models import Matter
from tenants.actors import Actor
from tenants.models import Office, Role
from tests.appraisal.inspections import setting
from tests.appraisal.verification_setting import Year, running_year
from tests.conftest import NOON


@pytest.fixture
def year(offices: dict[str, Office]) -> Year:
    return running_year(offices["yunnan"], [offices["kunming"], offices["puer"]])


@pytest.fixture
def admin(actor: Callable[..., Actor]) -> Actor:
    return actor("yunnan", Role.APPRAISAL_ADMIN)


@pytest.fixture
def reporter(actor: Callable[..., Actor]) -> Actor:
    return actor("kunming", Role.REPORTER)


@pytest.fixture
def team(actor: Callable[..., Actor]) -> list[Actor]:
    return setting.inspectors(actor)


@pytest.fixture
def matter(year: Year, admin: Actor, kunming: Office) -> Matter:
    from tests.appraisal.inspections.test_matters import assigned

    return assigned(year, admin, kunming)[0]


@pytest.fixture
def in_november(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(timezone, "now", lambda: NOON)
