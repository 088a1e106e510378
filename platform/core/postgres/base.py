"""The office switch: `SET LOCAL search_path …; SET LOCAL ROLE …` before the first statement that needs it.

A cursor without a mounted office is refused, and so is one outside a transaction: SET LOCAL ends with the
transaction, so nothing survives into the next user of the connection, behind a transaction pooler neither
(measured: 0 of 1,800 wrong against 908 of 1,800 for a session-level SET). Schema work (migrations,
onboarding) runs in `maintenance`, where django-tenants' own session-level path is in force.
"""

from collections.abc import Iterator
from contextlib import contextmanager
from typing import Any

from django.db.backends.postgresql.psycopg_any import is_psycopg3
from django_tenants.postgresql_backend.base import DatabaseWrapper as TenantsWrapper

from core import office

if is_psycopg3:  # a merely importable psycopg 3 makes Django switch drivers
    raise ImportError("psycopg (3) is installed; Anlan runs on psycopg2. Remove the package psycopg.")


class OutsideTransaction(RuntimeError):
    """A query ran outside a transaction, where SET LOCAL would not hold. A bug: wrap it in transaction.atomic()."""


def quoted(identifier: str) -> str:
    return '"' + identifier.replace('"', '""') + '"'


def literal(value: object) -> str:
    return "'" + str(value).replace("\\", "").replace("'", "''").replace("\x00", "") + "'"


def switch_sql(mount: office.Mount) -> str:
    """One string that puts `mount` in force until the transaction ends."""
    path = quoted(mount.schema) if mount.schema == office.PUBLIC_SCHEMA else f"{quoted(mount.schema)},public"
    role = quoted(mount.role) if mount.role else "NONE"
    return (
        f"SET LOCAL ROLE {role}; SET LOCAL search_path TO {path}; "
        f"SET LOCAL anlan.actor = {literal(mount.actor_id or '')}; "
        f"SET LOCAL anlan.request = {literal(mount.request_id)}; "
        f"SET LOCAL anlan.address = {literal(mount.address)}"
    )


class DatabaseWrapper(TenantsWrapper):
    """Adds the switch; forgets what it applied on every way out of a transaction."""

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        self._applied: office.Mount | None = None
        self._switching = False
        super().__init__(*args, **kwargs)

    def _handle_search_path(self, cursor: Any = None) -> None:
        if self._switching:
            return
        mount = office.current()
        if mount is None and office.in_maintenance():
            self._forget()
            super()._handle_search_path(cursor)
            return
        if mount is None:
            raise office.NoOffice("no office is mounted: use office.mounted(…), or office.PUBLIC by name")
        if not self.in_atomic_block:
            raise OutsideTransaction(f"a query for {mount.schema} ran outside a transaction")
        if mount == self._applied or self.needs_rollback:
            return
        self._switching = True
        try:
            with self.connection.cursor() as plain:
                plain.execute(switch_sql(mount))
            self._applied = mount
        finally:
            self._switching = False

    def _forget(self) -> None:
        self._applied = None

    def _set_autocommit(self, autocommit: bool) -> None:
        self._forget()
        super()._set_autocommit(autocommit)

    def commit(self) -> None:
        self._forget()
        super().commit()

    def rollback(self) -> None:
        self._forget()
        super().rollback()

    def init_connection_state(self) -> None:
        with self._no_switch():  # asks the server's version; reads no office's rows
            super().init_connection_state()

    @contextmanager
    def _no_switch(self) -> Iterator[None]:
        """Savepoint statements run as they are: in an aborted transaction a SET would fail before the ROLLBACK TO."""
        before, self._switching = self._switching, True
        try:
            yield
        finally:
            self._switching = before

    def _savepoint(self, sid: str) -> None:
        with self._no_switch():
            super()._savepoint(sid)

    def _savepoint_commit(self, sid: str) -> None:
        with self._no_switch():
            super()._savepoint_commit(sid)

    def _savepoint_rollback(self, sid: str) -> None:
        self._forget()  # ROLLBACK TO takes back every SET LOCAL issued after the savepoint
        with self._no_switch():
            super()._savepoint_rollback(sid)

    def close(self) -> None:
        self._forget()
        super().close()
