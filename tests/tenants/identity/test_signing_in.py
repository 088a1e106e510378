"""Signing in by a provider of identity, over HTTP: who gets in, who is refused, whether a second factor follows."""

from urllib.parse import parse_qs, urlsplit

import pytest
from django.test import Client
from django.utils import timezone

from tenants.models import (
    IdentityProvider,
    OpenSession,
    Role,
    SignInAttempt,
    User,
)
from tenants.usecases import providers, sign_in
from tests.conftest import NOON
from tests.tenants.identity.ways import is_in, sent, signs_in

pytestmark = pytest.mark.usefixtures("offices")


class TestTheWay:
    def test_leads_in_and_keeps_where_one_wanted_to_go(self, service, provider, person) -> None:
        client, answer = signs_in(provider, next="/kunming/reporting/")

        assert (answer.status_code, answer["Location"]) == (302, "/kunming/reporting/")
        assert is_in(client)
        row = OpenSession.objects.get(user=person)
        assert (row.provider_id, row.provider_sid, row.provider_sub) == (provider.pk, "s-1", "subject-1")
        attempt = SignInAttempt.objects.get(username=person.username)
        assert (attempt.succeeded, attempt.reason) == (True, "")

    def test_asks_with_a_challenge_a_nonce_and_a_state_of_its_own(self, service, provider) -> None:
        asked = [parse_qs(urlsplit(sent(Client(), provider)).query) for _each in range(2)]

        for each in asked:
            assert (each["response_type"], each["code_challenge_method"], each["scope"]) == (
                ["code"],
                ["S256"],
                ["openid"],
            )
            assert each["max_age"] == ["28800"]
            assert each["redirect_uri"] == ["http://testserver/sign-in/callback/"]
        for name in ("state", "nonce", "code_challenge"):
            assert asked[0][name] != asked[1][name]

    @pytest.mark.parametrize("evil", ["https://evil.example/", "//evil.example", "javascript:alert(1)", "\\\\evil"])
    def test_leads_to_own_paths_only(self, service, provider, person, evil: str) -> None:
        _client, answer = signs_in(provider, next=evil)
        assert answer["Location"] == "/"

    def test_needs_no_password_that_was_never_chosen(self, service, provider, person) -> None:
        User.objects.filter(pk=person.pk).update(must_change_password=True)
        client, _answer = signs_in(provider)
        assert is_in(client)

    def test_is_offered_only_where_there_is_a_provider_that_is_on(self, service, provider, actor) -> None:
        assert "用统一身份认证登录" in Client().get("/sign-in/").text
        providers.disable_provider(
            provider_id=provider.pk, reason="维护", actor=actor("yunnan", Role.SEC_ADMIN), at=NOON
        )
        assert "用统一身份认证登录" not in Client().get("/sign-in/").text
        assert Client().get(f"/sign-in/with/{provider.pk}/").status_code == 404

    def test_ends_the_others_where_one_session_is_the_rule(self, service, provider, person, settings) -> None:
        first, _answer = signs_in(provider)
        settings.SINGLE_SESSION_FROM = timezone.localdate()
        second, _answer = signs_in(provider)
        assert (is_in(first), is_in(second)) == (False, True)


class TestWhoIsRefused:
    def refused(self, provider: IdentityProvider, reason: str, text: str) -> None:
        client, answer = signs_in(provider)
        assert answer.status_code == 403
        assert text in answer.text
        assert not is_in(client)
        assert SignInAttempt.objects.latest("id").reason == reason

    def test_an_unknown_subject_and_no_account_is_made(self, service, provider, person) -> None:
        service.subject = "somebody-else"
        before = User.objects.count()
        self.refused(provider, "unknown-subject", "还没有关联到本系统的账号")
        assert User.objects.count() == before

    def test_a_closed_account(self, service, provider, person) -> None:
        User.objects.filter(pk=person.pk).update(is_active=False)
        self.refused(provider, "inactive", "账号已停用")

    def test_a_locked_account(self, service, provider, person) -> None:
        for _try in range(5):
            sign_in.check_credentials(username=person.username, password="?", address="10.9.9.9", at=timezone.now())
        self.refused(provider, "locked", "已锁定到")

    def test_who_did_not_sign_in_there(self, service, provider, person) -> None:
        service.subject = ""
        self.refused(provider, "provider-fault", "没有同意这次登录")


class TestTheSecondFactor:
    @pytest.fixture
    def with_factor(self, person: User) -> User:
        from core import secrets
        from tenants.models import SecondFactor
        from tenants.models.second_factor import secret_about

        SecondFactor.objects.create(
            user=person, secret=secrets.seal("JBSWY3DPEHPK3PXPJBSWY3DPEHPK3PXP", about=secret_about(person.pk)),
            begun_at=NOON, confirmed_at=NOON, last_step=1,
        )  # fmt: skip
        return person

    def test_comes_after_a_provider_whose_own_does_not_count(self, service, provider, with_factor) -> None:
        import pyotp

        client, answer = signs_in(provider, next="/kunming/")
        assert answer["Location"] == "/sign-in/second/"
        assert not is_in(client)
        code = pyotp.TOTP("JBSWY3DPEHPK3PXPJBSWY3DPEHPK3PXP").now()
        assert client.post("/sign-in/second/", {"code": code})["Location"] == "/kunming/"
        assert OpenSession.objects.get(user=with_factor).provider_id == provider.pk

    @pytest.mark.parametrize("claims", [{"acr": "mfa"}, {"amr": ["pwd", "mfa"]}])
    def test_does_not_come_after_one_whose_own_counts(self, service, provider, with_factor, claims) -> None:
        service.claims = claims
        client, _answer = signs_in(provider)
        assert is_in(client)

    def test_of_the_provider_satisfies_the_roles_that_need_one(self, service, provider, person, settings) -> None:
        settings.SECOND_FACTOR_REQUIRED_FROM = timezone.localdate()
        from tenants.models import Membership

        Membership.objects.filter(user=person).update(role=Role.FUND_SUPERVISOR)
        client, _answer = signs_in(provider)
        assert client.get("/account/")["Location"] == "/account/second-factor/"
        service.claims = {"acr": "mfa"}
        client, _answer = signs_in(provider)
        assert is_in(client)
