"""Signing in and out, one's own account and password."""

from datetime import datetime, timedelta
from typing import Any
from urllib.parse import urlencode

from django.contrib import messages
from django.contrib.auth import login, logout, update_session_auth_hash
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.utils import timezone
from django.utils.translation import gettext as _
from django.utils.translation import ngettext
from django.views.decorators.cache import never_cache
from django.views.decorators.debug import sensitive_post_parameters
from django.views.decorators.http import require_http_methods, require_POST

from core.http import client_address, portal_url, reads, refusals_on, status_of
from tenants import selectors
from tenants.forms.account import PasswordForm, SignInForm
from tenants.middleware import to_sign_in
from tenants.models import Office, User
from tenants.models.sessions import EndReason
from tenants.rules import passwords as password_rules
from tenants.rules import second_factor as factor_rules
from tenants.rules import session as session_rules
from tenants.selectors import emergency as emergencies
from tenants.selectors import identity as identity_selectors
from tenants.selectors import people, second_factor
from tenants.usecases import emergency, knocking, passwords, sessions, sign_in
from tenants.views.portal import FLOOR, own_path
from tenants.views.sessions import listed, why_ended


@sensitive_post_parameters("password")
@never_cache
@require_http_methods(["GET", "POST"])
def sign_in_page(request: HttpRequest) -> HttpResponse:
    """Account and password; then on to where the person wanted to go."""
    target = own_path(request, request.POST.get("next") or request.GET.get("next"), portal_url("portal"))
    if request.user.is_authenticated and request.method == "GET":
        return redirect(target)
    form, outcome, status = SignInForm(request.POST or None), None, 200
    if request.method == "POST" and form.is_valid():
        at, address = timezone.now(), client_address(request)
        knocking.spend_sign_in(username=form.cleaned_data["username"], address=address, at=at)
        outcome = sign_in.check_credentials(address=address, at=at, **form.cleaned_data)
        if outcome.user is not None:
            open_session(request, outcome, at)
            return redirect(target)
        if outcome.pending is not None:
            await_second_step(request, outcome.pending, target, at)
            return redirect(portal_url("sign-in-second"))
        form.add_error(None, outcome.refusal)
        status = 403 if outcome.locked_until else 422
    elif request.method == "POST":
        status = 422
    return sign_in_answer(request, target=target, form=form, outcome=outcome, status=status)


def sign_in_answer(
    request: HttpRequest, *, target: str, form: SignInForm | None = None, outcome: sign_in.Outcome | None = None,
    refusal: str = "", status: int = 200,
) -> HttpResponse:  # fmt: skip
    """The page; refusal: a sentence that no field caused."""
    number = request.session.pop("ended_session", None)
    context = {
        "form": form or SignInForm(),
        "next": target,
        "next_query": urlencode({"next": target}),
        "outcome": outcome,
        "floor": FLOOR,
        "ended": why_ended(number) if number else "",
        "refusal": refusal,
        "providers": identity_selectors.enabled(),
        "emergency": emergencies.any_made(),
        "left": request.session.get("left_provider"),
        "going_to": request.session.get("going_to"),
    }
    return render(request, "tenants/sign_in.html", context, status=status)


def open_session(
    request: HttpRequest, outcome: sign_in.Outcome, at: datetime, *, identity: dict[str, Any] | None = None
) -> None:
    """A session under a new key, with what the person is told: the last sign-in, the days the password has left.

    identity: what usecases.identity gave, where a provider recognised the person.
    """
    user = outcome.unwrap()
    for told in ("left_provider", "going_to"):
        request.session.pop(told, None)
    language = request.session.get("_language")
    if request.session.session_key and request.user.is_authenticated:  # once more in the same browser
        sessions.over(key=request.session.session_key, reason=EndReason.SIGNED_OUT, at=at)
    login(request, user)
    request.session.set_expiry(at + session_rules.longest(on=timezone.localdate(at)))
    ended = sessions.begin(
        user=user,
        key=request.session.session_key or "",
        address=client_address(request),
        agent=request.headers.get("User-Agent", ""),
        at=at,
        identity=identity,
    )
    if ended:
        messages.warning(
            request,
            ngettext(
                "一个账号只能有一个会话：您在别处的 %(n)s 个会话已结束。",
                "一个账号只能有一个会话：您在别处的 %(n)s 个会话已结束。",
                ended,
            )
            % {"n": ended},
        )
    if language:
        request.session["_language"] = language
    request.session["last_seen"] = at.isoformat()
    request.session["second_factor"] = second_factor.has_factor(user) or bool(identity and identity["strong"])
    request.session["confirmed_at"] = at.isoformat()
    if identity:
        request.session["identity"] = {"provider": identity["provider"], "id_token": identity["id_token"]}
    if outcome.previous_at is not None:
        request.session["previous_sign_in"] = {
            "at": outcome.previous_at.isoformat(),
            "address": outcome.previous_address,
        }
        messages.info(
            request,
            _("上次登录：%(at)s，来自 %(address)s")
            % {"at": f"{timezone.localtime(outcome.previous_at):%Y-%m-%d %H:%M}", "address": outcome.previous_address},
        )
    on = timezone.localdate(at)
    if identity is None and user.password_changed_at and not user.must_change_password:
        left = password_rules.days_left(timezone.localdate(user.password_changed_at), on=on)
        if 0 < left <= password_rules.value("password_warning_days", on=on):
            messages.warning(request, _("密码还有 %(n)s 天到期，请及时修改。") % {"n": left})


def await_second_step(
    request: HttpRequest, user: User, target: str, at: datetime, *, identity: dict[str, Any] | None = None
) -> None:
    """Remember, under a new key, whose password was right; signed in is nobody yet."""
    minutes = factor_rules.number("second_step_minutes", on=timezone.localdate(at))
    request.session.cycle_key()
    request.session["second_step"] = {
        "user": user.pk,
        "username": user.username,
        "hash": user.get_session_auth_hash(),
        "until": (at + timedelta(minutes=minutes)).isoformat(),
        "next": target,
        "identity": identity,
    }


@require_POST
def sign_out(request: HttpRequest) -> HttpResponse:
    """End the session; nothing of it stays in the browser. `to`: where the person has another account to go on with."""
    user = request.user
    there = _going_to(request)
    if isinstance(user, User) and user.emergency:
        emergency.leave(user=user, at=timezone.now())
    if user.is_authenticated and request.session.session_key:
        sessions.over(key=request.session.session_key, reason=EndReason.SIGNED_OUT, at=timezone.now())
    left = request.session.get("identity")
    logout(request)
    if left:  # nothing of the person stays but what ends their session at the provider, if they want that
        request.session["left_provider"] = left
        request.session.set_expiry(600)
    target = portal_url("sign-in")
    if there is not None:
        request.session["going_to"] = there.label
        request.session.set_expiry(600)
        target += "?" + urlencode({"next": f"/{there.slug}/"})
    response = redirect(target)
    response["Clear-Site-Data"] = '"cache"'
    return response


def _going_to(request: HttpRequest) -> Office | None:
    slug, user = request.POST.get("to", ""), request.user
    if not slug or not isinstance(user, User):
        return None
    known = selectors.other_accounts(user, on=timezone.localdate())
    return next((office for office in known if office.slug == slug), None)


@reads
def account(request: HttpRequest) -> HttpResponse:
    """Who I am, where and in which roles, who stands in for whom, my password."""
    user = request.user
    if not user.is_authenticated:
        return to_sign_in(request)
    now = timezone.now()
    on = timezone.localdate(now)
    changed = user.password_changed_at  # type: ignore[union-attr]
    left = password_rules.days_left(timezone.localdate(changed), on=on) if changed else None
    previous = request.session.get("previous_sign_in")
    linked, offered = identity_selectors.links_of(user), identity_selectors.open_to(user)  # type: ignore[arg-type]
    return render(
        request,
        "tenants/account.html",
        {
            "memberships": people.memberships_everywhere(user, on=on),  # type: ignore[arg-type]
            "standing_in": people.standing_in(user, on=on),  # type: ignore[arg-type]
            "sessions": listed(user, request.session.session_key, now),  # type: ignore[arg-type]
            "second_factor": second_factor.has_factor(user),  # type: ignore[arg-type]
            "identities": linked,
            "unlinked": [each for each in offered if each.pk not in {one.provider_id for one in linked}],
            "days_left": left,
            "days_warning": password_rules.value("password_warning_days", on=on),
            "previous_at": datetime.fromisoformat(previous["at"]) if previous else None,
            "previous_address": previous["address"] if previous else "",
        },
    )


@sensitive_post_parameters()
@never_cache
@require_http_methods(["GET", "POST"])
def change_password(request: HttpRequest) -> HttpResponse:
    """Choose a new password; forced at the first sign-in and when it is too old."""
    user = request.user
    if not user.is_authenticated:
        return to_sign_in(request)
    at = timezone.now()
    form = PasswordForm(request.POST or None)
    if request.method == "POST" and form.is_valid():
        with refusals_on(form):
            changed = passwords.change_password(
                user_id=user.pk,
                old_password=form.cleaned_data["old_password"],
                new_password=form.cleaned_data["new_password"],
                actor=selectors.oneself(user, on=timezone.localdate(at)),  # type: ignore[arg-type]
                address=client_address(request),
                at=at,
            )
            before = request.session.session_key or ""
            update_session_auth_hash(request, changed)
            sessions.renewed(user=changed, old_key=before, key=request.session.session_key or "", at=at)
            messages.success(request, _("密码已修改。"))
            return redirect(portal_url("portal"))
    on = timezone.localdate(at)
    context = {
        "form": form,
        "forced": user.must_change_password,  # type: ignore[union-attr]
        "length": password_rules.value("password_min_length", on=on),
        "classes": password_rules.value("password_classes", on=on),
        "days": password_rules.value("password_days", on=on),
        "history": password_rules.value("password_history", on=on),
    }
    return render(request, "tenants/change_password.html", context, status=status_of(form))
