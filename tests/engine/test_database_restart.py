"""The database goes away in the middle of jobs and comes back: none is lost, none is doubled, work goes on."""

import os
import signal
import subprocess
import sys
import time
from collections.abc import Iterator
from pathlib import Path

import dj_database_url
import pytest
from django.conf import settings
from django.db import connection
from django.utils import timezone

from core import office as office_core
from deploy.local import pg
from tests.engine.engine import Engine, effects

BACK_SECONDS = 10
PLACE = ("NAME", "USER", "PASSWORD", "HOST", "PORT")
PREPARE = """
import django; django.setup()
from django.core.management import call_command
from django.db import transaction
from core import office
with office.maintenance():
    call_command("upgrade", verbosity=0, skip_checks=True)
from tests import factories
with office.mounted(office.PUBLIC), transaction.atomic():
    factories.make_offices()
"""


@pytest.fixture(scope="module")
def cluster(tmp_path_factory: pytest.TempPathFactory, django_db_blocker) -> Iterator[pg.Server]:
    """A PostgreSQL of its own, with the offices; this process talks to it instead of the test database."""
    folder = tmp_path_factory.mktemp("cluster")
    server = pg.Server(folder / "pg")  # not the unsafe one: a crash must find what was committed
    server.start()
    before = dict(connection.settings_dict)
    environment = {
        **os.environ,
        "PYTHONPATH": f"platform{os.pathsep}.",
        "DJANGO_SETTINGS_MODULE": "config.settings.test",
        "DATABASE_URL": server.url() or "",
        "DATA_DIR": str(folder / "data"),
    }
    try:
        subprocess.run([sys.executable, "-c", PREPARE], cwd=settings.BASE_DIR, env=environment, check=True)
        with django_db_blocker.unblock():
            connection.close()
            connection.settings_dict.update(settings_of(server))
            with office_core.mounted(office_core.PUBLIC), effects():
                yield server
    finally:
        with django_db_blocker.unblock():
            connection.close()
        connection.settings_dict.update({name: before[name] for name in PLACE})
        server.stop()


def settings_of(server: pg.Server) -> dict[str, object]:
    chosen = dj_database_url.parse(server.url() or "")
    return {name: chosen[name] for name in PLACE}


@pytest.mark.soak
@pytest.mark.parametrize("end", ["stopped", "crashed"])
def test_nothing_is_lost_when_the_database_restarts(cluster: pg.Server, tmp_path: Path, end: str) -> None:
    with Engine(tmp_path / "engine", database_url=cluster.url() or "") as engine:
        first = engine.want()
        engine.wait([first], 60)
        tokens = [engine.want(seconds=2) for _ in range(4)]
        while not any(engine.told(token) for token in tokens):
            time.sleep(0.05)
        connection.close()

        if end == "crashed":
            os.kill(cluster.pid() or 0, signal.SIGQUIT)  # every process ends at once and nothing is put in order
            while cluster.pid():
                time.sleep(0.05)
        else:
            cluster.stop()
        time.sleep(2)
        cluster.start()
        back = timezone.now().timestamp()
        engine.wait(tokens, 60)
        report = engine.report([first, *tokens])
        again = [at for token in tokens for (what, tries), at in engine.told(token).items() if tries > 1]

    print(f"\ndatabase {end} for 2 s: {report}; first job again {min(again) - back:.1f} s after it was back")
    assert (report.lost, report.doubled, report.half) == (0, 0, 0)
    assert min(again) - back < BACK_SECONDS
