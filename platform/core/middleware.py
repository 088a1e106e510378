"""Request ids for every log line, and the one mapping from refusals to pages."""

import re
import uuid
from collections.abc import Callable

from django.conf import settings
from django.http import HttpRequest, HttpResponse, JsonResponse
from django.template.loader import render_to_string
from django.utils import translation
from django.utils.translation import gettext as _
from django_htmx.http import HttpResponseClientRedirect, HttpResponseClientRefresh

from core import logs
from core.errors import Refusal, TooLarge
from core.http import refusal_response

REQUEST_ID = re.compile(r"^[A-Za-z0-9-]{8,64}$")


class RequestIdMiddleware:
    """Gives each request an id (or keeps a well-formed X-Request-ID), returns it, and logs the request's end."""

    def __init__(self, get_response: Callable[[HttpRequest], HttpResponse]) -> None:
        self.get_response = get_response

    def __call__(self, request: HttpRequest) -> HttpResponse:
        given = request.headers.get("X-Request-ID", "")
        request.id = given if REQUEST_ID.match(given) else uuid.uuid4().hex  # type: ignore[attr-defined]
        with logs.request(request) as answered:
            response = self.get_response(request)
            answered(response)
            response["X-Request-ID"] = request.id  # type: ignore[attr-defined]
            return response


class SecurityHeadersMiddleware:
    """Headers that Django has no setting for (SECURITY_HEADERS), on every answer; one that a view set itself stays."""

    def __init__(self, get_response: Callable[[HttpRequest], HttpResponse]) -> None:
        self.get_response = get_response

    def __call__(self, request: HttpRequest) -> HttpResponse:
        response = self.get_response(request)
        for name, value in settings.SECURITY_HEADERS.items():
            response.headers.setdefault(name, value)
        return response


class RefusalMiddleware:
    """A refusal that a page did not catch becomes a page with its status; the view's writes are rolled back."""

    def __init__(self, get_response: Callable[[HttpRequest], HttpResponse]) -> None:
        self.get_response = get_response

    def __call__(self, request: HttpRequest) -> HttpResponse:
        return self.get_response(request)

    def process_exception(self, request: HttpRequest, exception: Exception) -> HttpResponse | None:
        return refusal_response(request, exception) if isinstance(exception, Refusal) else None


class BodyLimitMiddleware:
    """What is announced as larger than REQUEST_MAX_BYTES is refused before any of it is read or written to a disk.

    nginx refuses it as well; this holds where people come without one. A body that does not announce its length is
    none to Django.
    """

    def __init__(self, get_response: Callable[[HttpRequest], HttpResponse]) -> None:
        self.get_response = get_response

    def __call__(self, request: HttpRequest) -> HttpResponse:
        announced = request.headers.get("Content-Length", "")
        most = settings.REQUEST_MAX_BYTES
        if not announced.isdecimal() or int(announced) <= most:
            return self.get_response(request)
        with translation.override(translation.get_language_from_request(request)):
            said = _("这次提交超过 %(most)s MB，没有接收。请分几次上传，或压缩后重新上传。")
            return self._refused(request, TooLarge(said % {"most": most // (1024 * 1024)}))

    def _refused(self, request: HttpRequest, refusal: TooLarge) -> HttpResponse:
        """No database, no session: nothing was opened for this request yet."""
        if "/api/" in request.path:
            problem = {"type": refusal.code, "title": refusal.message, "status": refusal.status}
            return JsonResponse(
                problem, status=refusal.status, content_type="application/problem+json",
                json_dumps_params={"ensure_ascii": False},
            )  # fmt: skip
        template = "refusals/fragment.html" if "HX-Request" in request.headers else "413.html"
        return HttpResponse(render_to_string(template, {"refusal": refusal}), status=refusal.status)


class HtmxRedirectMiddleware:
    """A POST by htmx that ends in a redirect moves the whole page there, instead of swapping that page into a part.

    To a place (#…) in the page that is open the browser would only scroll, and show what was: that page is loaded anew.
    """

    def __init__(self, get_response: Callable[[HttpRequest], HttpResponse]) -> None:
        self.get_response = get_response

    def __call__(self, request: HttpRequest) -> HttpResponse:
        response = self.get_response(request)
        htmx = request.htmx  # type: ignore[attr-defined]
        if request.method != "POST" or not htmx or htmx.boosted:
            return response
        to = response["Location"] if 300 < response.status_code < 304 else response.get("HX-Redirect", "")
        if not to:
            return response
        there, _mark, place = to.partition("#")
        here = (htmx.current_url_abs_path or "").partition("#")[0]
        again = bool(place) and there == here
        moved: HttpResponse = HttpResponseClientRefresh() if again else HttpResponseClientRedirect(to)
        moved.cookies = response.cookies
        return moved
