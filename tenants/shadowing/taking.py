"""A shadow schema made of a source: the office's own tables brought to this release, its shared rows beside them.

One transaction: there is a whole shadow or none. Nothing of what is in use is locked: the migrations' SQL names no
schema, and finds copies of the shared tables' shapes in the shadow itself, so that not even a foreign key touches them.
"""

import tempfile
from typing import Any

from django.db import connection, transaction
from django.utils.translation import gettext as _

from core.errors import Conflict
from core.postgres.base import quoted
from core.postgres.fitness import CELL_ROLE, GROUP_ROLE
from core.postgres.wall import told as walls
from tenants import release
from tenants.models import Office, Shadow
from tenants.packing import IN_MEMORY
from tenants.shadowing.own import LEFT_OUT, PUBLIC, columns_in, own
from tenants.shadowing.scratch import Told
from tenants.shadowing.sources import NotThere, Source

HEADS = "core_audithead"  # of each chain, where it stood at the moment: what came later explains a difference
FOREIGN = """
    SELECT c.relname, k.conname, pg_get_constraintdef(k.oid) FROM pg_constraint k JOIN pg_class c ON c.oid = k.conrelid
    WHERE k.contype = 'f' AND c.relnamespace = %s::regnamespace
"""
TRIGGERS = """
    SELECT c.relname, t.tgname FROM pg_trigger t JOIN pg_class c ON c.oid = t.tgrelid
    WHERE NOT t.tgisinternal AND c.relnamespace = %s::regnamespace
"""


@transaction.atomic
def take(shadow: Shadow, office: Office, source: Source, *, told: Told) -> int:
    """Make the schema `shadow.schema_name`; answers how many migrations the source lacked. By the owner.

    Raises Conflict (the source is of a newer release; its tables are not what a release makes).
    """
    had = source.migrations()
    if newer := had - {*release.keys()}:
        raise Conflict(
            _("备份来自更新的版本（%(names)s），请用那个版本的程序还原。")
            % {"names": ", ".join(sorted(f"{app}.{name}" for app, name in newer))}
        )
    known = release.keys()
    lacking = [key for key in known if key not in had]
    taker = _Taker(shadow.schema_name, office, source, told)
    taker.make_shapes(had)
    taker.fill_own()
    if lacking:
        taker.upgrade(lacking)
    taker.fill_shared()
    taker.finish()
    return len(lacking)


def remove(schema: str) -> None:
    """Drop a shadow's schema, whole or not there. By the owner. Raises ValueError for one that is no shadow's."""
    if not schema.startswith("shadow_"):
        raise ValueError(f"{schema} is not the schema of a shadow")
    with transaction.atomic(), connection.cursor() as cursor:
        cursor.execute(f"DROP SCHEMA IF EXISTS {quoted(schema)} CASCADE")


class _Taker:
    def __init__(self, schema: str, office: Office, source: Source, told: Told) -> None:
        self.schema, self.office, self.source, self.told = schema, office, source, told
        self.place, self.known = quoted(schema), release.keys()
        self.shared = [name for name in own().shared if name in self.source.columns(PUBLIC)]
        self.mine = [name for name in source.columns(office.schema_name) if name != "django_migrations"]
        self.total, self.done = len(self.mine) + len(self.shared) + 2, 0

    def step(self, what: str) -> None:
        self.told(self.done, self.total, what)
        self.done += 1

    def run(self, sql: str) -> None:
        with connection.cursor() as cursor:
            cursor.execute(f"SET LOCAL search_path TO {self.place}")
            cursor.execute(sql)
            cursor.execute("SET LOCAL search_path TO public")

    def rows(self, sql: str, *values: str) -> list[tuple[Any, ...]]:
        with connection.cursor() as cursor:
            cursor.execute(sql, list(values))
            found: list[tuple[Any, ...]] = cursor.fetchall()
            return found

    def make_shapes(self, had: set[release.Key]) -> None:
        """The tables as the source has them, without rows, rights or triggers; foreign keys are kept for later."""
        self.step(_("建立历史副本的表"))
        remove(self.schema)
        with connection.cursor() as cursor:
            there = sorted(walls.tables_there(cursor))
        self.run(f"CREATE SCHEMA {self.place}")
        self.run(
            ";".join(f"CREATE TABLE {quoted(name)} (LIKE public.{quoted(name)} INCLUDING INDEXES)" for name in there)
        )
        self.of_shape = set(there)
        self.run_migrations([key for key in self.known if key in had])
        self.foreign = self.rows(FOREIGN, self.schema)
        for table, name, _definition in self.foreign:
            self.run(f"ALTER TABLE {quoted(table)} DROP CONSTRAINT {quoted(name)}")

    def run_migrations(self, keys: list[release.Key]) -> None:
        for (app, _name), sql in release.sql_of(keys):
            if app != release.STEPS_APP and sql.strip():  # a shadow is not watched, and nobody's role gets in
                self.run(sql)

    def fill_own(self) -> None:
        made = columns_in(self.schema)
        for table in self.mine:
            self.step(table)
            columns = self.source.columns(self.office.schema_name)[table]
            if set(columns) - set(made.get(table, ())):
                raise Conflict(
                    _("备份里的表 %(table)s 不是任何版本建立的样子，不能比较。请运维人员用 upgrade --verify 检查。")
                    % {"table": table}
                )
            self.copy(self.office.schema_name, table, columns)

    def upgrade(self, lacking: list[release.Key]) -> None:
        """By the strings that upgrade offices: what they may rest on, foreign keys by name, is there again first."""
        for table, name, definition in self.foreign:
            self.run(f"ALTER TABLE {quoted(table)} ADD CONSTRAINT {quoted(name)} {definition} NOT VALID")
        self.run_migrations(lacking)

    def fill_shared(self) -> None:
        """The columns that both releases have; where these differ, the comparison says which it left out."""
        made = columns_in(PUBLIC)
        for table in self.shared:
            self.step(table)
            there, secret = made.get(table, []), LEFT_OUT.get(table, set())
            columns = [name for name in self.source.columns(PUBLIC)[table] if name in there and name not in secret]
            self.run(f"DROP TABLE {quoted(table)} CASCADE")
            chosen = ", ".join(map(quoted, columns))
            self.run(f"CREATE TABLE {quoted(table)} AS SELECT {chosen} FROM public.{quoted(table)} WITH NO DATA")
            self.of_shape.discard(table)
            try:
                self.copy(PUBLIC, table, columns)
            except NotThere:
                self.of_shape.add(table)
        self.shared = [table for table in self.shared if table not in self.of_shape]
        for table in self.shared:  # an archive holds what the office could see
            self.run(f"DELETE FROM {quoted(table)} WHERE ({own().where(table, self.office, self.schema)}) IS NOT TRUE")

    def copy(self, schema: str, table: str, columns: list[str]) -> None:
        chosen = ", ".join(map(quoted, columns))
        with tempfile.SpooledTemporaryFile(IN_MEMORY) as text:
            self.source.copy(schema, table, columns, text)
            text.seek(0)
            with connection.cursor() as cursor:
                cursor.copy_expert(
                    f"COPY {self.place}.{quoted(table)} ({chosen}) FROM STDIN (FORMAT csv, HEADER)", text
                )

    def finish(self) -> None:
        """Plain rows: no foreign key, no trigger, no shape of another's table, and no right of anybody."""
        self.step(_("整理历史副本"))
        for table in sorted(self.of_shape):
            self.run(f"DROP TABLE {quoted(table)} CASCADE")
        for table, name, _definition in self.rows(FOREIGN, self.schema):
            self.run(f"ALTER TABLE {quoted(table)} DROP CONSTRAINT {quoted(name)}")
        for table, name in self.rows(TRIGGERS, self.schema):
            self.run(f"DROP TRIGGER {quoted(name)} ON {quoted(table)}")
        self.run(f"CREATE TABLE {HEADS} (chain text PRIMARY KEY, seq bigint NOT NULL)")
        with connection.cursor() as cursor:
            cursor.executemany(f"INSERT INTO {self.place}.{HEADS} VALUES (%s, %s)", self.source.heads())
        everybody = f"PUBLIC, {GROUP_ROLE}, {CELL_ROLE}"
        self.run(f"REVOKE ALL ON SCHEMA {self.place} FROM {everybody}")
        self.run(f"REVOKE ALL ON ALL TABLES IN SCHEMA {self.place} FROM {everybody}")
        self.run("; ".join(f"ANALYZE {quoted(table)}" for table in sorted({*self.mine, *self.shared})))
