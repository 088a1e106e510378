"""Robots and addresses on pages and over the API."""

from collections.abc import Callable
from typing import Any

import pytest
from django.test import Client

from core import office as office_core
from core import webhooks
from tenants.models import Dispatch, Notice, NoticeHook, Office, Role, User
from tests.tenants.notices.setting import ADDRESS, HOST, TODAY, Robot, month, remind


class TestPages:
    def test_one_sees_ones_own_reminders(self, kunming: Office, signed_in: Callable[..., Client], waiting) -> None:
        client = signed_in("kunming", Role.REPORTER)
        user = User.objects.latest("pk")
        waiting.append((Role.REPORTER, month()))
        with office_core.mounted(kunming.mount()):
            remind(kunming)

        assert "今天到期：填报 10 月月报" in client.get("/kunming/todo/").text
        assert "今天到期" not in signed_in("kunming", Role.REVIEWER).get("/kunming/todo/").text
        assert Notice.objects.get().user_id == user.pk

    def test_one_sets_ones_own_address(self, signed_in: Callable[..., Client]) -> None:
        client = signed_in("kunming", Role.REPORTER)
        bad = client.post("/kunming/todo/reminders/", {"address": "zhang"})
        assert (bad.status_code, "完整的邮箱地址" in bad.text) == (422, True)

        assert client.post("/kunming/todo/reminders/", {"address": "zhang@example.org"}).status_code == 302
        assert "z***@example.org" in client.get("/kunming/todo/reminders/").text

    def test_robots_are_on_a_page_of_the_security_administrator(self, signed_in, configured) -> None:
        client = signed_in("kunming", Role.SEC_ADMIN)
        form = {"kind": "WECOM", "name": "工作群", "url": ADDRESS, "secret": ""}

        assert client.post("/kunming/administration/robots/", form).status_code == 302
        page = client.get("/kunming/administration/robots/").text
        assert ("工作群" in page, "k1" in page) == (True, False)
        assert "还没有发过" in page
        assert signed_in("kunming", Role.REPORTER).get("/kunming/administration/robots/").status_code == 403
        with office_core.mounted(NoticeHook.objects.get().office.mount()):
            Dispatch.objects.create(
                office=NoticeHook.objects.get().office, channel="HOOK", hook=NoticeHook.objects.get(), subject="x",
                state="FAILED", error="对方答复 500。", made_at=TODAY,
            )  # fmt: skip
        assert "对方答复 500。" in client.get("/kunming/administration/robots/").text


class TestApi:
    @pytest.fixture
    def security(self, signed_in: Callable[..., Client], configured: Any) -> Client:
        return signed_in("kunming", Role.SEC_ADMIN)

    def test_robots_are_added_listed_tried_and_removed_and_never_tell_their_secret(
        self, security: Client, monkeypatch: pytest.MonkeyPatch
    ) -> None:
        robot = Robot()
        monkeypatch.setattr(webhooks.requests, "post", robot)
        given = {"kind": "DINGTALK", "name": "工作群", "url": ADDRESS, "secret": "SECabc"}

        made = security.post("/kunming/api/v1/robots/", given, content_type="application/json")
        listed = security.get("/kunming/api/v1/robots/")
        number = made.json()["id"]
        tried = security.post(f"/kunming/api/v1/robots/{number}/test/")

        assert (made.status_code, tried.status_code, len(robot.posted)) == (201, 204, 1)
        assert [(row["name"], row["host"], row["last"]) for row in listed.json()["results"]] == [("工作群", HOST, None)]
        for answer in (made, listed):
            assert "SECabc" not in answer.text
            assert "k1" not in answer.text
        robot.status = 404
        refused = security.post(f"/kunming/api/v1/robots/{number}/test/")
        assert (refused.status_code, "404" in refused.json()["title"]) == (409, True)
        assert security.delete(f"/kunming/api/v1/robots/{number}/").status_code == 204
        assert security.delete(f"/kunming/api/v1/robots/{number}/").status_code == 404

    @pytest.mark.parametrize(
        ("change", "status", "field"),
        [({"url": "https://evil.example/"}, 422, "url"), ({"kind": "SLACK"}, 422, "kind"), ({"name": ""}, 422, "name")],
    )
    def test_what_is_wrong_is_told_by_its_field(self, security: Client, change, status, field) -> None:
        given = {"kind": "WECOM", "name": "工作群", "url": ADDRESS, **change}

        answer = security.post("/kunming/api/v1/robots/", given, content_type="application/json")

        assert answer.status_code == status
        assert field in answer.text
        assert not NoticeHook.objects.exists()

    def test_robots_are_for_the_security_administrator_of_the_office(
        self, security: Client, signed_in: Callable[..., Client]
    ) -> None:
        given = {"kind": "WECOM", "name": "工作群", "url": ADDRESS}
        number = security.post("/kunming/api/v1/robots/", given, content_type="application/json").json()["id"]

        for client in (signed_in("kunming", Role.REPORTER), signed_in("kunming", Role.SYS_ADMIN)):
            assert client.get("/kunming/api/v1/robots/").status_code == 403
            assert client.post("/kunming/api/v1/robots/", given, content_type="application/json").status_code == 403
            assert client.post(f"/kunming/api/v1/robots/{number}/test/").status_code == 403
            assert client.delete(f"/kunming/api/v1/robots/{number}/").status_code == 403
        elsewhere = signed_in("puer", Role.SEC_ADMIN)
        assert elsewhere.delete(f"/puer/api/v1/robots/{number}/").status_code == 404

    def test_ones_own_address_is_set_masked_and_taken_away(self, signed_in: Callable[..., Client], configured) -> None:
        client, path = signed_in("kunming", Role.REPORTER), "/kunming/api/v1/reminders/"

        assert client.get(path).json()["address"] == ""
        kept = client.put(path, {"address": "zhang@example.org"}, content_type="application/json").json()
        assert (kept["address"], kept["configured"], kept["steps"][0]["after"]) == ("z***@example.org", True, 2)
        wrong = client.put(path, {"address": "zhang"}, content_type="application/json")
        assert (wrong.status_code, wrong.json()["field"]) == (422, "address")
        assert client.put(path, {"address": ""}, content_type="application/json").json()["address"] == ""
        assert client.get(f"{path}messages/").json()["results"] == []

    def test_a_visitor_has_none_here(self, signed_in: Callable[..., Client]) -> None:
        client = signed_in("yunnan", Role.VERIFIER)

        assert client.get("/kunming/api/v1/reminders/").status_code == 403
        assert client.get("/kunming/api/v1/reminders/messages/").status_code == 403
