"""A provider of identity on 127.0.0.1, of Authlib's own server side: it takes no code twice and checks PKCE for real.

`spoil` changes one thing about what it signs or says, so that each check of ours can be seen to be what refuses it.
"""

import hmac
import json
import threading
import time
from base64 import urlsafe_b64encode
from collections import defaultdict
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from functools import cache
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from typing import Any
from urllib.parse import parse_qs, parse_qsl, urlencode, urlsplit

from authlib.oauth2.rfc6749 import AuthorizationServer, OAuth2Payload, OAuth2Request
from authlib.oauth2.rfc6749.grants import AuthorizationCodeGrant
from authlib.oauth2.rfc7636 import CodeChallenge
from authlib.oidc.core.util import create_half_hash
from joserfc import jwt
from joserfc.jwk import KeySet, RSAKey

CLIENT, SECRET = "anlan", "client-secret-of-tests"
LOGOUT_EVENT = "http://schemas.openid.net/event/backchannel-logout"


@cache
def key(number: int) -> RSAKey:
    """Made once a run: making one takes as long as a test."""
    return RSAKey.generate_key(2048, auto_kid=True)


class _Payload(OAuth2Payload):
    def __init__(self, pairs: list[tuple[str, str]]) -> None:
        self._pairs = pairs

    @property
    def data(self) -> dict[str, str]:
        return dict(self._pairs)

    @property
    def datalist(self) -> dict[str, list[str]]:
        found = defaultdict(list)
        for name, value in self._pairs:
            found[name].append(value)
        return found


class _Asked(OAuth2Request):
    """One request; `form` and `args` as Authlib wants them."""

    def __init__(self, method: str, path: str, body: str, headers: dict[str, str]) -> None:
        super().__init__(method, f"https://provider.test{path}", headers=headers)
        self._args, self._form = dict(parse_qsl(urlsplit(path).query)), dict(parse_qsl(body))
        self.payload = _Payload([*self._args.items(), *self._form.items()])

    @property
    def args(self) -> dict[str, str]:
        return self._args

    @property
    def form(self) -> dict[str, str]:
        return self._form


class _Client:
    client_id = CLIENT

    def __init__(self, provider: "LocalProvider") -> None:
        self.provider = provider

    def get_client_id(self) -> str:
        return CLIENT

    def get_default_redirect_uri(self) -> str:
        return ""

    def get_allowed_scope(self, scope: str) -> str:
        return scope

    def check_redirect_uri(self, redirect_uri: str) -> bool:
        return urlsplit(redirect_uri).path == "/sign-in/callback/"

    def check_client_secret(self, client_secret: str) -> bool:
        return client_secret == SECRET

    def check_endpoint_auth_method(self, method: str, endpoint: str) -> bool:
        return method == "client_secret_basic"

    def check_response_type(self, response_type: str) -> bool:
        return response_type == "code"

    def check_grant_type(self, grant_type: str) -> bool:
        return grant_type == "authorization_code"


class _Code:
    """A code that waits to be redeemed."""

    def __init__(self, **facts: Any) -> None:
        self.__dict__.update(facts)

    def get_redirect_uri(self) -> str:
        return self.redirect_uri

    def get_scope(self) -> str:
        return "openid"


class _Grant(AuthorizationCodeGrant):
    TOKEN_ENDPOINT_AUTH_METHODS = ["client_secret_basic"]

    def save_authorization_code(self, code: str, request: OAuth2Request) -> None:
        given = request.payload.data
        self.server.provider.codes[code] = _Code(
            code=code, redirect_uri=given["redirect_uri"], nonce=given.get("nonce", ""), user=request.user,
            code_challenge=given.get("code_challenge", ""), code_challenge_method=given.get("code_challenge_method"),
        )  # fmt: skip

    def query_authorization_code(self, code: str, client: _Client) -> _Code | None:
        return self.server.provider.codes.get(code)

    def delete_authorization_code(self, authorization_code: _Code) -> None:
        del self.server.provider.codes[authorization_code.code]

    def authenticate_user(self, authorization_code: _Code) -> str:
        return authorization_code.user


class _Server(AuthorizationServer):
    def __init__(self, provider: "LocalProvider") -> None:
        super().__init__()
        self.provider = provider
        self.register_grant(_Grant, [CodeChallenge(required=True)])
        self.register_token_generator("default", self._token)

    def query_client(self, client_id: str) -> _Client | None:
        return _Client(self.provider) if client_id == CLIENT else None

    def save_token(self, token: dict[str, Any], request: OAuth2Request) -> None:
        self.provider.issued.append(token)

    def _token(self, grant_type: str, client: Any, user: Any = None, scope: str = "", **_more: Any) -> dict[str, Any]:
        return {"access_token": "access-" + str(len(self.provider.issued)), "token_type": "Bearer", "expires_in": 60}

    def create_oauth2_request(self, request: _Asked) -> _Asked:
        return request

    def handle_response(self, status: int, body: Any, headers: Any) -> tuple[int, Any, list[tuple[str, str]]]:
        return status, body, list(headers)

    def send_signal(self, name: str, *args: Any, **kwargs: Any) -> None:
        """Nobody listens."""


class LocalProvider:
    """Running; `subject` is who its login page signs in, or nobody ("" refuses)."""

    def __init__(self) -> None:
        self.key = key(0)
        self.published = [self.key]
        self.subject, self.claims = "subject-1", {"acr": "pwd", "sid": "s-1"}
        self.codes: dict[str, _Code] = {}
        self.issued: list[dict[str, Any]] = []
        self.asked: list[str] = []
        self.spoil: Callable[[dict[str, Any]], dict[str, Any]] = lambda claims: claims
        self.sign: Callable[[dict[str, Any]], str] = self.signed
        self.metadata: dict[str, Any] = {}
        self.says_iss: str | None = None  # None: its own
        self.answers: dict[str, tuple[int, bytes, dict[str, str]]] = {}  # path → in place of the real answer
        self.now = time.time
        self.server = _Server(self)
        self.http = ThreadingHTTPServer(("127.0.0.1", 0), _handler(self))
        self.issuer = f"http://127.0.0.1:{self.http.server_port}"

    def rotate(self) -> None:
        """Sign with a new key from now on; the old one is no longer published."""
        self.key = key(1)
        self.published = [self.key]

    def signed(self, claims: dict[str, Any]) -> str:
        return jwt.encode({"alg": "RS256", "kid": self.key.kid}, claims, self.key)

    def unsigned(self, claims: dict[str, Any]) -> str:
        """alg none."""
        return f"{_b64({'alg': 'none', 'typ': 'JWT'})}.{_b64(claims)}."

    def with_public_key(self, claims: dict[str, Any]) -> str:
        """HS256 with what everybody knows: the published key as the shared secret."""
        signed = f"{_b64({'alg': 'HS256', 'kid': self.key.kid})}.{_b64(claims)}"
        return f"{signed}.{_text(hmac.digest(self.key.as_pem(private=False), signed.encode(), 'sha256'))}"

    def id_token(self, code: _Code, access_token: str) -> str:
        now = int(self.now())
        claims = {
            "iss": self.issuer, "aud": CLIENT, "sub": code.user, "iat": now, "exp": now + 300, "auth_time": now,
            "nonce": code.nonce, "at_hash": create_half_hash(access_token, "RS256").decode(), **self.claims,
        }  # fmt: skip
        return self.sign(self.spoil(claims))

    def logout_token(self, **changed: Any) -> str:
        now = int(self.now())
        claims = {
            "iss": self.issuer, "aud": CLIENT, "sub": self.subject, "iat": now, "jti": f"j{time.monotonic_ns()}",
            "events": {LOGOUT_EVENT: {}}, "sid": "s-1", **changed,
        }  # fmt: skip
        return self.sign({name: value for name, value in claims.items() if value is not None})

    # --- What it answers

    def answer(self, method: str, path: str, body: str, headers: dict[str, str]) -> tuple[int, Any, dict[str, str]]:
        place = urlsplit(path).path
        self.asked.append(place)
        if place in self.answers:
            return self.answers[place]
        if place == "/.well-known/openid-configuration":
            return 200, self._metadata(), {}
        if place == "/keys":
            return 200, KeySet(self.published).as_dict(private=False), {}
        if place == "/authorize":
            return self._authorize(path)
        if place == "/token":
            return self._token(path, body, headers)
        if place == "/logout":
            back = parse_qs(urlsplit(path).query)["post_logout_redirect_uri"][0]
            return 302, "", {"Location": back}
        return 404, {}, {}

    def _metadata(self) -> dict[str, Any]:
        return {
            "issuer": self.issuer, "authorization_endpoint": f"{self.issuer}/authorize",
            "token_endpoint": f"{self.issuer}/token", "jwks_uri": f"{self.issuer}/keys",
            "end_session_endpoint": f"{self.issuer}/logout", "response_types_supported": ["code"],
            "code_challenge_methods_supported": ["S256"], "authorization_response_iss_parameter_supported": True,
            **self.metadata,
        }  # fmt: skip

    def _authorize(self, path: str) -> tuple[int, Any, dict[str, str]]:
        asked = _Asked("GET", path, "", {})
        grant = self.server.get_consent_grant(asked, self.subject or None)
        status, body, headers = self.server.create_authorization_response(asked, self.subject or None, grant)
        found = dict(headers)
        if status == 302:
            found["Location"] += "&" + urlencode({"iss": self.issuer if self.says_iss is None else self.says_iss})
        return status, body, found

    def _token(self, path: str, body: str, headers: dict[str, str]) -> tuple[int, Any, dict[str, str]]:
        code = self.codes.get(dict(parse_qsl(body)).get("code", ""))
        asked = _Asked("POST", path, body, headers)
        status, answer, found = self.server.create_token_response(asked)
        if status == 200 and code is not None:
            answer["id_token"] = self.id_token(code, answer["access_token"])
        return status, answer, dict(found)


def _b64(thing: dict[str, Any]) -> str:
    return _text(json.dumps(thing).encode())


def _text(content: bytes) -> str:
    return urlsafe_b64encode(content).rstrip(b"=").decode()


def _handler(provider: LocalProvider) -> type[BaseHTTPRequestHandler]:
    class Handler(BaseHTTPRequestHandler):
        def do_GET(self) -> None:
            self._answer("")

        def do_POST(self) -> None:
            self._answer(self.rfile.read(int(self.headers.get("Content-Length") or 0)).decode())

        def _answer(self, body: str) -> None:
            status, answer, headers = provider.answer(self.command, self.path, body, dict(self.headers))
            content = answer if isinstance(answer, bytes) else json.dumps(answer).encode()
            self.send_response(status)
            for name, value in headers.items():
                if name.lower() not in ("content-type", "content-length"):
                    self.send_header(name, value)
            self.send_header("Content-Type", "application/json")
            self.send_header("Content-Length", str(len(content)))
            self.end_headers()
            self.wfile.write(content)

        def log_message(self, *_given: Any) -> None:
            """Tests say what matters."""

    return Handler


@contextmanager
def running() -> Iterator[LocalProvider]:
    provider = LocalProvider()
    thread = threading.Thread(target=provider.http.serve_forever, daemon=True)
    thread.start()
    try:
        yield provider
    finally:
        provider.http.shutdown()
        provider.http.server_close()
        thread.join()
