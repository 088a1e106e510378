"""Upgrades: every office's schema brought to this release, one office per transaction and one string per office.

The first office is a canary: what fails there has touched nobody else, and a verified upgrade compares it with a fresh
schema before the others follow. A statement that waits for a lock makes everybody behind it wait as well, so it waits
a second at most, gives way, and the office is tried again later. Nothing is lost by a kill: an office is either as it
was or done, its row in SchemaState says which, and the next start goes on with the rest.
"""

import json
import time
from collections import deque
from collections.abc import Callable
from typing import NamedTuple

from django.db import OperationalError, connection, transaction
from django.db.utils import DataError
from psycopg2 import errors as postgres  # type: ignore[import-untyped]

from core.postgres.base import literal, quoted
from tenants import fingerprints, release, schemas
from tenants.models import SchemaState

LOCK_TIMEOUT = "1s"
TRIES = 6  # of an office whose tables are in use; 0.2 + 0.4 + … + 3.2 s of giving way between them
GIVE_WAY = 0.2  # s, doubled with each try
Told = Callable[[int, int], None]


class UpgradeStopped(RuntimeError):
    """The upgrade ended before its end, with why as a sentence. What is done is done; a second start goes on."""


class _Behind(NamedTuple):
    office_id: int
    schema: str
    release: str
    lacking: frozenset[release.Key]


def upgrade_schemas(
    told: Told = lambda done, total: None, *, canary: str = "", verified: bool = False,
    sleep: Callable[[float], None] = time.sleep,
) -> int:  # fmt: skip
    """Bring every office's schema to this release; returns how many changed. Maintenance only.

    told(done, total) is called after each. canary: the office to begin with, else the oldest; verified: whether it is
    compared with a fresh schema before the others follow; sleep: how to give way.
    Raises UpgradeStopped (the canary is not as a fresh schema; tables that stayed in use), and what a migration raises.
    """
    queue = deque((one, 1) for one in _behind(canary))
    total, done = len(queue), 0
    while queue:
        one, tried = queue.popleft()
        try:
            _upgrade(one, durable=not queue or not done)
        except OperationalError as error:
            if not isinstance(error.__cause__, postgres.LockNotAvailable):
                raise
            if tried == TRIES:
                raise UpgradeStopped(
                    f"{one.schema}: its tables stayed in use ({done} of {total} offices are done). Start again."
                ) from error
            if len(queue) < tried:  # nobody else is there to be done meanwhile
                sleep(GIVE_WAY * 2 ** (tried - 1))
            queue.append((one, tried + 1))
            continue
        done += 1
        if done == 1 and verified:
            _look_at(one)
        told(done, total)
    return total


def _behind(canary: str) -> list[_Behind]:
    rows = list(
        SchemaState.objects.exclude(release=release.release())
        .order_by("office_id")
        .values_list("office_id", "office__schema_name", "release", "migrations")
    )
    if canary and canary not in {schema for _pk, schema, *_rest in rows}:
        raise UpgradeStopped(f"{canary} cannot be the first: it is not among the {len(rows)} offices to be upgraded.")
    lists = fingerprints.migrations_listed([schema for _pk, schema, _release, had in rows if had is None])
    wanted = release.keys()
    behind = []
    for office_id, schema, bears, had in sorted(rows, key=lambda row: row[1] != canary):
        has = lists[schema] if had is None else {(app, name) for app, name in had}
        lacking = frozenset(key for key in wanted if key not in has)
        behind.append(_Behind(office_id, schema, bears, lacking))
    return behind


def _upgrade(one: _Behind, *, durable: bool) -> None:
    """One string, one transaction. durable: whether its commit waits for the disk; a later one that does covers it."""
    moved = (
        f"UPDATE public.tenants_schemastate SET release = {literal(release.release())}, "
        f"migrations = {literal(json.dumps(release.keys()))}, at = statement_timestamp() "
        f"WHERE office_id = {one.office_id} AND release = {literal(one.release)} RETURNING 1"
    )
    noted = f", noted AS ({schemas.listed(sorted(one.lacking))})" if one.lacking else ""
    parts = [
        f"SET LOCAL lock_timeout = '{LOCK_TIMEOUT}'",
        f"SET LOCAL search_path TO {quoted(one.schema)}, public",
        # Locks the office's row, and divides by zero when another upgrade had it meanwhile: then nothing happens.
        f"WITH moved AS ({moved}){noted} SELECT 1 / count(*) FROM moved",
        *schemas.steps(one.schema, release.sql_of(one.lacking)),
        "SET LOCAL search_path TO public",
    ]
    if not durable:
        parts.insert(0, "SET LOCAL synchronous_commit = off")
    try:
        with transaction.atomic(), connection.cursor() as cursor:
            cursor.execute(";\n".join(parts))
    except DataError as error:
        if not isinstance(error.__cause__, postgres.DivisionByZero):
            raise
        if not SchemaState.objects.filter(office_id=one.office_id, release=release.release()).exists():
            raise UpgradeStopped(f"{one.schema} is being changed by somebody else. Start again.") from error


def _look_at(canary: _Behind) -> None:
    """Raises UpgradeStopped when the first office did not come out as this release makes one."""
    drifts = fingerprints.drifted([canary.schema])
    if drifts:
        raise UpgradeStopped(
            f"The first office did not come out as this release makes one; the others were not begun. {drifts[0]}"
        )
