"""Jobs over the API and on their pages: only what these add."""

from collections.abc import Callable

import pytest
from django.test import Client
from django.utils import timezone

from core.models import Job
from tests.conftest import NOON

SignIn = Callable[..., Client]


@pytest.fixture
def waiting(db: None) -> Job:
    return Job.objects.create(office="kunming", kind="tests.unknown", key="k", wanted_at=NOON, run_at=NOON)


class TestJobsOverTheApi:
    def test_shows_why_not_and_calls_off(self, signed_in: SignIn, waiting: Job) -> None:
        reporter, manager = signed_in("kunming", "REPORTER"), signed_in("kunming", "SYS_ADMIN")
        address = f"/kunming/api/v1/jobs/{waiting.pk}/"

        assert reporter.get(address).json()["refusals"]["cancel"]
        assert reporter.post(f"{address}cancel/").status_code == 403
        assert manager.get(address).json()["refusals"]["cancel"] is None
        answer = manager.post(f"{address}cancel/", headers={"Idempotency-Key": "a"})
        again = manager.post(f"{address}cancel/", headers={"Idempotency-Key": "a"})
        assert (answer.json()["state"], again.json()["state"]) == ("CANCELLED", "CANCELLED")
        assert manager.post(f"{address}cancel/").status_code == 409
        assert manager.post(f"{address}retry/").json()["state"] == "QUEUED"

    def test_lists_by_state_and_only_ones_own_office(self, signed_in: SignIn, waiting: Job) -> None:
        kunming, puer = signed_in("kunming", "REPORTER"), signed_in("puer", "REPORTER")

        def listed(client: Client, path: str) -> set[int]:
            return {row["id"] for row in client.get(path).json()["results"]}

        assert waiting.pk in listed(kunming, "/kunming/api/v1/jobs/?state=QUEUED")
        assert waiting.pk not in listed(kunming, "/kunming/api/v1/jobs/?state=DONE")
        assert kunming.get("/kunming/api/v1/jobs/?state=X").status_code == 422
        assert waiting.pk not in listed(puer, "/puer/api/v1/jobs/")
        assert puer.get(f"/puer/api/v1/jobs/{waiting.pk}/").status_code == 404


class TestGivingUp:
    def test_says_why_and_is_not_tried_again(self, signed_in: SignIn, waiting: Job) -> None:
        Job.objects.filter(pk=waiting.pk).update(state="FAILED", finished_at=NOON, error="数据不全。")
        reporter, manager = signed_in("kunming", "REPORTER"), signed_in("kunming", "SYS_ADMIN")
        address = f"/kunming/api/v1/jobs/{waiting.pk}/"
        body = {"reason": "年度已经结束。"}

        assert reporter.post(f"{address}give-up/", body, "application/json").status_code == 403
        assert (
            signed_in("puer", "SYS_ADMIN")
            .post(f"/puer/api/v1/jobs/{waiting.pk}/give-up/", body, "application/json")
            .status_code
            == 404
        )
        assert manager.post(f"{address}give-up/", {"reason": " "}, "application/json").status_code == 422
        answer = manager.post(f"{address}give-up/", body, "application/json").json()
        assert (answer["state"], answer["given_up_reason"]) == ("GIVEN_UP", "年度已经结束。")
        assert answer["refusals"]["retry"]
        assert manager.post(f"{address}give-up/", body, "application/json").status_code == 409
        assert manager.post(f"{address}retry/").status_code == 409

    def test_what_has_not_failed_is_not_given_up(self, signed_in: SignIn, waiting: Job) -> None:
        manager = signed_in("kunming", "SYS_ADMIN")
        address = f"/kunming/jobs/{waiting.pk}/give-up/"

        assert manager.get(address).status_code == 409
        assert manager.post(address, {"reason": "不需要"}).status_code == 409

    def test_the_page_lists_failed_ones_with_their_reason_until_one_decides(
        self, signed_in: SignIn, waiting: Job
    ) -> None:
        manager = signed_in("kunming", "SYS_ADMIN")
        assert "没有失败待处理的任务" in manager.get("/kunming/jobs/failed/").content.decode()
        Job.objects.filter(pk=waiting.pk).update(state="FAILED", finished_at=NOON, error="数据不全。")

        page = manager.get("/kunming/jobs/failed/").content.decode()
        empty = manager.post(f"/kunming/jobs/{waiting.pk}/give-up/", {"reason": ""})
        done = manager.post(f"/kunming/jobs/{waiting.pk}/give-up/", {"reason": "年度已经结束。"})

        assert "数据不全。" in page
        assert (empty.status_code, done.status_code) == (422, 302)
        assert "年度已经结束。" in manager.get(done["Location"]).content.decode()
        assert "数据不全。" not in manager.get("/kunming/jobs/failed/").content.decode()


class TestTheirPages:
    def test_list_and_detail(self, signed_in: SignIn, waiting: Job) -> None:
        client = signed_in("kunming", "SYS_ADMIN")

        assert client.get("/kunming/jobs/").status_code == 200
        assert "every 2s" in client.get(f"/kunming/jobs/{waiting.pk}/").content.decode()
        assert client.get("/kunming/jobs/999/").status_code == 404

    def test_polling_ends_with_the_job(self, signed_in: SignIn, waiting: Job) -> None:
        client = signed_in("kunming", "SYS_ADMIN")
        address = f"/kunming/jobs/{waiting.pk}/progress/"
        assert client.get(address).status_code == 200

        Job.objects.filter(pk=waiting.pk).update(state="DONE", finished_at=timezone.now())

        answer = client.get(address)
        assert answer.status_code == 286
        assert "every 2s" not in answer.content.decode()

    def test_calling_off_and_trying_again(self, signed_in: SignIn, waiting: Job) -> None:
        client = signed_in("kunming", "SYS_ADMIN")

        assert client.post(f"/kunming/jobs/{waiting.pk}/cancel/").status_code == 302
        assert client.post(f"/kunming/jobs/{waiting.pk}/cancel/").status_code == 409
        assert client.post(f"/kunming/jobs/{waiting.pk}/retry/").status_code == 302
        waiting.refresh_from_db()
        assert waiting.state == "QUEUED"
