"""An office packed into one tar file: its tables, the shared rows that it could read, its evidence, its audit chain.

What is its own is not told again here: each table is read as the office's own role, under its row policies. Secrets
stay out. `manifest.json`, the last member, lists every other with its SHA-256 and the rows of every table;
deploy/verify_archive.py checks it without Anlan and without a database.
"""

import hashlib
import io
import json
import tarfile
import tempfile
from collections.abc import Callable
from dataclasses import dataclass, replace
from datetime import UTC, datetime
from pathlib import Path
from typing import IO, Any

from django.conf import settings
from django.db import connection, transaction

from core import files as core_files
from core import office as office_core
from core.audit import anchors, exporting
from core.models import StoredFile
from core.postgres.base import quoted
from core.postgres.wall import told
from core.postgres.wall.language import Rows
from tenants import release
from tenants.models import Office

FORMAT = "anlan-archive-1"
# Work under way and what only serves it; the log, which is packed as its chain.
LEFT_OUT = frozenset(
    (
        *("core_job", "core_idempotencyrecord", "core_schedule", "tenants_signinattempt", "core_auditentry"),
        *("core_auditlink", "core_audithead", "core_auditanchor", "core_auditcheck"),
    )
)
# Sealed numbers stay sealed; what they are found by would let them be guessed.
SECRET = {
    "tenants_user": {"password", "phone_index", "resident_id_index"},
    "api_token": {"digest"},
}
IN_MEMORY = 8 * 1024 * 1024  # bytes of a member before it goes to a file
COLUMNS = """
    SELECT c.relname, array_agg(a.attname::text ORDER BY a.attnum)
    FROM pg_class c JOIN pg_attribute a ON a.attrelid = c.oid AND a.attnum > 0 AND NOT a.attisdropped
    WHERE c.relnamespace = %s::regnamespace AND c.relkind = 'r' GROUP BY c.relname ORDER BY c.relname
"""
Told = Callable[[int, int, str], None]


@dataclass(frozen=True)
class Packed:
    """What is in the file, and its sum."""

    path: Path
    size: int
    sha256: str
    tables: int
    rows: int
    files: int
    entries: int


def pack(office: Office, *, at: datetime, told: Told) -> Packed:
    """Write the file of a closed office; a name that is there already is refused. told(done, total, what).

    Nothing of the office changes meanwhile, because it is closed; shared rows are as of the moment their table is read.
    Raises DamagedFile (an evidence file is gone, or no longer what was uploaded), FileExistsError.
    """
    folder = Path(settings.ARCHIVE_DIR)
    folder.mkdir(parents=True, exist_ok=True, mode=0o700)
    path = folder / f"{office.schema_name}-{at.astimezone(UTC):%Y%m%dT%H%M%SZ}.tar"
    if path.exists():
        raise FileExistsError(path)
    part = path.with_name(f".{path.name}.part")
    packer = _Packer(office, at, told)
    with open(part, "wb") as raw, tarfile.open(fileobj=raw, mode="w", format=tarfile.PAX_FORMAT) as tar:
        packer.fill(tar)
    part.chmod(0o600)
    digest = hashlib.sha256()
    with open(part, "rb") as file:
        while piece := file.read(1 << 20):
            digest.update(piece)
    part.rename(path)
    rows = sum(table["rows"] for table in packer.tables)
    return Packed(
        path, path.stat().st_size, digest.hexdigest(), len(packer.tables), rows, packer.evidence, packer.entries
    )


class _Packer:
    def __init__(self, office: Office, at: datetime, told: Told) -> None:
        self.office, self.at, self.told = office, at, told
        self.members: dict[str, dict[str, Any]] = {}
        self.tables: list[dict[str, Any]] = []
        self.evidence = self.entries = 0

    def fill(self, tar: tarfile.TarFile) -> None:
        self.tar = tar
        above = office_core.current() or office_core.PUBLIC
        itself = replace(above, schema=self.office.schema_name, role=office_core.role_of(self.office.schema_name))
        with office_core.mounted(itself), transaction.atomic():
            wanted = self._wanted()
            stored = list(StoredFile.objects.filter(office=self.office.schema_name).order_by("sha256"))
            contents = {file.sha256: file for file in stored}
            total = len(wanted) + len(contents) + 1
            for done, (schema, table, columns) in enumerate(wanted):
                self.told(done, total, f"{schema}.{table}")
                self._table(schema, table, columns)
            for done, (sha256, file) in enumerate(contents.items(), start=len(wanted)):
                self.told(done, total, file.name)
                with core_files.open_content(file) as content:
                    self._add(f"files/{sha256}", content)
                self.evidence += 1
        self.told(total - 1, total, self.office.schema_name)
        with transaction.atomic():  # in the office above again
            self._chain()
        self._manifest()

    def _wanted(self) -> list[tuple[str, str, list[str]]]:
        """(schema, table, columns): all tables of its own, and the shared ones whose rows it may see."""
        shared = {name for name, rule in told.wall().tables.items() if isinstance(rule, Rows)} - LEFT_OUT
        with connection.cursor() as cursor:
            cursor.execute(COLUMNS, [self.office.schema_name])
            own = [row for row in cursor.fetchall() if row[0] != "django_migrations"]
            cursor.execute(COLUMNS, ["public"])
            rest = [row for row in cursor.fetchall() if row[0] in shared]
        tables = [(self.office.schema_name, *row) for row in own] + [("public", *row) for row in rest]
        return [
            (schema, table, [name for name in columns if name not in SECRET.get(table, ())])
            for schema, table, columns in tables
        ]

    def _table(self, schema: str, table: str, columns: list[str]) -> None:
        chosen = ", ".join(map(quoted, columns))
        order = f" ORDER BY {quoted(columns[0])}"
        query = f"COPY (SELECT {chosen} FROM {quoted(schema)}.{quoted(table)}{order}) TO STDOUT (FORMAT csv, HEADER)"
        with tempfile.SpooledTemporaryFile(IN_MEMORY) as text:
            with connection.cursor() as cursor:
                cursor.copy_expert(query, text)
                rows = cursor.rowcount
            text.seek(0)
            name = f"tables/{'office' if schema != 'public' else 'shared'}/{table}.csv"
            self._add(name, text)
        self.tables.append({"file": name, "schema": schema, "table": table, "columns": columns, "rows": rows})

    def _chain(self) -> None:
        """The whole chain with the anchors, so that it can be verified without a database."""
        with tempfile.SpooledTemporaryFile(IN_MEMORY) as text:
            for piece in exporting.whole_chains(self.office.schema_name, at=self.at):
                self.entries += piece.count("\n")
                text.write(piece.encode())
            self.entries -= 1  # the line that says what it is
            text.seek(0)
            self._add("audit/chain.jsonl", text)
        for path in anchors.files():
            self._add(f"audit/anchors/{path.name}", io.BytesIO(path.read_bytes()))
        self._add(f"audit/anchors/{anchors.PUBLIC_KEY}", io.BytesIO(anchors.public_pem()))

    def _manifest(self) -> None:
        office = self.office
        facts = {
            "format": FORMAT, "office": office.schema_name, "name": office.name, "level": office.level,
            "region_code": office.region_code, "made_at": self.at.astimezone(UTC).isoformat(timespec="seconds"),
            "release": release.release(), "migrations": release.keys(), "tables": self.tables,
            "audit": {"entries": self.entries}, "evidence": self.evidence, "members": self.members,
        }  # fmt: skip
        text = json.dumps(facts, ensure_ascii=False, indent=1).encode()
        self._write("manifest.json", io.BytesIO(text), len(text))

    def _add(self, name: str, content: IO[bytes]) -> None:
        """A member, with its sum for the manifest."""
        digest, size = hashlib.sha256(), 0
        while piece := content.read(1 << 20):
            digest.update(piece)
            size += len(piece)
        content.seek(0)
        self._write(name, content, size)
        self.members[name] = {"size": size, "sha256": digest.hexdigest()}

    def _write(self, name: str, content: IO[bytes], size: int) -> None:
        member = tarfile.TarInfo(name)
        member.size, member.mtime, member.mode = size, int(self.at.timestamp()), 0o600
        self.tar.addfile(member, content)
