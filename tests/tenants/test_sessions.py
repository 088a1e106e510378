"""Sessions: listed with where from, ended one by one, all but this, by an administrator or by a new sign-in."""

from datetime import date, datetime, timedelta

import pytest
from django.contrib.sessions.models import Session
from django.db import IntegrityError, ProgrammingError, transaction
from django.test import Client
from django.utils import timezone

from core import office as office_core
from core.errors import Conflict, Denied, Invalid, NotFound
from core.models import AuditEntry, EventRecord
from tenants.models import Office, OpenSession, Role, User
from tenants.rules import agents
from tenants.rules import session as rules
from tenants.selectors import sessions as selectors
from tenants.usecases import passwords
from tenants.usecases import sessions as usecases
from tests import factories
from tests.conftest import NOON, TODAY

pytestmark = pytest.mark.usefixtures("offices")
CHROME = (
    "Mozilla/5.0 (Windows NT 10.0; Win64; x64) AppleWebKit/537.36 (KHTML, like Gecko) Chrome/120.0.0.0 Safari/537.36"
)


@pytest.fixture
def person(kunming: Office) -> User:
    return factories.make_person(kunming, Role.REPORTER)


def browser(person: User, *, address: str = "10.0.0.1", agent: str = CHROME) -> Client:
    """Signed in through the page, from an address."""
    client = Client(REMOTE_ADDR=address, headers={"User-Agent": agent})
    assert client.post("/sign-in/", {"username": person.username, "password": factories.PASSWORD}).status_code == 302
    return client


def asks(client: Client) -> bool:
    """Whether the account page opens, or the person is asked to sign in."""
    return client.get("/account/").status_code == 200


def row_of(client: Client) -> OpenSession:
    return OpenSession.objects.get(key=client.cookies["anlan_session"].value)


class TestTheAccountPage:
    def test_lists_where_one_is_signed_in_and_marks_this_one(self, person: User) -> None:
        here, there = browser(person), browser(person, address="10.0.0.2", agent="curl/8.5")

        listed = here.get("/account/").context["sessions"]

        assert {(each["agent"], each["row"].address, each["current"]) for each in listed} == {
            ("Chrome 120 · Windows", "10.0.0.1", True),
            ("curl 8", "10.0.0.2", False),
        }
        assert row_of(there).began_at == row_of(there).seen_at

    def test_ends_one(self, person: User) -> None:
        here, there = browser(person), browser(person)

        assert here.post(f"/account/sessions/{row_of(there).pk}/end/")["Location"] == "/account/"

        assert (asks(here), asks(there)) == (True, False)
        assert "您在另一个会话中结束了这里的会话" in there.get("/account/", follow=True).text

    def test_asks_for_the_password_before_it_ends_one(self, person: User) -> None:
        here, there = browser(person), browser(person)
        session = here.session
        session["confirmed_at"] = (timezone.now() - timedelta(minutes=11)).isoformat()
        session.save()

        for address in (f"/account/sessions/{row_of(there).pk}/end/", "/account/sessions/others/end/"):
            assert here.post(address)["Location"] == "/account/confirm/?next=%2Faccount%2F"
        assert asks(there)
        here.post("/account/confirm/", {"password": factories.PASSWORD, "next": "/account/"})
        here.post(f"/account/sessions/{row_of(there).pk}/end/")
        assert not asks(there)

    def test_ends_all_others(self, person: User) -> None:
        here, *others = [browser(person) for _each in range(3)]

        page = here.post("/account/sessions/others/end/", follow=True)

        assert "已结束别处的 2 个会话" in page.text
        assert [asks(client) for client in (here, *others)] == [True, False, False]

    def test_does_not_end_the_one_in_use_nor_another_persons(self, person: User, kunming: Office) -> None:
        here, stranger = browser(person), browser(factories.make_person(kunming, Role.REPORTER))

        assert here.post(f"/account/sessions/{row_of(here).pk}/end/").status_code == 409
        assert here.post(f"/account/sessions/{row_of(stranger).pk}/end/").status_code == 404
        assert asks(here)
        assert asks(stranger)

    def test_a_second_ending_finds_nothing(self, person: User) -> None:
        here, there = browser(person), browser(person)
        number = row_of(there).pk
        here.post(f"/account/sessions/{number}/end/")

        assert here.post(f"/account/sessions/{number}/end/").status_code == 404

    def test_is_for_posts_of_people_who_are_signed_in(self, person: User) -> None:
        here = browser(person)

        assert here.get("/account/sessions/others/end/").status_code == 405
        assert Client().post("/account/sessions/others/end/")["Location"].startswith("/sign-in/")
        assert Client().post("/account/sessions/1/end/")["Location"].startswith("/sign-in/")

    def test_does_not_show_what_has_been_idle_for_too_long(self, person: User) -> None:
        here, there = browser(person), browser(person)
        long_ago = timezone.now() - timedelta(minutes=31)
        OpenSession.objects.filter(pk=row_of(there).pk).update(seen_at=long_ago)

        assert [each["current"] for each in here.get("/account/").context["sessions"]] == [True]

    def test_an_own_end_is_no_news(self, person: User) -> None:
        here = browser(person)
        row = row_of(here)
        here.post("/sign-out/")

        row.refresh_from_db()
        assert (row.end_reason, row.key) == ("SIGNED_OUT", None)
        assert Client().get("/account/", follow=True).context["ended"] == ""

    def test_says_why_after_idling(self, person: User) -> None:
        here = browser(person)
        session = here.session
        session["last_seen"] = (timezone.now() - timedelta(minutes=31)).isoformat()
        session.save()

        assert "长时间没有操作" in here.get("/account/", follow=True).text


class TestOneSessionOnly:
    @pytest.fixture(autouse=True)
    def single(self, settings) -> None:
        settings.SINGLE_SESSION_FROM = date(2026, 1, 1)

    def test_a_new_sign_in_ends_the_others_and_says_so_at_both_ends(self, person: User) -> None:
        first = browser(person, address="10.0.0.1")
        second = browser(person, address="10.0.0.2")

        assert "您在别处的 1 个会话已结束" in second.get("/account/").text
        said = first.get("/account/", follow=True).text
        assert "已在 10.0.0.2 登录" in said
        assert "请立即联系安全管理员" in said
        assert asks(second)

    def test_leaves_everybody_else_alone(self, person: User, kunming: Office) -> None:
        other = browser(factories.make_person(kunming, Role.REPORTER))
        browser(person)

        assert asks(other)

    def test_over_the_api_too(self, person: User) -> None:
        first = browser(person)
        body = {"username": person.username, "password": factories.PASSWORD}
        assert Client().post("/kunming/api/v1/session/", body, content_type="application/json").status_code == 200

        assert not asks(first)

    def test_from_the_chosen_day_on(self) -> None:
        assert not rules.single_session(on=TODAY, since=None)
        assert not rules.single_session(on=TODAY, since=TODAY + timedelta(days=1))
        assert rules.single_session(on=TODAY, since=TODAY)


def test_without_that_option_both_go_on(person: User) -> None:
    first, second = browser(person), browser(person)

    assert asks(first)
    assert asks(second)


class TestPasswordsAndSessions:
    def test_a_new_password_ends_the_others_and_keeps_this_one(self, person: User) -> None:
        here, there = browser(person), browser(person)
        new = {"old_password": factories.PASSWORD, "new_password": "Xin-Mi_Ma-2027", "again": "Xin-Mi_Ma-2027"}
        here.post("/account/password/", new)

        assert [each["current"] for each in here.get("/account/").context["sessions"]] == [True]
        assert "密码已更换" in there.get("/account/", follow=True).text

    def test_a_reset_ends_all(self, person: User, actor) -> None:
        here = browser(person)
        passwords.reset_password(user_id=person.pk, actor=actor("kunming", Role.SEC_ADMIN), at=timezone.now())

        assert not OpenSession.objects.filter(user=person, ended_at__isnull=True).exists()
        assert not asks(here)


class TestTheSecurityAdministrator:
    def end(self, actor, person: User, reason: str = "笔记本遗失") -> int:
        return usecases.end_sessions_of(user_id=person.pk, reason=reason, actor=actor, at=timezone.now())

    def test_ends_all_sessions_of_a_person(self, person: User, actor) -> None:
        first, second = browser(person), browser(person)

        assert self.end(actor("yunnan", Role.SEC_ADMIN), person) == 2

        assert "安全管理员结束了您的会话" in first.get("/account/", follow=True).text
        assert "笔记本遗失" in second.get("/account/", follow=True).text
        record = EventRecord.objects.get(name="SessionsEnded")
        assert (record.data["count"], record.data["reason"]) == (2, "笔记本遗失")

    @pytest.mark.parametrize("role", [Role.SYS_ADMIN, Role.AUDIT_ADMIN, Role.APPRAISAL_ADMIN])
    def test_nobody_else_does(self, person: User, actor, role: str) -> None:
        here = browser(person)
        with pytest.raises(Denied, match="安全管理员"):
            self.end(actor("kunming", role), person)
        assert asks(here)

    def test_not_of_another_office(self, person: User, actor) -> None:
        browser(person)
        for office in ("puer", "shifan"):
            with pytest.raises(NotFound):
                self.end(actor(office, Role.SEC_ADMIN), person)

    def test_not_ones_own_that_way(self, actor) -> None:
        me = actor("kunming", Role.SEC_ADMIN)
        with pytest.raises(Denied, match="我的账号"):
            self.end(me, User.objects.get(pk=me.user_id))

    def test_gives_a_reason(self, person: User, actor) -> None:
        browser(person)
        for reason in (" ", "长" * 201):
            with pytest.raises(Invalid) as refused:
                self.end(actor("kunming", Role.SEC_ADMIN), person, reason)
            assert refused.value.field == "reason"

    def test_hears_when_there_is_nothing_to_end(self, person: User, actor) -> None:
        keeper = actor("kunming", Role.SEC_ADMIN)
        with pytest.raises(Conflict, match="没有进行中的会话"):
            self.end(keeper, person)

    def test_by_page(self, person: User, signed_in) -> None:
        here, keeper = browser(person), signed_in("kunming", Role.SEC_ADMIN)
        address = f"/kunming/administration/people/{person.pk}/sessions/"

        assert "结束会话" in keeper.get(f"/kunming/administration/people/{person.pk}/").text
        assert "全部会话" in keeper.get(address).text
        assert keeper.post(address, {"reason": ""}).status_code == 422
        assert keeper.post(address, {"reason": "遗失"}).status_code == 302
        assert not asks(here)
        assert keeper.post(address, {"reason": "遗失"}).status_code == 409
        assert signed_in("kunming", Role.SYS_ADMIN).get(address).status_code == 403

    def test_by_api(self, person: User, signed_in) -> None:
        here, keeper = browser(person), signed_in("kunming", Role.SEC_ADMIN)
        address = f"/kunming/api/v1/people/{person.pk}/end-sessions/"

        answer = keeper.post(address, {"reason": "遗失"}, content_type="application/json")

        assert (answer.status_code, answer.json()["refusals"]["end_sessions"]) == (200, None)
        assert not asks(here)
        again = keeper.post(address, {"reason": "遗失"}, content_type="application/json")
        assert (again.status_code, again.json()["type"]) == (409, "conflict")


class TestTheApiOfOnesOwn:
    def test_lists_and_ends(self, person: User) -> None:
        here, there = browser(person), browser(person, agent="curl/8.5")
        listed = here.get("/kunming/api/v1/sessions/").json()
        assert {(each["browser"], each["current"]) for each in listed} == {
            ("Chrome 120 · Windows", True),
            ("curl 8", False),
        }
        number = row_of(there).pk

        assert here.delete(f"/kunming/api/v1/sessions/{row_of(here).pk}/").status_code == 409
        assert here.delete(f"/kunming/api/v1/sessions/{number}/").status_code == 204
        assert here.delete(f"/kunming/api/v1/sessions/{number}/").status_code == 404
        assert not asks(there)

    def test_ends_the_others(self, person: User) -> None:
        here, there = browser(person), browser(person)

        assert here.post("/kunming/api/v1/sessions/end-others/").json() == {"ended": 1}
        assert (asks(here), asks(there)) == (True, False)

    def test_is_asked_for_by_somebody(self) -> None:
        assert Client().get("/kunming/api/v1/sessions/").status_code == 401


class TestTheLongestTime:
    """OWASP ASVS 5.0, 7.3.2: twelve hours, however busy one is."""

    def end_of(self, client: Client) -> datetime:
        return Session.objects.get(pk=client.cookies["anlan_session"].value).expire_date

    def work_on(self, client: Client) -> datetime:
        """Ten minutes later, as far as the session knows; when it would end."""
        session = client.session
        session["last_seen"] = (timezone.now() - timedelta(minutes=10)).isoformat()
        session.save()
        client.get("/account/")
        return self.end_of(client)

    def test_is_set_at_the_sign_in_and_not_moved_by_work(self, person: User) -> None:
        client = browser(person)
        end = self.end_of(client)

        assert abs(end - timezone.now() - timedelta(hours=12)) < timedelta(minutes=1)
        assert self.work_on(client) == end

    def test_over_the_api_too(self, person: User) -> None:
        client = Client()
        body = {"username": person.username, "password": factories.PASSWORD}
        assert client.post("/kunming/api/v1/session/", body, content_type="application/json").status_code == 200
        end = self.end_of(client)

        assert abs(end - timezone.now() - timedelta(hours=12)) < timedelta(minutes=1)
        assert self.work_on(client) == end

    def test_once_over_one_is_asked_to_sign_in(self, person: User) -> None:
        client = browser(person)
        assert asks(client)
        Session.objects.filter(pk=client.cookies["anlan_session"].value).update(expire_date=timezone.now())

        assert not asks(client)

    def test_without_it_work_would_move_the_end(self, signed_in) -> None:
        """The control: a session that was begun without."""
        client = signed_in("kunming", Role.REPORTER)
        before = self.end_of(client)

        assert self.work_on(client) > before


class TestTheRows:
    def test_two_first_requests_make_one(self, person: User) -> None:
        for at in (NOON, NOON + timedelta(minutes=1)):
            usecases.seen(user_id=person.pk, key="k" * 32, address="10.0.0.1", agent="", at=at)

        row = OpenSession.objects.get(user=person)
        assert (row.began_at, row.seen_at) == (NOON, NOON + timedelta(minutes=1))

    def test_old_ones_are_forgotten_at_a_sign_in(self, person: User) -> None:
        usecases.seen(user_id=person.pk, key="k" * 32, address="", agent="", at=NOON - timedelta(days=181))
        usecases.begin(user=person, key="n" * 32, address="", agent="", at=NOON)

        assert [row.key for row in OpenSession.objects.filter(user=person)] == ["n" * 32]

    def test_cannot_be_half_ended(self, person: User) -> None:
        usecases.begin(user=person, key="k" * 32, address="", agent="", at=NOON)
        with pytest.raises(IntegrityError, match="ended_session_has_a_reason_and_no_key"), transaction.atomic():
            OpenSession.objects.filter(user=person).update(ended_at=NOON)

    def test_an_ended_row_opens_nothing(self, person: User) -> None:
        here, there = browser(person), browser(person)
        key = there.cookies["anlan_session"].value
        here.post("/account/sessions/others/end/")

        assert not Session.objects.filter(session_key=key).exists()
        assert not OpenSession.objects.filter(key=key).exists()
        assert selectors.ended_session(key) is not None

    def test_marking_the_row_alone_would_end_nothing(self, person: User) -> None:
        """The control: it is Django's own row that lets in."""
        here = browser(person)
        OpenSession.objects.filter(pk=row_of(here).pk).update(ended_at=NOON, end_reason="REVOKED", key=None)

        assert asks(here)

    def test_keys_are_out_of_reach_of_offices_and_of_the_audit_log(self, person: User, kunming: Office) -> None:
        key = browser(person).cookies["anlan_session"].value

        assert not AuditEntry.objects.filter(table_name="tenants_opensession").exists()
        with office_core.mounted(kunming.mount()):
            assert User.objects.filter(pk=person.pk).exists()
            with pytest.raises(ProgrammingError, match="permission denied"), transaction.atomic():
                OpenSession.objects.filter(key=key).exists()


@pytest.mark.parametrize(
    ("agent", "words"),
    [
        (CHROME, "Chrome 120 · Windows"),
        (CHROME + " Edg/119.0.0.0", "Edge 119 · Windows"),
        (CHROME + " QIHU 360SE", "360 · Windows"),
        ("Mozilla/5.0 (X11; Linux x86_64; rv:128.0) Gecko/20100101 Firefox/128.0", "Firefox 128 · Linux"),
        (
            "Mozilla/5.0 (iPhone; CPU iPhone OS 17_0 like Mac OS X) AppleWebKit/605.1 Version/17.0 Mobile Safari/604",
            "Safari 17 · iOS",
        ),
        ("python-requests/2.32", "python-requests 2"),
        ("", ""),
        ("<script>", ""),
    ],
)
def test_a_browser_in_two_words(agent: str, words: str) -> None:
    assert agents.described(agent) == words
