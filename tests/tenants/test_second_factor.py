"""The second factor: enrolled with a code, asked for at every sign-in, each code once, reset by the administrator."""

import math
from datetime import date, datetime, timedelta

import pyotp
import pytest
from django.db import ProgrammingError, connection, transaction
from django.test import Client
from django.utils import timezone

from core import office as office_core
from core.errors import Conflict, Denied, Invalid, NotFound
from core.models import AuditEntry, EventRecord
from tenants.actors import Actor
from tenants.models import Office, RecoveryCode, Role, SecondFactor, SignInAttempt, User
from tenants.rules import second_factor as rules
from tenants.selectors import second_factor as selectors
from tenants.usecases import second_factor as usecases
from tenants.usecases import sign_in
from tests import factories
from tests.conftest import NOON, TODAY

pytestmark = pytest.mark.usefixtures("offices")
SECRET = "JBSWY3DPEHPK3PXPJBSWY3DPEHPK3PXP"


def code_of(secret: str, at: datetime) -> str:
    """What the authenticator shows."""
    return pyotp.TOTP(secret).at(at)


def enrol(user: User, office: Office, *, at: datetime = NOON) -> tuple[str, list[str]]:
    """Begin and confirm; (secret, recovery codes)."""
    me = Actor(user.pk, user.name, office, office)
    usecases.begin(actor=me, password=factories.PASSWORD, address="10.0.0.1", at=at)
    secret = usecases.begun_secret(user, at=at)
    return secret, usecases.confirm(actor=me, code=code_of(secret, at), address="10.0.0.1", at=at)


@pytest.fixture
def person(kunming: Office) -> User:
    return factories.make_person(kunming, Role.REPORTER)


@pytest.fixture
def me(person: User, kunming: Office) -> Actor:
    return Actor(person.pk, person.name, kunming, kunming)


def check(user: User, otp: str = "", *, at: datetime, address: str = "10.0.0.1") -> sign_in.Outcome:
    return sign_in.check_credentials(
        username=user.username, password=factories.PASSWORD, otp=otp, address=address, at=at
    )


class TestCodes:
    """RFC 6238: steps of thirty seconds."""

    def hear(self, code: str, *, after: int = 0, at: datetime = NOON) -> int | None:
        return rules.matching_step(SECRET, code, at=at, after=after, on=TODAY)

    @pytest.mark.parametrize(("seconds", "heard"), [(-60, False), (-30, True), (0, True), (30, True), (60, False)])
    def test_of_one_step_before_and_after_are_heard(self, seconds: int, heard: bool) -> None:
        assert (self.hear(code_of(SECRET, NOON + timedelta(seconds=seconds))) is not None) is heard

    def test_are_not_heard_again(self) -> None:
        step = self.hear(code_of(SECRET, NOON))
        assert step is not None

        assert self.hear(code_of(SECRET, NOON), after=step) is None
        assert self.hear(code_of(SECRET, NOON - timedelta(seconds=30)), after=step) is None
        assert self.hear(code_of(SECRET, NOON + timedelta(seconds=30)), after=step) == step + 1

    def test_would_be_heard_again_if_the_last_step_were_forgotten(self) -> None:
        """The control."""
        assert self.hear(code_of(SECRET, NOON)) == self.hear(code_of(SECRET, NOON)) is not None

    def test_of_recovery_are_too_long_to_be_tried_out(self) -> None:
        """112 bits: what a plain hash may keep, OWASP ASVS 5.0, 6.5.2."""
        codes = rules.new_recovery_codes(10)

        assert len(set(codes)) == 10
        assert all(len(rules.plain(code)) * math.log2(len(rules.LETTERS)) >= 112 for code in codes)

    @pytest.mark.parametrize("code", ["", "12345", "abcdef", "１２３４５６", "000000 000000"])
    def test_are_six_digits(self, code: str) -> None:
        assert self.hear(code) is None

    def test_are_taken_with_blanks(self) -> None:
        code = code_of(SECRET, NOON)

        assert self.hear(f" {code[:3]} {code[3:]} ") is not None

    def test_agree_with_the_rfcs_own_example(self) -> None:
        """RFC 6238, appendix B: at 59 s the eight digits are 94287082, of which apps show the last six."""
        secret = "GEZDGNBVGY3TQOJQGEZDGNBVGY3TQOJQ"
        at = datetime.fromtimestamp(59, tz=NOON.tzinfo)

        assert rules.matching_step(secret, "287082", at=at, after=0, on=TODAY) == 1


class TestEnrolling:
    def test_needs_the_password_and_a_code_and_gives_ten_codes(self, person: User, me: Actor) -> None:
        with pytest.raises(Invalid) as refused:
            usecases.begin(actor=me, password="wrong", address="10.0.0.1", at=NOON)
        assert refused.value.field == "password"
        assert usecases.begun_secret(person, at=NOON) == ""

        usecases.begin(actor=me, password=factories.PASSWORD, address="10.0.0.1", at=NOON)
        secret = usecases.begun_secret(person, at=NOON)
        assert not selectors.has_factor(person)
        with pytest.raises(Invalid, match="验证码不正确") as refused:
            usecases.confirm(actor=me, code="000000", address="10.0.0.1", at=NOON)
        assert refused.value.field == "code"
        made = usecases.confirm(actor=me, code=code_of(secret, NOON), address="10.0.0.1", at=NOON)

        assert selectors.has_factor(person)
        assert len(set(made)) == 10 == selectors.codes_left(person)
        assert EventRecord.objects.filter(name="SecondFactorEnrolled", actor_id=person.pk).count() == 1

    def test_begun_is_not_asked_for(self, person: User, me: Actor) -> None:
        usecases.begin(actor=me, password=factories.PASSWORD, address="10.0.0.1", at=NOON)

        assert check(person, at=NOON).user == person

    def test_must_be_confirmed_in_time_and_once(self, person: User, me: Actor, kunming: Office) -> None:
        later = NOON + timedelta(minutes=16)
        usecases.begin(actor=me, password=factories.PASSWORD, address="10.0.0.1", at=NOON)
        secret = usecases.begun_secret(person, at=NOON)
        with pytest.raises(Conflict, match="重新开始"):
            usecases.confirm(actor=me, code=code_of(secret, later), address="10.0.0.1", at=later)

        enrol(person, kunming, at=later)
        with pytest.raises(Conflict, match="先停用"):
            usecases.begin(actor=me, password=factories.PASSWORD, address="10.0.0.1", at=later)

    def test_keeps_secret_and_codes_where_nobody_reads_them(self, person: User, kunming: Office) -> None:
        secret, made = enrol(person, kunming)
        factor = SecondFactor.objects.get(user=person)

        assert factor.secret.startswith("k1:")
        assert secret not in factor.secret
        assert not RecoveryCode.objects.filter(digest__in=made).exists()
        assert not AuditEntry.objects.filter(table_name__in=["tenants_secondfactor", "tenants_recoverycode"]).exists()
        with connection.cursor() as cursor:
            cursor.execute(
                "SELECT count(*) FROM core_auditentry a, core_eventrecord e "
                "WHERE strpos(a::text, %s) > 0 OR strpos(e::text, %s) > 0",
                [secret, secret],
            )
            assert cursor.fetchone() == (0,)
        with office_core.mounted(kunming.mount()):
            for table in (SecondFactor, RecoveryCode):
                with pytest.raises(ProgrammingError, match="permission denied"), transaction.atomic():
                    table.objects.exists()


class TestSigningIn:
    def test_by_password_alone_does_not_do(self, person: User, kunming: Office) -> None:
        enrol(person, kunming)

        outcome = check(person, at=NOON)

        assert (outcome.user, outcome.pending) == (None, person)
        assert not SignInAttempt.objects.filter(username=person.username, succeeded=True).exists()

    def test_with_a_code_once(self, person: User, kunming: Office) -> None:
        secret, _codes = enrol(person, kunming)
        later = NOON + timedelta(minutes=1)
        code = code_of(secret, later)

        assert check(person, code, at=later).user == person
        assert check(person, code, at=later).user is None

    def test_with_a_recovery_code_once(self, person: User, kunming: Office) -> None:
        _secret, made = enrol(person, kunming)

        outcome = check(person, made[0].upper(), at=NOON)

        assert (outcome.user, outcome.recovery) == (person, True)
        assert check(person, made[0], at=NOON).user is None
        assert EventRecord.objects.get(name="RecoveryCodeUsed").data == {"left": 9}

    def test_not_with_another_persons_codes(self, person: User, kunming: Office) -> None:
        other = factories.make_person(kunming, Role.REPORTER)
        enrol(person, kunming)
        secret, made = enrol(other, kunming)
        later = NOON + timedelta(minutes=1)

        assert check(person, code_of(secret, later), at=later).user is None
        assert check(person, made[0], at=later).user is None

    def test_wrong_codes_lock_though_the_password_is_right_each_time(self, person: User, kunming: Office) -> None:
        """Whoever stole the password gets five tries at the code, not five for each time they give the password."""
        enrol(person, kunming)
        for left in (4, 3, 2, 1):
            assert check(person, at=NOON).pending == person
            assert f"还可尝试 {left} 次" in check(person, "000000", at=NOON).refusal
        fifth = check(person, "000000", at=NOON)

        assert fifth.locked_until == NOON + timedelta(minutes=30)
        assert check(person, at=NOON, address="10.0.0.2").pending is None

    def test_a_wrong_password_does_not_tell_of_the_factor(self, person: User, kunming: Office) -> None:
        enrol(person, kunming)
        outcome = sign_in.check_credentials(
            username=person.username, password="wrong", otp="000000", address="10.0.0.1", at=NOON
        )

        assert "账号或密码不正确" in outcome.refusal


class TestTheSecondStep:
    def begin(self, person: User, *, to: str = "") -> Client:
        client = Client()
        answer = client.post(
            "/sign-in/", {"username": person.username, "password": factories.PASSWORD, "next": to or "/account/"}
        )
        assert answer["Location"] == "/sign-in/second/"
        return client

    @pytest.fixture
    def secret(self, person: User, kunming: Office) -> str:
        return enrol(person, kunming, at=timezone.now() - timedelta(minutes=2))[0]

    def test_leads_on(self, person: User, secret: str) -> None:
        client = self.begin(person, to="/kunming/calendar/")
        assert client.get("/account/").status_code == 302
        assert client.get("/sign-in/second/").status_code == 200

        answer = client.post("/sign-in/second/", {"code": code_of(secret, timezone.now())})

        assert answer["Location"] == "/kunming/calendar/"
        assert client.get("/account/").status_code == 200

    def test_says_what_is_wrong_and_locks(self, person: User, secret: str) -> None:
        client = self.begin(person)
        assert client.post("/sign-in/second/", {"code": ""}).status_code == 422
        refused = [client.post("/sign-in/second/", {"code": "000000"}) for _each in range(5)]

        assert [answer.status_code for answer in refused] == [422, 422, 422, 422, 403]
        assert "已锁定" in refused[4].text
        right = client.post("/sign-in/second/", {"code": code_of(secret, timezone.now())})
        assert (right.status_code, client.get("/account/").status_code) == (403, 302)

    def test_needs_the_first(self) -> None:
        assert Client().get("/sign-in/second/")["Location"] == "/sign-in/"
        assert Client().post("/sign-in/second/", {"code": "000000"})["Location"] == "/sign-in/"

    def test_must_follow_soon(self, person: User, secret: str) -> None:
        client = self.begin(person)
        session = client.session
        session["second_step"] = {**session["second_step"], "until": timezone.now().isoformat()}
        session.save()

        assert client.post("/sign-in/second/", {"code": code_of(secret, timezone.now())})["Location"] == "/sign-in/"

    def test_is_void_once_the_password_was_changed(self, person: User, secret: str) -> None:
        client = self.begin(person)
        person.set_password("Xin-Mi_Ma-2027")
        person.save()

        assert client.post("/sign-in/second/", {"code": code_of(secret, timezone.now())})["Location"] == "/sign-in/"

    def test_gives_the_session_a_new_key_each_time(self, person: User, secret: str) -> None:
        client = self.begin(person)
        waiting = client.session.session_key
        client.post("/sign-in/second/", {"code": code_of(secret, timezone.now())})

        assert client.session.session_key != waiting

    def test_tells_how_many_recovery_codes_are_left(self, person: User, kunming: Office) -> None:
        _secret, made = enrol(person, kunming, at=timezone.now() - timedelta(minutes=2))
        client = self.begin(person)

        assert "还剩 9 个" in client.post("/sign-in/second/", {"code": made[0]}, follow=True).text


class TestTheApi:
    def post(self, path: str, user: User, **more: str):
        body = {"username": user.username, "password": factories.PASSWORD, **more}
        return Client().post(f"/kunming/api/v1/{path}/", body, content_type="application/json")

    @pytest.mark.parametrize(("path", "more", "made"), [("session", {}, 200), ("tokens", {"name": "try"}, 201)])
    def test_asks_for_the_code_in_otp(self, person: User, kunming: Office, path: str, more: dict, made: int) -> None:
        secret, _codes = enrol(person, kunming, at=timezone.now() - timedelta(minutes=2))

        without = self.post(path, person, **more)
        assert (without.status_code, without.json()["field"]) == (401, "otp")
        assert self.post(path, person, otp="000000", **more).status_code == 401
        code = code_of(secret, timezone.now())
        assert self.post(path, person, otp=code, **more).status_code == made
        assert self.post(path, person, otp=code, **more).status_code == 401

    def test_asks_nothing_of_others(self, person: User) -> None:
        assert self.post("session", person).status_code == 200
        assert self.post("session", person, otp="000000").status_code == 200


class TestTheAccountPage:
    def test_enrols(self, signed_in) -> None:
        client = signed_in("kunming", Role.REPORTER)
        assert "未启用" in client.get("/account/").text
        assert client.post("/account/second-factor/begin/", {"password": "wrong"}).status_code == 422
        assert client.post("/account/second-factor/begin/", {"password": factories.PASSWORD}).status_code == 302
        page = client.get("/account/second-factor/")
        assert "<svg role=" in page.text
        assert page["Cache-Control"].startswith("max-age=0")
        secret = page.context["secret"].replace(" ", "")

        assert client.post("/account/second-factor/confirm/", {"code": "000000"}).status_code == 422
        shown = client.post("/account/second-factor/confirm/", {"code": code_of(secret, timezone.now())})

        assert (shown.status_code, len(shown.context["codes"])) == (200, 10)
        assert all(code in shown.text for code in shown.context["codes"])
        again = client.get("/account/second-factor/").text
        assert not any(code in again for code in shown.context["codes"])
        assert "已启用" in client.get("/account/").text

    def test_renews_the_codes_and_gives_up_against_a_code(self, signed_in, kunming: Office) -> None:
        client = signed_in("kunming", Role.REPORTER)
        _secret, made = enrol(client.user, kunming, at=timezone.now() - timedelta(minutes=2))

        assert client.post("/account/second-factor/codes/", {"code": "000000"}).status_code == 422
        renewed = client.post("/account/second-factor/codes/", {"code": made[0]})
        assert renewed.status_code == 200
        assert client.post("/account/second-factor/remove/", {"code": made[1]}).status_code == 422
        assert client.post("/account/second-factor/remove/", {"code": renewed.context["codes"][0]}).status_code == 302
        assert not selectors.has_factor(client.user)
        assert client.post("/account/second-factor/remove/", {"code": made[1]}).status_code == 409

    @pytest.mark.parametrize("what", ["begin", "confirm", "codes", "remove"])
    def test_is_for_people_who_are_signed_in(self, what: str) -> None:
        assert Client().post(f"/account/second-factor/{what}/", {})["Location"].startswith("/sign-in/")
        assert Client().get(f"/account/second-factor/{what}/").status_code == 405


class TestWhereItIsRequired:
    @pytest.fixture(autouse=True)
    def required(self, settings) -> None:
        settings.SECOND_FACTOR_REQUIRED_FROM = date(2026, 1, 1)

    @pytest.mark.parametrize("role", [Role.SYS_ADMIN, Role.SEC_ADMIN, Role.AUDIT_ADMIN, Role.FUND_SUPERVISOR])
    def test_one_is_led_to_enrolment_and_can_do_nothing_else(self, signed_in, role: str) -> None:
        client = signed_in("kunming", role)

        for path in ("/", "/account/", "/account/tokens/", "/kunming/", "/kunming/administration/people/"):
            assert client.get(path)["Location"] == "/account/second-factor/"
        assert client.post("/account/sessions/others/end/")["Location"] == "/account/second-factor/"
        answer = client.get("/kunming/api/v1/account/")
        assert (answer.status_code, answer.json()["type"]) == (403, "denied")
        assert "启用后才能继续使用" in client.get("/account/second-factor/").text
        assert client.post("/sign-out/").status_code == 302

    def test_one_goes_on_once_enrolled(self, signed_in, kunming: Office) -> None:
        client = signed_in("kunming", Role.SEC_ADMIN)
        client.post("/account/second-factor/begin/", {"password": factories.PASSWORD})
        secret = usecases.begun_secret(client.user, at=timezone.now())
        client.post("/account/second-factor/confirm/", {"code": code_of(secret, timezone.now())})

        assert client.get("/kunming/administration/people/").status_code == 200

    def test_nobody_else_is(self, signed_in) -> None:
        assert signed_in("kunming", Role.REPORTER).get("/account/").status_code == 200

    def test_it_is_not_given_up(self, signed_in, kunming: Office) -> None:
        client = signed_in("kunming", Role.SEC_ADMIN)
        _secret, made = enrol(client.user, kunming)

        assert client.post("/account/second-factor/remove/", {"code": made[0]}).status_code == 409
        assert selectors.codes_left(client.user) == 10

    def test_neither_password_nor_token_goes_round_it(self, kunming: Office, settings) -> None:
        keeper = factories.make_person(kunming, Role.SYS_ADMIN)
        body = {"username": keeper.username, "password": factories.PASSWORD, "name": "try"}
        settings.SECOND_FACTOR_REQUIRED_FROM = None
        made = Client().post("/kunming/api/v1/tokens/", body, content_type="application/json").json()["token"]
        call = {"path": "/kunming/api/v1/account/", "headers": {"Authorization": f"Token {made}"}}
        assert Client().get(**call).status_code == 200

        settings.SECOND_FACTOR_REQUIRED_FROM = date(2026, 1, 1)
        assert Client().get(**call).status_code == 403
        for path in ("tokens", "session"):
            answer = Client().post(f"/kunming/api/v1/{path}/", body, content_type="application/json")
            assert (answer.status_code, answer.json()["type"]) == (403, "denied")
        enrol(keeper, kunming)
        assert Client().get(**call).status_code == 200

    def test_from_the_chosen_day_on(self) -> None:
        needs = [rules.required([Role.SYS_ADMIN], on=TODAY, since=since) for since in
                 (None, TODAY + timedelta(days=1), TODAY)]  # fmt: skip

        assert needs == [False, False, True]


def test_without_that_day_administrators_go_on_as_before(signed_in) -> None:
    assert signed_in("kunming", Role.SEC_ADMIN).get("/kunming/administration/people/").status_code == 200


class TestTheReset:
    def reset(self, actor: Actor, user: User, reason: str = "手机遗失") -> User:
        return usecases.reset(user_id=user.pk, reason=reason, actor=actor, at=NOON)

    def test_lets_the_person_in_by_password_and_ends_their_sessions(self, person: User, kunming: Office, actor) -> None:
        client = Client()
        secret, _codes = enrol(person, kunming, at=timezone.now() - timedelta(minutes=2))
        client.post("/sign-in/", {"username": person.username, "password": factories.PASSWORD})
        client.post("/sign-in/second/", {"code": code_of(secret, timezone.now())})

        self.reset(actor("yunnan", Role.SEC_ADMIN), person)

        assert client.get("/account/").status_code == 302
        assert check(person, at=NOON).user == person
        assert not RecoveryCode.objects.filter(user=person).exists()
        assert EventRecord.objects.get(name="SecondFactorReset").data == {"reason": "手机遗失"}

    @pytest.mark.parametrize("role", [Role.SYS_ADMIN, Role.AUDIT_ADMIN, Role.PRINCIPAL_LEADER])
    def test_is_the_security_administrators(self, person: User, kunming: Office, actor, role: str) -> None:
        enrol(person, kunming)
        with pytest.raises(Denied):
            self.reset(actor("kunming", role), person)

    def test_is_not_for_other_offices_nor_for_oneself(self, person: User, kunming: Office, actor) -> None:
        enrol(person, kunming)
        for office in ("puer", "shifan"):
            with pytest.raises(NotFound):
                self.reset(actor(office, Role.SEC_ADMIN), person)
        keeper = actor("kunming", Role.SEC_ADMIN)
        with pytest.raises(Denied, match="自己"):
            self.reset(keeper, User.objects.get(pk=keeper.user_id))

    def test_needs_a_reason_and_something_to_reset(self, person: User, kunming: Office, actor) -> None:
        keeper = actor("kunming", Role.SEC_ADMIN)
        with pytest.raises(Conflict, match="没有启用"):
            self.reset(keeper, person)
        enrol(person, kunming)
        for reason in ("  ", "长" * 201):
            with pytest.raises(Invalid):
                self.reset(keeper, person, reason)
        self.reset(keeper, person)
        with pytest.raises(Conflict):
            self.reset(keeper, person)

    def test_by_page_and_api(self, person: User, kunming: Office, signed_in) -> None:
        keeper, page = signed_in("kunming", Role.SEC_ADMIN), f"/kunming/administration/people/{person.pk}/"
        assert "重置二次验证" not in keeper.get(page).text
        enrol(person, kunming)
        assert "重置二次验证" in keeper.get(page).text
        assert keeper.get(f"{page}second-factor/").status_code == 200
        assert keeper.post(f"{page}second-factor/", {"reason": ""}).status_code == 422
        assert keeper.post(f"{page}second-factor/", {"reason": "遗失"}).status_code == 302
        assert signed_in("kunming", Role.SYS_ADMIN).get(f"{page}second-factor/").status_code == 403

        enrol(person, kunming)
        call = f"/kunming/api/v1/people/{person.pk}/reset-second-factor/"
        assert keeper.post(call, {"reason": "遗失"}, content_type="application/json").status_code == 200
        assert keeper.post(call, {"reason": "遗失"}, content_type="application/json").status_code == 409
