"""Told by group robots."""

import base64
import hashlib
import hmac
import json
from typing import Any
from unittest.mock import Mock
from urllib.parse import parse_qs, urlsplit

import pytest
import requests

from core import jobs, webhooks
from core import office as office_core
from core.errors import Conflict, Denied, Invalid, NotFound
from core.models import EventRecord, Job
from tenants.actors import Actor
from tenants.models import Dispatch, NoticeHook, Office, Role
from tenants.selectors import notices as selectors
from tenants.usecases import dispatching, hooks
from tests.tenants.notices.setting import ADDRESS, HOST, TODAY, Robot, month, remind


class TestRobots:
    @pytest.fixture
    def robot(self, monkeypatch: pytest.MonkeyPatch) -> Robot:
        made = Robot()
        monkeypatch.setattr(webhooks.requests, "post", made)
        return made

    @pytest.fixture
    def security(self, kunming_mounted: Office, actor) -> Actor:
        return actor("kunming", Role.SEC_ADMIN)

    def add(self, security: Actor, **more: Any) -> NoticeHook:
        given = {"kind": "DINGTALK", "name": "工作群", "url": ADDRESS, "secret": "SECabc", **more}
        return hooks.add_hook(actor=security, at=TODAY, **given)

    def test_hear_of_what_is_due_once_signed_as_dingtalk_wants(
        self, security, kunming_mounted, actor, waiting, configured, robot
    ) -> None:
        actor("kunming", Role.REPORTER), actor("kunming", Role.REPORTER)
        self.add(security)
        waiting.append((Role.REPORTER, month()))

        remind(kunming_mounted)
        jobs.run_due(kinds=[dispatching.SEND])

        ((url, body, given),) = robot.posted
        assert body["msgtype"] == "text"
        assert body["text"]["content"].count("填报 10 月月报") == 1
        asked = parse_qs(urlsplit(url).query)
        moment = asked["timestamp"][0]
        expected = hmac.new(b"SECabc", f"{moment}\nSECabc".encode(), hashlib.sha256).digest()
        assert asked["sign"] == [base64.b64encode(expected).decode()]
        assert (given["allow_redirects"], asked["key"]) == (False, ["k1"])

    def test_wecom_is_not_signed(self, security, kunming_mounted, configured, robot) -> None:
        hook = self.add(security, kind="WECOM", secret="")
        hooks.try_hook(hook_id=hook.pk, actor=security, at=TODAY)

        assert robot.posted[0][0] == ADDRESS

    def test_address_and_secret_are_sealed(self, security, configured) -> None:
        row = NoticeHook.objects.get(pk=self.add(security).pk)

        assert HOST not in row.url
        assert "SECabc" not in row.secret

    @pytest.mark.parametrize(
        "url",
        [
            f"http://{HOST}/x", f"https://{HOST}:8443/x", f"https://a:b@{HOST}/x", "https://169.254.169.254/x",
            "https://127.0.0.1/x", f"https://{HOST}.evil.example/x", f"https://evil.example/{HOST}",
            "file:///etc/passwd",
            f"https://{HOST}@evil.example/", "https://[::1]/", "//x", "https://evil.example#" + HOST,
        ],
    )  # fmt: skip
    def test_go_to_hosts_that_the_installation_named_alone(self, security, configured, robot, url: str) -> None:
        with pytest.raises(Invalid) as refused:
            self.add(security, url=url)
        assert refused.value.field == "url"
        with pytest.raises(webhooks.HookFault):  # and at sending, should the setting have changed since
            webhooks.post(url, "x", at=TODAY)
        assert robot.posted == []

    def test_without_the_list_the_same_address_would_be_asked(self, configured, robot, monkeypatch) -> None:
        """The control."""
        monkeypatch.setattr(webhooks, "checked", lambda url: "")
        webhooks.post("https://169.254.169.254/x", "x", at=TODAY)
        assert robot.posted

    @pytest.mark.parametrize(
        ("status", "content", "words"),
        [(302, b"", "答复 302"), (200, b'{"errcode":310000}', "错误码 310000"), (200, b"<html>", "错误码 None"),
         (200, b"x" * 70_000, "过长")],
    )  # fmt: skip
    def test_a_refusal_of_the_robot_is_told(self, security, configured, robot, status, content, words) -> None:
        hook = self.add(security)
        robot.status, robot.content = status, content

        with pytest.raises(Conflict, match=words) as refused:
            hooks.try_hook(hook_id=hook.pk, actor=security, at=TODAY)

        assert "k1" not in refused.value.message

    def test_a_long_message_is_cut_after_a_line_within_the_bytes_that_wecom_takes(self) -> None:
        """A Chinese character is three bytes: two thousand of them would be refused, and the group hear nothing."""
        short = webhooks.body("今天到期")["text"]["content"]
        long = webhooks.body("\n".join(f"{number}. 填报 10 月月报" for number in range(500)))["text"]["content"]
        one_line = webhooks.body("月" * 5000)["text"]["content"]

        assert short == "今天到期"
        for text in (long, one_line):
            assert 1900 < len(text.encode()) <= 2048
            assert text.endswith("查看。")
        assert all(line.endswith("月报") for line in long.splitlines()[:-1])

    @pytest.mark.parametrize("kind", ["WECOM", "DINGTALK"])
    @pytest.mark.parametrize("failure", [(500, b""), (200, b'{"errcode":45009}'), requests.ConnectionError("k1")])
    def test_a_robot_that_is_away_is_tried_again_and_hears_it_once(
        self, security, kunming_mounted, actor, waiting, configured, robot, monkeypatch, kind, failure
    ) -> None:
        actor("kunming", Role.REPORTER)
        self.add(security, kind=kind)
        waiting.append((Role.REPORTER, month()))
        remind(kunming_mounted)
        if isinstance(failure, Exception):
            monkeypatch.setattr(webhooks.requests, "post", Mock(side_effect=failure))
        else:
            robot.status, robot.content = failure
        for again in range(2):
            Job.objects.filter(kind=dispatching.SEND).update(run_at=TODAY)
            jobs.run_due(kinds=[dispatching.SEND])
            job = Job.objects.get(kind=dispatching.SEND)
            assert (job.state, job.tries, Dispatch.objects.get().state) == ("QUEUED", again + 1, "WAITING")
            assert "k1" not in job.error

        robot.status, robot.content = 200, b'{"errcode":0}'
        monkeypatch.setattr(webhooks.requests, "post", robot)
        robot.posted.clear()
        Job.objects.filter(kind=dispatching.SEND).update(run_at=TODAY)
        jobs.run_due(kinds=[dispatching.SEND])
        jobs.run_due(kinds=[dispatching.SEND])
        assert (len(robot.posted), Dispatch.objects.get().state) == (1, "SENT")

    def test_one_that_stays_away_is_given_up_and_its_row_says_why(
        self, security, kunming_mounted, actor, waiting, configured, robot
    ) -> None:
        actor("kunming", Role.REPORTER)
        hook = self.add(security)
        waiting.append((Role.REPORTER, month()))
        remind(kunming_mounted)
        robot.status = 500
        for _again in range(10):
            Job.objects.filter(kind=dispatching.SEND).update(run_at=TODAY)
            jobs.run_due(kinds=[dispatching.SEND])

        row = selectors.last_of_robots([hook])[hook.pk]
        assert (row.state, "对方答复 500" in row.error) == ("FAILED", True)
        assert Job.objects.get(kind=dispatching.SEND).state == "FAILED"
        posted = len(robot.posted)
        jobs.run_due(kinds=[dispatching.SEND])
        assert len(robot.posted) == posted

    def test_are_the_security_administrators(self, security, kunming_mounted, actor, configured) -> None:
        hook = self.add(security)
        for role in (Role.REPORTER, Role.SYS_ADMIN, Role.AUDIT_ADMIN):
            with pytest.raises(Denied):
                self.add(actor("kunming", role), name="另一个")
            with pytest.raises(Denied):
                hooks.remove_hook(hook_id=hook.pk, actor=actor("kunming", role), at=TODAY)
        with pytest.raises(Conflict, match="已有名为"):
            self.add(security)
        hooks.remove_hook(hook_id=hook.pk, actor=security, at=TODAY)
        with pytest.raises(NotFound):
            hooks.remove_hook(hook_id=hook.pk, actor=security, at=TODAY)
        names = list(
            EventRecord.objects.filter(actor_id=security.user_id).order_by("id").values_list("name", flat=True)
        )
        assert names == ["HookAdded", "HookRemoved"]

    def test_another_offices_robot_is_not_found(self, security, offices, actor, configured) -> None:
        hook = self.add(security)
        with office_core.mounted(offices["puer"].mount()), pytest.raises(NotFound):
            hooks.try_hook(hook_id=hook.pk, actor=actor("puer", Role.SEC_ADMIN), at=TODAY)

    def test_a_removed_one_takes_nothing_any_more(
        self, security, kunming_mounted, actor, waiting, configured, robot
    ) -> None:
        actor("kunming", Role.REPORTER)
        NoticeHook.objects.filter(pk=self.add(security).pk).update(is_active=False)
        waiting.append((Role.REPORTER, month()))

        remind(kunming_mounted)

        assert not Dispatch.objects.exists()


def test_json_of_a_robot_is_read_without_trust() -> None:
    assert webhooks._code(json.dumps([1]).encode()) is None
    assert webhooks._code(b"\xff\xfe") is None
