"""Logins for the provinces of the test database, in force while it lasts; what is committed is removed afterwards."""

from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

from django.conf import settings
from django.contrib.sessions.models import Session
from django.db import connection, transaction
from django.test import override_settings

from core import cells
from core import office as office_core
from core.models import EventRecord, IdempotencyRecord, SensitiveRead
from core.postgres import owner, seats
from core.postgres.base import quoted
from core.postgres.wall import logins as wall
from tenants import logins
from tenants.models import OpenSession, SignInAttempt


@contextmanager
def with_logins(folder: Path) -> Iterator[None]:
    """The file in `folder`, a login for each province of this database, connections of their own."""
    with override_settings(PROVINCE_LOGINS_FILE=str(folder / "keys" / "logins.json"), PROVINCE_CONNECTIONS=4):
        cells.forget()
        try:
            with office_core.maintenance():
                logins.reconcile()
            connection.close()
            yield
        finally:
            connection.close()
            seats.close_all()
            with override_settings(PROVINCE_LOGINS_FILE=""):
                _remove()
            connection.close()
    cells.forget()


def _remove() -> None:
    """Roles belong to the whole server: those of the test database go."""
    with office_core.maintenance(), transaction.atomic(), connection.cursor() as cursor, owner.by_login(cursor):
        cursor.execute("SELECT current_database()")
        database = cursor.fetchone()[0]
        cursor.execute("SELECT rolname FROM pg_roles WHERE starts_with(rolname, %s)", [wall.PREFIX])
        for (login,) in cursor.fetchall():
            if login.endswith(f"@{database}"):
                cursor.execute(f"REVOKE ALL ON DATABASE {quoted(database)} FROM {quoted(login)}")
                cursor.execute(f"DROP ROLE {quoted(login)}")


@contextmanager
def committed() -> Iterator[None]:
    """By the portal's login, or the owner's where this process has it, in a transaction of its own."""
    mount = office_core.Mount(office_core.PUBLIC_SCHEMA, cell=office_core.OWNER)
    with office_core.mounted(mount), transaction.atomic():
        yield


def sweep() -> None:
    """What requests of these packages leave behind goes after each file, not only after the last one: by whomever."""
    with committed():
        for traces in (OpenSession, Session, SignInAttempt, IdempotencyRecord, SensitiveRead, EventRecord):
            traces.objects.all().delete()
    connection.close()


assert settings.PROVINCE_LOGINS_FILE == ""
