"""What the monitoring reads, and who may."""

from datetime import timedelta

import pytest
from django.test import Client
from prometheus_client.parser import text_string_to_metric_families

from core import metrics
from core.models import Job
from tenants.models import SignInAttempt
from tests.conftest import NOON

pytestmark = pytest.mark.usefixtures("offices")
TOKEN = "t0ken"


def figures() -> dict[tuple[str, str], float]:
    """(name, value of the label) → figure."""
    return {
        (sample.name, next(iter(sample.labels.values()), "")): sample.value
        for family in text_string_to_metric_families(metrics.exposition(NOON).decode())
        for sample in family.samples
    }


def queue(key: str, **facts) -> Job:
    given = {"wanted_at": NOON, "run_at": NOON, **facts}
    return Job.objects.create(office="kunming", kind="test.kind", key=key, **given)


class TestTheFigures:
    def test_say_what_waits_what_is_silent_and_what_failed(self) -> None:
        queue("a", run_at=NOON - timedelta(minutes=2), tries=3)
        queue("later", run_at=NOON + timedelta(hours=1))
        queue("silent", state="RUNNING", lease_until=NOON - timedelta(seconds=1))
        queue("failed", state="FAILED", finished_at=NOON - timedelta(hours=2))
        queue("long ago", state="FAILED", finished_at=NOON - timedelta(days=2))

        now = figures()

        assert now["anlan_jobs_open", "queued"] == 2
        assert now["anlan_jobs_open", "running"] == now["anlan_jobs_silent", ""] == 1
        assert now["anlan_jobs_oldest_due_seconds", ""] == 120
        assert now["anlan_jobs_failed_last_day", ""] == 1
        assert now["anlan_jobs_most_tries", ""] == 3

    def test_are_all_there_when_nothing_happens(self) -> None:
        now = figures()

        assert now["anlan_jobs_open", "queued"] == now["anlan_jobs_oldest_due_seconds", ""] == 0
        assert now["anlan_offices", "ACTIVE"] == 7
        assert now["anlan_offices_behind", ""] == 0
        assert now["anlan_emergency_accounts", "OPEN"] == now["anlan_emergency_tries", ""] == 0

    def test_count_the_attempts_of_a_quarter_of_an_hour(self) -> None:
        for minutes, reason in ((1, "wrong-password"), (14, "wrong-password"), (16, "wrong-password"), (2, "")):
            SignInAttempt.objects.create(
                username="x", address="", at=NOON - timedelta(minutes=minutes), succeeded=not reason, reason=reason
            )

        now = figures()

        assert now["anlan_sign_in_attempts", "wrong-password"] == 2
        assert now["anlan_sign_in_attempts", "succeeded"] == 1

    def test_cost_the_same_whatever_there_is(self, django_assert_num_queries) -> None:
        for number in range(20):
            queue(str(number))

        with django_assert_num_queries(8):
            figures()


class TestThePage:
    @pytest.mark.parametrize(
        ("token", "sent", "status"),
        [(TOKEN, f"Bearer {TOKEN}", 200), (TOKEN, "Bearer other", 404), (TOKEN, "", 404), ("", "Bearer ", 404)],
    )
    def test_is_there_for_who_brings_the_token(self, settings, token: str, sent: str, status: int) -> None:
        settings.METRICS_TOKEN = token
        headers = {"Authorization": sent} if sent else {}

        answer = Client().get("/metrics", headers=headers)

        assert answer.status_code == status
        assert (b"anlan_jobs_open" in answer.content) == (status == 200)
