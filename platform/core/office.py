"""Which office's rows are in reach: an immutable mount in a ContextVar, so threads and tasks cannot swap it."""

import contextlib
import inspect
import re
import sys
from collections.abc import Iterator
from contextlib import contextmanager
from contextvars import ContextVar
from dataclasses import dataclass, replace
from types import FrameType
from typing import Any

PUBLIC_SCHEMA = "public"
OWNER = "@owner"  # a cell that is no province: the work of schemas and roles, by the login that owns them (adr/0020)
NAME = re.compile(r"^[a-z][a-z0-9_]{0,50}$")
# First path segments of the portal, and schema names that mean something else.
RESERVED = frozenset(
    (
        *("public", "information_schema", "shared", "audit", "anlan", "anlan_cell"),
        *("static", "media", "api", "admin", "portal", "components", "browsers", "healthz", "readyz", "metrics"),
        *("account", "sign_in", "sign_out", "language", "files", "help", "search", "jsi18n"),
    )
)
SHADOW = "shadow_"  # how the schemas begin that hold what an office had at a moment (tenants.shadowing)


class NoOffice(RuntimeError):
    """A query ran with no office mounted. A bug: mount one (`office.mounted(…)`) or ask for PUBLIC by name."""


class MountedInGenerator(RuntimeError):
    """A generator tried to mount an office. A bug: left open, it would leave whoever reads it in that office."""


def valid_name(name: str) -> bool:
    """Whether `name` may be an office's schema name and path segment: lower-case letters, digits and _, at most 51."""
    return bool(NAME.match(name)) and name not in RESERVED and not name.startswith(("pg_", SHADOW))


@dataclass(frozen=True, slots=True)
class Mount:
    """A schema in reach and the database role that reaches it; role None means work beside the offices.

    cell: schema name of the province whose login carries the transaction (core.cells), "" for the portal's, OWNER for
    the one that owns the schemas; None takes that of the mount around it.
    """

    schema: str
    role: str | None = None
    actor_id: int | None = None
    request_id: str = ""
    address: str = ""
    cell: str | None = None

    @property
    def acts_as(self) -> str | None:
        """The database role in force; None is the login itself: the portal's, or the owner (core.postgres.base)."""
        return self.role or (cell_role(self.cell) if self.cell and self.cell != OWNER else None)


PUBLIC = Mount(PUBLIC_SCHEMA)
_mount: ContextVar[Mount | None] = ContextVar("anlan_mount", default=None)
_maintenance: ContextVar[bool] = ContextVar("anlan_maintenance", default=False)
_within: ContextVar[str] = ContextVar("anlan_within", default="")
_kept: ContextVar[dict[Any, Any] | None] = ContextVar("anlan_kept", default=None)


# A generator shares the context of whoever advances it. These may hold a mount open: their whole use is to be left.
GENERATOR_DRIVERS = {contextlib.__file__}


def role_of(schema: str) -> str:
    """The database role of an office's schema."""
    return f"t_{schema}"


def cell_role(province: str) -> str:
    """The database role of what a province's login does beside its offices."""
    return f"p_{province}"


def of(schema: str, **who: object) -> Mount:
    """The mount of an office: its schema, its role. who: actor_id, request_id, address for the audit rows; cell."""
    return Mount(schema, role_of(schema), **who)  # type: ignore[arg-type]


def current() -> Mount | None:
    return _mount.get()


@contextmanager
def mounted(mount: Mount) -> Iterator[Mount]:
    """Put `mount` in force for this thread or task; what was before comes back on leaving, whatever happens.

    Raises MountedInGenerator in the body of a generator, unless it is one that @contextmanager makes a context of.
    """
    entering = sys._getframe(2)  # past contextlib's __enter__
    if _holds_open(entering):
        raise MountedInGenerator(f"{entering.f_code.co_qualname} is a generator: mount in a function it calls")
    if mount.cell is None and (around := _mount.get()) is not None:
        mount = replace(mount, cell=around.cell)
    token = _mount.set(mount)
    inside = _within.set(mount.schema if mount.role else _within.get())
    kept = _kept.set({}) if _kept.get() is None else None
    try:
        yield mount
    finally:
        _mount.reset(token)
        _within.reset(inside)
        if kept is not None:
            _kept.reset(kept)


def _holds_open(frame: FrameType) -> bool:
    if not frame.f_code.co_flags & (inspect.CO_GENERATOR | inspect.CO_ASYNC_GENERATOR):
        return False
    driver = frame.f_back
    return driver is None or driver.f_code.co_filename not in GENERATOR_DRIVERS


def within() -> str:
    """Schema of the office whose work this is, also while that is done beside it; "" outside of all offices."""
    return _within.get()


def kept() -> dict[Any, Any]:
    """What was read once for everything under the outermost mount in force (a request, a job); forgotten on leaving.

    Outside of all mounts a dictionary that nobody keeps.
    """
    found = _kept.get()
    return {} if found is None else found


def beside() -> Mount:
    """Schema public beside the offices, for rows that no office's role may touch; who acts, from where, the cell stay.

    By the portal's login itself, by the owner, or by the role of the province that the transaction belongs to.
    """
    return replace(_mount.get() or PUBLIC, schema=PUBLIC_SCHEMA, role=None)


def identify(actor_id: int) -> None:
    """Say who acts in the mount in force, when that turns out only after mounting (a token); for the audit rows."""
    mount = _mount.get()
    if mount is not None:
        _mount.set(replace(mount, actor_id=actor_id))


@contextmanager
def maintenance() -> Iterator[None]:
    """Schema work (migrations, upgrades): no office needed, session-level path, autocommit allowed. Commands only."""
    mount, flag = _mount.set(None), _maintenance.set(True)
    try:
        yield
    finally:
        _mount.reset(mount)
        _maintenance.reset(flag)


def in_maintenance() -> bool:
    return _maintenance.get()


def cache_key(key: str, prefix: str, version: int) -> str:
    """Cache keys carry the schema, so one office never reads another's entry."""
    mount = current()
    return f"{mount.schema if mount else PUBLIC_SCHEMA}:{prefix}:{version}:{key}"
