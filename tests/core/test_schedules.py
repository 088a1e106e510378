"""Regular work: each moment wanted once, by one leader, spread over the offices; housekeeping after dated periods."""

import threading
from collections.abc import Callable
from datetime import UTC, datetime, timedelta

import pytest
from django.db import connection, transaction
from django.test import Client
from django.utils import timezone

from core import jobs
from core import office as office_core
from core.jobs import housekeeping, schedules
from core.models import IdempotencyRecord, Job, Schedule
from tenants.models import Office
from tests.conftest import NOON

SignIn = Callable[..., Client]
SHANGHAI_MIDNIGHT = datetime(2026, 11, 4, 16, 0, tzinfo=UTC)  # the 5th, a Thursday
SPREAD = timedelta(seconds=1800)


def without_delay(rule: str, after: datetime, monkeypatch: pytest.MonkeyPatch) -> datetime:
    monkeypatch.setattr(schedules, "parameter", lambda name, at: 1)
    return timezone.localtime(schedules.next_run(rule, "kunming", "k", after))


class TestRules:
    @pytest.mark.parametrize(
        ("rule", "next_one"),
        [
            ("daily 00:00", "2026-11-06 00:00"),
            ("daily 02:30", "2026-11-05 02:30"),
            ("weekly 4 02:30", "2026-11-05 02:30"),
            ("weekly 3 02:30", "2026-11-11 02:30"),
            ("monthly 5 23:59", "2026-11-05 23:59"),
            ("monthly 1 02:30", "2026-12-01 02:30"),
        ],
    )
    def test_the_next_moment_is_in_legal_time(self, rule: str, next_one: str, monkeypatch) -> None:
        assert f"{without_delay(rule, SHANGHAI_MIDNIGHT, monkeypatch):%Y-%m-%d %H:%M}" == next_one

    @pytest.mark.parametrize("rule", ["", "daily", "daily 24:00", "weekly 8 02:00", "monthly 29 02:00", "hourly 5"])
    def test_what_is_none_is_refused(self, rule: str) -> None:
        with pytest.raises(ValueError, match="no rule"):
            schedules.next_run(rule, "kunming", "k", NOON)

    def test_offices_are_spread_and_each_keeps_its_time(self) -> None:
        first = [schedules.next_run("daily 02:30", f"office{n}", "k", SHANGHAI_MIDNIGHT) for n in range(200)]
        second = [schedules.next_run("daily 02:30", f"office{n}", "k", first[n]) for n in range(200)]
        begin = SHANGHAI_MIDNIGHT + timedelta(hours=2, minutes=30)

        assert all(begin <= moment < begin + SPREAD for moment in first)
        assert len({moment.replace(second=0) for moment in first}) > 25, "spread over the half hour"
        assert all(later - sooner == timedelta(days=1) for sooner, later in zip(first, second, strict=True))

    def test_in_words(self) -> None:
        words = [schedules.in_words(rule) for rule in ("daily 02:30", "weekly 7 03:00", "monthly 1 04:00")]

        assert words == ["每天 02:30", "每周星期日 03:00", "每月 1 日 04:00"]


class TestTheLeader:
    def test_plans_every_office_and_wants_each_moment_once(self, kunming: Office) -> None:
        assert schedules.enqueue_due(NOON) == 0
        planned = Schedule.objects.filter(office="kunming").values_list("kind", flat=True)
        assert set(planned) == {housekeeping.ANSWERS, housekeeping.ENDED, housekeeping.FILES, "tenants.remind"}

        later = NOON + timedelta(days=1)
        wanted = schedules.enqueue_due(later)

        assert (
            wanted == 3 * Office.objects.count() + 1
        )  # the daily ones of each, the platform's for old shadows; one comes on Sunday
        assert schedules.enqueue_due(later) == 0
        row = Schedule.objects.get(office="kunming", kind=housekeeping.ANSWERS)
        assert (row.last_job.office, row.last_job.state) == ("kunming", "QUEUED")
        assert later < row.next_run <= later + timedelta(days=1)

    def test_what_was_missed_is_made_up_for_once(self, kunming: Office) -> None:
        schedules.enqueue_due(NOON)

        schedules.enqueue_due(NOON + timedelta(days=30))

        assert Job.objects.filter(office="kunming", kind=housekeeping.ANSWERS).count() == 1

    def test_a_schedule_of_an_office_that_is_gone_stops_no_other(self, kunming: Office) -> None:
        schedules.enqueue_due(NOON)
        Schedule.objects.create(office="gone", kind=housekeeping.ANSWERS, rule="daily 02:30", next_run=NOON)
        Schedule.objects.create(office="kunming", kind="other.release", rule="daily 02:30", next_run=NOON)

        assert schedules.enqueue_due(NOON + timedelta(days=1)) == 3 * Office.objects.count() + 1
        assert Schedule.objects.get(office="gone").next_run > NOON + timedelta(days=1)

    def test_while_one_leads_another_does_nothing(self, db: None) -> None:
        """The second asks on a connection of its own, while this transaction has the lock."""
        assert schedules._lead()
        answers: list[object] = []

        def ask() -> None:
            try:
                with office_core.mounted(office_core.PUBLIC), transaction.atomic():
                    answers.append(schedules._lead())
                    answers.append(schedules.enqueue_due(NOON))
            finally:
                connection.close()

        other = threading.Thread(target=ask)
        other.start()
        other.join()

        assert answers == [False, 0]


class TestHousekeeping:
    @pytest.fixture
    def old(self, kunming: Office, puer: Office) -> datetime:
        long_ago = timezone.now() - timedelta(days=400)
        for office, key, at in (
            ("kunming", "old", long_ago),
            ("kunming", "new", timezone.now()),
            ("puer", "old", long_ago),
        ):
            IdempotencyRecord.objects.create(
                office=office, actor_id=1, key=key, request_hash="h", created_at=at, status=200
            )
            for state in ("DONE", "FAILED", "CANCELLED"):
                Job.objects.create(
                    office=office, kind="tests.none", key=f"{key}{state}", state=state, wanted_at=at, run_at=at,
                    finished_at=at,
                )  # fmt: skip
        return long_ago

    def ran(self, kind: str) -> Job:
        with office_core.mounted(office_core.of("kunming")):
            job = jobs.want(kind, arguments={}, key="test", actor=schedules.System(), at=NOON)
        jobs.run_due()
        job.refresh_from_db()
        return job

    def test_answers_go_after_a_week_and_only_the_offices_own(self, old: datetime) -> None:
        assert self.ran(housekeeping.ANSWERS).result == {"removed": 1}

        left = IdempotencyRecord.objects.order_by("office", "key").values_list("office", "key")
        assert list(left) == [("kunming", "new"), ("puer", "old")]

    def test_ended_jobs_go_after_a_year_but_not_those_that_wait_for_a_decision(self, old: datetime) -> None:
        assert self.ran(housekeeping.ENDED).result == {"removed": 2}

        left = Job.objects.filter(office="kunming", key__startswith="old").values_list("state", flat=True)
        assert list(left) == ["FAILED"]
        assert Job.objects.filter(office="puer").count() == 3


class TestThePage:
    def test_lists_them_for_those_who_manage_jobs(self, signed_in: SignIn) -> None:
        schedules.enqueue_due(NOON)
        schedules.enqueue_due(NOON + timedelta(days=1))
        manager, reporter = signed_in("kunming", "SYS_ADMIN"), signed_in("kunming", "REPORTER")

        page = manager.get("/kunming/jobs/schedules/").content.decode()

        assert "清理过期的重复请求记录" in page
        assert "每天 02:30" in page
        assert "排队中" in page
        assert reporter.get("/kunming/jobs/schedules/").status_code == 403
        assert "/kunming/jobs/schedules/" not in reporter.get("/kunming/jobs/").content.decode()
