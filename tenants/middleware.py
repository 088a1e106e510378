"""One transaction per request, the path mount of offices, and the guards of a session."""

from collections.abc import Callable
from datetime import datetime

from django.conf import settings
from django.contrib.auth import SESSION_KEY, logout
from django.contrib.auth.views import redirect_to_login
from django.db import transaction
from django.http import HttpRequest, HttpResponse, JsonResponse
from django.shortcuts import redirect
from django.urls import Resolver404, get_script_prefix, resolve, set_script_prefix
from django.utils import timezone, translation
from django.utils.translation import gettext as _
from django_tenants.middleware.main import TenantMainMiddleware

from core import cells, wording
from core import office as office_core
from core.errors import Denied, NotFound
from core.http import client_address, makes_schemas, portal_url, refusal_response
from core.postgres import owner
from tenants import selectors
from tenants.models import Office
from tenants.models.sessions import EndReason
from tenants.policies import business
from tenants.rules import passwords as password_rules
from tenants.rules import session as session_rules
from tenants.selectors import emergency as emergencies
from tenants.selectors import second_factor as factor_selectors
from tenants.selectors import sessions as session_selectors
from tenants.usecases import emergency, sessions

Handler = Callable[[HttpRequest], HttpResponse]


class TransactionMiddleware:
    """Runs the request in one transaction with `public` mounted; a 5xx answer rolls everything back.

    By the login of the province whose office is asked for, where provinces have some (core.cells), else the portal's.
    What turns out in a cell to be another's (`_elsewhere`) is taken back and done again by that one's login, once.
    """

    def __init__(self, get_response: Handler) -> None:
        self.get_response = get_response

    def __call__(self, request: HttpRequest) -> HttpResponse:
        request.cell, request.elsewhere = cell_for(request), None  # type: ignore[attr-defined]
        asked = (request.path_info, request.META.get("SCRIPT_NAME", ""))
        response = self._in_cell(request)
        if request.elsewhere is not None:  # type: ignore[attr-defined]
            request.cell = request.elsewhere  # type: ignore[attr-defined]
            request.path_info, request.META["SCRIPT_NAME"] = asked
            for told in ("_cached_user", "urlconf"):
                vars(request).pop(told, None)
            response = self._in_cell(request)
        return response

    def _in_cell(self, request: HttpRequest) -> HttpResponse:
        mount = office_core.Mount(
            office_core.PUBLIC_SCHEMA,
            request_id=getattr(request, "id", ""),
            address=client_address(request),
            cell=request.cell,  # type: ignore[attr-defined]
        )
        with office_core.mounted(mount), transaction.atomic():
            response = self.get_response(request)
            if response.status_code >= 500:
                transaction.set_rollback(True)
            return response


def cell_for(request: HttpRequest) -> str:
    """The cell whose login serves a request, by the office that OfficeMiddleware will find; the portal has its own."""
    if not cells.on():
        return cells.PORTAL
    segment, path = request.path_info.removeprefix("/").partition("/")[0], request.path_info
    known = cells.directory()
    if segment in known.schemas:
        return known.schemas[segment]
    if not known.hosts or (path != "/" and _is_portal(path)):
        return cells.PORTAL
    return known.hosts.get(TenantMainMiddleware.hostname_from_request(request), cells.PORTAL)


def _elsewhere(request: HttpRequest, cell: str) -> HttpResponse | None:
    """Have the request done by another login; None when that was done once already."""
    if request.elsewhere is not None:  # type: ignore[attr-defined]
        return None
    request.elsewhere = cell  # type: ignore[attr-defined]
    return HttpResponse(status=500)  # seen by nobody: it takes back what this cell did so far


# What someone may still do before they have changed a first or an expired password.
ENROL = "/account/second-factor/"
FREE = ("/account/password/", "/sign-out/", "/language/", "/theme/", "/session/", "/browsers/", "/static/")
SEEN_EVERY = 30  # seconds; a session is not written more often than that


def sent_to(request: HttpRequest, url: str) -> HttpResponse:
    """A redirect that htmx follows too, with a full page instead of a swapped fragment."""
    if not getattr(request, "htmx", False):
        return redirect(url)
    response = HttpResponse(status=401)
    response["HX-Redirect"] = url
    return response


def to_sign_in(request: HttpRequest) -> HttpResponse:
    """Ask to sign in and come back here; what is asked for by script comes back to the page that asked.

    A browser whose session was ended is told why on the page it comes to.
    """
    key = request.COOKIES.get(settings.SESSION_COOKIE_NAME, "")
    if key and (ended := session_selectors.ended_session(key)):
        request.session["ended_session"] = ended.number
    back = request.get_full_path()
    htmx = getattr(request, "htmx", None)
    if htmx:
        back = htmx.current_url_abs_path or "/"
    return sent_to(request, redirect_to_login(back, login_url=portal_url(settings.LOGIN_URL))["Location"])


class SessionGuardMiddleware:
    """Idle sessions end; a first or expired password, a missing second factor come first; one's language is used."""

    def __init__(self, get_response: Handler) -> None:
        self.get_response = get_response

    def __call__(self, request: HttpRequest) -> HttpResponse:
        user = request.user
        if not user.is_authenticated:
            return self._stranger(request) or self.get_response(request)
        now = timezone.now()
        if user.emergency and (answer := self._emergency_over(request, now)):  # type: ignore[union-attr]
            return answer
        if self._idle_too_long(request, now):
            sessions.over(key=request.session.session_key or "", reason=EndReason.IDLE, at=now)
            logout(request)
            return self._ended(request)
        self._mark_seen(request, now)
        if user.language and user.language in dict(settings.LANGUAGES):  # type: ignore[union-attr]
            translation.activate(user.language)  # type: ignore[union-attr]
            request.LANGUAGE_CODE = user.language  # type: ignore[union-attr]
        if self._must_change(request, now) and not request.path.startswith(FREE):
            if "/api/" in request.path:
                return _problem("denied", _("请先在网页上修改密码，再使用接口。"), 403)
            return sent_to(request, portal_url("change-password"))
        if self._must_enrol(request, now) and not request.path.startswith((*FREE, ENROL)):
            if "/api/" in request.path:
                return _problem("denied", _("请先在网页上启用二次验证，再使用接口。"), 403)
            return sent_to(request, portal_url("second-factor"))
        return self.get_response(request)

    def _emergency_over(self, request: HttpRequest, now: datetime) -> HttpResponse | None:
        """An emergency account works until its hour, whoever has noted the end, and has no account page of its own."""
        user = request.user
        if emergencies.running(user, at=now) is None:  # type: ignore[arg-type]
            emergency.lapse_of(user, now)  # type: ignore[arg-type]
            logout(request)
            return self._ended(request)
        if request.path.startswith("/account/"):
            return refusal_response(request, Denied(_("应急账号没有个人设置，请只办理恢复管理员的事项。")))
        return None

    def _stranger(self, request: HttpRequest) -> HttpResponse | None:
        """Somebody with a session whom this province does not know: the portal's login answers them.

        The API does not ask it: to a province somebody else's session is none, and the answer is 401.
        """
        if not request.cell or "/api/" in request.path or SESSION_KEY not in request.session:  # type: ignore[attr-defined]
            return None
        return _elsewhere(request, cells.PORTAL)

    def _idle_too_long(self, request: HttpRequest, now: datetime) -> bool:
        if request.user.emergency:  # type: ignore[union-attr]
            return False  # its halves open once: who was called away must come back; its hour ends it
        seen = request.session.get("last_seen")
        limit = session_rules.idle_minutes(request.user.duty, on=timezone.localdate(now))  # type: ignore[union-attr]
        return bool(seen) and (now - datetime.fromisoformat(str(seen))).total_seconds() > limit * 60

    def _mark_seen(self, request: HttpRequest, now: datetime) -> None:
        """A page that asks by itself (`every 2s`) is nobody at the desk: it says so and does not count."""
        if request.headers.get("X-Poll"):
            return
        seen = request.session.get("last_seen")
        if not seen or (now - datetime.fromisoformat(seen)).total_seconds() >= SEEN_EVERY:
            request.session["last_seen"] = now.isoformat()
            sessions.seen(
                user_id=request.user.pk or 0,
                key=request.session.session_key or "",
                address=client_address(request),
                agent=request.headers.get("User-Agent", ""),
                at=now,
            )

    def _must_change(self, request: HttpRequest, now: datetime) -> bool:
        if request.user.emergency:  # type: ignore[union-attr]
            return False  # it has no password
        if request.session.get("identity"):  # recognised by a provider: no password was used
            return False
        user = request.user
        changed = user.password_changed_at  # type: ignore[union-attr]
        on = timezone.localdate(now)
        days = password_rules.days_left(timezone.localdate(changed), on=on) if changed else 0
        return user.must_change_password or days <= 0  # type: ignore[union-attr]

    def _must_enrol(self, request: HttpRequest, now: datetime) -> bool:
        """Their roles need a second factor and there is none. A session that has shown one is not asked again."""
        if request.session.get("second_factor") or request.user.emergency:  # type: ignore[union-attr]
            return False
        return factor_selectors.lacks_factor(request.user, on=timezone.localdate(now))  # type: ignore[arg-type]

    def _ended(self, request: HttpRequest) -> HttpResponse:
        """The page that was asked for answers as it does to anybody; portal pages ask to sign in."""
        if "/api/" in request.path or request.path.startswith(FREE):
            return self.get_response(request)
        return to_sign_in(request)


def _problem(kind: str, title: str, status: int) -> HttpResponse:
    """RFC 9457, for API requests that do not reach the API."""
    body = {"type": kind, "title": title, "status": status}
    return JsonResponse(body, status=status, content_type="application/problem+json")


class OfficeMiddleware(TenantMainMiddleware):
    """Mounts the office named by the first path segment (or by an own host name) around the view.

    The segment moves into SCRIPT_NAME, so `reverse()` just works and no URL cache is rebuilt. Unknown
    offices and offices the person is no member of are not found; anonymous people are asked to sign in.
    """

    def __init__(self, get_response: Handler) -> None:
        super().__init__(get_response)
        self.get_response = get_response

    def __call__(self, request: HttpRequest) -> HttpResponse:
        request.actor = request.office = request.tenant = None  # type: ignore[attr-defined]
        office, inner = self._find(request)
        if office is None:
            return self.get_response(request)
        if cells.on() and office.cell != request.cell and not getattr(request, "by_owner", False):  # type: ignore[attr-defined]
            return self._other_cell(request, office)
        api = inner.startswith("/api/")
        if request.user.is_authenticated:
            request.actor = selectors.actor_for(request.user, office, on=timezone.localdate())  # type: ignore[attr-defined]
            if request.actor is None and not api:  # type: ignore[attr-defined]
                return refusal_response(request, NotFound(_("没有这个页面，或者您无权知道它是否存在。")))
        elif not api:
            return to_sign_in(request)
        return self._inside(request, office, inner)

    def _other_cell(self, request: HttpRequest, office: Office) -> HttpResponse:
        """An office that this login has no business in: a stranger's request at the portal, or an office just moved."""
        if (again := _elsewhere(request, office.cell)) is not None:
            cells.forget()
            return again
        if request.user.is_authenticated:
            return refusal_response(request, NotFound(_("没有这个页面，或者您无权知道它是否存在。")))
        return to_sign_in(request)

    def process_view(self, request: HttpRequest, view: Callable, *_arguments: object) -> HttpResponse | None:
        """Business pages are closed to the three administrators; the API asks the same in api.permissions.

        What makes schemas and roles is done by the login that owns them, where this process has it: no province's may.
        Elsewhere the view wants a job for it.
        """
        if makes_schemas(view) and request.method == "POST" and self._another_makes_them(request):
            request.by_owner = True  # type: ignore[attr-defined]
            if (again := _elsewhere(request, office_core.OWNER)) is not None:
                return again
        actor = getattr(request, "actor", None)
        if actor is None or request.path_info.startswith("/api/"):
            return None
        try:
            business.enter(actor, view.__module__)
        except Denied as refusal:
            return refusal_response(request, refusal)
        return None

    def _another_makes_them(self, request: HttpRequest) -> bool:
        return cells.on() and request.cell != office_core.OWNER and owner.in_reach()  # type: ignore[attr-defined]

    def _find(self, request: HttpRequest) -> tuple[Office | None, str]:
        """The office meant and the path inside it. A portal's page stays one on an office's own host name too."""
        path = request.path_info
        segment, _slash, rest = path.removeprefix("/").partition("/")
        if segment and office_core.valid_name(segment):
            office = selectors.office_by_path(segment)
            if office is not None:
                return office, f"/{rest}"
        if path != "/" and _is_portal(path):
            return None, path
        return selectors.office_by_host(self.hostname_from_request(request)), path

    def _inside(self, request: HttpRequest, office: Office, inner: str) -> HttpResponse:
        before, outer = get_script_prefix(), office_core.current()
        if inner != request.path_info:
            prefix = f"/{office.schema_name}"
            request.path_info = inner
            request.META["SCRIPT_NAME"] = prefix
            set_script_prefix(f"{prefix}/")
        request.urlconf = settings.OFFICE_URLCONF  # type: ignore[attr-defined]
        request.tenant = request.office = office  # type: ignore[attr-defined]
        mount = office.mount(
            actor_id=request.user.pk if request.user.is_authenticated else None,
            request_id=outer.request_id if outer else "",
            address=outer.address if outer else "",
        )
        try:
            with office_core.mounted(mount), wording.speaking(down=office.down):
                response = self.get_response(request)
                if hasattr(response, "render") and callable(response.render) and not response.is_rendered:
                    response.render()
                return response
        finally:
            set_script_prefix(before)


def _is_portal(path: str) -> bool:
    try:
        resolve(path, urlconf=settings.ROOT_URLCONF)
    except Resolver404:
        return False
    return True
