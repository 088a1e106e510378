"""Doing the work: claim a row, run it inside its office, end effect and row in one transaction.

It claims by the portal's login, and works by that of the office's province where there is one (core.cells); what makes
schemas by that of their owner, in a process that has it (core.postgres.owner).
A worker that dies takes its transaction along, and with it the transaction's lock on the job: that tells within seconds
that a silent worker is dead and not just busy. The lease is for those who are cut off without dying.
"""

import logging
import threading
from collections.abc import Collection
from datetime import datetime, timedelta
from pathlib import Path
from typing import Any

from django.db import DatabaseError, connection, transaction
from django.db.models import Q
from django.utils import timezone
from django.utils.translation import gettext as _
from django_tenants.utils import get_tenant_model

from core import cells, parameters, wording
from core import office as office_core
from core.errors import Refusal
from core.jobs import registry
from core.jobs.registry import kind_of
from core.models import Job
from core.postgres import owner
from core.states import JobState

PARAMS = Path(__file__).parent.parent / "params"
BEAT_SECONDS = 0.5
RENEWAL_SECONDS = 1  # how often a running job's lease is renewed; well under job_silence_seconds
log = logging.getLogger("anlan.jobs")


class Cancelled(Exception):
    """Someone called the running job off; raised out of `progress` so that the work unwinds."""


class LeaseLost(Exception):
    """Another worker has the job by now; what this one did is rolled back."""


def parameter(name: str, at: datetime) -> int:
    return int(parameters.load(PARAMS / f"{name}.yaml").value(timezone.localdate(at)))


class Progress:
    """`progress(done, total, note)`: how far the work is, seen by people while it runs.

    The work's own transaction stays open to its end, so a thread with a connection of its own writes the latest
    state twice a second at most, renews the lease and looks whether the job was called off. Raises Cancelled or
    LeaseLost from the call, in the thread of the work.
    """

    def __init__(self, job: Job, lease_seconds: int) -> None:
        self._job, self._lease = job, lease_seconds
        self._latest: tuple[int, int, str] = (0, 0, "")
        self._changed = False
        self._stop = threading.Event()
        self._told: type[Exception] | None = None
        self._thread = threading.Thread(target=self._beat, name=f"job-{job.pk}", daemon=True)

    def __call__(self, done: int, total: int = 0, note: str = "") -> None:
        if self._told is not None:
            raise self._told
        self._latest, self._changed = (done, total, note[:200]), True

    @property
    def latest(self) -> tuple[int, int, str]:
        return self._latest

    def __enter__(self) -> "Progress":
        self._thread.start()
        return self

    def __exit__(self, *_: object) -> None:
        self._stop.set()
        self._thread.join()

    def _beat(self) -> None:
        renewed = timezone.now()
        try:
            while not self._stop.wait(BEAT_SECONDS):
                now = timezone.now()
                if self._changed or (now - renewed).total_seconds() > RENEWAL_SECONDS:
                    self._changed = False
                    renewed = now
                    self._write(now)
        finally:
            connection.close()

    def _write(self, now: datetime) -> None:
        done, total, note = self._latest
        try:
            with office_core.mounted(office_core.PUBLIC), transaction.atomic():
                with connection.cursor() as cursor:
                    cursor.execute("SET LOCAL lock_timeout = '2s'")
                mine = Job.objects.filter(pk=self._job.pk, state=JobState.RUNNING, tries=self._job.tries)
                kept = mine.update(
                    done_steps=done,
                    total_steps=total,
                    progress_note=note,
                    lease_until=now + timedelta(seconds=self._lease),
                )
                row = Job.objects.filter(pk=self._job.pk).values("cancel_wanted").first()
        except DatabaseError:  # the next beat tries again; the lease outlives several missed ones
            log.warning("progress was not written", exc_info=True, extra={"job": self._job.pk})
            return
        if row is None:  # not committed yet: only a test runs a job inside the transaction that wants it
            return
        if row["cancel_wanted"]:
            self._told = Cancelled
        elif not kept:
            self._told = LeaseLost


def claim(at: datetime, *, kinds: Collection[str] | None = None) -> Job | None:
    """Take the next due job: waiting ones, and running ones whose worker died or fell silent. None when there is none.

    kinds: no others; else all that this process can do. Fell silent: its lease ran out. Died: it told nothing for
    job_silence_seconds, and nobody holds its lock.
    """
    lease = timedelta(seconds=parameter("job_lease_seconds", at))
    heard_of_until = at - timedelta(seconds=parameter("job_silence_seconds", at)) + lease
    with office_core.mounted(office_core.PUBLIC), transaction.atomic():
        open_ones = Job.objects.select_for_update(skip_locked=True).filter(run_at__lte=at).order_by("run_at", "id")
        # A closed office's work waits until it is opened again.
        open_ones = open_ones.exclude(office__in=get_tenant_model().objects.closed().values("schema_name"))
        if kinds is not None:
            open_ones = open_ones.filter(kind__in=kinds)
        elif not owner.in_reach():
            open_ones = open_ones.exclude(kind__in=registry.by_owner())
        due = Q(state=JobState.QUEUED) | Q(state=JobState.RUNNING, lease_until__lt=at)
        job = open_ones.filter(due).first()
        if job is None:
            silent = open_ones.filter(state=JobState.RUNNING, lease_until__lt=heard_of_until)
            job = next((one for one in silent if _hold(one)), None)
        if job is None:
            return None
        return _claimed(job, at)


def take(job_id: int, at: datetime) -> Job | None:
    """Claim this one job for who wants to do it in this process; None when somebody else is at it, or it has ended."""
    with office_core.mounted(office_core.PUBLIC), transaction.atomic():
        job = Job.objects.select_for_update().filter(pk=job_id).first()
        if job is None or job.state not in (JobState.QUEUED, JobState.RUNNING) or not _hold(job):
            return None
        return _claimed(job, at)


def _claimed(job: Job, at: datetime) -> Job:
    job.move(JobState.RUNNING)
    job.tries += 1
    job.lease_until = at + timedelta(seconds=parameter("job_lease_seconds", at))
    job.done_steps, job.progress_note = 0, ""
    job.save(update_fields=["state", "tries", "lease_until", "done_steps", "progress_note"])
    return job


def _hold(job: Job) -> bool:
    """Take the job's lock until the transaction ends; whether nobody else has it."""
    with connection.cursor() as cursor:
        cursor.execute("SELECT pg_try_advisory_xact_lock(hashtextextended(%s, 0))", [f"anlan job {job.pk}"])
        return bool(cursor.fetchone()[0])


def run(job: Job, at: datetime) -> None:
    """Do a claimed job and close its row, whatever happens; nothing is raised for what goes wrong in the work."""
    if job.cancel_wanted:
        _end(job, JobState.CANCELLED, _("按要求取消。"), at)
        return
    if job.tries > parameter("job_tries", at):
        _end(job, JobState.FAILED, _("执行程序多次中断，任务没有完成。请联系系统管理员后重试。"), at)
        return
    try:
        mount = _mount(job, request_id=f"job-{job.pk}")
        kind = kind_of(job.kind)
        with (
            office_core.mounted(mount),
            Progress(job, parameter("job_lease_seconds", at)) as progress,
            transaction.atomic(),
            wording.speaking(down=get_tenant_model().speaks_down(job.office)),
        ):
            _hold(job)  # if a worker that is cut off still has it, the lease alone speaks for this one
            result = kind.work(job, progress, **job.arguments)
            _done(job, progress, result)
        log.info("job done", extra={"job": job.pk, "kind": job.kind, "job_office": job.office, "try": job.tries})
    except Cancelled:
        _end(job, JobState.CANCELLED, _("按要求取消，没有留下任何结果。"), timezone.now())
    except LeaseLost:
        log.warning("job was taken over by another worker", extra={"job": job.pk, "kind": job.kind})
    except Refusal as refusal:
        _end(job, JobState.FAILED, refusal.message, timezone.now())
    except Exception as error:
        if _connection_lost():  # no fault of the work's: it is claimed again as soon as the database is back
            log.warning("the database went away during a job", extra={"job": job.pk, "kind": job.kind})
            return
        log.exception("job failed", extra={"job": job.pk, "kind": job.kind, "try": job.tries})
        _again_or_failed(job, error, timezone.now())


def _mount(job: Job, **who: Any) -> office_core.Mount:
    """The office of a job, by the login of its province, or by the owner's; a test's transaction stays by its login."""
    cell = None
    if not connection.in_atomic_block:
        cell = office_core.OWNER if job.kind in registry.by_owner() else cells.cell_of(job.office)
    return office_core.of(job.office, actor_id=job.wanted_by_id, cell=cell, **who)


def _connection_lost() -> bool:
    """Whether the database broke off the connection; if so it is closed, so that the next use opens another."""
    if connection.connection is not None and not connection.connection.closed:
        return False
    connection.close()
    return True


def _done(job: Job, progress: Progress, result: dict[str, Any] | None) -> None:
    """The row's end, in the transaction of the effect. Raises LeaseLost when the row is no longer this worker's."""
    done, total, note = progress.latest
    mine = Job.objects.filter(pk=job.pk, state=JobState.RUNNING, tries=job.tries)
    kept = mine.update(
        state=JobState.DONE,
        finished_at=timezone.now(),
        lease_until=None,
        result=result,
        done_steps=total or done,
        total_steps=total,
        progress_note=note,
        error="",
    )
    if not kept:
        raise LeaseLost


def _again_or_failed(job: Job, error: Exception, at: datetime) -> None:
    most = parameter("job_tries", at)
    if job.tries >= most:
        sentence = _("已尝试 %(tries)s 次，均因程序错误中断（%(error)s）。请联系系统管理员后重试。")
        if isinstance(error, registry.Unanswered):
            sentence = _("已尝试 %(tries)s 次，都没有办成：%(error)s请核对后重试。")
        _end(job, JobState.FAILED, sentence % {"tries": job.tries, "error": _named(error)}, at)
        return
    wait = parameter("job_backoff_seconds", at) * 2 ** (job.tries - 1)
    with office_core.mounted(office_core.PUBLIC), transaction.atomic():
        mine = Job.objects.filter(pk=job.pk, state=JobState.RUNNING, tries=job.tries)
        mine.update(
            state=JobState.QUEUED,
            run_at=at + timedelta(seconds=wait),
            lease_until=None,
            error=_("第 %(tries)s 次执行中断（%(error)s），将自动重试。")
            % {"tries": job.tries, "error": _named(error)},
        )


def _named(error: Exception) -> str:
    """The text of a bug may hold anything; what `Unanswered` says was written for people."""
    return str(error) if isinstance(error, registry.Unanswered) else type(error).__name__


def _end(job: Job, state: JobState, sentence: str, at: datetime) -> None:
    with office_core.mounted(_mount(job)), transaction.atomic():
        mine = Job.objects.select_for_update(no_key=True).filter(pk=job.pk, state=JobState.RUNNING, tries=job.tries)
        row = mine.first()
        if row is not None:
            close(row, state, sentence, at)


def close(job: Job, state: JobState, sentence: str, at: datetime) -> None:
    """End a locked job without an effect (FAILED, CANCELLED) and let its kind put right what waits for it."""
    job.move(state)
    job.finished_at, job.lease_until, job.error = at, None, sentence
    job.save(update_fields=["state", "finished_at", "lease_until", "error"])
    try:
        kind = kind_of(job.kind)
    except LookupError:
        log.warning("no function is registered for the job", extra={"job": job.pk, "kind": job.kind})
        return
    if kind.ended is not None:
        kind.ended(job, **job.arguments)


def run_due(limit: int = 100, *, kinds: Collection[str] | None = None) -> int:
    """Claim and run due jobs until there is none or `limit` are done; returns how many. kinds: no others."""
    ran = 0
    while ran < limit:
        job = claim(timezone.now(), kinds=kinds)
        if job is None:
            break
        run(job, timezone.now())
        ran += 1
    return ran
