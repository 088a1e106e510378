"""`python -m tests.upgrades --offices 100 [--library]`: what happened, as one line of JSON.

People work in the offices the whole time: requests of the workbench through the whole stack, and short transactions
that write and read drafts. Meanwhile an upgrade is killed in the middle and begun again by two at once.
"""

import argparse
import json
import os
import random
import shutil
import signal
import subprocess
import sys
import tempfile
import threading
import time
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

from tests.benchmarks.set_up import ROOT, find_packages

find_packages()

from tests.benchmarks import database  # noqa: E402 (found only now)

MONTH = 11
WRITERS, VISITORS = 2, 2
PAUSE = 0.02  # s between the acts of one of them: busy people, not a flood
DONE = 'SELECT count(*) FROM public.tenants_schemastate WHERE migrations @> \'[["reporting", "9999_more"]]\''
MIGRATION = """
from django.db import migrations, models


class Migration(migrations.Migration):
    dependencies = [("reporting", "{before}")]
    operations = [
        migrations.RunSQL("SELECT pg_sleep({pause})"),  # or there would be no middle to be killed in
        migrations.AddField("draftvalue", "more", models.IntegerField(null=True, db_index=True)),
    ]
"""


def main(arguments: list[str]) -> int:
    parser = argparse.ArgumentParser(prog="tests.upgrades")
    parser.add_argument("--offices", type=int, default=12)
    parser.add_argument("--library", action="store_true", help="then the same by the library, as the control")
    given = parser.parse_args(arguments)
    os.environ["DJANGO_SETTINGS_MODULE"] = "tests.upgrades.settings"
    with database.database(), laid_down(0.05) as slow, laid_down(0) as quick:
        import django

        django.setup()
        print(json.dumps(measure(given.offices, slow, quick, library=given.library)))
    return 0


@contextmanager
def laid_down(pause: float) -> Iterator[str]:
    """A folder with the reporting app's migrations and one more."""
    originals = ROOT / "appraisal/reporting/migrations"
    with tempfile.TemporaryDirectory() as folder:
        package = Path(folder, "more_migrations")
        shutil.copytree(originals, package, ignore=shutil.ignore_patterns("__pycache__"))
        last = max(path.stem for path in originals.glob("[0-9]*.py"))
        (package / "9999_more.py").write_text(MIGRATION.format(before=last, pause=pause), encoding="utf-8")
        yield folder


def measure(count: int, slow: str, quick: str, *, library: bool) -> dict[str, Any]:
    """Everything that the tests ask about."""
    from tests.benchmarks import workbench, world

    world.make_tables()
    province = world.make_province("upgrades", count)
    desks = [workbench.Desk(province, number) for number in range(1, count + 1)]
    with world.public():
        period = province.period(MONTH)
    for desk in desks:
        desk.draft(province.cycle, MONTH)
        desk.get(f"/reporting/{period.pk}/")
    crowd = Crowd(desks, period.pk)
    names = [desk.office.schema_name for desk in desks]
    result: dict[str, Any] = {"offices": count, "quiet": crowd.at_work(lambda: time.sleep(2))}

    killed: dict[str, Any] = {}
    result["killed"] = crowd.at_work(lambda: killed.update(kill_in_the_middle(slow, count)))
    result |= killed
    result["two_at_once"] = crowd.at_work(lambda: result.update(codes=both(slow)))
    result["after_resuming"] = done()
    result["verify"] = told(upgrade(slow, "--verify"))

    by_hand(names[0], "CREATE INDEX by_hand ON {}.reporting_draftvalue (narrative)")
    result["verify_by_hand"] = told(upgrade(slow, "--verify"))
    if library:
        by_hand(names[0], "DROP INDEX {}.by_hand")
        for way, act in (
            ("ours", lambda: upgrade(quick).returncode),
            ("library", lambda: by_the_library(quick, names)),
        ):
            undo(names)
            result[way] = crowd.at_work(timed := Timed(act))
            result[way] |= {"code": timed.answer, "seconds": timed.seconds}
    return result


def upgrade(folder: str, *arguments: str) -> subprocess.CompletedProcess[str]:
    return subprocess.run(_command(*arguments), env=_with(folder), capture_output=True, text=True, check=False)


def _command(*arguments: str) -> list[str]:
    return [sys.executable, str(ROOT / "manage.py"), "upgrade", "--skip-checks", *arguments]


def _with(folder: str) -> dict[str, str]:
    return {**os.environ, "ANLAN_MORE_MIGRATIONS": folder}


def told(answer: subprocess.CompletedProcess[str]) -> list[Any]:
    """Exit code and last words: where they go depends on which they are."""
    return [answer.returncode, (answer.stderr if answer.returncode else answer.stdout).strip().splitlines()[-1]]


class Timed:
    """An act that remembers its answer and seconds."""

    def __init__(self, act: Any) -> None:
        self.act, self.answer, self.seconds = act, None, 0.0

    def __call__(self) -> None:
        began = time.perf_counter()
        self.answer = self.act()
        self.seconds = time.perf_counter() - began


def done() -> int:
    """Offices that have the migration."""
    from tests.benchmarks import ranking, world

    with world.public():
        return int(ranking.fetched(DONE)[0][0])


def kill_in_the_middle(folder: str, count: int) -> dict[str, Any]:
    """Begin an upgrade and SIGKILL it when a third is done."""
    process = subprocess.Popen(_command(), env=_with(folder), stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL)
    deadline = time.monotonic() + 60
    while done() < max(1, count // 3):
        if process.poll() is not None or time.monotonic() > deadline:
            raise RuntimeError("the upgrade ended before it could be killed")
        time.sleep(0.005)
    process.send_signal(signal.SIGKILL)
    process.wait()
    time.sleep(0.3)  # the server notices, and takes the office back that was being done
    return {"after_the_kill": done()}


def both(folder: str) -> list[int]:
    """Two go on at once."""
    two = [subprocess.Popen(_command(), env=_with(folder), stdout=subprocess.DEVNULL) for _each in range(2)]
    return [process.wait(300) for process in two]


LIBRARY = """
import sys
from tests.benchmarks.set_up import find_packages
find_packages()
import django
django.setup()
from core import office
from django_tenants.migration_executors import get_executor
from tests.benchmarks.offices import OPTIONS
with office.maintenance():
    given = {"verbosity": 0, "interactive": False, "app_label": None, **OPTIONS}
    get_executor("standard")([], given).run_migrations(tenants=sys.argv[1:])
"""


def by_the_library(folder: str, names: list[str]) -> int:
    """What its migrate_schemas does, for these offices (the others of this run have no schema)."""
    from tests.benchmarks import offices

    with _maintenance():
        offices.told_of_shared_apps(names)
    command = [sys.executable, "-c", LIBRARY, *names]
    answer = subprocess.run(command, env=_with(folder), cwd=ROOT, capture_output=True, text=True, check=False)
    sys.stderr.write(answer.stderr)
    return answer.returncode


def _maintenance() -> Any:
    from core import office

    return office.maintenance()


def undo(names: list[str]) -> None:
    """Take the migration back everywhere, whoever applied it."""
    from django.db import connection

    from tenants.models import SchemaState

    with _maintenance():
        before = [key for key in SchemaState.objects.values_list("migrations", flat=True)[0] if key[1] != "9999_more"]
        with connection.cursor() as cursor:
            for name in names:
                cursor.execute(f"ALTER TABLE {name}.reporting_draftvalue DROP COLUMN IF EXISTS more")
                cursor.execute(f"DELETE FROM {name}.django_migrations WHERE name = '9999_more'")
        SchemaState.objects.update(release="before", migrations=before)


def by_hand(name: str, statement: str) -> None:
    """What somebody with the owner's login may do to one office."""
    from django.db import connection

    with _maintenance(), connection.cursor() as cursor:
        cursor.execute(statement.format(name))


class Crowd:
    """People at work: what each act took, in seconds, and what went wrong."""

    def __init__(self, desks: list[Any], period_id: int) -> None:
        self.desks, self.period_id = desks, period_id

    def at_work(self, act: Any) -> dict[str, Any]:
        """While `act` runs. Milliseconds: median, 99th percentile and longest, of requests and of transactions."""
        self.taken: dict[str, list[float]] = {"requests": [], "transactions": []}
        self.wrong: list[str] = []
        stop = threading.Event()
        people = [threading.Thread(target=self._visit, args=(seed, stop)) for seed in range(VISITORS)]
        people += [threading.Thread(target=self._write, args=(seed, stop)) for seed in range(WRITERS)]
        for one in people:
            one.start()
        try:
            act()
        finally:
            stop.set()
            for one in people:
                one.join()
        return {"wrong": self.wrong[:5], **{name: _figures(taken) for name, taken in self.taken.items()}}

    def _visit(self, seed: int, stop: threading.Event) -> None:
        self._repeat("requests", seed, stop, lambda desk: desk.get(f"/reporting/{self.period_id}/"))

    def _write(self, seed: int, stop: threading.Event) -> None:
        self._repeat("transactions", seed, stop, self._draft)

    def _draft(self, desk: Any) -> None:
        from django.db import transaction

        from appraisal.reporting.models import DraftValue
        from core import office

        with office.mounted(office.of(desk.office.schema_name)), transaction.atomic():
            row = DraftValue.objects.select_for_update().order_by("?").first()
            assert row is not None
            row.narrative = "按计划推进，已核对。"
            row.save(update_fields=["narrative"])

    def _repeat(self, kind: str, seed: int, stop: threading.Event, act: Any) -> None:
        from django.db import connection

        choose = random.Random(seed)
        try:
            while not stop.is_set():
                desk = choose.choice(self.desks)
                began = time.perf_counter()
                try:
                    act(desk)
                except Exception as error:  # every one counts, whatever it is
                    self.wrong.append(f"{kind}: {error!r}")
                self.taken[kind].append(time.perf_counter() - began)
                time.sleep(PAUSE)
        finally:
            connection.close()


def _figures(taken: list[float]) -> dict[str, Any]:
    taken = sorted(taken)
    median, p99 = taken[len(taken) // 2], taken[min(len(taken) - 1, int(len(taken) * 0.99))]
    return {"number": len(taken), "median": median * 1000, "p99": p99 * 1000, "longest": taken[-1] * 1000}


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
