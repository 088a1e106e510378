"""Signing in by a provider of identity, one's own links to them, and leaving them."""

from typing import Any

from django.contrib import messages
from django.http import HttpRequest, HttpResponse, JsonResponse
from django.shortcuts import redirect
from django.utils import timezone
from django.utils.translation import gettext as _
from django.views.decorators.cache import never_cache
from django.views.decorators.csrf import csrf_exempt
from django.views.decorators.debug import sensitive_post_parameters
from django.views.decorators.http import require_http_methods, require_POST

from core.errors import Refusal
from core.http import client_address, portal_url
from tenants import selectors
from tenants.middleware import to_sign_in
from tenants.models import User
from tenants.usecases import identity as usecases
from tenants.usecases import knocking
from tenants.views.account import await_second_step, open_session, sign_in_answer
from tenants.views.confirm import confirmed, to_confirm
from tenants.views.portal import own_path

FLOW, LEFT = "identity_flow", "left_provider"


def _back(request: HttpRequest) -> str:
    """The one address that providers send people back to."""
    return request.build_absolute_uri(portal_url("identity-callback"))


@never_cache
@require_http_methods(["GET"])
def begin(request: HttpRequest, provider_id: int) -> HttpResponse:
    """Off to the provider. A link, not a form: the content policy lets forms go nowhere but here."""
    at, address = timezone.now(), client_address(request)
    target = own_path(request, request.GET.get("next"), portal_url("portal"))
    if request.user.is_authenticated:
        return redirect(target)
    knocking.spend_sign_in(username="", address=address, at=at)
    try:
        url, flow = usecases.begin(
            provider_id=provider_id, purpose=usecases.SIGN_IN, target=target, back=_back(request), at=at
        )
    except Refusal as refusal:
        return sign_in_answer(request, target=target, refusal=refusal.message, status=refusal.status)
    request.session[FLOW] = flow
    return redirect(url)


@never_cache
@require_http_methods(["GET"])
def link(request: HttpRequest, provider_id: int) -> HttpResponse:
    """Off to the provider, to link who comes back to this account."""
    user, at = request.user, timezone.now()
    if not isinstance(user, User):
        return to_sign_in(request)
    if not confirmed(request, at):
        return to_confirm(request, portal_url("account"))
    url, flow = usecases.begin(
        provider_id=provider_id, purpose=usecases.LINK, user=user, target=portal_url("account"), back=_back(request),
        at=at,
    )  # fmt: skip
    request.session[FLOW] = flow
    return redirect(url)


@never_cache
@require_http_methods(["GET"])
def callback(request: HttpRequest) -> HttpResponse:
    """Back from the provider: who it is, checked; the way can be gone once."""
    at, address = timezone.now(), client_address(request)
    flow = request.session.pop(FLOW, None)
    given = {name: request.GET[name] for name in ("state", "code", "iss", "error") if name in request.GET}
    if flow is not None and flow["purpose"] == usecases.LINK:
        return _linked(request, flow, given)
    if request.user.is_authenticated:  # a second tab, or the way back gone twice
        return redirect(portal_url("portal"))
    knocking.spend_sign_in(username="", address=address, at=at)
    came = usecases.sign_in_by(flow=flow, given=given, back=_back(request), address=address, at=at)
    target = flow["next"] if flow else portal_url("portal")
    if came.outcome.user is not None:
        open_session(request, came.outcome, at, identity=came.identity)
        return redirect(target)
    if came.outcome.pending is not None:
        await_second_step(request, came.outcome.pending, target, at, identity=came.identity)
        return redirect(portal_url("sign-in-second"))
    return sign_in_answer(request, target=target, refusal=came.outcome.refusal, status=403)


def _linked(request: HttpRequest, flow: dict[str, Any], given: dict[str, str]) -> HttpResponse:
    user, at = request.user, timezone.now()
    if not isinstance(user, User):
        return to_sign_in(request)
    try:
        made = usecases.link_own(
            flow=flow, given=given, back=_back(request), actor=selectors.oneself(user, on=timezone.localdate(at)), at=at
        )
    except Refusal as refusal:
        messages.error(request, refusal.message)
    else:
        messages.success(request, _("已关联%(name)s，下次可以用它登录。") % {"name": made.provider.label})
    return redirect(portal_url("account"))


@require_POST
def unlink(request: HttpRequest, link_id: int) -> HttpResponse:
    """Give one's own link up."""
    user, at = request.user, timezone.now()
    if not isinstance(user, User):
        return to_sign_in(request)
    if not confirmed(request, at):
        return to_confirm(request, portal_url("account"))
    usecases.unlink_own(link_id=link_id, actor=selectors.oneself(user, on=timezone.localdate(at)), at=at)
    messages.success(request, _("身份关联已解除，请用账号密码登录。"))
    return redirect(portal_url("account"))


@never_cache
@require_http_methods(["GET"])
def leave(request: HttpRequest) -> HttpResponse:
    """After signing out here: out at the provider as well (RP-initiated logout)."""
    left = request.session.pop(LEFT, None)
    back = request.build_absolute_uri(portal_url("sign-in"))
    url = usecases.logout_address(provider_id=left["provider"], id_token=left["id_token"], back=back) if left else ""
    return redirect(url or portal_url("sign-in"))


@csrf_exempt  # the provider's server asks, with a token that it signed; there is no browser and no session
@sensitive_post_parameters("logout_token")
@never_cache
@require_POST
def back_channel(request: HttpRequest, provider_id: int) -> HttpResponse:
    """The provider says that somebody left (Back-Channel Logout 1.0, 2.5 to 2.8)."""
    try:
        usecases.left_at_provider(
            provider_id=provider_id, logout_token=request.POST.get("logout_token", ""), at=timezone.now()
        )
    except Refusal:
        return JsonResponse({"error": "invalid_request"}, status=400)
    return HttpResponse(status=200)
