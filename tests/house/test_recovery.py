"""The drill: a server is killed while people write, and comes back from base backup and log with all it answered."""

import importlib.util
import os
import shutil
import signal
import subprocess
import sys
import threading
import time
from collections.abc import Iterator
from contextlib import closing
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any, NamedTuple

import psycopg2
import pytest
from django.conf import settings

from deploy.local import pg

SCRIPT = Path(settings.BASE_DIR) / "platform/deploy/server/backup/anlan_backup.py"
WRITERS = 4


def script() -> Any:
    """The module; it is no package's."""
    spec = importlib.util.spec_from_file_location("anlan_backup", SCRIPT)
    assert spec is not None
    assert spec.loader is not None
    module = importlib.util.module_from_spec(spec)
    spec.loader.exec_module(module)
    return module


backup = script()


class Drill:
    """A server of its own with a table of receipts, and a place for backups."""

    def __init__(self, home: Path) -> None:
        self.home, self.store = home, home / "backups"
        self.server = pg.Server(home / "first")
        self.server.start()
        self.url = self.server.admin_url_file.read_text().strip()
        self.environment = {**os.environ, "PG_BIN": str(pg.binaries()), "BACKUP_DIR": str(self.store), "TZ": "UTC",
                            "BACKUP_URL": self.url}  # fmt: skip
        self.receipts: dict[int, float] = {}  # number → the server's clock, in seconds
        self.stream: subprocess.Popen[bytes] | None = None
        self.sql(self.url, "CREATE TABLE receipt (id bigserial PRIMARY KEY, at timestamptz DEFAULT clock_timestamp())")

    def run(self, *arguments: str) -> subprocess.CompletedProcess[str]:
        command = [sys.executable, str(SCRIPT), *arguments]
        return subprocess.run(command, env=self.environment, capture_output=True, text=True, check=False)

    def receive(self) -> None:
        command = [sys.executable, str(SCRIPT), "stream"]
        self.stream = subprocess.Popen(command, env=self.environment, stderr=subprocess.DEVNULL)
        waiting = "SELECT count(*) FROM pg_stat_replication WHERE state = 'streaming'"
        deadline = time.monotonic() + 20
        while self.sql(self.url, waiting) != [(1,)]:
            assert time.monotonic() < deadline, "the stream did not begin"
            time.sleep(0.05)

    @staticmethod
    def sql(url: str, text: str, **values: Any) -> list[tuple[Any, ...]]:
        with closing(psycopg2.connect(url)) as connection, connection, connection.cursor() as cursor:
            cursor.execute(text, values)
            return cursor.fetchall() if cursor.description else []

    def write(self, seconds: float) -> None:
        """People write; each receipt is noted when the server has answered the commit, until it answers no more."""
        until = time.monotonic() + seconds

        def one() -> None:
            connection = psycopg2.connect(self.url)
            try:
                with closing(connection), connection.cursor() as cursor:
                    while time.monotonic() < until:
                        cursor.execute("INSERT INTO receipt DEFAULT VALUES RETURNING id, extract(epoch FROM at)")
                        number, at = cursor.fetchone()
                        connection.commit()
                        self.receipts[number] = float(at)
            except psycopg2.Error:
                return  # the server is gone: what was answered before is what counts

        threads = [threading.Thread(target=one) for _each in range(WRITERS)]
        for thread in threads:
            thread.start()
        self.threads = threads

    def kill(self) -> float:
        """The power goes: every process of the server at once. Answers the moment."""
        pid = self.server.pid()
        assert pid is not None
        os.killpg(pid, signal.SIGKILL)
        at = time.monotonic()
        for thread in self.threads:
            thread.join()
        while pg.alive(pid):
            time.sleep(0.02)
        return at

    def restored(self, name: str, *arguments: str) -> tuple[pg.Server, str]:
        """A second server on what the script made; its superuser's address."""
        home = self.home / name
        answer = self.run("restore", "--into", str(home / "data"), *arguments)
        assert answer.returncode == 0, answer.stderr
        shutil.copy(self.server.state_file, home / "state.json")
        opened = [home, *home.rglob("*"), self.store, self.store / "wal", *(self.store / "wal").iterdir()]
        if os.geteuid() == 0:  # PostgreSQL runs as somebody else then, who reads the log it replays
            for path in opened:
                shutil.chown(path, "nobody")
        server = pg.Server(home)
        server.start()
        url = server.admin_url_file.read_text().strip()
        deadline = time.monotonic() + 60
        while self.sql(url, "SELECT pg_is_in_recovery()") == [(True,)]:
            assert time.monotonic() < deadline, "the replay did not end"
            time.sleep(0.05)
        return server, url

    def end(self) -> None:
        if self.stream is not None and self.stream.poll() is None:
            self.stream.send_signal(signal.SIGINT)
            self.stream.wait(20)
        self.server.stop()


@pytest.fixture
def drill(tmp_path: Path) -> Iterator[Drill]:
    made = Drill(tmp_path)
    yield made
    made.end()


class Outcome(NamedTuple):
    """What a kill cost: receipts lost of all, the seconds of answered work they are, seconds until it was back."""

    receipts: int
    lost: int
    rpo: float
    rto: float


def killed_and_restored(drill: Drill, seconds: float) -> Outcome:
    drill.receive()
    assert drill.run("base").returncode == 0
    drill.write(60)
    time.sleep(seconds)
    killed = drill.kill()

    server, url = drill.restored("second")
    back = time.monotonic() - killed
    there = {number for (number,) in drill.sql(url, "SELECT id FROM receipt")}
    server.stop()
    lost = [at for number, at in drill.receipts.items() if number not in there]
    rpo = max(drill.receipts.values()) - min(lost) if lost else 0.0
    return Outcome(len(drill.receipts), len(lost), rpo, back)


def wait_for_the_stream(drill: Drill) -> None:
    """From now on the server answers a commit when the stream has it."""
    drill.sql(drill.url, "ALTER ROLE postgres SET synchronous_commit = 'on'")
    connection = psycopg2.connect(drill.url)
    connection.autocommit = True  # ALTER SYSTEM wants no transaction
    with closing(connection), connection.cursor() as cursor:
        cursor.execute("ALTER SYSTEM SET synchronous_standby_names = 'anlan_backup'")
        cursor.execute("SELECT pg_reload_conf()")
    deadline = time.monotonic() + 20
    while drill.sql(drill.url, "SELECT sync_state FROM pg_stat_replication") != [("sync",)]:
        assert time.monotonic() < deadline, "the server does not wait for the stream"
        time.sleep(0.05)


def test_a_killed_server_comes_back_with_all_but_the_last_moment(drill: Drill) -> None:
    outcome = killed_and_restored(drill, 1)

    assert outcome.receipts > 20
    assert outcome.rpo < 1
    assert outcome.rto < 60


def test_a_server_that_waits_for_the_stream_loses_nothing_it_had_answered(drill: Drill) -> None:
    drill.receive()
    assert drill.run("base").returncode == 0
    wait_for_the_stream(drill)
    drill.write(60)
    time.sleep(1)
    drill.kill()

    server, url = drill.restored("second")
    there = {number for (number,) in drill.sql(url, "SELECT id FROM receipt")}
    server.stop()

    assert len(drill.receipts) > 20
    assert drill.receipts.keys() <= there


@pytest.mark.soak
def test_over_and_over(tmp_path: Path, capsys: Any) -> None:
    figures = []
    for number in range(25):
        drill = Drill(tmp_path / str(number))
        try:
            figures.append(killed_and_restored(drill, 0.5 + number * 0.37))
        finally:
            drill.end()
        shutil.rmtree(drill.home)
    worst, slowest = max(each.rpo for each in figures), max(each.rto for each in figures)
    with capsys.disabled():
        print(
            f"\n  {len(figures)} kills, {sum(each.receipts for each in figures)} receipts, "
            f"{sum(each.lost for each in figures)} lost; RPO at most {worst:.3f} s, RTO at most {slowest:.1f} s"
        )

    assert worst < 1


def test_a_moment_before_the_mistake_can_be_gone_back_to(drill: Drill) -> None:
    drill.receive()
    assert drill.run("base").returncode == 0
    drill.sql(drill.url, "INSERT INTO receipt SELECT FROM generate_series(1, 500)")
    time.sleep(0.2)
    before = datetime.now(UTC)
    time.sleep(0.2)
    drill.sql(drill.url, "DELETE FROM receipt")
    drill.sql(drill.url, "SELECT pg_switch_wal()")

    server, url = drill.restored("as-it-was", "--at", before.isoformat())
    count = drill.sql(url, "SELECT count(*) FROM receipt")
    server.stop()

    assert count == [(500,)]
    assert drill.sql(drill.url, "SELECT count(*) FROM receipt") == [(0,)]  # the server itself went on


def test_without_the_stream_what_came_after_the_base_is_lost(drill: Drill) -> None:
    """The control: it is the log that saves the receipts, not the base backup."""
    assert drill.run("base").returncode == 0
    drill.sql(drill.url, "INSERT INTO receipt SELECT FROM generate_series(1, 500)")

    server, url = drill.restored("second")
    count = drill.sql(url, "SELECT count(*) FROM receipt")
    server.stop()

    assert count == [(0,)]


class TestTheScript:
    def test_refuses_in_a_sentence(self, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
        monkeypatch.delenv("BACKUP_DIR", raising=False)
        there = tmp_path / "there"
        there.mkdir()
        (tmp_path / "b").mkdir()
        cases = {
            "--dir or BACKUP_DIR": ["status"],
            "--url or BACKUP_URL": ["base", "--dir", str(tmp_path / "b")],
            "There is no base backup": ["restore", "--dir", str(tmp_path / "b"), "--into", str(tmp_path / "new")],
            "exists already": ["restore", "--dir", str(tmp_path / "b"), "--into", str(there)],
            "with its time zone": ["restore", "--dir", str(tmp_path / "b"), "--into", "x", "--at", "2026-11-05"],
            "which keys": ["seal", "--dir", str(tmp_path / "b")],
            "which passphrase": ["keys", "--dir", str(tmp_path / "b"), "--into", "x"],
            "There are no keys": ["keys", "--dir", str(tmp_path / "b"), "--into", "x", "--passphrase", "p"],
            "at least one": ["prune", "--dir", str(tmp_path / "b"), "--keep", "0"],
        }
        environment = {name: value for name, value in os.environ.items() if not name.startswith("BACKUP")}
        for sentence, arguments in cases.items():
            command = [sys.executable, str(SCRIPT), *arguments]
            answer = subprocess.run(command, capture_output=True, text=True, check=False, env=environment)
            assert (answer.returncode, sentence in answer.stderr) == (1, True), (arguments, answer.stderr)
            assert "Traceback" not in answer.stderr

    def test_says_when_the_last_is_too_old(self, tmp_path: Path) -> None:
        now = datetime(2026, 11, 5, 4, tzinfo=UTC)
        store = backup.Store(tmp_path)
        assert not backup.status(store, now, base_hours=26, log_minutes=10)[0]
        (store.base / (now - timedelta(hours=25)).strftime(backup.STAMP)).mkdir()
        (store.base / f"{now.strftime(backup.STAMP)}.part").mkdir()  # one that was broken off is none
        assert not backup.status(store, now, base_hours=26, log_minutes=10)[0]  # no log
        segment = store.wal / "000000010000000000000001.partial"
        segment.touch()
        os.utime(segment, (now.timestamp() - 60, now.timestamp() - 60))
        assert backup.status(store, now, base_hours=26, log_minutes=10) == (
            True, "Last base backup 25.0 h ago, log received 60 s ago.",
        )  # fmt: skip
        assert not backup.status(store, now + timedelta(hours=2), base_hours=26, log_minutes=600)[0]

    def test_copies_each_evidence_file_once(self, tmp_path: Path) -> None:
        evidence, files = tmp_path / "evidence", tmp_path / "files"
        (evidence / "kunming").mkdir(parents=True)
        (evidence / "kunming/ab12").write_text("one")
        (evidence / "kunming/.incoming-cd34").write_text("half an upload")

        assert [backup.copy_new(evidence, files), backup.copy_new(evidence, files)] == [1, 0]
        assert [path.name for path in files.rglob("*") if path.is_file()] == ["ab12"]

    def test_seals_the_keys_and_gives_them_back_to_who_has_the_passphrase(self, tmp_path: Path) -> None:
        key, passphrase, wrong = tmp_path / "audit.pem", tmp_path / "passphrase", tmp_path / "wrong"
        key.write_text("-----BEGIN PRIVATE KEY-----")
        passphrase.write_text("correct horse battery staple")
        wrong.write_text("horse")
        store = backup.Store(tmp_path / "b")
        sealed = backup.seal_keys([key], passphrase, store, datetime(2026, 11, 5, tzinfo=UTC))

        assert b"PRIVATE KEY" not in sealed.read_bytes()
        assert sealed.stat().st_mode & 0o077 == 0
        backup.unseal_keys(store, passphrase, tmp_path / "back")
        assert (tmp_path / "back/audit.pem").read_text() == key.read_text()
        assert (tmp_path / "back/audit.pem").stat().st_mode & 0o077 == 0
        with pytest.raises(backup.BackupError, match="passphrase"):
            backup.unseal_keys(store, wrong, tmp_path / "never")

    def test_copies_anchors_that_grow_and_tells_of_one_that_was_cut(self, tmp_path: Path) -> None:
        anchors, store = tmp_path / "anchors", backup.Store(tmp_path / "b")
        anchors.mkdir()
        (anchors / "anchors-2026-11.jsonl").write_text("one\n")
        assert [backup.copy_anchors(anchors, store), backup.copy_anchors(anchors, store)] == [1, 0]
        (anchors / "anchors-2026-11.jsonl").write_text("one\ntwo\n")
        assert backup.copy_anchors(anchors, store) == 1
        (anchors / "anchors-2026-11.jsonl").write_text("one\n")

        with pytest.raises(backup.BackupError, match="not what was copied before"):
            backup.copy_anchors(anchors, store)
        assert (store.anchors / "anchors-2026-11.jsonl").read_text() == "one\ntwo\n"
