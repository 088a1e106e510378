"""The password once more before one's sign-in is changed, unless it was given a moment ago."""

from datetime import datetime
from urllib.parse import urlencode

from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.utils import timezone
from django.views.decorators.cache import never_cache
from django.views.decorators.debug import sensitive_post_parameters
from django.views.decorators.http import require_http_methods

from core.http import client_address, portal_url, refusals_on, status_of
from tenants import selectors
from tenants.forms.account import AgainForm
from tenants.middleware import sent_to, to_sign_in
from tenants.rules import identity as rules
from tenants.usecases.sign_in import confirm_password
from tenants.views.portal import own_path

KEPT = "confirmed_at"


def confirmed(request: HttpRequest, at: datetime) -> bool:
    """Whether this session's person gave the password, or signed in, within the parameter confirmed_minutes."""
    given = request.session.get(KEPT)
    return given is not None and at - datetime.fromisoformat(given) <= rules.confirmed_for(on=timezone.localdate(at))


def to_confirm(request: HttpRequest, back: str) -> HttpResponse:
    """Ask for it and lead to `back`, a page from which the act is begun again."""
    return sent_to(request, f"{portal_url('confirm')}?{urlencode({'next': back})}")


@sensitive_post_parameters("password")
@never_cache
@require_http_methods(["GET", "POST"])
def confirm(request: HttpRequest) -> HttpResponse:
    """Ask for the password; a wrong one counts as a failed sign-in."""
    user, at = request.user, timezone.now()
    if not user.is_authenticated:
        return to_sign_in(request)
    target = own_path(request, request.POST.get("next") or request.GET.get("next"), portal_url("account"))
    form = AgainForm(request.POST or None)
    if request.method == "POST" and form.is_valid():
        with refusals_on(form):
            confirm_password(
                actor=selectors.oneself(user, on=timezone.localdate(at)),  # type: ignore[arg-type]
                password=form.cleaned_data["password"],
                address=client_address(request),
                at=at,
            )
            request.session[KEPT] = at.isoformat()
            return redirect(target)
    return render(request, "tenants/confirm.html", {"form": form, "next": target}, status=status_of(form))
