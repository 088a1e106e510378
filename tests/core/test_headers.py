"""Every answer carries the headers that keep browsers from being turned against it."""

import json
import os
import re
import subprocess
import sys
from pathlib import Path

import pytest
from django.conf import settings
from django.http import HttpRequest, HttpResponse
from django.test import Client

from core.middleware import SecurityHeadersMiddleware
from tenants.models import Role

ROOT = Path(settings.BASE_DIR)
WANTED = {
    "X-Content-Type-Options": "nosniff",
    "X-Frame-Options": "DENY",
    "Referrer-Policy": "same-origin",
    "Cross-Origin-Opener-Policy": "same-origin",
    "Cross-Origin-Resource-Policy": "same-origin",
    "X-Permitted-Cross-Domain-Policies": "none",
}
INLINE = re.compile(r"<script(?![^>]*\bsrc=)(?![^>]*type=\"application/json\")|<style|\sstyle=|\son[a-z]+=|javascript:")


def policy(answer: HttpResponse) -> dict[str, str]:
    return dict(part.strip().partition(" ")[::2] for part in answer["Content-Security-Policy"].split(";"))


@pytest.mark.usefixtures("offices")
class TestEveryAnswer:
    @pytest.mark.parametrize(
        ("path", "status"),
        [
            ("/sign-in/", 200),
            ("/account/", 302),
            ("/nothing/here/", 404),
            ("/healthz", 200),
            ("/api/schema", 200),
            ("/kunming/api/v1/account/", 401),
        ],
    )
    def test_of_somebody_unknown(self, path: str, status: int) -> None:
        answer = Client().get(path)

        assert answer.status_code == status
        assert {name: answer.get(name) for name in WANTED} == WANTED
        assert "camera=()" in answer["Permissions-Policy"]

    @pytest.mark.parametrize("path", ["/account/", "/kunming/reporting/", "/kunming/api/v1/account/"])
    def test_of_somebody_signed_in(self, signed_in, path: str) -> None:
        answer = signed_in("kunming", Role.REPORTER).get(path)

        assert answer.status_code == 200
        assert {name: answer.get(name) for name in WANTED} == WANTED

    def test_that_is_a_static_file(self, settings) -> None:
        settings.WHITENOISE_USE_FINDERS = True  # nothing is collected for tests
        answer = Client().head("/static/anlan/anlan.css")

        assert answer.status_code == 200
        sent_by_every_server = WANTED.keys() - {"X-Frame-Options"}  # which Django adds further in: to pages
        assert {name: answer.get(name) for name in sent_by_every_server} == {
            name: WANTED[name] for name in sent_by_every_server
        }

    def test_lets_no_script_run_but_the_sites_own_files(self) -> None:
        found = policy(Client().get("/sign-in/"))

        assert found["default-src"] == "'self'"
        assert (found["object-src"], found["frame-ancestors"]) == ("'none'", "'none'")
        assert (found["base-uri"], found["form-action"]) == ("'self'", "'self'")
        assert not any(word in value for value in found.values() for word in ("unsafe", "*", "http"))

    @pytest.mark.parametrize(
        "path", ["/sign-in/", "/account/", "/account/second-factor/", "/kunming/reporting/", "/api/docs"]
    )
    def test_holds_nothing_inline_that_the_policy_would_stop(self, signed_in, path: str) -> None:
        text = signed_in("kunming", Role.REPORTER).get(path, follow=True).text

        assert INLINE.findall(text) == []


def test_the_scan_finds_what_is_inline() -> None:
    """The control."""
    for text in ("<script>x</script>", '<p style="x">', '<a onclick="x">', '<a href="javascript:x">', "<style>"):
        assert INLINE.search(text)
    assert not INLINE.search('<script src="/static/x.js" defer></script>')


def test_a_view_may_say_otherwise() -> None:
    said = SecurityHeadersMiddleware(lambda request: HttpResponse(headers={"Permissions-Policy": "camera=(self)"}))

    assert said(HttpRequest())["Permissions-Policy"] == "camera=(self)"


def test_production_speaks_https_only() -> None:
    names = ["SESSION_COOKIE_SECURE", "CSRF_COOKIE_SECURE", "SESSION_COOKIE_HTTPONLY", "SECURE_SSL_REDIRECT", "DEBUG",
             "SECURE_HSTS_SECONDS", "SECURE_HSTS_INCLUDE_SUBDOMAINS", "SESSION_COOKIE_SAMESITE"]  # fmt: skip
    code = (
        f"import json; from django.conf import settings; print(json.dumps([getattr(settings, n) for n in {names!r}]))"
    )
    chosen = {"DJANGO_SETTINGS_MODULE": "config.settings.prod", "SECRET_KEY": "x" * 60, "ALLOWED_HOSTS": "example.org"}
    environment = {**os.environ, **chosen, "PYTHONPATH": f"{ROOT / 'platform'}{os.pathsep}{ROOT}"}
    environment.pop("SSL_REDIRECT", None)
    said = subprocess.run([sys.executable, "-c", code], cwd=ROOT, env=environment, capture_output=True, check=True)

    assert json.loads(said.stdout) == [True, True, True, True, False, 31_536_000, True, "Lax"]
