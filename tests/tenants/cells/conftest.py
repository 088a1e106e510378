"""The provinces' logins in force, people of two provinces, connections that stay."""

from collections.abc import Iterator
from typing import Any

import pytest
from django.db import connection, connections

from core import office as office_core
from core.postgres import seats
from tenants.models import Membership, Office, User
from tests import factories
from tests.tenants.cells.setting import PEOPLE
from tests.tenants.provinces import committed, sweep, with_logins


@pytest.fixture(scope="package")
def provinces(django_db_setup, django_db_blocker, tmp_path_factory: pytest.TempPathFactory) -> Iterator[dict[str, Any]]:
    """Schema name → a person of that office, committed, with the provinces' logins in force."""
    with django_db_blocker.unblock():
        connection.close()
        with committed():
            offices = {office.schema_name: office for office in Office.objects.select_related("parent")}
            people = {name: factories.make_person(offices[name], *roles) for name, roles in PEOPLE.items()}
        with with_logins(tmp_path_factory.mktemp("logins")):
            yield people
        with committed():
            ids = [person.pk for person in people.values()]
            Membership.objects.filter(user__in=ids).delete()
            User.objects.filter(pk__in=ids).delete()
        connection.close()


@pytest.fixture(scope="module", autouse=True)
def swept(django_db_setup, django_db_blocker) -> Iterator[None]:
    """The people stay for the next file; what was done by them does not."""
    yield
    with django_db_blocker.unblock():
        sweep()


@pytest.fixture
def people(provinces: dict[str, Any], django_db_blocker) -> Iterator[dict[str, User]]:
    with django_db_blocker.unblock():
        token = office_core._mount.set(None)
        yield provinces
        office_core._mount.reset(token)
        connection.close()


@pytest.fixture
def kept(monkeypatch: pytest.MonkeyPatch) -> Iterator[None]:
    """Connections that stay, as in an installation."""
    for at in (connection.settings_dict, connections.settings["default"]):
        monkeypatch.setitem(at, "CONN_MAX_AGE", 60)
        monkeypatch.setitem(at, "CONN_HEALTH_CHECKS", True)
    connection.close()
    yield
    connection.close()
    seats.close_all()
