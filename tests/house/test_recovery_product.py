"""The drill on the product: people at work in several offices, the power goes, base backup and log bring all back.

All chains verify against the anchors, every schema is what the release makes, and each answered save is there.
"""

import os
import subprocess
import sys
import time
from collections.abc import Iterator
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import pytest
from django.conf import settings

from tests.house.test_recovery import Drill, wait_for_the_stream

ROOT = Path(settings.BASE_DIR)


class Product(Drill):
    """A drill whose writers are the product's own."""

    def __init__(self, home: Path) -> None:
        super().__init__(home)
        self.receipts_file = home / "receipts"
        self.threads: list[Any] = []

    def people(self) -> subprocess.Popen[str]:
        command = [sys.executable, "-m", "tests.recovery", str(self.receipts_file)]
        url = self.server.url()
        process = subprocess.Popen(
            command, cwd=ROOT, env={**os.environ, "DATABASE_URL": str(url)}, stdout=subprocess.PIPE, text=True
        )
        assert process.stdout is not None
        with process.stdout as said:
            assert said.readline() == "ready\n"
        return process

    def answered(self) -> dict[str, tuple[int, float]]:
        """Office → (number, second) of the last save that was answered."""
        last: dict[str, tuple[int, float]] = {}
        for line in self.receipts_file.read_text().splitlines():
            office, number, at = line.split()
            last[office] = (int(number), float(at))
        return last

    def manage(self, url: str, *arguments: str) -> subprocess.CompletedProcess[str]:
        environment = {
            **os.environ, "DATABASE_URL": url, "DJANGO_SETTINGS_MODULE": "tests.benchmarks.settings",
            "AUDIT_ANCHOR_DIR": str(self.home / "anchors"), "AUDIT_KEY_FILE": str(self.home / "keys/audit.pem"),
        }  # fmt: skip
        command = [sys.executable, str(ROOT / "manage.py"), *arguments, "--skip-checks"]
        return subprocess.run(command, env=environment, capture_output=True, text=True, check=False)


@pytest.fixture
def product(tmp_path: Path) -> Iterator[Product]:
    made = Product(tmp_path)
    yield made
    made.end()


def restored_url(product: Product, name: str, *arguments: str) -> tuple[Any, str, str]:
    """(server, its superuser's address of the product's database, the product's own address)."""
    server, admin = product.restored(name, *arguments)
    own = str(server.url())
    return server, f"{admin.rsplit('/', 1)[0]}/{own.rsplit('/', 1)[1]}", own


@pytest.mark.slow
def test_a_killed_installation_comes_back_whole_and_a_restore_to_before_is_told(product: Product, capsys: Any) -> None:
    product.receive()
    people = product.people()
    time.sleep(1)
    assert product.run("base").returncode == 0
    before = datetime.now(UTC)
    wait_for_the_stream(product)
    time.sleep(2)
    killed = product.kill()
    people.wait(30)

    server, admin, own = restored_url(product, "second")
    back = time.monotonic() - killed
    answered = product.answered()
    saved = "SELECT fact->>'value' FROM {}.reporting_draftvalue WHERE narrative LIKE '第%%次'"
    there = {office: int(product.sql(admin, saved.format(office))[0][0]) for office in answered}
    audit, schemas = product.manage(own, "verify_audit"), product.manage(own, "upgrade", "--verify")
    whole = time.monotonic() - killed
    server.stop()

    lost = {office: number - there[office] for office, (number, _at) in answered.items() if there[office] < number}
    with capsys.disabled():
        print(
            f"\n  {sum(number for number, _at in answered.values())} saves in {len(answered)} offices answered, "
            f"{sum(lost.values())} lost; back after {back:.1f} s, verified after {whole:.1f} s; "
            + audit.stdout.partition("\n")[0]
        )
    assert len(answered) == 4
    assert lost == {}
    assert (audit.returncode, "Every chain is whole." in audit.stdout) == (0, True), audit.stdout + audit.stderr
    assert schemas.returncode == 0, schemas.stderr
    assert "4 office schemas are what this release makes" in schemas.stdout

    # The control: what is restored to an earlier moment is behind its anchors, and that is told.
    server, _admin, own = restored_url(product, "before", "--at", before.isoformat())
    audit = product.manage(own, "verify_audit")
    server.stop()
    assert audit.returncode == 1
    assert "锚点" in audit.stdout
