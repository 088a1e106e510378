"""Which test file leaves committed rows behind: counted before and after each file that uses the database.

Tests roll back; those that commit (transaction=True, an unblocked connection, other processes) clear up themselves, and
what they forget makes another file fail on another day. The file fails, and is named with its tables at the end of the
run; with ANLAN_LEFTOVERS=tell it is only named. Rows that no test can take back are not counted (`KEPT`).
"""

import os
from collections.abc import Iterator
from dataclasses import dataclass, field

import pytest
from django.db import connection, transaction

from core import office as office_core

# Chained by triggers and never deleted; what is known of schemas and releases; positions of jobs that repeat.
KEPT = ("core_audit", "django_migrations", "tenants_schemastate", "core_schedule")
FORGOTTEN: dict[str, dict[str, int]] = {}
TABLES = """
    SELECT n.nspname, c.relname FROM pg_class c JOIN pg_namespace n ON n.oid = c.relnamespace
    WHERE c.relkind = 'r' AND (n.nspname = 'public' OR n.nspname IN (SELECT schema_name FROM public.tenants_office))
    ORDER BY 1, 2
"""


def counted() -> dict[str, int]:
    """Table with its schema → how many rows are committed there, of all offices, by the owner's login. Two queries."""
    mount = office_core.Mount(office_core.PUBLIC_SCHEMA, cell=office_core.OWNER)
    with office_core.mounted(mount), transaction.atomic(), connection.cursor() as cursor:
        cursor.execute(TABLES)
        tables = [f"{schema}.{table}" for schema, table in cursor.fetchall() if not table.startswith(KEPT)]
        cursor.execute(" UNION ALL ".join(f"SELECT '{name}', count(*) FROM {name}" for name in tables))
        return dict(cursor.fetchall())


@dataclass
class Watch:
    """What was there before a file's tests; `left` says what is there besides after them."""

    before: dict[str, int] = field(default_factory=dict)

    def begin(self) -> "Watch":
        self.before = counted()
        return self

    def left(self) -> dict[str, int]:
        """Table → rows more than before, negative for rows that are gone; of a schema that is new every row."""
        after = counted()
        changed = {name: n - self.before.get(name, 0) for name, n in after.items()}
        gone = {name: -n for name, n in self.before.items() if name not in after}
        return {name: n for name, n in sorted((changed | gone).items()) if n}


def said(forgotten: dict[str, dict[str, int]]) -> list[str]:
    """A line per file: its tables with how many rows more or fewer."""
    return [
        f"{name}: " + ", ".join(f"{table} {n:+d}" for table, n in tables.items())
        for name, tables in sorted(forgotten.items())
    ]


@pytest.fixture(scope="module", autouse=True)
def nothing_left_behind(request: pytest.FixtureRequest) -> Iterator[None]:
    """Set up before every other fixture of the file, torn down after them."""
    here = [item for item in request.session.items if item.path == request.path]
    if not any("django_db_setup" in getattr(item, "fixturenames", ()) for item in here):
        yield
        return
    request.getfixturevalue("django_db_setup")
    blocker = request.getfixturevalue("django_db_blocker")
    with blocker.unblock():
        watch = Watch().begin()
    yield
    with blocker.unblock():
        left = watch.left()
    if left:
        told(request.path.relative_to(request.config.rootpath).as_posix(), left)


def told(name: str, left: dict[str, int]) -> None:
    """Name a file with what it left; fail it unless asked only to tell."""
    FORGOTTEN[name] = left
    if os.environ.get("ANLAN_LEFTOVERS") != "tell":
        pytest.fail(f"rows stay behind: {said({name: left})[0]}", pytrace=False)


class Telling:
    """Says at the end of a run which files forgot rows; with several processes each tells the first."""

    def pytest_sessionfinish(self, session: pytest.Session) -> None:
        output = getattr(session.config, "workeroutput", None)
        if output is not None:
            output["leftovers"] = FORGOTTEN

    @pytest.hookimpl(optionalhook=True)
    def pytest_testnodedown(self, node: object) -> None:
        FORGOTTEN.update(getattr(node, "workeroutput", {}).get("leftovers", {}))

    def pytest_terminal_summary(self, terminalreporter: pytest.TerminalReporter) -> None:
        if FORGOTTEN:
            terminalreporter.section("rows left behind")
            for line in said(FORGOTTEN):
                terminalreporter.write_line(line)
