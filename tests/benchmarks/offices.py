"""A new office, and an upgrade of all offices: this code against the library's migrations and its clone."""

import random
import shutil
import statistics
import sys
import tempfile
import threading
import time
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

from django.conf import settings
from django.core.management import call_command
from django.db import connection, transaction
from django.db.migrations.loader import MigrationLoader
from django.test.utils import override_settings
from django_tenants.clone import CloneSchema
from django_tenants.migration_executors import get_executor

from core import office as office_core
from core.postgres.base import quoted
from tenants import fingerprints, release, schemas, upgrading
from tenants.models import Office, SchemaState
from tests.benchmarks import world

READERS = 4
RUNS = 5  # of our upgrade
MIGRATION = """
from django.db import migrations, models


class Migration(migrations.Migration):
    dependencies = [("reporting", "{before}")]
    operations = [migrations.AddField("draftvalue", "bench", models.IntegerField(null=True, db_index=True))]
"""


def measure(count: int, runs: int) -> dict[str, Any]:
    """Seconds and ratios. count: offices to upgrade; runs: offices made each way."""
    province = world.make_province("offices", count + 3 * runs + 1)
    with world.public():
        rows = list(Office.objects.filter(parent=province.office).order_by("id"))
    with office_core.maintenance():
        return {**created(rows[count:], runs), **upgraded(rows[:count])}


def created(rows: list[Office], runs: int) -> dict[str, Any]:
    """Median seconds of making one office's schema: ours with role, rights and triggers; theirs with tables alone."""
    spare = iter(rows)
    template = next(spare)
    schemas.create_schema(template)
    acts = {
        "ours": lambda: schemas.create_schema(next(spare)),
        "migrated": lambda: next(spare).create_schema(verbosity=0),
        "cloned": lambda: clone(template, next(spare)),
    }
    seconds: dict[str, list[float]] = {name: [] for name in acts}
    for _run in range(runs):
        for name, act in acts.items():
            started = time.perf_counter()
            act()
            seconds[name].append(time.perf_counter() - started)
    medians = {name: sorted(taken)[len(taken) // 2] for name, taken in seconds.items()}
    return {
        "create_runs": runs, "create_seconds": medians,
        "migrated_over_ours": medians["migrated"] / medians["ours"],
        "cloned_over_ours": medians["cloned"] / medians["ours"],
    }  # fmt: skip


def clone(template: Office, office: Office) -> None:
    """As the library does it: its clone function, then every migration marked as done."""
    CloneSchema().clone_schema(template.schema_name, office.schema_name, "NODATA")
    call_command(
        "migrate_schemas", tenant=True, fake=True, schema_name=office.schema_name, interactive=False, verbosity=0
    )


def upgraded(rows: list[Office]) -> dict[str, Any]:
    """Seconds of bringing all to one more migration, and of finding nothing to do; waits of readers meanwhile."""
    for office in rows:
        schemas.create_schema(office)
    names = [office.schema_name for office in rows]
    quiet = waits(names, lambda: time.sleep(2))
    with one_more_migration():
        ours = []
        for _run in range(RUNS):  # a busy moment is as long as the whole of it; the library's takes long enough
            release.forget()  # as a process that begins
            ours.append(timed(upgrading.upgrade_schemas))
            undo(names)
        upgrading.upgrade_schemas()
        seconds = {"one": statistics.median(ours), "none": timed(upgrading.upgrade_schemas)}
        seconds["verify"] = timed(fingerprints.drifted)
        undo(names)
        release.forget()  # as a process that begins
        seconds["one_verified"] = timed(lambda: upgrading.upgrade_schemas(verified=True))
        undo(names)
        busy = waits(names, upgrading.upgrade_schemas)
        undo(names)
        told_of_shared_apps(names)
        library = get_executor("standard")([], {"verbosity": 0, "interactive": False, "app_label": None, **OPTIONS})
        seconds["library_one"] = timed(lambda: library.run_migrations(tenants=names))
        seconds["library_none"] = timed(lambda: library.run_migrations(tenants=names))
        undo(names)
    return {
        "offices": len(rows), "upgrade_seconds": seconds,
        "one_ratio": seconds["library_one"] / seconds["one"], "none_ratio": seconds["library_none"] / seconds["none"],
        "reader_p99_quiet": quiet, "reader_p99_upgrading": busy,
    }  # fmt: skip


def told_of_shared_apps(names: list[str]) -> None:
    """The library writes into every office's list the shared apps' migrations as well, and refuses one without."""
    nodes = MigrationLoader(None).graph.nodes
    tenant = {app.rsplit(".", 1)[-1] for app in settings.TENANT_APPS}
    rows = [node for node in nodes if node[0] not in tenant]
    with connection.cursor() as cursor:
        for name in names:
            cursor.executemany(
                f"INSERT INTO {quoted(name)}.django_migrations (app, name, applied) VALUES (%s, %s, now())", rows
            )


# What the library's command passes on.
OPTIONS = {
    "migration_name": None, "fake": False, "fake_initial": False, "plan": False,
    "run_syncdb": False, "prune": False, "skip_checks": True, "database": "default", "executor": "standard",
    "force_color": False, "no_color": False, "check_unapplied": False, "stdout": None, "stderr": None,
}  # fmt: skip


def timed(act: Any) -> float:
    started = time.perf_counter()
    act()
    return time.perf_counter() - started


@contextmanager
def one_more_migration() -> Iterator[None]:
    """The reporting app with one migration more than it has: a column with an index."""
    originals = Path(settings.BASE_DIR) / "appraisal/reporting/migrations"
    with tempfile.TemporaryDirectory() as scratch:
        package = Path(scratch, "bench_migrations")
        shutil.copytree(originals, package, ignore=shutil.ignore_patterns("__pycache__"))
        last = max(path.stem for path in originals.glob("[0-9]*.py"))
        (package / "9999_bench.py").write_text(MIGRATION.format(before=last), encoding="utf-8")
        sys.path.insert(0, scratch)
        release.forget()
        try:
            with override_settings(MIGRATION_MODULES={"reporting": "bench_migrations"}):
                yield
        finally:
            sys.path.remove(scratch)
            for name in [name for name in sys.modules if name.split(".")[0] == "bench_migrations"]:
                del sys.modules[name]  # the next one is another folder
            release.forget()


def undo(names: list[str]) -> None:
    """Take the migration back everywhere, whoever applied it."""
    with connection.cursor() as cursor:
        for name in names:
            cursor.execute(f"ALTER TABLE {quoted(name)}.reporting_draftvalue DROP COLUMN IF EXISTS bench")
            cursor.execute(f"DELETE FROM {quoted(name)}.django_migrations WHERE name = '9999_bench'")
    before = [key for key in release.keys() if key[1] != "9999_bench"]  # noqa: SIM118 (a function of that name)
    SchemaState.objects.filter(office__schema_name__in=names).update(release="before", migrations=before)


def waits(names: list[str], act: Any) -> float:
    """The 99th percentile, in seconds, of readers' short transactions in random offices while `act` runs."""
    taken: list[float] = []
    done = threading.Event()

    def read(seed: int) -> None:
        choose = random.Random(seed)
        try:
            while not done.is_set():
                name = choose.choice(names)
                started = time.perf_counter()
                with office_core.mounted(office_core.of(name)), transaction.atomic(), connection.cursor() as cursor:
                    cursor.execute("SELECT count(*) FROM reporting_draftvalue")
                    cursor.fetchone()
                taken.append(time.perf_counter() - started)
        finally:
            connection.close()

    readers = [threading.Thread(target=read, args=(number,)) for number in range(READERS)]
    for reader in readers:
        reader.start()
    act()
    done.set()
    for reader in readers:
        reader.join()
    return sorted(taken)[int(len(taken) * 0.99)]
