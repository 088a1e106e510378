"""Signing in: locks per account and per address, one answer for known and unknown accounts, passwords."""

from datetime import date, datetime, timedelta

import pytest
from django.test import Client

from core.errors import Denied, Invalid, NotFound
from tenants.actors import Actor
from tenants.models import Office, Role, SignInAttempt, User
from tenants.rules import passwords as rules
from tenants.usecases import passwords, people, sign_in
from tests import factories
from tests.conftest import NOON, TODAY

pytestmark = pytest.mark.usefixtures("offices")


def attempt(username: str, password: str = "wrong", *, at: datetime = NOON, address: str = "10.0.0.1"):
    return sign_in.check_credentials(username=username, password=password, address=address, at=at)


class TestTheLock:
    def test_tells_how_many_tries_are_left(self, kunming: Office) -> None:
        user = factories.make_person(kunming, Role.REPORTER)

        said = [attempt(user.username).refusal for _each in range(4)]

        assert [f"还可尝试 {n} 次" in text for n, text in zip((4, 3, 2, 1), said, strict=True)] == [True] * 4

    def test_the_fifth_failure_locks_for_half_an_hour(self, kunming: Office) -> None:
        user = factories.make_person(kunming, Role.REPORTER)
        for _each in range(4):
            attempt(user.username)

        fifth = attempt(user.username)

        assert fifth.locked_until == NOON + timedelta(minutes=30)
        elsewhere = {"address": "10.0.0.2"}
        assert attempt(user.username, factories.PASSWORD, at=NOON + timedelta(minutes=29), **elsewhere).user is None
        assert attempt(user.username, factories.PASSWORD, at=NOON + timedelta(minutes=31), **elsewhere).user == user

    def test_an_address_is_locked_across_accounts(self, kunming: Office) -> None:
        people = [factories.make_person(kunming, Role.REPORTER) for _each in range(6)]
        for person in people[:5]:
            attempt(person.username)

        assert attempt(people[5].username, factories.PASSWORD).locked_until is not None
        assert attempt(people[5].username, factories.PASSWORD, address="10.0.0.9").user == people[5]

    def test_an_own_account_does_not_reset_the_address(self, kunming: Office) -> None:
        """Trying others' passwords between one's own sign-ins is counted all the same."""
        own, *others = [factories.make_person(kunming, Role.REPORTER) for _each in range(6)]
        for person in others:
            attempt(person.username)
            attempt(own.username, factories.PASSWORD)

        assert attempt(own.username, factories.PASSWORD).user is None

    def test_colleagues_typing_slips_do_not_lock_their_office(self, kunming: Office) -> None:
        people = [factories.make_person(kunming, Role.REPORTER) for _each in range(7)]

        for person in people:
            attempt(person.username)
            assert attempt(person.username, factories.PASSWORD).user == person

    def test_unknown_inactive_and_known_accounts_hear_the_same(self, kunming: Office) -> None:
        known = factories.make_person(kunming, Role.REPORTER)
        gone = factories.make_person(kunming, Role.REPORTER, is_active=False)

        said = {
            tuple(attempt(name, password, address=name).refusal for _each in range(6))
            for name, password in ((known.username, "x"), ("nobody", "x"), (gone.username, factories.PASSWORD))
        }

        assert len(said) == 1

    def test_unknown_accounts_cost_the_same_work(self, kunming: Office, monkeypatch: pytest.MonkeyPatch) -> None:
        hashed: list[str] = []
        monkeypatch.setattr(User, "set_password", lambda self, password: hashed.append(password))

        attempt("nobody", "x")

        assert hashed == ["x"]

    def test_the_case_of_an_account_does_not_matter(self, kunming: Office) -> None:
        user = factories.make_person(kunming, Role.REPORTER)

        assert attempt(user.username.upper(), factories.PASSWORD).user == user

    def test_failures_of_yesterday_are_forgotten(self, kunming: Office) -> None:
        user = factories.make_person(kunming, Role.REPORTER)
        for _each in range(4):
            attempt(user.username, at=NOON - timedelta(minutes=31))

        assert "还可尝试 4 次" in attempt(user.username).refusal

    def test_is_kept_though_the_page_refuses(self, kunming: Office) -> None:
        user = factories.make_person(kunming, Role.REPORTER)
        Client().post("/sign-in/", {"username": user.username, "password": "wrong"})

        assert SignInAttempt.objects.get(username=user.username).reason == "wrong-password"

    def test_is_opened_by_the_security_administrator_of_the_office(self, kunming: Office, actor) -> None:
        user = factories.make_person(kunming, Role.REPORTER)
        for _each in range(5):
            attempt(user.username, address=f"10.0.1.{_each}")

        with pytest.raises(Denied):
            sign_in.unlock_account(user_id=user.pk, actor=actor("kunming", Role.SYS_ADMIN), at=NOON)
        with pytest.raises(NotFound):
            sign_in.unlock_account(user_id=user.pk, actor=actor("puer", Role.SEC_ADMIN), at=NOON)
        later = NOON + timedelta(seconds=1)
        sign_in.unlock_account(user_id=user.pk, actor=actor("kunming", Role.SEC_ADMIN), at=later)

        assert attempt(user.username, factories.PASSWORD, at=later + timedelta(seconds=1)).user == user


class TestAskingForThePasswordAgain:
    def ask(self, actor: Actor, password: str, *, at: datetime = NOON, address: str = "10.0.0.1") -> None:
        sign_in.confirm_password(actor=actor, password=password, address=address, at=at)

    def test_lets_the_right_one_through_and_keeps_no_record(self, actor) -> None:
        self.ask(actor("kunming", Role.ISSUER), factories.PASSWORD)

        assert not SignInAttempt.objects.exists()

    def test_counts_a_wrong_one_like_a_failed_sign_in(self, actor) -> None:
        me = actor("kunming", Role.ISSUER)
        username = User.objects.get(pk=me.user_id).username
        for left in (4, 3):
            with pytest.raises(Invalid, match=f"没有办理。还可尝试 {left} 次") as wrong:
                self.ask(me, "wrong")
            assert wrong.value.field == "password"
        assert "还可尝试 2 次" in attempt(username).refusal

    def test_locks_with_the_fifth_and_then_hears_not_even_the_right_one(self, actor) -> None:
        me = actor("kunming", Role.ISSUER)
        username = User.objects.get(pk=me.user_id).username
        for _each in range(4):
            with pytest.raises(Invalid):
                self.ask(me, "wrong")
        with pytest.raises(Denied, match="已锁定到 12:30"):
            self.ask(me, "wrong")
        with pytest.raises(Denied):
            self.ask(me, factories.PASSWORD, address="10.0.0.2")

        assert attempt(username, factories.PASSWORD, address="10.0.0.3").locked_until is not None
        self.ask(me, factories.PASSWORD, at=NOON + timedelta(minutes=31))

    def test_is_no_matter_of_the_system_itself(self, kunming: Office) -> None:
        with pytest.raises(Denied, match="本人"):
            self.ask(Actor(None, "系统", kunming, kunming), factories.PASSWORD)


class TestTheSignInPage:
    @pytest.mark.parametrize(
        "stranger", ["https://evil.example/", "//evil.example/", "javascript:alert(1)", "\\\\evil"]
    )
    def test_leads_to_own_paths_only(self, kunming: Office, stranger: str) -> None:
        user = factories.make_person(kunming, Role.REPORTER)
        form = {"username": user.username, "password": factories.PASSWORD, "next": stranger}

        assert Client().post("/sign-in/", form)["Location"] == "/"

    def test_gives_a_session_a_new_key_and_tells_of_the_last_sign_in(self, kunming: Office) -> None:
        user = factories.make_person(kunming, Role.REPORTER)
        client = Client()
        client.get("/sign-in/")
        form = {"username": user.username, "password": factories.PASSWORD, "next": "/kunming/calendar/"}
        assert client.post("/sign-in/", form)["Location"] == "/kunming/calendar/"
        first = client.session.session_key
        client.post("/sign-out/")
        client.post("/sign-in/", form)

        assert client.session.session_key != first
        assert client.session["previous_sign_in"]["address"] == "127.0.0.1"

    def test_sign_out_is_a_post(self, signed_in) -> None:
        client = signed_in("kunming", Role.REPORTER)

        assert client.get("/sign-out/").status_code == 405
        assert client.post("/sign-out/").status_code == 302
        assert "_auth_user_id" not in client.session

    def test_says_what_is_missing(self) -> None:
        assert Client().post("/sign-in/", {"username": "", "password": ""}).status_code == 422

    def test_warns_of_a_password_that_ends_soon(self, kunming: Office) -> None:
        from django.utils import timezone

        user = factories.make_person(kunming, Role.SYS_ADMIN, password_changed_at=timezone.now() - timedelta(days=85))
        client = Client()
        client.post("/sign-in/", {"username": user.username, "password": factories.PASSWORD})

        assert "密码还有 5 天到期" in client.get("/account/").text


class TestThePortal:
    def test_sends_anonymous_people_to_the_sign_in(self) -> None:
        assert Client().get("/")["Location"] == "/sign-in/"

    def test_lets_people_of_one_office_straight_in(self, signed_in) -> None:
        assert signed_in("kunming", Role.REPORTER).get("/")["Location"] == "/kunming/"

    def test_offers_a_province_its_prefectures(self, signed_in) -> None:
        page = signed_in("yunnan", Role.APPRAISAL_ADMIN).get("/")

        [group] = page.context["groups"]
        assert next(card["office"].slug for card in group["cards"]) == "yunnan"
        assert {card["office"].slug for card in group["cards"]} == {"yunnan", "kunming", "puer", "diqing"}

    def test_says_so_when_there_is_no_role_yet(self, kunming: Office) -> None:
        client = Client()
        client.force_login(factories.make_person(kunming))

        assert "还没有任何机构的角色" in client.get("/").text

    def test_browsers_need_no_sign_in(self) -> None:
        assert "86" in Client().get("/browsers/").text


class TestPasswordRules:
    @pytest.mark.parametrize(
        ("password", "broken"),
        [
            ("Shui-Ku_2026!", []),
            ("Aa1-", ["too-short"]),
            ("abcdefghij12", ["too-uniform"]),
            ("Zhangwei-2026", ["personal"]),
            ("Wei.x-ABC-123", ["personal"]),
            ("x-13800001111-Z", ["personal"]),
            ("x-11110000831-Z", ["personal"]),
            ("密码-张伟-Abc-1", ["personal", "ours"]),
            ("x-ANLAN-2026-x", ["ours"]),
            ("Reservoir 9!", ["ours"]),
            ("1234-安 澜-Abc", ["ours"]),
            ("aaa", ["too-short", "too-uniform"]),
        ],
    )
    def test_say_what_is_broken(self, password: str, broken: list[str]) -> None:
        about = ("km-zw", "张伟", "Zhang Wei", "13800001111")

        assert rules.failures(password, about=(*about, "wei."), on=TODAY) == broken

    def test_a_password_lives_ninety_days(self) -> None:
        assert rules.days_left(date(2026, 11, 5), on=date(2027, 2, 2)) == 1
        assert rules.days_left(date(2026, 11, 5), on=date(2027, 2, 3)) == 0

    def test_generated_ones_obey(self) -> None:
        assert all(rules.failures(passwords.initial_password(), about=(), on=TODAY) == [] for _each in range(50))


class TestChangingOnesPassword:
    @pytest.mark.parametrize("new", ["Liverpool1", "1q2w3e4R5T", "  Butterfly1 "])
    def test_refuses_what_has_leaked_and_is_common(self, actor, new: str) -> None:
        assert rules.failures(new, about=(), on=TODAY) == []  # the other rules let it through

        with pytest.raises(Invalid, match="已泄露") as refused:
            self.change(actor("kunming", Role.REPORTER), new=new)
        assert refused.value.field == "new_password"

    def test_refuses_our_own_words_with_a_sentence(self, actor) -> None:
        with pytest.raises(Invalid, match="系统名称"):
            self.change(actor("kunming", Role.REPORTER), new="Anlan-2026-demo")

    def change(self, actor, old: str = factories.PASSWORD, new: str = "Xin-Mi_Ma-2027"):
        return passwords.change_password(
            user_id=actor.user_id, old_password=old, new_password=new, actor=actor, address="10.0.0.1", at=NOON
        )

    def test_sets_it_and_the_day(self, actor) -> None:
        user = self.change(actor("kunming", Role.REPORTER))

        assert user.check_password("Xin-Mi_Ma-2027")
        assert (user.must_change_password, user.password_changed_at) == (False, NOON)

    def test_refuses_a_wrong_old_one_the_same_and_a_weak_one(self, actor) -> None:
        me = actor("kunming", Role.REPORTER)
        with pytest.raises(Invalid, match="密码不正确，没有办理。还可尝试 4 次") as wrong:
            self.change(me, old="wrong")
        with pytest.raises(Invalid, match="相同"):
            self.change(me, new=factories.PASSWORD)
        with pytest.raises(Invalid, match=r"至少要有 10 个字符。.*至少要用 3 类"):
            self.change(me, new="short")

        assert wrong.value.field == "old_password"

    def test_refuses_somebody_elses(self, actor) -> None:
        me, other = actor("kunming", Role.REPORTER), actor("kunming", Role.REPORTER)
        with pytest.raises(Denied):
            passwords.change_password(
                user_id=other.user_id, old_password=factories.PASSWORD, new_password="Xin-Mi_Ma-2027", actor=me,
                address="10.0.0.1", at=NOON,
            )  # fmt: skip

    def test_on_the_page(self, signed_in) -> None:
        client = signed_in("kunming", Role.REPORTER)
        form = {"old_password": factories.PASSWORD, "new_password": "Xin-Mi_Ma-2027", "again": "Xin-Mi_Ma-2027"}

        assert client.post("/account/password/", {**form, "again": "other"}).status_code == 422
        assert client.post("/account/password/", {**form, "old_password": "x"}).status_code == 422
        assert client.post("/account/password/", form).status_code == 302
        assert client.get("/account/").status_code == 200


class TestAnInitialPassword:
    def given(self, actor, kunming: Office) -> tuple[User, str]:
        return people.create_account(
            office_id=kunming.pk, username="li.si", name="李四", actor=actor("kunming", Role.SYS_ADMIN), at=NOON
        )

    def tried(self, password: str, hours: float) -> sign_in.Outcome:
        at = NOON + timedelta(hours=hours)
        return sign_in.check_credentials(username="li.si", password=password, address="10.0.0.1", at=at)

    def test_signs_in_for_three_days(self, actor, kunming: Office) -> None:
        user, password = self.given(actor, kunming)
        assert self.tried(password, 71.9).user == user

        late = self.tried(password, 72)

        assert late.user is None
        assert "已经失效" in late.refusal
        assert SignInAttempt.objects.latest("id").reason == "initial-expired"
        assert "还可尝试 4 次" in self.tried("?", 72).refusal  # what was right counts toward no lock

    def test_that_was_replaced_in_time_does_not_expire(self, actor, kunming: Office) -> None:
        user, _password = self.given(actor, kunming)
        User.objects.filter(pk=user.pk).update(must_change_password=False)
        user.refresh_from_db()
        user.set_password("Shui-Ku_2027!")
        user.save()
        assert self.tried("Shui-Ku_2027!", 720).user == user

    def test_handed_out_anew_holds_anew(self, actor, kunming: Office) -> None:
        user, _password = self.given(actor, kunming)
        at = NOON + timedelta(days=30)
        _user, again = passwords.reset_password(user_id=user.pk, actor=actor("kunming", Role.SEC_ADMIN), at=at)
        assert self.tried(again, 30 * 24 + 1).user == user
