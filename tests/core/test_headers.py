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
        assert "no-store" in answer["Cache-Control"]
        assert "camera=()" in answer["Permissions-Policy"]

    @pytest.mark.parametrize("path", ["/account/", "/kunming/reporting/", "/kunming/api/v1/account/"])
    def test_of_somebody_signed_in(self, signed_in, path: str) -> None:
        answer = signed_in("kunming", Role.REPORTER).get(path)

        assert answer.status_code == 200
        assert {name: answer.get(name) for name in WANTED} == WANTED
        assert "no-store" in answer["Cache-Control"]

    def test_that_is_a_static_file(self, settings) -> None:
        settings.WHITENOISE_USE_FINDERS = True  # nothing is collected for tests
        answer = Client().head("/static/anlan/anlan.css")

        assert answer.status_code == 200
        sent_by_every_server = WANTED.keys() - {"X-Frame-Options"}  # which Django adds further in: to pages
        assert {name: answer.get(name) for name in sent_by_every_server} == {
            name: WANTED[name] for name in sent_by_every_server
        }
        assert "no-store" not in answer["Cache-Control"]  # nobody's data; asking for it anew would cost each page

    def test_lets_no_script_run_but_the_sites_own_files(self) -> None:
        found = policy(Client().get("/sign-in/"))

        assert found["default-src"] == "'self'"
        assert (found["object-src"], found["frame-ancestors"]) == ("'none'", "'none'")
        assert (found["base-uri"], found["form-action"]) == ("'none'", "'self'")
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

    assert in_production(names) == [True, True, True, True, False, 31_536_000, True, "Lax"]


@pytest.mark.usefixtures("offices")
def test_no_cookie_can_be_read_by_scripts() -> None:
    answer = Client().get("/sign-in/")

    assert answer.cookies
    assert all(cookie["httponly"] and cookie["samesite"] == "Lax" for cookie in answer.cookies.values())


def test_production_takes_its_cookies_from_this_host_only() -> None:
    """What the prefix __Host- asks of a cookie: browsers drop one that breaks it, and nobody could sign in."""
    for name in ("SESSION_COOKIE", "CSRF_COOKIE", "LANGUAGE_COOKIE"):
        called, path, domain = in_production([f"{name}_NAME", f"{name}_PATH", f"{name}_DOMAIN"])

        assert called.startswith("__Host-anlan_")
        assert (path, domain) == ("/", None)


@pytest.mark.usefixtures("offices")
def test_the_cookie_of_the_language_is_for_https_where_the_page_is() -> None:
    cookie = Client().post("/language/", {"language": "en"}, secure=True).cookies["anlan_language"]

    assert (cookie["secure"], cookie["httponly"], cookie["samesite"]) == (True, True, "Lax")
    assert (cookie["path"], cookie["domain"]) == ("/", "")


def in_production(names: list[str]) -> list:
    """The values of these settings as config.settings.prod has them, in a process of its own."""
    code = (
        f"import json; from django.conf import settings; print(json.dumps([getattr(settings, n) for n in {names!r}]))"
    )
    chosen = {"DJANGO_SETTINGS_MODULE": "config.settings.prod", "SECRET_KEY": "x" * 60, "ALLOWED_HOSTS": "example.org"}
    environment = {**os.environ, **chosen, "PYTHONPATH": f"{ROOT / 'platform'}{os.pathsep}{ROOT}"}
    environment.pop("SSL_REDIRECT", None)
    said = subprocess.run([sys.executable, "-c", code], cwd=ROOT, env=environment, capture_output=True, check=True)

    return json.loads(said.stdout)
