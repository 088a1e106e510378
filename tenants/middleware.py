"""One transaction per request, the path mount of offices, and the guards of a session."""

from collections.abc import Callable
from datetime import datetime

from django.conf import settings
from django.contrib.auth import logout
from django.contrib.auth.views import redirect_to_login
from django.db import transaction
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect
from django.urls import reverse, set_script_prefix
from django.utils import timezone, translation
from django_tenants.middleware.main import TenantMainMiddleware

from core import office as office_core
from core.errors import NotFound
from core.http import client_address, refusal_response
from tenants import selectors
from tenants.rules import session as session_rules

Handler = Callable[[HttpRequest], HttpResponse]


class TransactionMiddleware:
    """Runs the request in one transaction with `public` mounted; a 5xx answer rolls everything back."""

    def __init__(self, get_response: Handler) -> None:
        self.get_response = get_response

    def __call__(self, request: HttpRequest) -> HttpResponse:
        mount = office_core.Mount(
            office_core.PUBLIC_SCHEMA,
            request_id=getattr(request, "id", ""),
            address=client_address(request),
        )
        with office_core.mounted(mount), transaction.atomic():
            response = self.get_response(request)
            if response.status_code >= 500:
                transaction.set_rollback(True)
            return response


class SessionGuardMiddleware:
    """Idle sessions end, a first password must be changed, the person's language is used."""

    def __init__(self, get_response: Handler) -> None:
        self.get_response = get_response

    def __call__(self, request: HttpRequest) -> HttpResponse:
        user = request.user
        if not user.is_authenticated:
            return self.get_response(request)
        now = timezone.now()
        if self._idle_too_long(request, now):
            logout(request)
            return self._to_sign_in(request)
        request.session["last_seen"] = now.isoformat()
        if user.language and user.language in dict(settings.LANGUAGES):  # type: ignore[union-attr]
            translation.activate(user.language)  # type: ignore[union-attr]
            request.LANGUAGE_CODE = user.language  # type: ignore[union-attr]
        must_change = user.must_change_password and not request.path.startswith(("/account/", "/sign-out", "/static/"))  # type: ignore[union-attr]
        if must_change and "/api/" not in request.path:
            return redirect(reverse("change-password"))
        return self.get_response(request)

    def _idle_too_long(self, request: HttpRequest, now: datetime) -> bool:
        seen = request.session.get("last_seen")
        limit = session_rules.idle_minutes(request.user.duty, on=timezone.localdate(now))  # type: ignore[union-attr]
        return seen is not None and (now - datetime.fromisoformat(seen)).total_seconds() > limit * 60

    def _to_sign_in(self, request: HttpRequest) -> HttpResponse:
        target = redirect_to_login(request.get_full_path(), login_url=reverse(settings.LOGIN_URL))
        if getattr(request, "htmx", False):
            response = HttpResponse(status=401)
            response["HX-Redirect"] = target["Location"]
            return response
        return target


class OfficeMiddleware(TenantMainMiddleware):
    """Mounts the office named by the first path segment (or by an own host name) around the view.

    The segment moves into SCRIPT_NAME, so `reverse()` just works and no URL cache is rebuilt. Unknown
    offices and offices the person is no member of are not found; anonymous people are asked to sign in.
    """

    def __init__(self, get_response: Handler) -> None:
        super().__init__(get_response)
        self.get_response = get_response

    def __call__(self, request: HttpRequest) -> HttpResponse:
        request.actor = None  # type: ignore[attr-defined]
        request.office = None  # type: ignore[attr-defined]
        office, by_path = self._find(request)
        if office is None:
            request.tenant = None  # type: ignore[attr-defined]
            return self.get_response(request)
        if by_path:
            prefix = f"/{office.schema_name}"
            request.path_info = request.path_info[len(prefix) :] or "/"
            request.META["SCRIPT_NAME"] = prefix
            set_script_prefix(f"{prefix}/")
        request.urlconf = settings.OFFICE_URLCONF  # type: ignore[attr-defined]
        request.tenant = request.office = office  # type: ignore[attr-defined]
        return self._mounted(request, office)

    def _find(self, request: HttpRequest):
        segment = request.path_info.split("/", 2)[1] if request.path_info.startswith("/") else ""
        if segment and office_core.valid_name(segment):
            office = selectors.office_by_path(segment)
            if office is not None:
                return office, True
        return selectors.office_by_host(self.hostname_from_request(request)), False

    def _mounted(self, request: HttpRequest, office) -> HttpResponse:
        user = request.user
        api = request.path_info.startswith("/api/")
        if user.is_authenticated:
            request.actor = selectors.actor_for(user, office, on=timezone.localdate())  # type: ignore[attr-defined]
            if request.actor is None and not api:  # type: ignore[attr-defined]
                return refusal_response(
                    request, NotFound(translation.gettext("没有这个页面，或者您无权知道它是否存在。"))
                )
        elif not api:
            return self._ask_to_sign_in(request)
        outer = office_core.current()
        mount = office.mount(
            actor_id=user.pk if user.is_authenticated else None,
            request_id=outer.request_id if outer else "",
            address=outer.address if outer else "",
        )
        with office_core.mounted(mount):
            response = self.get_response(request)
            if hasattr(response, "render") and callable(response.render) and not response.is_rendered:
                response.render()
            return response

    def _ask_to_sign_in(self, request: HttpRequest) -> HttpResponse:
        login = reverse(settings.LOGIN_URL, urlconf=settings.ROOT_URLCONF)
        path = login.removeprefix(request.META["SCRIPT_NAME"])
        target = redirect_to_login(request.get_full_path(), login_url=path)
        if getattr(request, "htmx", False):
            response = HttpResponse(status=401)
            response["HX-Redirect"] = target["Location"]
            return response
        return target
