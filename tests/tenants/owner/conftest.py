"""A database whose schemas have an owner; processes with its login and without."""

from collections.abc import Iterator

import pytest
from django.db import connection

from core import jobs
from core import office as office_core
from core.models import (
    AuditAnchor,
    AuditCheck,
    Job,
    Schedule,
)
from core.postgres import owner
from core.postgres.wall import asking
from tenants.models import Membership, Office, User
from tests import factories
from tests.tenants.owner.setting import OWNERS, PEOPLE
from tests.tenants.owners import with_owner, without_the_owners_login
from tests.tenants.provinces import committed, sweep


@pytest.fixture(scope="package")
def world(django_db_setup, django_db_blocker, tmp_path_factory: pytest.TempPathFactory) -> Iterator[dict[str, User]]:
    """Schema name → a person of that office, committed, in a database whose schemas have an owner."""
    with django_db_blocker.unblock():
        connection.close()
        with committed():
            offices = {office.schema_name: office for office in Office.objects.select_related("parent")}
            people = {name: factories.make_person(offices[name], *roles) for name, roles in PEOPLE.items()}
        with with_owner(tmp_path_factory.mktemp("owner")):
            OWNERS.update(connection.settings_dict["OWNER"])
            yield people
        with committed():
            ids = [person.pk for person in people.values()]
            Membership.objects.filter(user__in=ids).delete()
            User.objects.filter(pk__in=ids).delete()
            for traces in (Job, Schedule, AuditAnchor, AuditCheck):
                traces.objects.all().delete()
        connection.close()


@pytest.fixture(scope="module", autouse=True)
def swept(django_db_setup, django_db_blocker) -> Iterator[None]:
    """The people stay for the next file; what was done by them does not."""
    yield
    with django_db_blocker.unblock():
        sweep()


@pytest.fixture
def people(world: dict[str, User], django_db_blocker, monkeypatch) -> Iterator[dict[str, User]]:
    """In a process that has the owner's login: a worker of schemas, a command."""
    monkeypatch.setattr(jobs.wanting, "ring_doorbell", lambda: None)
    with django_db_blocker.unblock():
        token = office_core._mount.set(None)
        owner.forget()
        asking.forget()
        yield world
        office_core._mount.reset(token)
        connection.close()


@pytest.fixture
def web(people: dict[str, User]) -> Iterator[dict[str, User]]:
    """In a process that has not: pages, and the worker of everything else."""
    with without_the_owners_login():
        yield people
