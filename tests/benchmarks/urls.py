"""The office's URLs, and two views that pages are compared with."""

from typing import Any

from django.db import connection
from django.http import HttpRequest, HttpResponse
from django.urls import path

from config.urls.office import urlpatterns as office_urls
from tenants.models import Office

recorded: list[tuple[str, Any]] = []  # statements with their parameters, for `replay`


def empty(request: HttpRequest, queries: int) -> HttpResponse:
    """Nothing but as many trivial queries: sent, answered, fetched."""
    with connection.cursor() as cursor:
        for _ in range(queries):
            cursor.execute("SELECT 1")
            cursor.fetchall()
    return HttpResponse("empty")


def fetch(request: HttpRequest, queries: int) -> HttpResponse:
    """The same through Django's ORM: one row by its key, each time."""
    for _ in range(queries):
        Office.objects.get(pk=request.office.pk)  # type: ignore[attr-defined]
    return HttpResponse("fetched")


def replay(request: HttpRequest) -> HttpResponse:
    """The recorded statements, their rows fetched and thrown away: what the database's part of a page costs."""
    with connection.cursor() as cursor:
        for sql, parameters in recorded:
            cursor.execute(sql, parameters)
            cursor.fetchall()
    return HttpResponse("replayed")


urlpatterns = [
    path("bench/empty/<int:queries>/", empty),
    path("bench/fetch/<int:queries>/", fetch),
    path("bench/replay/", replay),
    *office_urls,
]
