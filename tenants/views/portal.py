"""The portal: choose an office; preferences; the session."""

from itertools import groupby

from django.conf import settings
from django.http import HttpRequest, HttpResponse, JsonResponse
from django.shortcuts import redirect, render
from django.utils import timezone, translation
from django.utils.http import url_has_allowed_host_and_scheme
from django.views.decorators.http import require_POST, require_safe

from core.http import portal_url, reads
from tenants import selectors
from tenants.models import Office
from tenants.models.office import Level
from tenants.rules import session as session_rules
from tenants.selectors import people

FLOOR = 86  # Chromium, domain of the desks in use; ui.md 1.6


def own_path(request: HttpRequest, given: str | None, otherwise: str) -> str:
    """`given` when it is a path of this site, else `otherwise`."""
    safe = given and url_has_allowed_host_and_scheme(given, {request.get_host()}, request.is_secure())
    return given if safe and given and given.startswith("/") else otherwise


@reads
def portal(request: HttpRequest) -> HttpResponse:
    """Anonymous people are asked to sign in; who has one office goes straight there, the others choose."""
    if not request.user.is_authenticated:
        return redirect(portal_url("sign-in"))
    on = timezone.localdate()
    offices = selectors.offices_of(request.user, on=on)
    if len(offices) == 1 and "choose" not in request.GET:
        return redirect(f"/{offices[0].slug}/")
    context = {
        "groups": _by_province(offices, _roles(request, on)), "n": len(offices),
        "elsewhere": selectors.other_accounts(request.user, on=on),
    }  # fmt: skip
    return render(request, "tenants/portal.html", context)


def _roles(request: HttpRequest, on) -> dict[int, list[str]]:
    """office id → what the person is there, in words."""
    roles: dict[int, list[str]] = {}
    for membership in people.memberships_everywhere(request.user, on=on):  # type: ignore[arg-type]
        roles.setdefault(membership.office_id, []).append(membership.get_role_display())
    for stand_in in people.standing_in(request.user, on=on):  # type: ignore[arg-type]
        row = stand_in.membership
        label = translation.gettext("%(role)s（代%(name)s）") % {"role": row.get_role_display(), "name": row.user.name}
        roles.setdefault(row.office_id, []).append(label)
    return roles


def _by_province(offices: list[Office], roles: dict[int, list[str]]) -> list[dict]:
    """Cards grouped by province, the province's own office first; visits say so instead of a role."""

    def key(office: Office) -> int:
        return office.province_id or 0

    ordered = sorted(
        offices, key=lambda office: (key(office), office.level != Level.PROVINCE, office.position, office.pk)
    )
    groups = []
    for province_id, members in groupby(ordered, key=key):
        cards = [{"office": office, "roles": roles.get(office.pk, [])} for office in members]
        head = cards[0]["office"]
        title = head if head.level == Level.PROVINCE else head.parent if province_id else None
        groups.append({"province": title, "cards": cards})
    return groups


@require_safe
def browsers(request: HttpRequest) -> HttpResponse:
    """Which browsers work; plain, so that it shows in any."""
    return render(request, "tenants/browsers.html", {"floor": FLOOR, "agent": request.headers.get("User-Agent", "")})


@require_POST
def set_language(request: HttpRequest) -> HttpResponse:
    """Keep the language, on the account or in a cookie, and go back."""
    code = request.POST.get("language", "")
    response = redirect(own_path(request, request.POST.get("next"), "/"))
    if code in dict(settings.LANGUAGES):
        if request.user.is_authenticated:
            request.user.language = code  # type: ignore[union-attr]
            request.user.save(update_fields=["language"])
        response.set_cookie(
            settings.LANGUAGE_COOKIE_NAME, code, max_age=31_536_000, samesite="Lax", httponly=True,
            secure=request.is_secure(),
        )  # fmt: skip
    return response


@require_POST
def set_theme(request: HttpRequest) -> HttpResponse:
    """Keep light or dark on the account; anonymous people keep it in their browser only."""
    theme = request.POST.get("theme", "")
    if request.user.is_authenticated and theme in ("", "light", "dark"):
        request.user.theme = theme  # type: ignore[union-attr]
        request.user.save(update_fields=["theme"])
    return HttpResponse(status=204)


@require_POST
def extend_session(request: HttpRequest) -> HttpResponse:
    """Somebody is at the desk: the guard has just noted it. Answers how many seconds the session now has."""
    if not request.user.is_authenticated:
        return JsonResponse({"seconds": 0}, status=401)
    minutes = session_rules.idle_minutes(request.user.duty, on=timezone.localdate())  # type: ignore[union-attr]
    request.session["last_seen"] = timezone.now().isoformat()
    return JsonResponse({"seconds": minutes * 60})
