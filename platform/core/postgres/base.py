"""The office switch: `SET LOCAL search_path …; SET LOCAL ROLE …` before the first statement that needs it.

A cursor without a mounted office is refused, and so is one outside a transaction: SET LOCAL ends with the
transaction, so nothing survives into the next user of the connection, behind a transaction pooler neither
(tests/tenants/test_pooler.py walks through one, with a session-level SET as control). Schema work (migrations)
runs in `maintenance`, where django-tenants' own session-level path is in force: it goes around the pooler by
DIRECT_DATABASE_URL, and is refused where that is not set. Where the schemas have an owner of their own
(OWNER_DATABASE_URL, core.postgres.owner), schema work and commands at the keyboard sign in by that one's login.
"""

import time
from collections.abc import Iterator
from contextlib import contextmanager
from typing import Any

import psycopg2  # type: ignore[import-untyped]
from django.conf import settings
from django.core.exceptions import ImproperlyConfigured
from django.db.backends.postgresql.psycopg_any import is_psycopg3
from django.db.backends.utils import CursorDebugWrapper, CursorWrapper
from django_tenants.postgresql_backend.base import DatabaseWrapper as TenantsWrapper
from psycopg2.extensions import TRANSACTION_STATUS_IDLE  # type: ignore[import-untyped]

from core import cells, office
from core.postgres import seats
from core.postgres.fitness import OWNER_PREFIX, PORTAL_ROLE
from core.postgres.pooler import Pooling, pooling
from core.postgres.statements import refuse

if is_psycopg3:  # a merely importable psycopg 3 makes Django switch drivers
    raise ImportError("psycopg (3) is installed; Anlan runs on psycopg2. Remove the package psycopg.")


class OutsideTransaction(RuntimeError):
    """A query ran outside a transaction, where SET LOCAL would not hold. A bug: wrap it in transaction.atomic()."""


class CellChanged(RuntimeError):
    """Another province's login was asked for in the middle of a transaction. A bug: a transaction has one cell."""


class OtherCell(RuntimeError):
    """An office was mounted that the login in force may not become: it is of another province."""


class NotThisLogin(ImproperlyConfigured):
    """The server knows a province's connection by another login: a pooler before it signs everybody in as one."""


class SessionWorkThroughPooler(ImproperlyConfigured):
    """Schema work was begun behind a transaction pooler: its settings and locks would be other clients' as well."""


_pooling: dict[tuple[object, ...], Pooling] = {}  # by host, port and name: asked once per process
DIRECT = ("USER", "PASSWORD", "HOST", "PORT", "OPTIONS")
# Whose connection: that around the pooler, that of who becomes the owner (office.OWNER), or the login of a province
# (its schema name); the portal's is cells.PORTAL.
AROUND = "around the pooler"
OWN = (AROUND, office.OWNER)  # closed when they are left: nobody else's work is done by them
ROTATION = 0.2  # seconds between a new password in the server and the same in the file, at most


def quoted(identifier: str) -> str:
    return '"' + identifier.replace('"', '""') + '"'


def literal(value: object) -> str:
    return "'" + str(value).replace("\\", "").replace("'", "''").replace("\x00", "") + "'"


def switch_sql(mount: office.Mount, besides: str | None = None) -> str:
    """One string that puts `mount` in force until the transaction ends. besides: who acts where it names no role."""
    path = quoted(mount.schema) if mount.schema == office.PUBLIC_SCHEMA else f"{quoted(mount.schema)},public"
    acting = mount.acts_as or besides
    role = quoted(acting) if acting else "NONE"
    return (
        f"SET LOCAL ROLE {role}; SET LOCAL search_path TO {path}; "
        f"SET LOCAL anlan.actor = {literal(mount.actor_id or '')}; "
        f"SET LOCAL anlan.request = {literal(mount.request_id)}; "
        f"SET LOCAL anlan.address = {literal(mount.address)}"
    )


class _OneStatement:
    """Refuses, inside an office, what no page sends; see core.postgres.statements. The switch itself goes around it."""

    def _execute_with_wrappers(self, sql: Any, params: Any, many: bool, executor: Any) -> Any:
        mount = office.current()
        if mount is not None and mount.role is not None:
            refuse(sql if isinstance(sql, str) else str(sql))
        return super()._execute_with_wrappers(sql, params, many, executor)  # type: ignore[misc]


class OneStatement(_OneStatement, CursorWrapper):
    """Django's cursor, so."""


class OneStatementDebugged(_OneStatement, CursorDebugWrapper):
    """The one that keeps its statements, so."""


class DatabaseWrapper(TenantsWrapper):
    """Adds the switch; forgets what it applied on every way out of a transaction."""

    settings_dict: dict[str, Any]
    connection: Any
    autocommit: bool
    errors_occurred: bool
    close_at: float | None

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        self._applied: office.Mount | None = None
        self._switching = False
        self._seat = cells.PORTAL  # whose the open connection is
        self._owner: str | None = None  # the role that owns the schemas, where this connection became it
        super().__init__(*args, **kwargs)

    def _handle_search_path(self, cursor: Any = None) -> None:
        if self._switching:
            return
        mount = office.current()
        if mount is None and office.in_maintenance():
            self._forget()
            self._refuse_transaction_pooler()
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
                plain.execute(switch_sql(mount, self._besides(mount)))
            self._applied = mount
        except psycopg2.errors.InsufficientPrivilege as error:
            raise OtherCell(f"{mount.acts_as} was refused to the login of cell {mount.cell or 'portal'}") from error
        finally:
            self._switching = False

    def _besides(self, mount: office.Mount) -> str | None:
        """Who acts beside the offices when it is no province's role: the owner, or the login itself.

        By roles alone (tests), the portal's own rights are those of its group.
        """
        if self._owner is not None:
            return self._owner
        by_role = settings.CELLS_BY_ROLE and not cells.separate()
        return PORTAL_ROLE if by_role and mount.cell == cells.PORTAL else None

    # Whose connection it is: each province's login has its own, schema work goes around a transaction pooler

    def get_connection_params(self) -> dict[str, Any]:
        before, other = self.settings_dict, self._other_settings()
        self.settings_dict = {**before, **other}
        try:
            params: dict[str, Any] = super().get_connection_params()
            return params
        finally:
            self.settings_dict = before

    def _wanted(self) -> str:
        """The seat that what comes next needs; without a mount, whichever is taken."""
        mount, owner = office.current(), self.settings_dict.get("OWNER")
        if office.in_maintenance():
            return office.OWNER if owner else AROUND if self.settings_dict.get("DIRECT") else cells.PORTAL
        if mount is None:
            return self._seat
        if mount.cell == office.OWNER or not mount.cell:
            return office.OWNER if owner and (mount.cell or cells.at_keyboard()) else cells.PORTAL
        return mount.cell if cells.separate() else cells.PORTAL

    def _other_settings(self) -> dict[str, Any]:
        if self._seat in OWN:
            other = self.settings_dict["DIRECT" if self._seat == AROUND else "OWNER"]
            return {name: other[name] for name in DIRECT if name in other}
        if self._seat != cells.PORTAL:
            login = cells.login_of(self._seat)
            return {"USER": login.user, "PASSWORD": login.password}
        return {}

    def ensure_connection(self) -> None:
        wanted = self._wanted()
        if wanted != self._seat:
            if self.in_atomic_block:
                if AROUND in (wanted, self._seat) or office.in_maintenance():
                    raise SessionWorkThroughPooler("schema work was begun, or left, in the middle of a transaction")
                raise CellChanged(
                    f"cell {wanted or 'portal'} was asked for in a transaction of {self._seat or 'portal'}"
                )
            self._put_aside()
            self._seat, self._owner = wanted, None
        if self.connection is None and not self.closed_in_transaction and wanted not in OWN:
            self._take()
        super().ensure_connection()

    def _key(self) -> tuple[object, ...]:
        return (self.settings_dict["HOST"], self.settings_dict["PORT"], self.settings_dict["NAME"], self._seat)

    def _put_aside(self) -> None:
        """Keep the open connection for the next transaction of its login, in whatever thread of this process."""
        raw = self.connection
        clean = raw is not None and not self.errors_occurred and self.autocommit
        if not clean or self._seat in OWN or raw.info.transaction_status != TRANSACTION_STATUS_IDLE:
            self.close()
            return
        seats.put(seats.Seat(self._key(), raw, self.close_at))
        self.connection = None
        self._forget()
        self.search_path_set_schemas = None

    def _take(self) -> None:
        seat = seats.take(self._key())
        if seat is None:
            return
        self.connection, self.close_at = seat.raw, seat.close_at
        self.autocommit, self.errors_occurred, self.closed_in_transaction = True, False, False
        self.health_check_done = False  # nobody knows what happened to it meanwhile
        self._forget()

    def get_new_connection(self, conn_params: dict[str, Any]) -> Any:
        self._owner = None
        if self._seat == office.OWNER:
            self._refuse_transaction_pooler()
            raw = super().get_new_connection(conn_params)
            self._become_owner(raw)
            return raw
        if self._seat in (cells.PORTAL, AROUND):
            return super().get_new_connection(conn_params)
        try:
            raw = super().get_new_connection(conn_params)
        except psycopg2.OperationalError:
            time.sleep(ROTATION)  # its password may be changing at this moment
            conn_params = self.get_connection_params()
            raw = super().get_new_connection(conn_params)
        with raw.cursor() as cursor:
            cursor.execute("SELECT session_user")
            (known,) = cursor.fetchone()
        raw.rollback()
        if known != conn_params["user"]:
            raw.close()
            raise NotThisLogin(
                f"PostgreSQL knows {conn_params['user']} as {known}: let the pooler before it pass logins on."
            )
        return raw

    def become_owner(self) -> None:
        """After the owner was made: what follows on this connection is done by it. Not inside a transaction."""
        if self._seat == office.OWNER and self.connection is not None:
            self._become_owner(self.connection)

    def _become_owner(self, raw: Any) -> None:
        """For the whole session, once there is an owner (`manage.py upgrade` makes it)."""
        with raw.cursor() as cursor:
            cursor.execute(
                "SELECT rolname::text FROM pg_roles WHERE rolname = %s || current_database() "
                "AND pg_has_role(session_user, oid, 'MEMBER')",
                [OWNER_PREFIX],
            )
            row = cursor.fetchone()
            if row is not None:
                cursor.execute(f"SET ROLE {quoted(row[0])}")
        if not raw.autocommit:
            raw.commit()
        self._owner = row[0] if row else None

    def _refuse_transaction_pooler(self) -> None:
        params = self.get_connection_params()
        place = (params.get("host"), params.get("port"), params["dbname"])
        if place not in _pooling:
            clean = {name: value for name, value in params.items() if name != "cursor_factory"}
            _pooling[place] = pooling(lambda: psycopg2.connect(**clean))
        if _pooling[place] is Pooling.TRANSACTION:
            named = {AROUND: "DIRECT_DATABASE_URL", office.OWNER: "OWNER_DATABASE_URL"}.get(self._seat, "DATABASE_URL")
            raise SessionWorkThroughPooler(
                f"{named} leads through a transaction pooler, where schema work is not safe: "
                "set DIRECT_DATABASE_URL to PostgreSQL itself, with the same database and login."
            )

    # One statement at a time, inside an office

    def make_cursor(self, cursor: Any) -> Any:
        return OneStatement(cursor, self)

    def make_debug_cursor(self, cursor: Any) -> Any:
        return OneStatementDebugged(cursor, self)

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
