"""The emergency account over HTTP: what each page, the session and the API add to the use cases."""

import re
from datetime import timedelta

import pytest
from django.contrib.sessions.models import Session
from django.test import Client
from django.utils import timezone

from core import jobs
from core.models import Job
from tenants import middleware
from tenants.models import ChangeRequest, EmergencyAccount, EmergencyOpening, OpenSession, Role, User
from tenants.states import EmergencyState
from tenants.usecases import emergency
from tests import factories

pytestmark = pytest.mark.usefixtures("offices")
PAGE = "/yunnan/administration/emergency/"
OPEN = "/sign-in/emergency/"
HALF = re.compile(r"[a-z2-9]{4}(?:-[a-z2-9]{4}){5}")


@pytest.fixture
def sec(signed_in) -> Client:
    return recent(signed_in("yunnan", Role.SEC_ADMIN))


@pytest.fixture
def sys(signed_in) -> Client:
    return recent(signed_in("yunnan", Role.SYS_ADMIN))


@pytest.fixture
def audit(signed_in) -> Client:
    return signed_in("yunnan", Role.AUDIT_ADMIN)


def recent(client: Client) -> Client:
    """Who has just given the password."""
    session = client.session
    session["confirmed_at"] = timezone.now().isoformat()
    session.save()
    return client


@pytest.fixture
def halves(sec: Client, sys: Client) -> list[str]:
    """Asked for, approved and taken on the pages."""
    sec.post(f"{PAGE}seal/", {"reason": "年度更换"})
    sys.post(f"/yunnan/changes/{ChangeRequest.objects.get().pk}/approve/")
    return [HALF.search(each.post(f"{PAGE}half/").content.decode())[0] for each in (sec, sys)]  # type: ignore[index]


def opening(halves: list[str], sec: Client, client: Client | None = None, **given: str):
    """(client, answer) of somebody at the sign-in page."""
    client = client or Client()
    given = {
        "username": "yunnan-emergency", "first": halves[0], "second": halves[1], "person": sec.user.username,
        "reason": "手机都丢了", **given,
    }  # fmt: skip
    return client, client.post(OPEN, given)


class TestTheHalves:
    def test_are_on_the_answer_and_nowhere_else(self, sec, sys, halves) -> None:
        assert halves[0] != halves[1]
        assert sec.post(f"{PAGE}half/").status_code == 409
        assert not HALF.search(sec.get(PAGE).content.decode())
        account = EmergencyAccount.objects.get()
        assert account.state == EmergencyState.SEALED

    def test_are_not_kept_by_browsers(self, sec, sys) -> None:
        sec.post(f"{PAGE}seal/", {"reason": "年度更换"})
        sys.post(f"/yunnan/changes/{ChangeRequest.objects.get().pk}/approve/")
        answer = sec.post(f"{PAGE}half/")
        assert "no-store" in answer["Cache-Control"]
        assert sec.get(f"{PAGE}half/").status_code == 405

    def test_want_the_password_again(self, sec, sys, signed_in) -> None:
        sec.post(f"{PAGE}seal/", {"reason": "年度更换"})
        sys.post(f"/yunnan/changes/{ChangeRequest.objects.get().pk}/approve/")
        session = sec.session
        session["confirmed_at"] = (timezone.now() - timedelta(minutes=11)).isoformat()
        session.save()
        answer = sec.post(f"{PAGE}half/")
        assert answer.status_code == 302
        assert "/account/confirm/" in answer["Location"]
        assert EmergencyAccount.objects.get().first_taken_at is None


class TestThePage:
    def test_is_for_the_three_administrators(self, sec, sys, audit, signed_in, halves) -> None:
        for client in (sec, sys, audit):
            assert client.get(PAGE).status_code == 200
        assert signed_in("yunnan", Role.PRINCIPAL_LEADER).get(PAGE).status_code == 403
        assert signed_in("kunming", Role.SEC_ADMIN).get(PAGE.replace("yunnan", "kunming")).status_code == 403
        assert signed_in("shifan", Role.SEC_ADMIN).get(PAGE).status_code == 404

    def test_says_what_it_would_be_where_there_is_none(self, audit) -> None:
        assert "还没有应急账号" in audit.get(PAGE).content.decode()

    def test_asks_why(self, sec) -> None:
        assert sec.get(f"{PAGE}seal/").status_code == 200
        assert sec.post(f"{PAGE}seal/", {"reason": " "}).status_code == 422


class TestOpening:
    def test_is_linked_from_the_sign_in_where_there_is_one(self, sec, sys) -> None:
        assert OPEN not in Client().get("/sign-in/").content.decode()
        sec.post(f"{PAGE}seal/", {"reason": "年度更换"})
        sys.post(f"/yunnan/changes/{ChangeRequest.objects.get().pk}/approve/")
        assert OPEN in Client().get("/sign-in/").content.decode()

    def test_leads_to_the_office_with_a_session_until_the_hour(self, sec, halves) -> None:
        client, answer = opening(halves, sec)

        assert answer.status_code == 302
        assert answer["Location"] == PAGE
        until = EmergencyOpening.objects.get().until
        row = Session.objects.get(pk=client.cookies["anlan_session"].value)
        assert abs(row.expire_date - until) < timedelta(seconds=2)
        page = client.get(PAGE)
        assert page.status_code == 200
        assert "正在使用" in page.content.decode()

    def test_is_refused_with_a_sentence(self, sec, halves) -> None:
        _client, answer = opening(halves, sec, first=halves[1])
        assert answer.status_code == 422
        assert "两半密码不正确" in answer.content.decode()
        assert not HALF.search(answer.content.decode())
        _client, answer = opening(halves, sec, reason="")
        assert answer.status_code == 422

    def test_locks_after_five(self, sec, halves) -> None:
        for _try in range(5):
            _client, answer = opening(halves, sec, second="abcd")
        assert answer.status_code == 403
        assert "锁定" in answer.content.decode()

    def test_counts_against_the_rate(self, sec, halves, settings) -> None:
        settings.RATE_LIMITS = True
        answers = {opening(halves, sec, second="abcd")[1].status_code for _try in range(25)}
        assert 429 in answers

    def test_alarms_on_every_page_of_every_administrator(self, sec, sys, audit, signed_in, halves) -> None:
        reporter, other = signed_in("yunnan", Role.REPORTER), signed_in("shifan", Role.SYS_ADMIN)
        client, _answer = opening(halves, sec)
        for each, url in ((sec, "/yunnan/"), (sys, "/yunnan/changes/"), (audit, "/account/"), (client, PAGE),
                          (client, "/yunnan/administration/people/")):  # fmt: skip
            assert "an-alarm" in each.get(url, follow=True).content.decode(), url
        for each, url in ((reporter, "/yunnan/stand-ins/"), (other, "/shifan/changes/"), (Client(), "/sign-in/")):
            assert "an-alarm" not in each.get(url, follow=True).content.decode(), url


class TestTheSession:
    def test_reaches_administrators_and_nothing_of_business(self, sec, sys, halves) -> None:
        client, _answer = opening(halves, sec)
        people = client.get("/yunnan/administration/people/")
        assert people.status_code == 200
        assert sys.user.name in people.content.decode()  # type: ignore[attr-defined]
        lost = sys.user.pk  # type: ignore[attr-defined]
        assert "重置密码" in client.get(f"/yunnan/administration/people/{lost}/").content.decode()
        assert client.post(f"/yunnan/administration/people/{lost}/password/").status_code == 200
        for url in ("/yunnan/audit/", "/yunnan/templates/", "/yunnan/administration/providers/", "/yunnan/changes/",
                    "/yunnan/administration/offices/", "/yunnan/administration/limits/"):  # fmt: skip
            assert client.get(url).status_code == 403, url
        assert client.get("/kunming/").status_code == 404

    def test_has_no_account_page_and_no_tokens(self, sec, halves) -> None:
        client, _answer = opening(halves, sec)
        for url in ("/account/", "/account/password/", "/account/second-factor/", "/account/tokens/"):
            assert client.get(url).status_code == 403, url
        assert client.post("/yunnan/api/v1/tokens/", {"name": "x"}, content_type="application/json").status_code == 403

    def test_is_not_idle_before_its_hour(self, sec, halves) -> None:
        client, _answer = opening(halves, sec)
        session = client.session
        session["last_seen"] = (timezone.now() - timedelta(hours=2)).isoformat()
        session.save()
        assert client.get(PAGE).status_code == 200

    def test_is_over_at_its_hour(self, sec, halves) -> None:
        client, _answer = opening(halves, sec)
        pass_the_hour()

        assert client.get(PAGE).status_code == 302
        assert EmergencyAccount.objects.get().state == EmergencyState.CLOSED
        assert "说明清楚" in sec.get("/yunnan/", follow=True).content.decode()

    def test_without_the_guard_it_would_go_on(self, sec, halves, monkeypatch) -> None:
        """The control: membership and session outlive the hour, which no request of theirs does."""
        client, _answer = opening(halves, sec)
        pass_the_hour()
        monkeypatch.setattr(middleware.SessionGuardMiddleware, "_emergency_over", lambda *_given: None)
        assert client.get(PAGE).status_code == 200

    def test_ends_with_the_job_when_nobody_asks(self, sec, halves) -> None:
        client, _answer = opening(halves, sec)
        pass_the_hour()
        Job.objects.filter(kind=emergency.LAPSE).update(run_at=timezone.now())
        jobs.run_due()
        assert EmergencyAccount.objects.get().state == EmergencyState.CLOSED
        assert client.get(PAGE).status_code == 302

    def test_ends_when_they_sign_out(self, sec, halves) -> None:
        client, _answer = opening(halves, sec)
        client.post("/sign-out/")
        assert EmergencyAccount.objects.get().state == EmergencyState.CLOSED
        assert client.get(PAGE).status_code == 302
        assert opening(halves, sec)[1].status_code == 422

    def test_ends_by_the_hand_of_an_administrator_who_hears_it(self, sec, sys, halves) -> None:
        client, _answer = opening(halves, sec)
        assert sys.post(f"{PAGE}end/").status_code == 302
        answer = client.get(PAGE, follow=True).content.decode()
        assert "应急账号的使用已经结束" in answer
        assert OpenSession.objects.get(user__emergency=True).end_reason == "EMERGENCY"

    def test_ends_by_its_own_hand(self, sec, halves) -> None:
        client, _answer = opening(halves, sec)
        assert client.post(f"{PAGE}end/")["Location"] == "/sign-in/"


def pass_the_hour() -> None:
    ended = timezone.now() - timedelta(seconds=1)
    EmergencyOpening.objects.update(opened_at=ended - timedelta(hours=4), until=ended)


class TestAfterwards:
    def test_two_write_and_the_alarm_is_gone(self, sec, sys, audit, halves) -> None:
        client, _answer = opening(halves, sec)
        client.post("/sign-out/")
        assert sys.post(f"{PAGE}account/", {"told": ""}).status_code == 422
        assert sys.post(f"{PAGE}account/", {"told": "恢复了系统管理员"}).status_code == 302
        assert "an-alarm" in audit.get(PAGE).content.decode()
        assert sec.post(f"{PAGE}account/", {"told": "也写"}).status_code == 409
        audit.post(f"{PAGE}account/", {"told": "与日志相符"})
        page = audit.get(PAGE).content.decode()
        assert "an-alarm" not in page
        assert "与日志相符" in page

    def test_tries_are_noted(self, sec, audit, halves) -> None:
        opening(halves, sec, first="abcd")
        assert "有人试开" in audit.get("/yunnan/", follow=True).content.decode()
        audit.post(f"{PAGE}tries/")
        assert "有人试开" not in audit.get("/yunnan/", follow=True).content.decode()
        assert audit.post(f"{PAGE}tries/").status_code == 409


class TestTheApi:
    URL = "/yunnan/api/v1/emergency/"

    def test_tells_how_it_stands(self, sec, audit, halves, signed_in) -> None:
        told = audit.get(self.URL).json()
        assert (told["state"], told["opening"], told["username"]) == ("SEALED", None, "yunnan-emergency")
        assert told["refusals"]["seal"]
        assert told["refusals"]["end"]
        assert not HALF.search(audit.get(self.URL).content.decode())
        opening(halves, sec)
        told = audit.get(self.URL).json()
        assert (told["state"], told["opening"]["reason"]) == ("OPEN", "手机都丢了")
        assert signed_in("yunnan", Role.VERIFIER).get(self.URL).status_code == 403
        assert signed_in("shifan", Role.SEC_ADMIN).get(self.URL).status_code in (404, 401)  # 401 in cells (ADR 17)

    def test_asks_for_new_halves(self, sec, sys) -> None:
        assert sec.get(self.URL).status_code == 404
        asked = sec.post(f"{self.URL}seal/", {"reason": "年度更换"}, content_type="application/json")
        assert (asked.status_code, asked.json()["decides"]) == (202, "SYS_ADMIN")
        again = sec.post(f"{self.URL}seal/", {"reason": "年度更换"}, content_type="application/json")
        assert again.status_code == 409
        assert sys.post(f"{self.URL}seal/", {"reason": "x"}, content_type="application/json").status_code == 403
        assert not EmergencyAccount.objects.exists()

    def test_ends_a_use(self, sec, sys, halves) -> None:
        opening(halves, sec)
        ended = sys.post(f"{self.URL}end/")
        assert (ended.status_code, ended.json()["state"]) == (200, "CLOSED")
        assert sys.post(f"{self.URL}end/").status_code == 409

    def test_opens_nothing(self, halves) -> None:
        answer = Client().post(
            "/yunnan/api/v1/session/", {"username": "yunnan-emergency", "password": "".join(halves)},
            content_type="application/json",
        )  # fmt: skip
        assert answer.status_code == 401


def test_a_province_cannot_reset_what_is_sealed(sec, halves) -> None:
    user = User.objects.get(emergency=True)
    assert sec.post(f"/yunnan/administration/people/{user.pk}/password/").status_code == 404
    assert factories.PASSWORD not in user.password
