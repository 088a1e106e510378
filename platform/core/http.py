"""What every view needs: read-only views, refusals beside their field, refusals as pages."""

from collections.abc import Callable, Iterator
from contextlib import contextmanager
from functools import wraps
from ipaddress import ip_address
from typing import Any

from django.conf import settings
from django.db import connection
from django.forms import BaseForm
from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from django.urls import get_script_prefix, reverse
from django.views.decorators.http import require_safe

from core.errors import Refusal, Throttled

READING = ("select", "with", "set local", "savepoint", "release", "rollback", "explain", "show", "fetch", "declare")


class WriteInReadView(RuntimeError):
    """A view marked @reads tried to write. A bug."""


def _refuse_writes(execute: Callable, sql: str, params: Any, many: bool, context: dict) -> Any:
    if not sql.lstrip(" (\n").lower().startswith(READING):
        raise WriteInReadView(sql[:120])
    return execute(sql, params, many, context)


@contextmanager
def without_writing() -> Iterator[None]:
    """In here any statement but a reading one raises WriteInReadView: for a POST that only asks a long question."""
    with connection.execute_wrapper(_refuse_writes):
        yield


def reads(view: Callable[..., HttpResponse]) -> Callable[..., HttpResponse]:
    """A view for GET and HEAD that cannot write: any other statement raises WriteInReadView."""

    @require_safe
    @wraps(view)
    def guarded(request: HttpRequest, *args: Any, **kwargs: Any) -> HttpResponse:
        with without_writing():
            return view(request, *args, **kwargs)

    return guarded


def making_schemas(view: Callable[..., HttpResponse]) -> Callable[..., HttpResponse]:
    """A view whose POST makes schemas and roles, which no province's login may: their owner's does."""
    view.makes_schemas = True  # type: ignore[attr-defined]
    return view


def makes_schemas(view: Callable[..., HttpResponse]) -> bool:
    """Whether it was marked so; a class of the API by its attribute of that name."""
    return bool(getattr(getattr(view, "cls", view), "makes_schemas", False))


@contextmanager
def refusals_on(form: BaseForm) -> Iterator[None]:
    """Put a refusal (422, 409, 403; not 404) on the form, beside its field when it names one of the form's."""
    try:
        yield
    except Refusal as refusal:
        if refusal.status == 404:
            raise
        field = refusal.field if refusal.field in form.fields else None
        form.add_error(field, refusal.message)
        form.refusal = refusal  # type: ignore[attr-defined]


def status_of(form: BaseForm) -> int:
    """200 for a fresh form, else the status of its refusal, 422 for errors of shape."""
    refusal = getattr(form, "refusal", None)
    if refusal is not None:
        return refusal.status
    return 422 if form.errors else 200


class Told:
    """What refuses a POST (422, 409, 403; not 404) is kept, so that its page comes again with it and what was typed.

    For pages that are a grid: where a form bears every field, refusals_on puts it there. In a GET, and for a 404, the
    refusal goes on and is a page of its own: `with Told(request) as told: check; on POST do it and return`.
    """

    def __init__(self, request: HttpRequest) -> None:
        self.refusal: Refusal | None = None
        self._keeps = request.method == "POST"

    def __enter__(self) -> "Told":
        return self

    def __exit__(self, _kind: Any, raised: BaseException | None, _trace: Any) -> bool:
        if not self._keeps or not isinstance(raised, Refusal) or raised.status == 404:
            return False
        self.refusal = raised
        return True

    @property
    def rows(self) -> list[dict]:
        """The refusals of single rows."""
        return self.refusal.rows if self.refusal else []

    def status(self, form: BaseForm | None = None) -> int:
        """The refusal's, else the form's: see status_of."""
        if self.refusal is not None:
            return self.refusal.status
        return status_of(form) if form is not None else 200


def refusal_response(request: HttpRequest, refusal: Refusal) -> HttpResponse:
    """The page (or, for htmx, the fragment) that says why not, with the refusal's status."""
    template = "refusals/fragment.html" if getattr(request, "htmx", False) else "refusals/page.html"
    response = render(request, template, {"refusal": refusal}, status=refusal.status)
    if isinstance(refusal, Throttled):
        response["Retry-After"] = str(refusal.retry_after)
    return response


def client_address(request: HttpRequest) -> str:
    """The address a request came from: the last hop's, or what the last of our own proxies (PROXY_HOPS) was told.

    What stands further left in X-Forwarded-For is the visitor's own word and is not read. Empty when the header is
    shorter than it should be, or no address: then somebody came past the proxies.
    """
    if not settings.PROXY_HOPS:
        return request.META.get("REMOTE_ADDR", "")
    hops = [hop.strip() for hop in request.META.get("HTTP_X_FORWARDED_FOR", "").split(",")]
    told = hops[-settings.PROXY_HOPS] if len(hops) >= settings.PROXY_HOPS else ""
    try:
        return str(ip_address(told))
    except ValueError:
        return ""


def portal_url(name: str, *args: Any) -> str:
    """The address of a page of the portal, wherever the request is: never below an office's prefix."""
    return "/" + reverse(name, urlconf=settings.ROOT_URLCONF, args=args).removeprefix(get_script_prefix())
