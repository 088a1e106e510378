"""Reminders: who is told of what and when, once; nobody of what is done; what leaves the house, and what may not."""

import base64
import hashlib
import hmac
import json
from collections.abc import Callable, Iterator
from datetime import UTC, date, datetime, timedelta
from typing import Any
from unittest.mock import Mock
from urllib.parse import parse_qs, urlsplit

import pytest
import requests
from django.test import Client

from core import jobs, webhooks
from core import office as office_core
from core import todos as todo_registry
from core.errors import Conflict, Denied, Invalid, NotFound
from core.models import EventRecord, Job
from core.todos import Todo, source
from tenants.actors import Actor
from tenants.models import Dispatch, Membership, Notice, NoticeHook, Office, PersonalNumbers, Role, User
from tenants.rules import notices as rules
from tenants.selectors import notices as selectors
from tenants.usecases import dispatching, hooks, notices

TODAY = datetime(2026, 11, 5, 4, 0, tzinfo=UTC)  # Thursday noon in Shanghai
DUE = date(2026, 11, 5)
HOST = "robots.example.org"
ADDRESS = f"https://{HOST}/send?key=k1"


@pytest.fixture
def waiting(monkeypatch: pytest.MonkeyPatch) -> list[tuple[str, Todo]]:
    """What waits, by role: [(role, todo)], instead of what the apps say."""
    lines: list[tuple[str, Todo]] = []
    monkeypatch.setattr(todo_registry, "_sources", {})

    @source("test")
    def told(actor: Actor, at: datetime) -> list[Todo]:
        return [todo for role, todo in lines if actor.has(role)]

    return lines


@pytest.fixture
def kunming_mounted(kunming: Office) -> Iterator[Office]:
    with office_core.mounted(kunming.mount()):
        yield kunming


def month(due_on: Any = DUE, **more: Any) -> Todo:
    return Todo("test", "fill:1", "填报 10 月月报", "/reporting/1/", due_on=due_on, derivation="按工作日推算", **more)


def remind(office: Office, at: datetime = TODAY) -> int:
    return notices.remind(office=office, at=at)


def titles(person: Actor) -> list[str]:
    return list(Notice.objects.filter(user_id=person.user_id).order_by("pk").values_list("title", flat=True))


class TestTheRule:
    @pytest.mark.parametrize(
        ("left", "over", "stage"),
        [(4, 0, ""), (3, 0, "B3"), (2, 0, "B3"), (1, 0, "B1"), (0, 0, "B0"), (0, 1, "L1"), (0, 2, "L1"), (0, 4, "L3"),
         (0, 30, "L10")],
    )  # fmt: skip
    def test_the_most_urgent_that_has_come(self, left: int, over: int, stage: str) -> None:
        assert rules.stage_of(left, over, on=DUE) == stage

    def test_what_is_new_and_what_has_no_day(self) -> None:
        assert rules.stage_of(9, 0, at_once=True, on=DUE) == rules.NEW
        assert rules.stage_of(2, 0, at_once=True, on=DUE) == "B3"
        assert rules.stage_of(0, 0, dated=False, on=DUE) == rules.NEW


class TestReminding:
    def test_tells_whom_it_waits_for_and_nobody_else(self, kunming_mounted: Office, actor, waiting) -> None:
        reporter, reviewer = actor("kunming", Role.REPORTER), actor("kunming", Role.REVIEWER)
        waiting.append((Role.REPORTER, month()))

        assert remind(kunming_mounted) == 1

        assert (titles(reporter), titles(reviewer)) == (["今天到期：填报 10 月月报"], [])

    def test_tells_once_whatever_is_repeated(self, kunming_mounted: Office, actor, waiting) -> None:
        actor("kunming", Role.REPORTER)
        waiting.append((Role.REPORTER, month()))

        assert [remind(kunming_mounted, TODAY + timedelta(hours=n)) for n in range(3)] == [1, 0, 0]

    def test_goes_from_day_to_day_and_makes_up_for_a_missed_one(self, kunming_mounted: Office, actor, waiting) -> None:
        reporter = actor("kunming", Role.REPORTER)
        waiting.append((Role.REPORTER, month(date(2026, 11, 12))))

        for day in (5, 6, 9, 10, 12, 13):  # the 11th, a day before the due day, the server was off
            remind(kunming_mounted, TODAY + timedelta(days=day - 5))

        assert titles(reporter) == [
            "还有 3 个工作日到期：填报 10 月月报",
            "今天到期：填报 10 月月报",
            "已逾期 1 个工作日：填报 10 月月报",
        ]

    def test_tells_nobody_on_a_day_off(self, kunming_mounted: Office, actor, waiting) -> None:
        actor("kunming", Role.REPORTER)
        waiting.append((Role.REPORTER, month()))

        assert remind(kunming_mounted, TODAY + timedelta(days=2)) == 0  # Saturday

    def test_who_is_done_hears_nothing(self, kunming_mounted: Office, actor, waiting) -> None:
        reporter = actor("kunming", Role.REPORTER)
        waiting.append((Role.REPORTER, month()))
        remind(kunming_mounted)
        waiting.clear()

        assert remind(kunming_mounted, TODAY + timedelta(days=1)) == 0
        assert len(titles(reporter)) == 1

    def test_a_due_day_that_moves_begins_anew(self, kunming_mounted: Office, actor, waiting) -> None:
        actor("kunming", Role.REPORTER)
        waiting.append((Role.REPORTER, month()))
        remind(kunming_mounted)
        waiting[:] = [(Role.REPORTER, month(date(2026, 11, 6)))]

        assert remind(kunming_mounted) == 1

    def test_who_left_or_was_closed_hears_nothing(self, kunming_mounted: Office, actor, waiting) -> None:
        gone, closed = actor("kunming", Role.REPORTER), actor("kunming", Role.REPORTER)
        Membership.objects.filter(user_id=gone.user_id).update(valid_to=date(2026, 11, 4))
        User.objects.filter(pk=closed.user_id).update(is_active=False)
        waiting.append((Role.REPORTER, month()))

        assert remind(kunming_mounted) == 0


class TestEscalation:
    def late(self, waiting: list, days: int) -> None:
        waiting[:] = [(Role.REPORTER, month(DUE - timedelta(days=days)))]

    def test_goes_to_the_leader_in_charge_then_to_the_first(self, kunming_mounted: Office, actor, waiting) -> None:
        reporter = actor("kunming", Role.REPORTER)
        deputy, head = actor("kunming", Role.LEADER_IN_CHARGE), actor("kunming", Role.PRINCIPAL_LEADER)
        waiting.append((Role.REPORTER, month(date(2026, 11, 2))))  # Monday; Thursday is three days over

        remind(kunming_mounted)
        assert titles(deputy) == [f"{reporter.name}已逾期 3 个工作日：填报 10 月月报"]
        assert titles(head) == []

        remind(kunming_mounted, TODAY + timedelta(days=4))
        assert titles(head) == [f"{reporter.name}已逾期 5 个工作日：填报 10 月月报"]
        assert len(titles(deputy)) == 1

    def test_without_a_deputy_the_first_hears_at_once(self, kunming_mounted: Office, actor, waiting) -> None:
        actor("kunming", Role.REPORTER)
        head = actor("kunming", Role.PRINCIPAL_LEADER)
        waiting.append((Role.REPORTER, month(date(2026, 11, 3))))

        remind(kunming_mounted)

        assert len(titles(head)) == 1

    def test_nobody_is_reported_to_themselves(self, kunming_mounted: Office, actor, waiting) -> None:
        head = actor("kunming", Role.PRINCIPAL_LEADER)
        waiting.append((Role.PRINCIPAL_LEADER, month(date(2026, 11, 3))))

        remind(kunming_mounted)

        assert titles(head) == ["已逾期 2 个工作日：填报 10 月月报"]


@pytest.fixture
def configured(settings: Any) -> Any:
    settings.NOTICE_MAIL, settings.NOTICE_BASE_URL, settings.NOTICE_HOSTS = True, "https://anlan.example.org", (HOST,)
    return settings


class TestMail:
    @pytest.fixture
    def reporter(self, kunming_mounted: Office, actor, waiting) -> Actor:
        person = actor("kunming", Role.REPORTER)
        notices.set_mail(address="zhang@example.org", actor=person, at=TODAY)
        waiting += [(Role.REPORTER, month()), (Role.REPORTER, Todo("test", "x", "第二件", "/x/", due_on=DUE))]
        return person

    def test_one_message_a_day_with_everything_new(self, reporter, kunming_mounted, configured, mailoutbox) -> None:
        remind(kunming_mounted)
        assert mailoutbox == []  # what waits is a row; a job sends it
        assert jobs.run_due(kinds=[dispatching.SEND]) == 1

        (mail,) = mailoutbox
        assert mail.to == ["zhang@example.org"]
        assert "今天到期：填报 10 月月报" in mail.body
        assert "今天到期：第二件" in mail.body
        assert "https://anlan.example.org/kunming/reporting/1/" in mail.body
        row = Dispatch.objects.get()
        assert (row.state, mail.extra_headers["Message-ID"]) == (
            "SENT", f"<anlan-kunming-{row.pk}@{configured.EMAIL_MESSAGE_HOST}>",
        )  # fmt: skip

    def test_is_not_sent_twice(self, reporter, kunming_mounted, configured, mailoutbox) -> None:
        remind(kunming_mounted)
        remind(kunming_mounted)
        jobs.run_due(kinds=[dispatching.SEND])
        dispatching.send(dispatch_id=Dispatch.objects.get().pk, at=TODAY)

        assert len(mailoutbox) == 1

    def test_is_off_until_configured_and_without_an_address(self, reporter, kunming_mounted, settings) -> None:
        settings.NOTICE_MAIL = False
        remind(kunming_mounted)
        assert not Dispatch.objects.exists()

        settings.NOTICE_MAIL = True
        notices.set_mail(address="", actor=reporter, at=TODAY)
        assert not PersonalNumbers.objects.get(pk=reporter.user_id).mail
        remind(kunming_mounted, TODAY + timedelta(days=1))
        assert not Dispatch.objects.exists()

    def test_is_tried_again_when_the_server_is_away(
        self, reporter, kunming_mounted, configured, mailoutbox, monkeypatch
    ) -> None:
        def away(*_args: Any, **_more: Any) -> None:
            raise ConnectionRefusedError

        remind(kunming_mounted)
        monkeypatch.setattr(dispatching.EmailMessage, "send", away)
        jobs.run_due(kinds=[dispatching.SEND])
        job = Job.objects.get(kind=dispatching.SEND)
        assert (job.state, job.tries, Dispatch.objects.get().state) == ("QUEUED", 1, "WAITING")
        monkeypatch.undo()

        Job.objects.update(run_at=TODAY)
        assert jobs.run_due(kinds=[dispatching.SEND]) == 1
        assert (len(mailoutbox), Dispatch.objects.get().state) == (1, "SENT")

    def test_the_address_is_sealed_and_masked(self, reporter, kunming_mounted) -> None:
        row = PersonalNumbers.objects.get(pk=reporter.user_id)
        assert str(row.mail) == "z***@example.org"
        assert "zhang" not in row.__dict__["mail"]
        assert row.mail.reveal() == "zhang@example.org"

    @pytest.mark.parametrize("address", ["zhang", "a@b@c", "x" * 90 + "@example.org", "a@example.org\nBcc: b@x.org"])
    def test_takes_a_whole_address_only(self, kunming_mounted, actor, address: str) -> None:
        with pytest.raises(Invalid, match="完整的邮箱地址"):
            notices.set_mail(address=address, actor=actor("kunming", Role.REPORTER), at=TODAY)

    def test_a_visitor_sets_nothing(self, kunming_mounted, actor) -> None:
        guest = actor("yunnan", Role.VERIFIER)
        visiting = Actor(guest.user_id, guest.name, kunming_mounted, guest.home, guest.roles)
        with pytest.raises(Denied):
            notices.set_mail(address="a@example.org", actor=visiting, at=TODAY)


class Robot:
    """What was posted, instead of the network."""

    def __init__(self) -> None:
        self.posted: list[tuple[str, dict[str, Any], dict[str, Any]]] = []
        self.status, self.content = 200, b'{"errcode":0,"errmsg":"ok"}'

    def __call__(self, url: str, **given: Any) -> Any:
        self.posted.append((url, given.pop("json"), given))
        robot = self

        class Answer:
            status_code = robot.status

            def iter_content(self, _size: int) -> Iterator[bytes]:
                yield robot.content

            def __enter__(self) -> "Answer":
                return self

            def __exit__(self, *_of: Any) -> None:
                return None

        return Answer()


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


def test_json_of_a_robot_is_read_without_trust() -> None:
    assert webhooks._code(json.dumps([1]).encode()) is None
    assert webhooks._code(b"\xff\xfe") is None
