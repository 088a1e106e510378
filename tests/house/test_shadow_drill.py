"""One office as of a moment, beside the one at work: the command with a real backup, killed in the middle, repeated."""

import os
import shutil
import signal
import subprocess
import sys
import tempfile
import time
from collections.abc import Iterator
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import pytest

from deploy.local import pg
from tests.house.test_recovery_product import ROOT, Product
from tests.recovery.__main__ import ADMINISTRATOR

OFFICE = "bench_drill_0001"
VALUE = "SELECT (fact->>'value')::int FROM {}.reporting_draftvalue WHERE narrative LIKE '第%%次'"


class Installation(Product):
    """A product with a place for scratch servers; root's server runs as somebody else, who must get in."""

    def __init__(self, home: Path) -> None:
        super().__init__(home)
        self.scratch = Path(tempfile.mkdtemp(prefix="s"))
        self.scratch.chmod(0o711)

    def command(self, moment: str) -> subprocess.Popen[str]:
        arguments = ["restore_shadow", OFFICE, "--as-of", moment, "--as", ADMINISTRATOR, "--reason", "十一月的数据不对"]
        environment = {
            **os.environ, "DATABASE_URL": str(self.server.url()), "DJANGO_SETTINGS_MODULE": "tests.benchmarks.settings",
            "BACKUP_DIR": str(self.store), "SCRATCH_DIR": str(self.scratch),
        }  # fmt: skip
        return subprocess.Popen(
            [sys.executable, str(ROOT / "manage.py"), *arguments, "--skip-checks"], env=environment, text=True,
            stdout=subprocess.PIPE, stderr=subprocess.PIPE,
        )  # fmt: skip

    def schemas(self, admin: str) -> list[str]:
        found = self.sql(admin, "SELECT nspname::text FROM pg_namespace WHERE nspname LIKE 'shadow%%'")
        return [name for (name,) in found]

    def servers(self) -> list[int]:
        """Processes that have a scratch directory in their command."""
        found = []
        for path in Path("/proc").glob("[0-9]*/cmdline"):
            try:
                if str(self.scratch).encode() in path.read_bytes() and b"postgres" in path.read_bytes():
                    found.append(int(path.parent.name))
            except OSError:
                continue
        return found

    def end(self) -> None:
        for pid in self.servers():
            os.kill(pid, signal.SIGQUIT)
        shutil.rmtree(self.scratch, ignore_errors=True)
        super().end()


@pytest.fixture
def installation(tmp_path: Path) -> Iterator[Installation]:
    made = Installation(tmp_path)
    yield made
    made.end()


@pytest.mark.slow
def test_an_office_is_looked_at_as_of_a_moment_while_everybody_works_on(
    installation: Installation, capsys: Any
) -> None:
    installation.receive()
    people = installation.people()
    try:
        time.sleep(1)
        assert installation.run("base").returncode == 0
        time.sleep(1)
        at, moment = time.time(), datetime.now(UTC).isoformat()
        time.sleep(1.5)
        own = str(installation.server.url())
        admin = f"{installation.url.rsplit('/', 1)[0]}/{own.rsplit('/', 1)[1]}"

        killed = installation.command(moment)
        deadline = time.monotonic() + 60
        while not installation.servers():
            assert killed.poll() is None, killed.communicate()
            assert time.monotonic() < deadline, "no scratch server"
            time.sleep(0.02)
        killed.kill()
        killed.communicate()
        assert installation.schemas(admin) == []  # no half of one
        began = time.monotonic()
        again = installation.command(moment)
        said, wrong = again.communicate(timeout=120)
        took = time.monotonic() - began
    finally:
        people.kill()
        people.wait(30)

    assert again.returncode == 0, wrong
    assert (installation.servers(), list(installation.scratch.iterdir())) == ([], [])  # both scratch servers are gone
    (schema,) = installation.schemas(admin)
    ((then,),) = installation.sql(admin, VALUE.format(schema))
    ((now,),) = installation.sql(admin, VALUE.format(OFFICE))
    rows = [line.split() for line in installation.receipts_file.read_text().splitlines() if line.startswith(OFFICE)]
    answered = max(int(number) for _office, number, when in rows if float(when) <= at)
    assert answered <= then <= answered + 1  # one may have been stored and not yet answered
    assert then < now
    found = installation.sql(
        admin,
        "SELECT table_name, kind, fields, changes > 0 FROM tenants_shadowdifference WHERE table_name LIKE 'rep%%'",
    )
    assert [(table, kind, logged) for table, kind, _fields, logged in found] == [
        ("reporting_draftvalue", "CHANGED", True)
    ]
    assert "fact" in found[0][2]
    with capsys.disabled():
        print(f"\n  {said.strip().splitlines()[0]}; the command took {took:.1f} s")
    assert took < 120

    late = installation.command(datetime(2026, 1, 1, tzinfo=UTC).isoformat())
    assert late.wait(60) == 1
    assert "no base backup from before" in late.communicate()[1]
    assert pg.alive(installation.server.pid() or 0)  # what is in use went on
