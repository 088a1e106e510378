"""Cells: a database login per province, so that what is done in one province's pages cannot reach another's rows.

The logins stand in a file outside the database (settings.PROVINCE_LOGINS_FILE, written by `manage.py logins`). Without
it everything runs by the one login of DATABASE_URL, which is the portal's. See adr/0017.
"""

import json
import time
from dataclasses import dataclass, field
from pathlib import Path
from typing import NamedTuple

from django.conf import settings
from django.core.exceptions import ImproperlyConfigured
from django.db import transaction
from django_tenants.utils import get_tenant_model

from core import office

PORTAL = ""
ASKED_EVERY = 30.0  # seconds; what a process knows of the offices is no older


class NoLogin(ImproperlyConfigured):
    """A province has no login in the file: nothing is done for it rather than by a login that reaches others."""


class Login(NamedTuple):
    """How the server knows a province."""

    user: str
    password: str


@dataclass(frozen=True)
class Directory:
    """Which cell serves what: schema name → cell, host name → cell. An office of the platform is the portal's."""

    schemas: dict[str, str] = field(default_factory=dict)
    hosts: dict[str, str] = field(default_factory=dict)


_keyboard = False
_read: tuple[tuple[str, int, int], dict[str, Login]] | None = None
_directory: tuple[float, Directory] = (float("-inf"), Directory())


def file() -> Path | None:
    """The file of the logins, when the installation has one."""
    path = Path(settings.PROVINCE_LOGINS_FILE) if settings.PROVINCE_LOGINS_FILE else None
    return path if path is not None and path.is_file() else None


def separate() -> bool:
    """Whether provinces have connections of their own."""
    return file() is not None


def on() -> bool:
    """Whether work is done in cells. By roles alone (tests): one login, but beside the offices as the province."""
    return separate() or settings.CELLS_BY_ROLE


def come_from_keyboard() -> None:
    """This process does what somebody typed: where its environment names the owner's login, that one does it."""
    global _keyboard
    _keyboard = True


def at_keyboard() -> bool:
    return _keyboard


def logins() -> dict[str, Login]:
    """Province → login; read again when the file is another one. Raises ImproperlyConfigured when it holds none."""
    global _read
    path = file()
    if path is None:
        return {}
    facts = path.stat()
    stamp = (str(path), facts.st_mtime_ns, facts.st_ino)
    if _read is None or _read[0] != stamp:
        try:
            told = json.loads(path.read_text())
            _read = (stamp, {province: Login(one["user"], one["password"]) for province, one in told.items()})
        except (ValueError, TypeError, KeyError, AttributeError) as error:
            raise ImproperlyConfigured(f"{path} is no file of logins: manage.py logins writes it.") from error
    return _read[1]


def login_of(cell: str) -> Login:
    """Raises NoLogin."""
    known = logins().get(cell)
    if known is None:
        raise NoLogin(f"The province {cell} has no database login in {file()}: run manage.py logins.")
    return known


def directory() -> Directory:
    """Asked by the portal's login, in a transaction of its own, every ASKED_EVERY seconds."""
    global _directory
    now = time.monotonic()
    if now - _directory[0] >= ASKED_EVERY:
        with office.mounted(office.Mount(office.PUBLIC_SCHEMA, cell=PORTAL)), transaction.atomic():
            schemas, hosts = get_tenant_model().directory()
        _directory = (now, Directory(schemas, hosts))
    return _directory[1]


def forget() -> None:
    """Have the next question ask the database."""
    global _directory
    _directory = (float("-inf"), _directory[1])


def cell_of(schema: str) -> str:
    """The cell that serves an office; PORTAL when cells are off. An unknown office is asked for anew, then NoLogin."""
    if not on():
        return PORTAL
    if schema not in directory().schemas:
        forget()
    known = directory().schemas.get(schema)
    if known is None:
        raise NoLogin(f"There is no office {schema}.")
    return known
