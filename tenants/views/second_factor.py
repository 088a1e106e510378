"""The second step at the sign-in; enrolling, renewing and giving up one's second factor."""

from datetime import datetime
from typing import Any
from urllib.parse import quote

import segno
from django.contrib import messages
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.utils import timezone
from django.utils.crypto import constant_time_compare
from django.utils.safestring import SafeString, mark_safe
from django.utils.translation import gettext as _
from django.utils.translation import ngettext
from django.views.decorators.cache import never_cache
from django.views.decorators.debug import sensitive_post_parameters
from django.views.decorators.http import require_http_methods, require_POST

from core.http import client_address, portal_url, refusals_on, status_of
from tenants import selectors
from tenants.forms.account import AgainForm, CodeForm
from tenants.middleware import to_sign_in
from tenants.models import User
from tenants.rules import second_factor as rules
from tenants.selectors import second_factor as factors
from tenants.usecases import knocking, sign_in
from tenants.usecases import second_factor as usecases
from tenants.views.account import open_session


@sensitive_post_parameters("code")
@never_cache
@require_http_methods(["GET", "POST"])
def second_step(request: HttpRequest) -> HttpResponse:
    """The code after the password; then on to where the person wanted to go."""
    at = timezone.now()
    waiting = _waiting(request, at)
    if waiting is None:
        messages.warning(request, _("请先输入账号和密码；验证码要在随后的几分钟内输入。"))
        return redirect(portal_url("sign-in"))
    form, status = CodeForm(request.POST or None), 200
    if request.method == "POST" and form.is_valid():
        address = client_address(request)
        knocking.spend_sign_in(username=waiting["username"], address=address, at=at)
        outcome = sign_in.check_second_step(
            user_id=waiting["user"], otp=form.cleaned_data["code"], address=address, at=at
        )
        if outcome.user is not None:
            del request.session["second_step"]
            open_session(request, outcome, at, identity=waiting["identity"])
            _tell_of_recovery(request, outcome)
            return redirect(waiting["next"])
        form.add_error("code", outcome.refusal)
        status = 403 if outcome.locked_until else 422
    elif request.method == "POST":
        status = 422
    return render(request, "tenants/second_step.html", {"form": form}, status=status)


def _waiting(request: HttpRequest, at: datetime) -> dict[str, Any] | None:
    """Whose password was right a moment ago, unless it was changed since."""
    found = request.session.get("second_step")
    if not found or datetime.fromisoformat(found["until"]) <= at:
        return None
    user = User.objects.filter(pk=found["user"], is_active=True).first()
    same = user is not None and constant_time_compare(found["hash"], user.get_session_auth_hash())
    return found if same else None


def _tell_of_recovery(request: HttpRequest, outcome: sign_in.Outcome) -> None:
    if outcome.recovery:
        left = factors.codes_left(outcome.unwrap())
        text = ngettext(
            "您用了一个恢复码，还剩 %(n)s 个。手机若已遗失，请尽快停用二次验证并重新登记。",
            "您用了一个恢复码，还剩 %(n)s 个。手机若已遗失，请尽快停用二次验证并重新登记。",
            left,
        )
        messages.warning(request, text % {"n": left})


@never_cache
@require_http_methods(["GET"])
def index(request: HttpRequest) -> HttpResponse:
    """What there is; while a secret waits for its first code, the QR code."""
    if not request.user.is_authenticated:
        return to_sign_in(request)
    return _page(request)


def _page(request: HttpRequest, *, again: AgainForm | None = None, code: CodeForm | None = None) -> HttpResponse:
    user, at = _user(request), timezone.now()
    on = timezone.localdate(at)
    secret = usecases.begun_secret(user, at=at)
    needed = factors.needs_factor(user, on=on)
    again, code = again or AgainForm(), code or CodeForm()
    context = {
        "enrolled": factors.has_factor(user),
        "needed": needed,
        "forced": needed and not factors.has_factor(user),
        "codes_left": factors.codes_left(user),
        "secret": " ".join(secret[place : place + 4] for place in range(0, len(secret), 4)),
        "drawing": drawing(rules.address(secret, user.username)) if secret else "",
        "again": again,
        "code": code,
    }
    status = max(status_of(again), status_of(code))
    return render(request, "tenants/second_factor.html", context, status=status)


def drawing(text: str) -> SafeString:
    """A QR code as SVG in the page, dark on light in both themes: scanners want it so."""
    svg = segno.make(text, error="m").svg_inline(scale=5, border=4, dark="#000", light="#fff", omitsize=False)
    return mark_safe(
        svg.replace("<svg ", f'<svg role="img" aria-label="{_("二维码")}" ', 1)
    )  # made here, of squares only


def _user(request: HttpRequest) -> User:
    return User.objects.get(pk=request.user.pk or 0)


def _who(request: HttpRequest, at: datetime) -> dict[str, Any]:
    myself = selectors.oneself(_user(request), on=timezone.localdate(at))
    return {"actor": myself, "address": client_address(request), "at": at}


@sensitive_post_parameters("password")
@never_cache
@require_POST
def begin(request: HttpRequest) -> HttpResponse:
    """Make a secret, against the password."""
    if not request.user.is_authenticated:
        return to_sign_in(request)
    form = AgainForm(request.POST)
    if form.is_valid():
        with refusals_on(form):
            usecases.begin(password=form.cleaned_data["password"], **_who(request, timezone.now()))
            return redirect(portal_url("second-factor"))
    return _page(request, again=form)


@sensitive_post_parameters("code")
@never_cache
@require_POST
def confirm(request: HttpRequest) -> HttpResponse:
    """Take the first code; the recovery codes are on the answer and nowhere else."""
    return _with_code(request, usecases.confirm, _("二次验证已启用"))


@sensitive_post_parameters("code")
@never_cache
@require_POST
def renew(request: HttpRequest) -> HttpResponse:
    """New recovery codes in place of the old ones."""
    return _with_code(request, usecases.renew_codes, _("恢复码已更换"))


def _with_code(request: HttpRequest, usecase: Any, title: str) -> HttpResponse:
    if not request.user.is_authenticated:
        return to_sign_in(request)
    form = CodeForm(request.POST)
    if form.is_valid():
        with refusals_on(form):
            made = usecase(code=form.cleaned_data["code"], **_who(request, timezone.now()))
            request.session["second_factor"] = True
            text = "\r\n".join(["安澜 Anlan", request.user.get_username(), *made, ""])
            context = {"title": title, "codes": made, "file": f"data:text/plain;charset=utf-8,{quote(text)}"}
            return render(request, "tenants/recovery_codes.html", context)
    return _page(request, code=form)


@sensitive_post_parameters("code")
@never_cache
@require_POST
def remove(request: HttpRequest) -> HttpResponse:
    """Give it up, against a code."""
    if not request.user.is_authenticated:
        return to_sign_in(request)
    form = CodeForm(request.POST)
    if form.is_valid():
        with refusals_on(form):
            usecases.remove(code=form.cleaned_data["code"], **_who(request, timezone.now()))
            request.session["second_factor"] = False
            messages.success(request, _("二次验证已停用。"))
            return redirect(portal_url("account"))
    return _page(request, code=form)
