"""Background work: wanted once, done once, seen while it runs, never lost."""

import contextvars
import threading
import time
from collections.abc import Callable, Iterator
from datetime import datetime, timedelta

import pytest
from django.db import connection, transaction
from django.utils import timezone

from core import jobs
from core import office as office_core
from core.errors import Conflict, Denied, Invalid, NotFound
from core.jobs import registry, worker
from core.models import CalendarDay, Job
from tenants.actors import Actor
from tenants.models import Office
from tests.conftest import NOON

Act = Callable[..., Actor]


@pytest.fixture
def kinds() -> Iterator[Callable[..., None]]:
    """kinds(name, fn, ended=None): registered for this test only."""
    before = dict(registry._kinds)

    def register(name: str, work: Callable, ended: Callable | None = None) -> None:
        jobs.job(name, label=name, ended=ended)(work)

    yield register
    registry._kinds.clear()
    registry._kinds.update(before)


def wanted(actor: Actor, office: Office, kind: str = "tests.work", key: str = "k", **arguments: object) -> Job:
    with office_core.mounted(office.mount(actor_id=actor.user_id)):
        return jobs.want(kind, arguments=arguments, key=key, actor=actor, at=NOON)


def add_day(job: Job, progress: jobs.Progress, **_: object) -> dict:
    CalendarDay.objects.create(region_code="530100", day="2030-01-01", is_working=True, source="test")
    return {"schema": office_core.current().schema}


class TestWanting:
    def test_the_same_open_work_is_wanted_once(self, actor: Act, kunming: Office, kinds) -> None:
        kinds("tests.work", add_day)
        person = actor("kunming", "REPORTER")

        assert wanted(person, kunming).pk == wanted(person, kunming).pk
        assert wanted(person, kunming, key="other").pk != wanted(person, kunming).pk

    def test_two_offices_never_share_a_job(self, actor: Act, kunming: Office, puer: Office, kinds) -> None:
        kinds("tests.work", add_day)

        assert wanted(actor("kunming", "REPORTER"), kunming).pk != wanted(actor("puer", "REPORTER"), puer).pk

    def test_outside_an_office_is_refused(self, actor: Act, kinds) -> None:
        kinds("tests.work", add_day)
        with pytest.raises(jobs.JobWithoutOffice):
            jobs.want("tests.work", arguments={}, key="k", actor=actor("kunming", "REPORTER"), at=NOON)

    def test_an_unknown_kind_is_refused_by_name(self, actor: Act, kunming: Office) -> None:
        with pytest.raises(LookupError, match=r"tests\.nothing"):
            wanted(actor("kunming", "REPORTER"), kunming, kind="tests.nothing")

    def test_a_silent_broker_is_not_fatal(
        self, actor: Act, kunming: Office, kinds, monkeypatch, django_capture_on_commit_callbacks
    ) -> None:
        def broken() -> None:
            raise ConnectionError

        kinds("tests.work", add_day)
        monkeypatch.setattr("core.tasks.ring.delay", broken)
        with django_capture_on_commit_callbacks(execute=True) as rings:
            job = wanted(actor("kunming", "REPORTER"), kunming)

        assert len(rings) == 1
        assert Job.objects.get(pk=job.pk).state == Job.State.QUEUED


class TestRunning:
    def test_acts_in_its_office_and_keeps_the_result(self, actor: Act, kunming: Office, kinds) -> None:
        kinds("tests.work", add_day)
        job = wanted(actor("kunming", "REPORTER"), kunming)

        assert jobs.run_due() == 1

        job.refresh_from_db()
        assert (job.state, job.result, job.tries) == (Job.State.DONE, {"schema": "kunming"}, 1)
        assert job.finished_at is not None
        assert jobs.run_due() == 0

    def test_a_refusal_fails_at_once_with_its_sentence_and_without_effect(
        self, actor: Act, kunming: Office, kinds
    ) -> None:
        def refuse(job: Job, progress: jobs.Progress) -> None:
            add_day(job, progress)
            raise Invalid("数据不全。")

        ended: list[str] = []
        kinds("tests.work", refuse, ended=lambda job: ended.append(job.error))
        job = wanted(actor("kunming", "REPORTER"), kunming)
        jobs.run_due()

        job.refresh_from_db()
        assert (job.state, job.error, ended) == (Job.State.FAILED, "数据不全。", ["数据不全。"])
        assert not CalendarDay.objects.filter(source="test").exists()

    def test_a_bug_is_tried_again_later_and_fails_after_the_third_time(
        self, actor: Act, kunming: Office, kinds
    ) -> None:
        def broken(job: Job, progress: jobs.Progress) -> None:
            add_day(job, progress)
            raise ZeroDivisionError

        kinds("tests.work", broken)
        job = wanted(actor("kunming", "REPORTER"), kunming)
        seen = []
        for _try in range(3):
            jobs.run_due()
            job.refresh_from_db()
            seen.append((job.state, job.tries))
            Job.objects.filter(pk=job.pk).update(run_at=NOON - timedelta(days=400))

        assert seen == [("QUEUED", 1), ("QUEUED", 2), ("FAILED", 3)]
        assert "ZeroDivisionError" in job.error
        assert not CalendarDay.objects.filter(source="test").exists()

    def test_not_before_its_moment(self, actor: Act, kunming: Office, kinds) -> None:
        kinds("tests.work", add_day)
        job = wanted(actor("kunming", "REPORTER"), kunming)
        Job.objects.filter(pk=job.pk).update(run_at=timezone.now() + timedelta(hours=1))

        assert jobs.run_due() == 0

    def test_a_silent_worker_loses_the_job_to_the_next(self, actor: Act, kunming: Office, kinds) -> None:
        kinds("tests.work", add_day)
        job = wanted(actor("kunming", "REPORTER"), kunming)
        now = timezone.now()
        first = jobs.claim(now)
        assert jobs.claim(now) is None

        second = jobs.claim(now + timedelta(minutes=5))
        jobs.run(first, now)  # comes back too late

        assert second.tries == 2
        assert not CalendarDay.objects.filter(source="test").exists()
        job.refresh_from_db()
        assert job.state == Job.State.RUNNING
        jobs.run(second, now)
        job.refresh_from_db()
        assert job.state == Job.State.DONE
        assert CalendarDay.objects.filter(source="test").count() == 1

    def test_work_that_kills_its_worker_each_time_ends_as_failed(self, actor: Act, kunming: Office, kinds) -> None:
        kinds("tests.work", add_day)
        job = wanted(actor("kunming", "REPORTER"), kunming)
        now = timezone.now()
        for minute in range(4):
            claimed = jobs.claim(now + timedelta(minutes=5 * minute))
        jobs.run(claimed, now)

        job.refresh_from_db()
        assert job.state == Job.State.FAILED


class TestCallingOffAndTryingAgain:
    def test_a_waiting_job_ends_at_once(self, actor: Act, kunming: Office, kinds) -> None:
        kinds("tests.work", add_day)
        person = actor("kunming", "REPORTER")
        job = jobs.cancel_job(job_id=wanted(person, kunming).pk, actor=person, at=NOON)

        assert job.state == Job.State.CANCELLED
        with pytest.raises(Conflict):
            jobs.cancel_job(job_id=job.pk, actor=person, at=NOON)

    def test_a_running_job_is_asked_to_stop(self, actor: Act, kunming: Office, kinds) -> None:
        kinds("tests.work", add_day)
        person = actor("kunming", "REPORTER")
        job = wanted(person, kunming)
        claimed = jobs.claim(timezone.now())
        jobs.cancel_job(job_id=job.pk, actor=person, at=NOON)
        claimed.refresh_from_db()
        jobs.run(claimed, timezone.now())

        job.refresh_from_db()
        assert job.state == Job.State.CANCELLED

    def test_others_may_not_and_other_offices_do_not_know_it(self, actor: Act, kunming: Office, kinds) -> None:
        kinds("tests.work", add_day)
        job = wanted(actor("kunming", "REPORTER"), kunming)

        with pytest.raises(Denied):
            jobs.cancel_job(job_id=job.pk, actor=actor("kunming", "REVIEWER"), at=NOON)
        with pytest.raises(NotFound):
            jobs.cancel_job(job_id=job.pk, actor=actor("puer", "SYS_ADMIN"), at=NOON)
        assert jobs.cancel_job(job_id=job.pk, actor=actor("kunming", "SYS_ADMIN"), at=NOON).state == "CANCELLED"

    def test_a_failed_job_can_be_tried_again(self, actor: Act, kunming: Office, kinds) -> None:
        kinds("tests.work", add_day)
        person = actor("kunming", "REPORTER")
        job = wanted(person, kunming)
        with pytest.raises(Conflict):
            jobs.retry_job(job_id=job.pk, actor=person, at=NOON)
        jobs.cancel_job(job_id=job.pk, actor=person, at=NOON)

        jobs.retry_job(job_id=job.pk, actor=person, at=NOON)
        jobs.run_due()

        job.refresh_from_db()
        assert (job.state, job.tries) == (Job.State.DONE, 1)


@pytest.fixture
def committed(django_db_blocker, django_db_setup, kinds) -> Iterator[Callable[..., Job]]:
    """committed(): a job other connections see; removed at the end."""
    made: list[int] = []

    def make(kind: str = "tests.work") -> Job:
        with transaction.atomic():
            job = Job.objects.create(office="kunming", kind=kind, key="c", wanted_at=NOON, run_at=NOON, arguments={})
        made.append(job.pk)
        return job

    with django_db_blocker.unblock():
        yield make
        with transaction.atomic():
            Job.objects.filter(pk__in=made).delete()
        connection.close()


class TestWhileItRuns:
    def test_people_see_the_progress_and_call_it_off(self, committed, kinds) -> None:
        started = threading.Event()

        def slow(job: Job, progress: jobs.Progress) -> None:
            for step in range(600):
                progress(step, 600, f"step {step}")
                started.set()
                time.sleep(0.02)

        kinds("tests.work", slow)
        job = committed()
        seen: list[int] = []

        def look() -> None:
            try:
                with office_core.mounted(office_core.PUBLIC):
                    started.wait(5)
                    deadline = time.monotonic() + 5
                    while time.monotonic() < deadline and not any(seen):
                        time.sleep(0.1)
                        with transaction.atomic():
                            seen.append(Job.objects.get(pk=job.pk).done_steps)
                    with transaction.atomic():
                        Job.objects.filter(pk=job.pk).update(cancel_wanted=True)
            finally:
                connection.close()

        watcher = threading.Thread(target=look)
        watcher.start()
        jobs.run_due()
        watcher.join()

        with transaction.atomic():
            job.refresh_from_db()
        assert any(seen)
        assert job.state == Job.State.CANCELLED

    def test_two_workers_never_do_the_same_job(self, committed, kinds) -> None:
        kinds("tests.work", lambda job, progress: {"try": job.tries})
        committed()
        got: list[Job | None] = []

        def take() -> None:
            try:
                got.append(worker.claim(timezone.now()))
            finally:
                connection.close()

        workers = [threading.Thread(target=take) for _ in range(4)]
        for one in workers:
            one.start()
        for one in workers:
            one.join()

        assert len([job for job in got if job is not None]) == 1


class TestADeadWorker:
    """It takes its transaction along, and the lock with it; one that is only busy keeps both."""

    def silent(self, job: Job, at: datetime) -> Job | None:
        """The claim of another worker when the first has told nothing for four seconds, but has its lease."""
        found: list[Job | None] = []

        def look() -> None:
            try:
                found.append(jobs.claim(at + timedelta(seconds=4)))
            finally:
                connection.close()

        other = threading.Thread(target=contextvars.copy_context().run, args=(look,))
        other.start()
        other.join()
        return found[0]

    def test_is_found_out_before_its_lease_ends(self, committed) -> None:
        job, now = committed(), timezone.now()
        first = jobs.claim(now)

        second = self.silent(job, now)

        assert (first.pk, first.tries) == (job.pk, 1)
        assert (second.pk, second.tries) == (job.pk, 2)

    def test_a_busy_one_keeps_its_job(self, committed) -> None:
        job, now = committed(), timezone.now()
        first = jobs.claim(now)
        with transaction.atomic():
            worker._hold(first)

            assert self.silent(job, now) is None

    def test_without_the_lock_it_would_be_robbed(self, committed, monkeypatch) -> None:
        """The control."""
        job, now = committed(), timezone.now()
        first = jobs.claim(now)
        with transaction.atomic():
            worker._hold(first)
            monkeypatch.setattr(worker, "_hold", lambda job: True)

            assert self.silent(job, now).pk == job.pk


class TestTheDoorbell:
    def test_the_commit_rings_and_the_work_is_done(
        self, actor: Act, kunming: Office, kinds, django_capture_on_commit_callbacks
    ) -> None:
        kinds("tests.work", add_day)
        with django_capture_on_commit_callbacks(execute=True):
            job = wanted(actor("kunming", "REPORTER"), kunming)

        job.refresh_from_db()
        assert job.state == Job.State.DONE
