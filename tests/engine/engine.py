"""An engine room to break things in: real worker and beat processes on a broker, and what became of each job."""

import os
import signal
import sys
import time
import uuid
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from pathlib import Path

from celery import Celery
from django.conf import settings
from django.db import connection, transaction
from django.utils import timezone

from config.settings import broker as broker_settings
from core.models import Job
from deploy.local import processes
from tests.engine.deadly import KIND, TABLE

OFFICE = "kunming"


@contextmanager
def effects() -> Iterator[None]:
    """The table that the jobs write to. A token twice would be seen: nothing in the database forbids it."""
    with transaction.atomic(), connection.cursor() as cursor:
        cursor.execute(f"CREATE TABLE public.{TABLE} (token text NOT NULL, written boolean NOT NULL)")
        cursor.execute(f"GRANT SELECT, INSERT, UPDATE ON public.{TABLE} TO t_{OFFICE}")
    try:
        yield
    finally:
        with transaction.atomic(), connection.cursor() as cursor:
            cursor.execute(f"DROP TABLE public.{TABLE}")


@dataclass
class Report:
    """What a run came to. Seconds from each kill: `back` until the same job began again, `on` until any job began."""

    jobs: int = 0
    kills: int = 0
    lost: int = 0
    doubled: int = 0
    half: int = 0
    back: list[float] = field(default_factory=list)
    on: list[float] = field(default_factory=list)

    def __add__(self, other: "Report") -> "Report":
        return Report(*(getattr(self, name) + getattr(other, name) for name in self.__dataclass_fields__))

    def __str__(self) -> str:
        back, on = sorted(self.back) or [0.0], sorted(self.on) or [0.0]
        return (
            f"{self.jobs} jobs, {self.kills} kills, {self.lost} lost, {self.doubled} doubled, {self.half} half done; "
            f"back at work after {on[len(on) // 2]:.1f} s (median), {on[-1]:.1f} s (longest), "
            f"the same job after {back[len(back) // 2]:.1f} s and {back[-1]:.1f} s"
        )


class Engine:
    """Worker and beat of one installation; the worker is started again when it died, as systemd would."""

    def __init__(self, folder: Path, broker_url: str = "", database_url: str = "", name: str = "") -> None:
        self.folder, self.notes = folder, folder / "notes"
        self.notes.mkdir(parents=True)
        self.environment = {
            **os.environ,
            "PYTHONPATH": os.pathsep.join([str(Path(settings.BASE_DIR) / "platform"), str(settings.BASE_DIR)]),
            "DJANGO_SETTINGS_MODULE": "tests.engine.settings",
            "ENGINE_DATABASE": name or connection.settings_dict["NAME"],
            "ENGINE_NOTES": str(self.notes),
            "DATA_DIR": str(folder),
            "BROKER_URL": broker_url,
            "DATABASE_URL": database_url or os.environ.get("DATABASE_URL") or _url(),
        }
        before, os.environ["BROKER_URL"] = os.environ.get("BROKER_URL"), broker_url
        try:
            chosen = broker_settings.settings(folder)
        finally:
            os.environ.pop("BROKER_URL") if before is None else os.environ.update(BROKER_URL=before)
        self.bell = Celery("bell", broker=chosen["CELERY_BROKER_URL"], set_as_current=False)
        self.bell.conf.broker_transport_options = chosen.get("CELERY_BROKER_TRANSPORT_OPTIONS", {})
        self.worker: processes.Child | None = None
        self.beat: processes.Child | None = None
        self.starts = 0
        self.name = broker_url.partition(":")[0] or "files"

    # Its processes

    def __enter__(self) -> "Engine":
        self.beat = self._start("beat", "beat", "--pidfile=", "--schedule", str(self.folder / "beat"))
        self.keep_worker()
        return self

    def __exit__(self, *_: object) -> None:
        for child in (self.worker, self.beat):
            if child is not None:
                kill(child)

    def keep_worker(self) -> None:
        """Start the worker unless it runs."""
        if self.worker is not None and self.worker.process.poll() is None:
            return
        if self.worker is not None:
            kill(self.worker)  # what it left behind
        self.starts += 1
        alone = ["--without-mingle", "--without-gossip", "--without-heartbeat"]
        self.worker = self._start(f"worker{self.starts}", "worker", "--concurrency", "2", *alone)

    def _start(self, name: str, *arguments: str) -> processes.Child:
        command = [sys.executable, "-m", "celery", "-A", "config", *arguments]
        return processes.start(name, command, self.folder / f"{name}.log", self.environment, Path(settings.BASE_DIR))

    # Its work

    def want(self, *, kind: str = KIND, rings: int = 1, **arguments: object) -> str:
        """Write a job down, then ring the bell; the token of its effect."""
        token, now = uuid.uuid4().hex, timezone.now()
        arguments["token"] = token
        with transaction.atomic():
            Job.objects.create(office=OFFICE, kind=kind, key=token, arguments=arguments, wanted_at=now, run_at=now)
        for _ in range(rings):
            self.ring()
        return token

    def ring(self) -> None:
        self.bell.send_task("core.tasks.ring", ignore_result=True)

    def wait(self, tokens: list[str], seconds: float) -> None:
        """Until all have ended, or the time is up; the worker is kept running meanwhile."""
        deadline = time.monotonic() + seconds
        while time.monotonic() < deadline:
            self.keep_worker()
            with transaction.atomic():
                if not Job.objects.filter(key__in=tokens, finished_at=None).exists():
                    return
            time.sleep(0.1)

    def report(self, tokens: list[str]) -> Report:
        """What became of them; forgets their rows."""
        with transaction.atomic(), connection.cursor() as cursor:
            done = Job.objects.filter(key__in=tokens, state="DONE").count()
            cursor.execute(
                f"SELECT count(*), count(DISTINCT token), count(*) FILTER (WHERE NOT written) FROM public.{TABLE} "
                "WHERE token = ANY(%s)",
                [tokens],
            )
            rows, distinct, half = cursor.fetchone()
            Job.objects.filter(key__in=tokens).delete()
        told = [self.told(token) for token in tokens]
        kills = [times["killed", 1] for times in told if ("killed", 1) in times]
        begun = sorted(at for times in told for (what, _tries), at in times.items() if what == "began")
        back = [times["began", 2] - times["killed", 1] for times in told if {("killed", 1), ("began", 2)} <= set(times)]
        on = [min(after) - killed for killed in kills if (after := [at for at in begun if at > killed])]
        lost = len(tokens) - min(done, distinct)
        return Report(len(tokens), len(kills), lost, rows - distinct, half, back, on)

    def told(self, token: str) -> dict[tuple[str, int], float]:
        """When what happened to a job, as its workers wrote down: by what and try."""
        file = self.notes / token
        lines = [line.split() for line in file.read_text().splitlines()] if file.exists() else []
        return {(what, int(tries)): float(at) for what, tries, at in lines}


def kill(child: processes.Child) -> None:
    """SIGKILL to the whole group: nobody says goodbye here."""
    processes.signal_group(child.process.pid, signal.SIGKILL)
    child.process.wait()


def _url() -> str:
    at = connection.settings_dict
    return f"postgresql://{at['USER']}:{at['PASSWORD']}@{at['HOST']}:{at['PORT']}/{at['NAME']}"
