"""What a provider signs and answers: each check refuses, and a control shows that it is that check which does."""

import hmac
import time
from base64 import urlsafe_b64encode
from collections.abc import Callable
from datetime import timedelta
from typing import Any

import pytest
from django.core.cache import cache
from django.test import Client
from django.utils import timezone
from joserfc import jwt

from core import oidc
from tests import identity_provider
from tests.identity_provider import CLIENT
from tests.tenants.identity.ways import is_in, sent, signs_in, through

pytestmark = pytest.mark.usefixtures("offices")


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
