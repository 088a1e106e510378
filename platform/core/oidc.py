"""OpenID Connect as a relying party: authorization code with PKCE, the ID token's checks, back-channel logout.

```python
url, flow = oidc.begin(provider, back="https://…/sign-in/callback/", max_age=…)     # flow: into the session
who = oidc.finish(provider, flow, code="…", back="https://…/sign-in/callback/", at=now)
who.claims["sub"]
```
Authlib speaks the protocol and joserfc opens the tokens; here is only what a server must not leave to them: which
addresses are asked, how long and how much is read, that no redirect is followed, that the provider is the one meant.
Source: OpenID Connect Core 1.0, 3.1; Discovery 1.0; Back-Channel Logout 1.0; RFC 7636, 9207, 9700.
"""

import contextlib
import hashlib
import ipaddress
import json
import secrets
import socket
import time
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime
from typing import Any
from urllib.parse import urlencode, urlsplit

import requests
from authlib.common.errors import AuthlibBaseError
from authlib.integrations.requests_client import OAuth2Session
from authlib.oidc.core import CodeIDToken
from django.conf import settings
from django.core.cache import cache
from django.utils.functional import Promise
from django.utils.translation import gettext_lazy as _
from joserfc import jwt
from joserfc.errors import BadSignatureError, ExpiredTokenError, InvalidKeyIdError, JoseError
from joserfc.jwk import KeySet
from requests.adapters import HTTPAdapter

# Asymmetric only: with a shared secret, or none, who knows the public key could sign (RFC 8725, 3.1).
ALGORITHMS = ("RS256", "RS384", "RS512", "PS256", "PS384", "PS512", "ES256", "ES384", "ES512", "EdDSA")
MOST = 256 * 1024  # bytes of an answer
CONNECT, SILENCE, WHOLE = 3.0, 5.0, 8.0  # seconds: to connect, between two reads, for all
REMEMBERED = 600  # seconds for which metadata and keys are kept
AGAIN = 60  # seconds in which the keys are fetched anew at most once, because a token names one not known
LEEWAY = 60  # seconds by which two clocks may differ
LOGOUT_EVENT = "http://schemas.openid.net/event/backchannel-logout"
LOCAL = ("127.0.0.1", "localhost", "::1")

FAULTS: dict[str, str | Promise] = {
    "address": _("身份认证服务的地址不能使用：只接受 https 地址。"),
    "unreachable": _("身份认证服务没有应答，请稍后再试，或用账号密码登录。"),
    "answer": _("身份认证服务的应答不合规范，请联系安全管理员核对配置。"),
    "metadata": _("身份认证服务的配置信息不完整或与登记的地址不一致，请联系安全管理员核对。"),
    "refused": _("身份认证服务没有同意这次登录，请重试；反复出现时请联系安全管理员。"),
    "client": _("身份认证服务不认本系统的客户端标识或密钥，请联系安全管理员核对。"),
    "signature": _("身份令牌的签名不对，没有登录。请重试；反复出现时请联系安全管理员。"),
    "issuer": _("身份令牌不是登记的身份认证服务签发的，没有登录。"),
    "audience": _("身份令牌不是签发给本系统的，没有登录。"),
    "nonce": _("身份令牌与这次登录对不上，没有登录。请重新登录。"),
    "at-hash": _("身份令牌与访问令牌对不上，没有登录。请重新登录。"),
    "expired": _("身份令牌已过期，没有登录。请重新登录；反复出现时请核对服务器时间。"),
    "auth-time": _("在身份认证服务的登录过早，请在那里重新登录后再试。"),
    "token": _("身份令牌不合规范，没有登录。请联系安全管理员核对配置。"),
}
CLAIMS = {
    "iss": "issuer",
    "aud": "audience",
    "azp": "audience",
    "nonce": "nonce",
    "at_hash": "at-hash",
    "auth_time": "auth-time",
    "exp": "expired",
}


class ProviderFault(Exception):
    """What is wrong with a provider or its answer. what: a key of FAULTS; detail: for the log, not for people."""

    def __init__(self, what: str, detail: object = "") -> None:
        super().__init__(f"{what}: {detail}" if detail else what)
        self.what = what

    @property
    def message(self) -> str:
        """A whole sentence in the reader's language."""
        return str(FAULTS[self.what])


@dataclass(frozen=True)
class Provider:
    """Who is asked, and as whom."""

    issuer: str
    client_id: str
    client_secret: str

    def __repr__(self) -> str:
        return f"Provider({self.issuer}, {self.client_id})"  # never the secret, which tracebacks would show


@dataclass(frozen=True)
class Identity:
    """Whom the provider has seen: the checked claims, and the token for the later logout."""

    claims: dict[str, Any]
    id_token: str

    def strength(self) -> set[str]:
        """How the person was recognised, in the provider's words: its acr and its amr."""
        amr = self.claims.get("amr")
        named = [self.claims.get("acr"), *(amr if isinstance(amr, list) else [])]
        return {each for each in named if isinstance(each, str)}


# --- Addresses and answers -------------------------------------------------------------------------------------------


def usable(address: str) -> bool:
    """Whether this server may ask there: https, no password inside, not this machine nor its neighbours' plumbing.

    A private network is where a bureau's provider stands, so it is allowed. http and this machine only where the
    installation says that its provider is local (OIDC_LOCAL_PROVIDER: tests and demonstrations).
    """
    try:
        parts = urlsplit(address)
        host, _port = parts.hostname or "", parts.port
    except ValueError:
        return False
    if not host or "@" in parts.netloc or parts.fragment or any(ord(sign) <= 32 for sign in address):
        return False
    if settings.OIDC_LOCAL_PROVIDER and host in LOCAL:
        return parts.scheme in ("http", "https")
    return parts.scheme == "https" and not _plumbing(host)


def _plumbing(host: str) -> bool:
    """This machine, link-local (a cloud's metadata), multicast or unspecified, by any of the name's addresses."""
    with contextlib.suppress(OSError, UnicodeError):
        found = {str(each[4][0]).split("%")[0] for each in socket.getaddrinfo(host, None)}
        places = [ipaddress.ip_address(each) for each in found]
        return any(ip.is_loopback or ip.is_link_local or ip.is_multicast or ip.is_unspecified for ip in places)
    return False  # a name that means nothing is found out when it is asked


class _Bounded(HTTPAdapter):
    """Reads MOST bytes at most, WHOLE seconds at most, follows nothing and asks no address that is not usable."""

    def send(self, request: requests.PreparedRequest, *_given: Any, **_more: Any) -> requests.Response:
        if not usable(request.url or ""):
            raise ProviderFault("address", request.url)
        ends = time.monotonic() + WHOLE
        try:
            verify = settings.OIDC_CA_FILE or True
            response = super().send(request, stream=True, timeout=(CONNECT, SILENCE), verify=verify)
            body = b""
            while chunk := response.raw.read1(16_384, decode_content=True):
                body += chunk
                if len(body) > MOST or time.monotonic() > ends:
                    raise ProviderFault("answer", f"{len(body)} bytes so far")
        except (requests.RequestException, OSError, requests.packages.urllib3.exceptions.HTTPError) as error:  # type: ignore[attr-defined]
            raise ProviderFault("unreachable", repr(error)) from error
        finally:
            with contextlib.suppress(UnboundLocalError):
                response.close()
        if response.is_redirect:
            raise ProviderFault("answer", "redirects")
        response._content = body  # what requests itself would have read, without a bound
        return response


def _session(provider: Provider | None = None) -> OAuth2Session:
    session = OAuth2Session(
        provider.client_id if provider else None,
        provider.client_secret if provider else None,
        scope="openid",
        code_challenge_method="S256",
    )
    session.trust_env = False  # no proxies and no passwords out of the environment
    for scheme in ("https://", "http://"):
        session.mount(scheme, _Bounded())
    return session


def _json(address: str) -> dict[str, Any]:
    with _session() as session:
        answer = session.request("GET", address, withhold_token=True, headers={"Accept": "application/json"})
    if answer.status_code != 200:
        raise ProviderFault("unreachable" if answer.status_code >= 500 else "answer", answer.status_code)
    return _parsed(answer.content)


def _parsed(body: bytes) -> dict[str, Any]:
    try:
        found = json.loads(body)
    except ValueError as error:
        raise ProviderFault("answer", "no JSON") from error
    if not isinstance(found, dict):
        raise ProviderFault("answer", "no JSON object")
    return found


def metadata(issuer: str, *, fresh: bool = False) -> dict[str, Any]:
    """What the provider says of itself. Raises ProviderFault: unreachable, answer, metadata (of another issuer …)."""
    key = "oidc-metadata-" + hashlib.sha256(issuer.encode()).hexdigest()
    found = None if fresh else cache.get(key)
    if found is None:
        found = _json(issuer.rstrip("/") + "/.well-known/openid-configuration")
        if found.get("issuer") != issuer:
            raise ProviderFault("metadata", f"says it is {str(found.get('issuer'))[:200]}")
        for name in ("authorization_endpoint", "token_endpoint", "jwks_uri"):
            if not usable(str(found.get(name, ""))):
                raise ProviderFault("metadata", name)
        if "S256" not in found.get("code_challenge_methods_supported", ["S256"]):
            raise ProviderFault("metadata", "no PKCE")
        cache.set(key, found, REMEMBERED)
    return found


def keys(issuer: str, *, fresh: bool = False) -> KeySet:
    """The keys the provider signs with now. Raises ProviderFault."""
    key = "oidc-keys-" + hashlib.sha256(issuer.encode()).hexdigest()
    found = None if fresh else cache.get(key)
    if found is None:
        found = _json(metadata(issuer)["jwks_uri"])
        cache.set(key, found, REMEMBERED)
    try:
        return KeySet.import_key_set(found)  # type: ignore[arg-type]
    except (JoseError, ValueError, TypeError, KeyError, AttributeError) as error:
        raise ProviderFault("answer", f"keys: {error!r}") from error


# --- The way there and back ------------------------------------------------------------------------------------------


def begin(provider: Provider, *, back: str, max_age: int) -> tuple[str, dict[str, str]]:
    """The address to send the browser to, and what to remember for its return: state, nonce, verifier.

    back: our address; max_age: seconds since the person last gave a password there. Raises ProviderFault.
    """
    flow = {name: secrets.token_urlsafe(48) for name in ("state", "nonce", "verifier")}
    with _session(provider) as session:
        url, _state = session.create_authorization_url(
            metadata(provider.issuer)["authorization_endpoint"], state=flow["state"], nonce=flow["nonce"],
            code_verifier=flow["verifier"], redirect_uri=back, max_age=max_age,
        )  # fmt: skip
    return url, flow


def came_from(provider: Provider, iss: str | None) -> bool:
    """Whether the answer names the provider that was asked (RFC 9207), where it names any or has promised to."""
    promised = metadata(provider.issuer).get("authorization_response_iss_parameter_supported") is True
    return iss == provider.issuer if iss is not None or promised else True


def finish(
    provider: Provider, flow: Mapping[str, str], *, code: str, back: str, max_age: int, at: datetime
) -> Identity:
    """Redeem the code and check the ID token. Raises ProviderFault, which says what did not hold."""
    with _session(provider) as session:
        try:
            answer = session.fetch_token(
                metadata(provider.issuer)["token_endpoint"], grant_type="authorization_code", code=code,
                redirect_uri=back, code_verifier=flow["verifier"],
            )  # fmt: skip
        except AuthlibBaseError as error:
            raise ProviderFault("client" if error.error == "invalid_client" else "refused", error.error) from error
        except (requests.RequestException, ValueError, TypeError) as error:
            raise ProviderFault("answer", repr(error)) from error
    id_token, access_token = answer.get("id_token"), answer.get("access_token")
    if not isinstance(id_token, str) or not isinstance(access_token, str):
        raise ProviderFault("token", "none given")
    token = _opened(provider, id_token)
    params = {
        "nonce": flow["nonce"], "client_id": provider.client_id, "access_token": access_token, "max_age": max_age,
    }  # fmt: skip
    claims = CodeIDToken(token.claims, token.header, _wanted(provider), params)
    _validate(claims, at)
    if at.timestamp() - claims["auth_time"] > max_age + LEEWAY:
        raise ProviderFault("auth-time", claims["auth_time"])
    return Identity(dict(claims), id_token)


def _wanted(provider: Provider) -> dict[str, Any]:
    return {
        "iss": {"essential": True, "value": provider.issuer},
        "aud": {"essential": True, "value": provider.client_id},
    }


def _validate(claims: CodeIDToken, at: datetime) -> None:
    try:
        claims.validate(now=int(at.timestamp()), leeway=LEEWAY)
    except ExpiredTokenError as error:
        raise ProviderFault("expired") from error
    except JoseError as error:
        raise ProviderFault(CLAIMS.get(getattr(error, "claim", ""), "token"), error) from error


def _opened(provider: Provider, value: str) -> jwt.Token:
    """A token whose signature holds; a key that is not known yet is asked for once a minute at most."""
    try:
        return jwt.decode(value, keys(provider.issuer), algorithms=ALGORITHMS)
    except (InvalidKeyIdError, BadSignatureError) as error:
        if not cache.add("oidc-keys-anew-" + hashlib.sha256(provider.issuer.encode()).hexdigest(), 1, AGAIN):
            raise ProviderFault("signature", error) from error
    except (JoseError, ValueError, TypeError) as error:
        raise ProviderFault("signature", error) from error
    try:
        return jwt.decode(value, keys(provider.issuer, fresh=True), algorithms=ALGORITHMS)
    except (JoseError, ValueError, TypeError) as error:
        raise ProviderFault("signature", error) from error


# --- Leaving ---------------------------------------------------------------------------------------------------------


def logout_url(provider: Provider, *, id_token: str, back: str) -> str:
    """Where a person ends their session at the provider and comes back; "" where it has no such place."""
    place = str(metadata(provider.issuer).get("end_session_endpoint", ""))
    if not usable(place):
        return ""
    given = {"id_token_hint": id_token, "client_id": provider.client_id, "post_logout_redirect_uri": back}
    return f"{place}{'&' if urlsplit(place).query else '?'}{urlencode(given)}"


def left(provider: Provider, logout_token: str, *, at: datetime) -> dict[str, Any]:
    """The claims of a back-channel logout: `sub`, `sid` or both. Each token is taken once. Raises ProviderFault."""
    token = _opened(provider, logout_token)
    claims = CodeIDToken(
        {"exp": int(at.timestamp()) + LEEWAY, "sub": "", **token.claims}, token.header, _wanted(provider)
    )
    _validate(claims, at)
    events = token.claims.get("events")
    if not isinstance(events, dict) or LOGOUT_EVENT not in events or "nonce" in token.claims:
        raise ProviderFault("token", "no logout")
    if not (token.claims.get("sub") or token.claims.get("sid")) or not token.claims.get("jti"):
        raise ProviderFault("token", "names nobody")
    if abs(at.timestamp() - token.claims["iat"]) > 2 * LEEWAY:
        raise ProviderFault("expired", "issued at another time")
    seen = hashlib.sha256(f"{provider.issuer} {token.claims['jti']}".encode()).hexdigest()
    if not cache.add(f"oidc-logout-{seen}", 1, 4 * LEEWAY):
        raise ProviderFault("token", "seen before")
    return token.claims
