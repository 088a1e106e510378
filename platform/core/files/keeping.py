"""How long bytes are kept: as long as a row names them, and a row as long as anything holds it.

A file that nobody attached to anything goes after files_unattached_days, the row first; its bytes go a night later,
with whatever else no row names (uploads that were rolled back or cut off by a crash). So a crash between the two leaves
bytes without a row, never a row without bytes. Foreign keys to a file hold it by themselves; a JSON column that lists
files (`[{"id": …}, …]`) is told by `holds`, which a test asks of every one.

Two locks, each to the end of its transaction: who attaches holds the file's row (`hold`) against its removal, who
uploads holds the content (`hold_content`) against the sweep.
"""

import hashlib
import logging
from collections.abc import Callable, Iterable, Iterator
from datetime import datetime, timedelta
from itertools import islice
from pathlib import Path
from typing import Any, TypeVar
from uuid import UUID

from django.apps import apps
from django.conf import settings
from django.db import connection, models

from core.models import StoredFile

CHUNK = 500
REST = timedelta(days=1)  # how long bytes lie still before the sweep looks at them
T = TypeVar("T")
log = logging.getLogger("anlan.files")
_columns: list[tuple[type[models.Model], str]] = []


def _batches(things: Iterable[T]) -> Iterator[list[T]]:
    rest = iter(things)
    while some := list(islice(rest, CHUNK)):
        yield some


def holds(model: type[models.Model], column: str) -> None:
    """Say that this JSON column lists files, which are held by being listed."""
    if (model, column) not in _columns:
        _columns.append((model, column))


def holding_columns() -> list[tuple[type[models.Model], str]]:
    """The JSON columns that were told."""
    return list(_columns)


def hold(file_ids: Iterable[Any]) -> None:
    """Keep files from being removed until this transaction ends; whoever attaches looks for them afterwards."""
    rows = StoredFile.objects.select_for_update(no_key=True).filter(pk__in=list(file_ids))
    list(rows.order_by("pk").values_list("pk"))


def hold_content(office: str, sha256: str) -> None:
    """Keep bytes from being swept until this transaction ends, whether there is a row for them yet or not."""
    with connection.cursor() as cursor:
        cursor.execute("SELECT pg_advisory_xact_lock_shared(%s)", [_number(office, sha256)])


def _number(office: str, sha256: str) -> int:
    digest = hashlib.sha256(f"content {office} {sha256}".encode()).digest()
    return int.from_bytes(digest[:8], "big", signed=True)


def held_among(file_ids: Iterable[UUID]) -> set[UUID]:
    """Those of the files that anything holds: in the office that is mounted, which sees all that may name its files."""
    ids, found = list(file_ids), set[UUID]()
    for model in apps.get_models():
        for field in model._meta.concrete_fields:
            if field.remote_field and field.remote_field.model is StoredFile:
                rows = model._default_manager.filter(**{f"{field.name}__in": ids})
                found |= set(rows.values_list(field.attname, flat=True))
    with connection.cursor() as cursor:
        for model, column in _columns:
            table, name = connection.ops.quote_name(model._meta.db_table), connection.ops.quote_name(column)
            cursor.execute(
                f"SELECT f FROM unnest(%s::uuid[]) f WHERE EXISTS (SELECT 1 FROM {table} t "
                f"WHERE t.{name} @> jsonb_build_array(jsonb_build_object('id', f::text)))",
                [[str(one) for one in ids]],
            )
            found |= {UUID(str(row[0])) for row in cursor.fetchall()}
    return found


def remove_unattached(office: str, *, before: datetime, told: Callable[[int, int], None]) -> tuple[int, set[str]]:
    """Remove the rows of an office's files that were uploaded before `before` and that nothing holds.

    Runs in that office. A file that somebody attaches at this moment is left alone. Answers how many rows went, and
    the hashes of their contents.
    """
    removed, contents = 0, set[str]()
    old = StoredFile.objects.filter(office=office, uploaded_at__lt=before).order_by("pk")
    ids = list(old.values_list("pk", flat=True))
    for done, some in enumerate(_batches(ids)):
        free = set(some) - held_among(some)
        for pk, sha256 in _locked(free):
            if pk not in held_among([pk]):  # attached between the look and the lock
                _remove_row(pk)
                removed += 1
                contents.add(sha256)
        told(min((done + 1) * CHUNK, len(ids)), len(ids))
    return removed, contents


def _locked(ids: set[UUID]) -> list[tuple[UUID, str]]:
    rows = StoredFile.objects.filter(pk__in=ids).select_for_update(skip_locked=True).order_by("pk")
    return [(row.pk, row.sha256) for row in rows]


def _remove_row(pk: UUID) -> None:
    """The database refuses one that a foreign key holds, and hides one that the record lists (config.wall)."""
    with connection.cursor() as cursor:
        cursor.execute("DELETE FROM core_storedfile WHERE id = %s", [str(pk)])


def sweep(office: str, *, at: datetime, spare: set[str]) -> tuple[int, int]:
    """Remove an office's bytes that no row names and that have lain still for a day. Answers (files, bytes).

    spare: contents whose rows this transaction has removed, which may yet be rolled back. Bytes of an upload that is
    under way are held and stay.
    """
    files = size = 0
    for some in _batches(_lying_still(Path(settings.EVIDENCE_DIR) / office, at - REST)):
        known = _known(office, [path.name for path in some])
        for path in some:
            if path.name in known | spare or not _free(office, path.name):
                continue
            size += path.stat().st_size
            path.unlink(missing_ok=True)
            files += 1
    if files:
        log.info("bytes without a row were removed", extra={"of": office, "files": files, "bytes": size})
    return files, size


def _lying_still(folder: Path, since: datetime) -> Iterator[Path]:
    for path in sorted(folder.rglob("*")):
        if path.is_file() and path.stat().st_mtime < since.timestamp():
            yield path


def _known(office: str, names: list[str]) -> set[str]:
    return set(StoredFile.objects.filter(office=office, sha256__in=names).values_list("sha256", flat=True))


def _free(office: str, name: str) -> bool:
    """Whether nobody is uploading this content, and nobody has until now."""
    with connection.cursor() as cursor:
        cursor.execute("SELECT pg_try_advisory_xact_lock(%s)", [_number(office, name)])
        return cursor.fetchone()[0] and not _known(office, [name])
