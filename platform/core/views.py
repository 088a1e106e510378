"""Health, readiness, figures for the monitoring, and the components page."""

from secrets import compare_digest
from time import monotonic

from django.conf import settings
from django.db import Error, connection
from django.http import Http404, HttpRequest, HttpResponse, JsonResponse
from django.shortcuts import render
from django.utils import timezone
from django.views.decorators.http import require_safe
from prometheus_client import CONTENT_TYPE_LATEST

from core import cells, showcase
from core.http import reads
from core.metrics import exposition
from core.postgres import owner
from core.postgres.wall import asking


@require_safe
def healthz(request: HttpRequest) -> JsonResponse:
    """200 as long as this process answers; asks nothing of others."""
    return JsonResponse({"status": "ok"})


@require_safe
def readyz(request: HttpRequest) -> JsonResponse:
    """200 when the database answers and its wall stands, else 503 and which part does not; why is in the log.

    catalog: whether an administrator of the server has shut what PostgreSQL itself opens; `open` makes no 503.
    logins: whether provinces have their `own` (core.cells) or `one` does everything; owner: whether the schemas' stands
    `apart` from who serves pages (core.postgres.owner) or is that `one`. A login that reaches further than told is a
    wall that is down.
    """
    try:
        with connection.cursor() as cursor:
            standing, apart = asking.standing(cursor, now=monotonic()), owner.apart()
    except Error:
        return JsonResponse({"status": "unavailable", "database": "unreachable"}, status=503)
    wall, catalog = "ok" if standing.wall else "down", "shut" if standing.catalog else "open"
    told = {"database": "ok", "wall": wall, "catalog": catalog, "logins": "own" if cells.separate() else "one"}
    told["owner"] = "apart" if apart else "one"
    if not standing.wall:
        return JsonResponse({"status": "unavailable", **told}, status=503)
    return JsonResponse({"status": "ok", **told})


@require_safe
def metrics(request: HttpRequest) -> HttpResponse:
    """Figures for Prometheus, to who brings `Authorization: Bearer METRICS_TOKEN`; to others there is no such page."""
    sent = request.headers.get("Authorization", "").removeprefix("Bearer ")
    if not settings.METRICS_TOKEN or not compare_digest(sent.encode(), settings.METRICS_TOKEN.encode()):
        raise Http404
    return HttpResponse(exposition(timezone.now()), content_type=CONTENT_TYPE_LATEST)


@reads
def components(request: HttpRequest) -> HttpResponse:
    """Every component in every state."""
    return render(request, "core/components.html", showcase.context())
