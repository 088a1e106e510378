"""Where the rows of a moment come from: a backup, on a scratch server, or the archive of an office."""

import csv
import hashlib
import io
import json
import tarfile
from collections.abc import Iterator
from contextlib import closing, contextmanager
from datetime import datetime
from pathlib import Path
from typing import IO, Any, Protocol

import psycopg2  # type: ignore[import-untyped]
from django.utils.translation import gettext as _

from core.errors import Conflict
from core.postgres.base import quoted
from tenants import packing, release
from tenants.models import Office
from tenants.shadowing import scratch
from tenants.shadowing.own import CATALOG, PUBLIC, own


class NotThere(Exception):
    """A table of another release, which does not tell whose a row is: it is not compared."""


class Source(Protocol):
    """An office as of a moment. Its own tables bear its schema's name, shared ones are in public."""

    origin: str
    as_of: datetime

    def migrations(self) -> set[release.Key]:
        """What its schema had had, as it says itself or the manifest does."""

    def columns(self, schema: str) -> dict[str, list[str]]:
        """Table → its columns in order."""

    def copy(self, schema: str, table: str, columns: list[str], into: IO[bytes]) -> None:
        """Write the rows as CSV with a line of names; of shared tables perhaps more rows than are its own.

        Raises NotThere.
        """

    def heads(self) -> list[tuple[str, int]]:
        """(chain, number) of the last link that each audit chain had, as far as it is known."""


class Backup:
    """Read from a restored server, by its superuser."""

    def __init__(self, raw: Any, office: Office, as_of: datetime, origin: str) -> None:
        self.raw, self.office, self.as_of, self.origin = raw, office, as_of, origin

    def _rows(self, sql: str, *values: object) -> list[tuple[Any, ...]]:
        with self.raw.cursor() as cursor:
            cursor.execute(sql, values or None)
            rows: list[tuple[Any, ...]] = cursor.fetchall()
            return rows

    def migrations(self) -> set[release.Key]:
        place = f"{quoted(self.office.schema_name)}.django_migrations"
        if self._rows("SELECT to_regclass(%s) IS NULL", place)[0][0]:
            raise Conflict(
                _("%(office)s 在这个时刻还没有建立，没有可以还原的数据。请选晚一些的时刻。")
                % {"office": self.office.name}
            )
        return {(app, name) for app, name in self._rows(f"SELECT app, name FROM {place}")}

    def columns(self, schema: str) -> dict[str, list[str]]:
        return dict(self._rows(CATALOG, schema))

    def copy(self, schema: str, table: str, columns: list[str], into: IO[bytes]) -> None:
        chosen = ", ".join(map(quoted, columns))
        where = f" WHERE {own().where(table, self.office, PUBLIC)}" if schema == PUBLIC else ""
        query = f"SELECT {chosen} FROM {quoted(schema)}.{quoted(table)}{where}"
        with self.raw.cursor() as cursor:
            cursor.execute("SAVEPOINT before")
            try:
                cursor.copy_expert(f"COPY ({query}) TO STDOUT (FORMAT csv, HEADER)", into)
            except (psycopg2.errors.UndefinedColumn, psycopg2.errors.UndefinedTable) as error:
                cursor.execute("ROLLBACK TO SAVEPOINT before")
                raise NotThere(table) from error

    def heads(self) -> list[tuple[str, int]]:
        return [(str(chain), int(seq)) for chain, seq in self._rows("SELECT chain, seq FROM core_audithead")]


class Archive:
    """Read from the file of an archived office; each member is held against the manifest as it is read."""

    def __init__(self, tar: tarfile.TarFile, office: Office, origin: str) -> None:
        self.tar, self.office, self.origin = tar, office, origin
        manifest = tar.extractfile("manifest.json")
        self.facts: dict[str, Any] = json.loads(manifest.read()) if manifest else {}
        if self.facts.get("format") != packing.FORMAT or self.facts.get("office") != office.schema_name:
            raise Conflict(
                _("%(file)s 不是 %(office)s 的档案。请选这个机构归档时的文件。")
                % {"file": origin, "office": office.schema_name}
            )
        self.as_of = datetime.fromisoformat(self.facts["made_at"])

    def migrations(self) -> set[release.Key]:
        return {(app, name) for app, name in self.facts["migrations"]}

    def columns(self, schema: str) -> dict[str, list[str]]:
        return {each["table"]: each["columns"] for each in self.facts["tables"] if each["schema"] == schema}

    def copy(self, schema: str, table: str, columns: list[str], into: IO[bytes]) -> None:
        name = next(each["file"] for each in self.facts["tables"] if (each["schema"], each["table"]) == (schema, table))
        member = self.tar.extractfile(name)
        assert member is not None
        text = member.read()
        if hashlib.sha256(text).hexdigest() != self.facts["members"][name]["sha256"]:
            raise Conflict(
                _("档案 %(file)s 中的 %(name)s 与清单不符，不能使用。请用 verify_archive.py 核对，换一份完好的档案。")
                % {"file": self.origin, "name": name}
            )
        into.write(_only(text, columns))

    def heads(self) -> list[tuple[str, int]]:
        return []  # the chain is in the file, those of others are not: moments decide then


def _only(text: bytes, columns: list[str]) -> bytes:
    """The chosen columns of a CSV that PostgreSQL wrote, as it wrote them: an empty text is not a missing one."""
    names = next(csv.reader(io.StringIO(text.decode())))
    if names == columns:
        return text
    at = [names.index(name) for name in columns]
    return "".join(f"{','.join(row[place] for place in at)}\n" for row in _raw_rows(text.decode())).encode()


def _raw_rows(text: str) -> Iterator[list[str]]:
    """Rows of raw cells, quotes kept."""
    row: list[str] = []
    start, inside = 0, False
    for place, sign in enumerate(text):
        if sign == '"':
            inside = not inside
        elif not inside and sign in ",\n":
            row.append(text[start:place])
            start = place + 1
            if sign == "\n":
                yield row
                row = []


@contextmanager
def backup(office: Office, as_of: datetime, *, told: scratch.Told) -> Iterator[Backup]:
    """An office out of the backups, as of a moment. Raises Conflict, see scratch.restored."""
    with scratch.restored(as_of, told=told) as server, closing(psycopg2.connect(**server.params)) as raw:
        raw.set_session(readonly=True, isolation_level="REPEATABLE READ")
        yield Backup(raw, office, as_of, server.base)


@contextmanager
def archive(office: Office, path: Path) -> Iterator[Archive]:
    """An office out of its archive. Raises Conflict (not there, another office's, damaged)."""
    try:
        with tarfile.open(path) as tar:
            yield Archive(tar, office, path.name)
    except (OSError, tarfile.TarError, KeyError) as error:
        raise Conflict(
            _("档案 %(file)s 不能读取（%(why)s）。请从备份放回完好的文件。") % {"file": path.name, "why": str(error)}
        ) from error
