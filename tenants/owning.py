"""Setting the owner of the schemas apart from the portal's login (adr/0020): that part of `manage.py upgrade`.

Repeatable and resumable: a schema is given over whole or not at all, and what is the owner's already is left alone.
"""

from collections.abc import Iterator
from contextlib import contextmanager, nullcontext
from typing import Any

from django.db import OperationalError, connection, transaction
from django.db.utils import ProgrammingError
from psycopg2 import errors as postgres  # type: ignore[import-untyped]

from core.postgres import owner
from core.postgres.fitness import CELL_ROLE, GROUP_ROLE, PORTAL_ROLE


def asked_for() -> bool:
    """Whether this process has the login that makes roles and becomes the owner (OWNER_DATABASE_URL)."""
    return bool(connection.settings_dict.get("OWNER"))


def refusal() -> str | None:
    """Why this process cannot work on the schemas, or None. Maintenance."""
    with transaction.atomic(), connection.cursor() as cursor:
        name = owner.found(cursor)
    if name is None or asked_for():
        return None
    return f'The schemas of this database belong to "{name}": name its login in OWNER_DATABASE_URL for this command.'


def set_apart() -> list[str]:
    """Make the owner and give it every schema, table and function; answers what was done, a sentence each. Maintenance.

    Nothing where OWNER_DATABASE_URL is not set. Raises NoOwner, with what is in the way.
    """
    if not asked_for():
        return []
    ours, owners = connection.settings_dict["USER"], connection.settings_dict["OWNER"]["USER"]
    if ours == owners:
        raise owner.NoOwner(
            f'DATABASE_URL and OWNER_DATABASE_URL both name the login "{ours}": give DATABASE_URL another one, which '
            "manage.py upgrade then makes with the password that stands there."
        )
    if ours in (GROUP_ROLE, CELL_ROLE, PORTAL_ROLE):
        raise owner.NoOwner(f'"{ours}" is the name of a group of roles: give the login of DATABASE_URL another one.')
    since_16 = connection.pg_version >= 160000  # type: ignore[attr-defined]
    told: list[str] = []
    with transaction.atomic(), connection.cursor() as cursor, owner.by_login(cursor):
        if owner.make(cursor, since_16=since_16):
            told.append(f"{owner.found(cursor)} was made.")
        name = str(owner.found(cursor))
        schemas = owner.strangers(cursor, name, owner.log_of(name.removeprefix(owner.PREFIX)))
    for schema, statements in schemas:
        _adopt(schema, statements)
    if schemas:
        told.append(f"{name} owns {len(schemas)} schemas now.")
    connection.become_owner()  # type: ignore[attr-defined]
    owner.forget()
    return told


@contextmanager
def log_in_reach() -> Iterator[None]:
    """While a release changes the database: its owner may change the audit log's tables, too (core.postgres.owner)."""
    with owner.log_in_reach(_cursor) if asked_for() else nullcontext():
        yield


@contextmanager
def _cursor() -> Iterator[Any]:
    with transaction.atomic(), connection.cursor() as cursor:
        yield cursor


def _adopt(schema: str, statements: list[str]) -> None:
    try:
        with transaction.atomic(), connection.cursor() as cursor, owner.by_login(cursor):
            owner.adopt(cursor, statements)
    except OperationalError as error:
        if not isinstance(error.__cause__, postgres.LockNotAvailable):
            raise
        raise owner.NoOwner(f"{schema}: its tables stayed in use. Start again.") from error
    except ProgrammingError as error:
        if not isinstance(error.__cause__, postgres.InsufficientPrivilege):
            raise
        why = str(error).strip().splitlines()[0]
        raise owner.NoOwner(
            f"{schema} cannot be given to the owner ({why}): it belongs to a third login, whose administrator runs "
            "REASSIGN OWNED."
        ) from error
