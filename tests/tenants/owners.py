"""An owner of the test database's schemas, and a portal's login that owns nothing, in force while it lasts."""

from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

from django.db import connection, connections, transaction

from core import office as office_core
from core.postgres import owner
from core.postgres.base import quoted
from core.postgres.wall import asking
from tenants import logins, owning, schemas
from tests.tenants.provinces import with_logins

PASSWORD = "portal-of-tests"


def portal_of(database: str) -> str:
    return f"portal@{database}"


@contextmanager
def set_to(**values: Any) -> Iterator[None]:
    """Other settings of the database, for this thread and those that are begun meanwhile."""
    places = {id(at): at for at in (connection.settings_dict, connections.settings["default"])}.values()
    before = [{name: at.get(name) for name in values} for at in places]
    connection.close()
    for at in places:
        at.update(values)
    try:
        yield
    finally:
        connection.close()
        for at, old in zip(places, before, strict=True):
            at.update(old)


@contextmanager
def with_owner(folder: Path) -> Iterator[None]:
    """The schemas belong to a role of their own; a process that serves pages has `without_the_owners_login`."""
    owners = dict(connection.settings_dict)
    portal = {"USER": portal_of(owners["NAME"]), "PASSWORD": PASSWORD}
    try:
        with set_to(OWNER=owners, **portal), with_logins(folder):
            set_apart()
            yield
    finally:
        owner.forget()
        asking.forget()
        _give_back(portal["USER"])


def set_apart() -> list[str]:
    """What `manage.py upgrade` does of it."""
    with office_core.maintenance():
        said = owning.set_apart()
        with owning.log_in_reach():
            schemas.ensure_roles()
        said += logins.reconcile()
    connection.close()
    return said


@contextmanager
def without_the_owners_login() -> Iterator[None]:
    """As a web server is: DATABASE_URL and the provinces' logins, no OWNER_DATABASE_URL."""
    with set_to(OWNER=None):
        yield


def owners_database(name: str) -> str:
    return name.removeprefix(owner.PREFIX)


def _give_back(portal: str) -> None:
    """The login of the tests owns everything again; the roles go, since they belong to the whole server."""
    with office_core.maintenance():
        with transaction.atomic(), connection.cursor() as cursor:
            name, login = owner.found(cursor), connection.settings_dict["USER"]
            if name is None:
                return
            for _schema, statements in owner.strangers(cursor, login, login):
                owner.adopt(cursor, statements)
            for role in (name, owner.log_of(owners_database(name)), portal):
                cursor.execute("SELECT FROM pg_roles WHERE rolname = %s", [role])
                if cursor.fetchone() is not None:
                    cursor.execute(f"DROP OWNED BY {quoted(role)}")
                    cursor.execute(f"DROP ROLE {quoted(role)}")
        schemas.ensure_roles()
    connection.close()
