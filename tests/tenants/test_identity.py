"""Signing in by a provider of identity, over HTTP, with one that runs beside: each check refuses, and a control shows
that it is that check which does."""

import hmac
import time
from base64 import urlsafe_b64encode
from collections.abc import Callable, Iterator
from datetime import timedelta
from typing import Any
from urllib.parse import parse_qs, urlsplit

import pytest
import requests
from django.core.cache import cache
from django.test import Client
from django.utils import timezone
from joserfc import jwt

from core import oidc
from core.errors import Conflict, Denied, Invalid
from core.models import AuditEntry, EventRecord
from tenants.models import (
    IdentityLink,
    IdentityProvider,
    Office,
    OpenSession,
    ProviderSecret,
    Role,
    SignInAttempt,
    User,
)
from tenants.states import ProviderState
from tenants.usecases import identity, providers, sign_in
from tests import factories, identity_provider
from tests.conftest import NOON
from tests.identity_provider import CLIENT, SECRET, LocalProvider

pytestmark = pytest.mark.usefixtures("offices")


@pytest.fixture
def service(settings) -> Iterator[LocalProvider]:
    settings.OIDC_LOCAL_PROVIDER = True
    cache.clear()
    with identity_provider.running() as found:
        yield found
    cache.clear()


@pytest.fixture
def provider(service: LocalProvider, actor, yunnan: Office) -> IdentityProvider:
    """Yunnan's, on."""
    sec = actor("yunnan", Role.SEC_ADMIN)
    made = providers.save_provider(
        name="统一身份认证", issuer=service.issuer, client_id=CLIENT, client_secret=SECRET, strong_values="mfa",
        actor=sec, at=NOON,
    )  # fmt: skip
    return providers.enable_provider(provider_id=made.pk, reason="上线", actor=sec, at=NOON)


@pytest.fixture
def person(provider: IdentityProvider, kunming: Office) -> User:
    """A reporter of kunming, linked to subject-1."""
    user = factories.make_person(kunming, Role.REPORTER)
    IdentityLink.objects.create(provider=provider, user=user, subject="subject-1", linked_by_id=1, linked_at=NOON)
    return user


def sent(client: Client, provider: IdentityProvider, **query: str) -> str:
    """The address the browser is sent to."""
    answer = client.get(f"/sign-in/with/{provider.pk}/", query)
    assert answer.status_code == 302, answer.content.decode()[-600:]
    return answer["Location"]


def through(address: str) -> str:
    """The person signs in at the provider; the address it sends the browser back to, without the host."""
    answer = requests.get(address, allow_redirects=False, timeout=5)
    assert answer.status_code == 302, answer.text
    parts = urlsplit(answer.headers["Location"])
    assert parts.netloc == "testserver"
    return f"{parts.path}?{parts.query}"


def signs_in(provider: IdentityProvider, **query: str) -> tuple[Client, Any]:
    """A fresh browser, all the way; the answer to the way back."""
    client = Client()
    return client, client.get(through(sent(client, provider, **query)))


def is_in(client: Client) -> bool:
    return client.get("/account/").status_code == 200


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


def changed(**claims: Any) -> Callable[[dict[str, Any]], dict[str, Any]]:
    return lambda given: {name: value for name, value in {**given, **claims}.items() if value is not None}


def _signature(secret: bytes, text: str) -> str:
    return urlsafe_b64encode(hmac.digest(secret, text.encode(), "sha256")).rstrip(b"=").decode()


def of_others(given: dict[str, Any]) -> str:
    stranger = identity_provider.key(9)
    return jwt.encode({"alg": "RS256", "kid": stranger.kid}, given, stranger)


HOUR = 3600
SPOILT = [
    pytest.param(changed(nonce="another"), "nonce", id="nonce"),
    pytest.param(changed(nonce=None), "nonce", id="no nonce"),
    pytest.param(changed(aud="another-client"), "audience", id="aud"),
    pytest.param(changed(aud=[CLIENT, "another"], azp="another"), "audience", id="azp"),
    pytest.param(changed(iss="https://elsewhere.example"), "issuer", id="iss"),
    pytest.param(changed(at_hash="AAAAAAAAAAAAAAAAAAAAAA"), "at-hash", id="at_hash"),
    pytest.param(lambda given: {**given, "exp": given["exp"] - HOUR, "iat": given["iat"] - HOUR}, "expired", id="exp"),
    pytest.param(lambda given: {**given, "auth_time": given["auth_time"] - 9 * HOUR}, "auth-time", id="max_age"),
    pytest.param(changed(auth_time=None), "auth-time", id="no auth_time"),
    pytest.param(changed(sub=None), "token", id="no sub"),
    pytest.param(changed(exp=None), "expired", id="no exp"),
]


class TestTheToken:
    @pytest.mark.parametrize(("spoil", "what"), SPOILT)
    def test_that_is_not_right_is_refused(self, service, provider, person, spoil, what: str) -> None:
        service.spoil = spoil
        client, answer = signs_in(provider)
        assert answer.status_code == 403
        assert str(oidc.FAULTS[what]) in answer.text
        assert not is_in(client)

        service.spoil = lambda given: given  # the control: the same way with the right token
        assert is_in(signs_in(provider)[0])

    @pytest.mark.parametrize("sign", ["unsigned", "with_public_key", "of_others"])
    def test_that_is_not_signed_by_the_provider_is_refused(self, service, provider, person, sign: str) -> None:
        service.sign = of_others if sign == "of_others" else getattr(service, sign)
        client, answer = signs_in(provider)
        assert answer.status_code == 403
        assert str(oidc.FAULTS["signature"]) in answer.text
        assert not is_in(client)

    def test_without_the_list_of_algorithms_the_public_key_would_sign(self, service) -> None:
        """The control of HS256: to a verifier that does what the header says, the forgery is sound."""
        forged = service.with_public_key({"sub": "subject-1"})
        signed, _dot, signature = forged.rpartition(".")
        assert signature == _signature(service.key.as_pem(private=False), signed)

    @pytest.mark.parametrize(("spoil", "what"), SPOILT[:7])
    def test_without_the_check_it_would_lead_in(self, service, provider, person, spoil, what, monkeypatch) -> None:
        """The control: what refuses is the check of the claims, nothing before or behind it."""
        monkeypatch.setattr(oidc, "_validate", lambda claims, at: None)
        service.spoil = spoil
        assert is_in(signs_in(provider)[0])

    def test_of_a_new_key_is_taken_and_the_old_key_no_longer(self, service, provider, person) -> None:
        assert is_in(signs_in(provider)[0])
        old = service.key
        service.rotate()
        assert is_in(signs_in(provider)[0])  # asked for the keys anew
        service.key = old
        assert not is_in(signs_in(provider)[0])

    def test_makes_the_keys_be_asked_for_once_a_minute_at_most(self, service, provider, person) -> None:
        service.sign = of_others
        for _each in range(3):
            signs_in(provider)
        assert service.asked.count("/keys") == 2  # the first time, and once because a key was not known

    def test_of_a_clock_that_is_a_minute_off_is_taken(self, service, provider, person) -> None:
        service.now = lambda: time.time() + 50
        assert is_in(signs_in(provider)[0])
        service.now = lambda: time.time() - 50
        assert is_in(signs_in(provider)[0])


class TestTheWayBack:
    def test_can_be_gone_once(self, service, provider, person) -> None:
        client = Client()
        back = through(sent(client, provider))
        client.get(back)
        client.post("/sign-out/")

        again = client.get(back)

        assert again.status_code == 403
        assert "已经用过" in again.text

    def test_of_another_browser_is_refused(self, service, provider, person) -> None:
        """Login forgery: the attacker's code in the victim's browser, which has begun no way or another one."""
        attackers = through(sent(Client(), provider))
        for victim in (Client(), Client()):
            assert victim.get(attackers).status_code == 403
            assert not is_in(victim)
            sent(victim, provider)

    def test_that_takes_too_long_is_refused(self, service, provider, person, monkeypatch) -> None:
        client = Client()
        back = through(sent(client, provider))
        session = client.session
        flow = session["identity_flow"]
        flow["until"] = (timezone.now() - timedelta(seconds=1)).isoformat()
        session["identity_flow"] = flow
        session.save()
        assert "已过期" in client.get(back).text

    def test_with_another_verifier_is_refused_by_the_provider(self, service, provider, person) -> None:
        """PKCE for real: the provider holds the verifier against the challenge."""
        client = Client()
        back = through(sent(client, provider))
        session = client.session
        session["identity_flow"] = {**session["identity_flow"], "verifier": "v" * 64}
        session.save()
        answer = client.get(back)
        assert str(oidc.FAULTS["refused"]) in answer.text
        assert not is_in(client)

    def test_with_a_code_that_was_redeemed_is_refused_by_the_provider(self, service, provider, person) -> None:
        client, other = Client(), Client()
        back = through(sent(client, provider))
        sent(other, provider)
        session = other.session
        session["identity_flow"] = client.session["identity_flow"]
        session.save()
        client.get(back)
        assert str(oidc.FAULTS["refused"]) in other.get(back).text

    @pytest.mark.parametrize("iss", ["https://elsewhere.example", ""])
    def test_of_a_mixed_up_issuer_is_refused_before_the_code_is_sent(self, service, provider, person, iss) -> None:
        service.says_iss = iss
        _client, answer = signs_in(provider)
        assert str(oidc.FAULTS["issuer"]) in answer.text
        assert "/token" not in service.asked

    def test_that_has_no_issuer_where_one_was_promised_is_refused(self, service, provider, person) -> None:
        client = Client()
        back = through(sent(client, provider)).rpartition("&iss=")[0]
        assert str(oidc.FAULTS["issuer"]) in client.get(back).text


class TestTheProvidersAnswer:
    @pytest.mark.parametrize(
        ("path", "answer", "what"),
        [
            ("/token", (500, b"oops", {}), "answer"),
            ("/token", (200, b"[]", {}), "answer"),
            ("/token", (200, b'{"access_token": "x", "token_type": "Bearer"}', {}), "token"),
            ("/token", (302, b"", {"Location": "http://127.0.0.1:1/"}), "answer"),
            ("/token", (401, b'{"error": "invalid_client"}', {}), "client"),
            ("/keys", (200, b"{}", {}), "answer"),
            ("/keys", (200, b'{"keys": [{"kty": "zz"}]}', {}), "answer"),
            ("/keys", (200, b" " * (oidc.MOST + 1), {}), "answer"),
        ],
    )
    def test_that_is_not_right_is_a_sentence(self, service, provider, person, path, answer, what: str) -> None:
        client = Client()
        address = sent(client, provider)
        service.answers[path] = answer
        cache.clear()
        page = client.get(through(address))
        assert page.status_code == 403
        assert str(oidc.FAULTS[what]) in page.text

    def test_that_does_not_come_is_a_sentence(self, service, provider, person) -> None:
        client = Client()
        back = through(sent(client, provider))
        cache.clear()
        service.http.shutdown()
        service.http.server_close()
        assert str(oidc.FAULTS["unreachable"]) in client.get(back).text
        answer = Client().get(f"/sign-in/with/{provider.pk}/")
        assert (answer.status_code, str(oidc.FAULTS["unreachable"]) in answer.text) == (409, True)

    def test_that_drips_is_cut_off(self, service, provider, monkeypatch) -> None:
        monkeypatch.setattr(oidc, "SILENCE", 0.2)
        monkeypatch.setattr(service, "_metadata", lambda: time.sleep(1))
        with pytest.raises(oidc.ProviderFault, match="unreachable"):
            oidc.metadata(service.issuer, fresh=True)

    @pytest.mark.parametrize(
        "change",
        [
            {"issuer": "https://elsewhere.example"},
            {"token_endpoint": "http://elsewhere.example/token"},
            {"jwks_uri": "file:///etc/passwd"},
            {"code_challenge_methods_supported": ["plain"]},
        ],
    )
    def test_about_itself_is_checked(self, service, provider, change) -> None:
        service.metadata = change
        with pytest.raises(oidc.ProviderFault, match="metadata"):
            oidc.metadata(service.issuer, fresh=True)


class TestAddresses:
    @pytest.mark.parametrize(
        "address",
        [
            "http://sso.example.org", "ftp://sso.example.org", "https://", "https://user:pw@sso.example.org", "sso",
            "https://127.0.0.1", "https://localhost", "https://[::1]/", "https://169.254.169.254/latest", "https://0.0.0.0",
            "https://sso.example.org/#x", "https://sso.example.org/ x", "https://sso.example.org:port",
        ],
    )  # fmt: skip
    def test_that_are_not_asked(self, address: str) -> None:
        assert not oidc.usable(address)

    def test_of_the_bureaus_own_network_are(self) -> None:
        assert oidc.usable("https://10.20.30.40:8443/realms/bureau")

    def test_of_this_machine_are_only_where_the_installation_says_so(self, settings) -> None:
        settings.OIDC_LOCAL_PROVIDER = True
        assert oidc.usable("http://127.0.0.1:8080")
        assert not oidc.usable("http://10.20.30.40")


class TestLinks:
    @pytest.fixture
    def browser(self, service, provider, kunming: Office) -> Client:
        """Signed in by password, not linked."""
        client = Client()
        client.user = factories.make_person(kunming, Role.REPORTER)  # type: ignore[attr-defined]
        given = {"username": client.user.username, "password": factories.PASSWORD}  # type: ignore[attr-defined]
        client.post("/sign-in/", given)
        return client

    def links(self, client: Client, provider: IdentityProvider) -> Any:
        return client.get(through(client.get(f"/account/identities/{provider.pk}/link/")["Location"]), follow=True)

    def test_are_made_by_the_person(self, provider, browser) -> None:
        page = self.links(browser, provider)

        assert "已关联统一身份认证" in page.text
        assert is_in(signs_in(provider)[0])
        assert EventRecord.objects.get(name="IdentityLinked").actor_id == browser.user.pk

    def test_are_given_up_by_the_person_and_what_they_opened_ends(self, provider, browser) -> None:
        self.links(browser, provider)
        there, _answer = signs_in(provider)
        browser.post(f"/account/identities/{IdentityLink.objects.get().pk}/unlink/")
        assert (is_in(there), is_in(browser)) == (False, True)
        assert not is_in(signs_in(provider)[0])

    def test_of_others_are_not_found(self, provider, person, browser) -> None:
        assert browser.post(f"/account/identities/{IdentityLink.objects.get().pk}/unlink/").status_code == 404

    def test_need_the_password_of_a_moment_ago(self, provider, browser) -> None:
        session = browser.session
        session["confirmed_at"] = (timezone.now() - timedelta(minutes=11)).isoformat()
        session.save()
        address = browser.get(f"/account/identities/{provider.pk}/link/")["Location"]
        assert address.startswith("/account/confirm/")
        assert browser.post(address, {"password": "?", "next": "/account/"}).status_code == 422
        assert browser.post(address, {"password": factories.PASSWORD, "next": "/account/"})["Location"] == "/account/"
        assert browser.get(f"/account/identities/{provider.pk}/link/")["Location"].startswith(provider.issuer)

    def test_take_no_subject_that_is_somebody_elses(self, provider, person, browser) -> None:
        assert "已经关联到另一个账号" in self.links(browser, provider).text
        assert IdentityLink.objects.get().user == person

    def test_take_the_way_back_of_nobody_else(self, provider, browser, kunming: Office) -> None:
        back = through(browser.get(f"/account/identities/{provider.pk}/link/")["Location"])
        flow = browser.session["identity_flow"]
        browser.logout()
        other = factories.make_person(kunming, Role.REPORTER)
        browser.post("/sign-in/", {"username": other.username, "password": factories.PASSWORD})
        session = browser.session
        session["identity_flow"] = flow
        session.save()
        assert "要由发起的本人" in browser.get(back, follow=True).text
        assert not IdentityLink.objects.exists()

    def test_are_not_open_to_another_province(self, provider, qinghe: Office) -> None:
        client = Client()
        user = factories.make_person(qinghe, Role.REPORTER)
        client.post("/sign-in/", {"username": user.username, "password": factories.PASSWORD})
        assert client.get(f"/account/identities/{provider.pk}/link/").status_code == 404

    def test_are_made_by_the_security_administrator_for_people_of_business(self, provider, actor, kunming) -> None:
        sec, user = actor("kunming", Role.SEC_ADMIN), factories.make_person(kunming, Role.REPORTER)
        given = {"provider_id": provider.pk, "subject": "subject-1", "actor": sec, "at": NOON}
        with pytest.raises(Denied):
            identity.link_person(user_id=user.pk, **{**given, "actor": actor("kunming", Role.SYS_ADMIN)})
        with pytest.raises(Denied, match="由本人登录后自行关联"):
            identity.link_person(user_id=factories.make_person(kunming, Role.SYS_ADMIN).pk, **given)
        with pytest.raises(Denied, match="自己的身份关联"):
            identity.link_person(user_id=sec.user_id, **given)
        with pytest.raises(Invalid):
            identity.link_person(user_id=user.pk, **{**given, "subject": " "})
        link = identity.link_person(user_id=user.pk, **given)
        with pytest.raises(Conflict, match="请先解除"):
            identity.link_person(user_id=user.pk, **given)
        assert is_in(signs_in(provider)[0])
        with pytest.raises(Invalid):
            identity.unlink_person(link_id=link.pk, reason="", actor=sec, at=NOON)
        identity.unlink_person(link_id=link.pk, reason="离任", actor=sec, at=NOON)
        assert not is_in(signs_in(provider)[0])


class TestLeaving:
    def test_here_offers_to_leave_there_too(self, service, provider, person) -> None:
        client, _answer = signs_in(provider)
        page = client.post("/sign-out/", follow=True)
        assert "退出统一身份认证" in page.text

        there = client.get("/sign-out/provider/")["Location"]

        asked = parse_qs(urlsplit(there).query)
        assert there.startswith(f"{service.issuer}/logout?")
        assert asked["post_logout_redirect_uri"] == ["http://testserver/sign-in/"]
        assert asked["id_token_hint"][0].count(".") == 2
        assert client.get("/sign-out/provider/")["Location"] == "/sign-in/"  # once

    def test_there_ends_it_here(self, service, provider, person) -> None:
        client, _answer = signs_in(provider)
        other = Client()
        other.post("/sign-in/", {"username": person.username, "password": factories.PASSWORD})
        assert self.told(service, provider) == 200
        assert (is_in(client), is_in(other)) == (False, True)
        assert "您已在统一身份认证退出" in client.get("/account/", follow=True).text

    def told(self, service: LocalProvider, provider: IdentityProvider, **claims: Any) -> int:
        token = service.logout_token(**claims)
        return Client().post(f"/sign-in/back-channel/{provider.pk}/", {"logout_token": token}).status_code

    @pytest.mark.parametrize(
        "claims",
        [
            {"aud": "another"}, {"iss": "https://elsewhere.example"}, {"events": {}}, {"nonce": "n"}, {"jti": None},
            {"sub": None, "sid": None}, {"iat": 1}, {"iat": None},
        ],
    )  # fmt: skip
    def test_is_heard_from_the_provider_alone(self, service, provider, person, claims) -> None:
        client, _answer = signs_in(provider)
        assert self.told(service, provider, **claims) == 400
        assert is_in(client)
        assert self.told(service, provider, sid=None) == 200  # the control: by its subject alone
        assert not is_in(client)

    def test_is_heard_once_and_signed(self, service, provider, person) -> None:
        token = service.logout_token()
        answers = [Client().post(f"/sign-in/back-channel/{provider.pk}/", {"logout_token": token}) for _each in "12"]
        assert [each.status_code for each in answers] == [200, 400]
        service.sign = service.unsigned
        assert self.told(service, provider) == 400
        assert Client().post(f"/sign-in/back-channel/{provider.pk}/").status_code == 400


class TestTheSecurityAdministrator:
    def test_sets_one_up_tries_it_and_switches_it(self, service, signed_in, actor) -> None:
        sec = signed_in("yunnan", Role.SEC_ADMIN)
        base = "/yunnan/administration/providers/"
        assert "还没有登记身份认证服务" in sec.get(base).text
        given = {"name": "统一身份认证", "issuer": service.issuer, "client_id": CLIENT, "subject_claim": "sub"}
        assert "请填写客户端密钥" in sec.post(f"{base}new/", given).text
        assert sec.post(f"{base}new/", {**given, "client_secret": SECRET})["Location"] == base
        row = IdentityProvider.objects.get()
        assert "连接正常" in sec.post(f"{base}{row.pk}/test/", follow=True).text
        assert sec.post(f"{base}{row.pk}/enable/", {"reason": "上线"})["Location"] == base
        row.refresh_from_db()
        assert row.state == ProviderState.ON
        assert sec.get(f"{base}{row.pk}/").status_code == 409
        sec.post(f"{base}{row.pk}/disable/", {"reason": "维护"})
        assert sec.post(f"{base}{row.pk}/", {**given, "name": "省统一身份认证"})["Location"] == base  # keeps the secret
        assert ProviderSecret.objects.count() == 1

    def test_hears_in_a_sentence_why_it_does_not_work(self, service, actor) -> None:
        sec = actor("yunnan", Role.SEC_ADMIN)
        row = providers.save_provider(
            name="x", issuer=service.issuer, client_id=CLIENT, client_secret=SECRET, actor=sec, at=NOON
        )
        service.metadata = {"issuer": "https://elsewhere.example"}
        with pytest.raises(Conflict, match="与登记的地址不一致"):
            providers.try_provider(provider_id=row.pk, actor=sec)
        with pytest.raises(Conflict, match="与登记的地址不一致"):
            providers.enable_provider(provider_id=row.pk, reason="x", actor=sec, at=NOON)
        service.metadata, service.answers = {}, {"/keys": (503, b"", {})}
        with pytest.raises(Conflict, match="没有应答"):
            providers.try_provider(provider_id=row.pk, actor=sec)

    @pytest.mark.parametrize(
        ("change", "field"),
        [
            ({"name": " "}, "name"), ({"issuer": "http://sso.example.org"}, "issuer"), ({"client_id": ""}, "client_id"),
            ({"client_secret": ""}, "client_secret"), ({"subject_claim": "a b"}, "subject_claim"),
            ({"strong_values": "x" * 201}, "strong_values"),
        ],
    )  # fmt: skip
    def test_hears_what_is_wrong(self, service, actor, change: dict, field: str) -> None:
        given = {"name": "x", "issuer": service.issuer, "client_id": CLIENT, "client_secret": SECRET, **change}
        with pytest.raises(Invalid) as refusal:
            providers.save_provider(actor=actor("yunnan", Role.SEC_ADMIN), at=NOON, **given)
        assert refusal.value.field == field

    @pytest.mark.parametrize(
        ("slug", "role"), [("yunnan", Role.SYS_ADMIN), ("yunnan", Role.PRINCIPAL_LEADER), ("kunming", Role.SEC_ADMIN)]
    )
    def test_of_a_province_is_who_does_it(self, service, actor, slug: str, role: str) -> None:
        with pytest.raises(Denied):
            providers.save_provider(
                name="x",
                issuer=service.issuer,
                client_id=CLIENT,
                client_secret=SECRET,
                actor=actor(slug, role),
                at=NOON,
            )

    def test_leaves_no_secret_in_clear_text_nor_in_the_audit_log(self, provider) -> None:
        assert SECRET not in ProviderSecret.objects.get().secret
        rows = AuditEntry.objects.filter(table_name__in=["tenants_providersecret", "tenants_identityprovider"])
        assert not any(SECRET in str(row.after) for row in rows)
        assert not rows.filter(table_name="tenants_providersecret").exists()
        assert SECRET not in repr(oidc.Provider("https://x", CLIENT, SECRET))

    def test_switches_it_on_with_a_second_one_where_two_are_needed(self, service, actor, settings) -> None:
        from tenants.usecases import second_person

        sec, sys = actor("yunnan", Role.SEC_ADMIN), actor("yunnan", Role.SYS_ADMIN)
        row = providers.save_provider(
            name="x", issuer=service.issuer, client_id=CLIENT, client_secret=SECRET, actor=sec, at=NOON
        )
        settings.SECOND_PERSON_FROM = NOON.date()
        change = second_person.do("enable-provider", provider_id=row.pk, reason="上线", actor=sec, at=NOON)
        assert service.issuer in change.what
        second_person.approve(change_id=change.pk, actor=sys, at=NOON)
        row.refresh_from_db()
        assert row.state == ProviderState.ON
