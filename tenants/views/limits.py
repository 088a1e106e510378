"""The limits in force, for the three administrators."""

from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from django.utils import timezone

from core.http import reads
from tenants.policies import people as policies
from tenants.selectors.limits import limits_on


@reads
def index(request: HttpRequest) -> HttpResponse:
    """Each dated parameter with its value of today, since when, and the source it rests on; `?q=` narrows."""
    policies.see_limits(request.actor)  # type: ignore[attr-defined]
    query = request.GET.get("q", "").strip()
    rows = [
        row for row in limits_on(timezone.localdate())
        if query.casefold() in f"{row.parameter.name} {row.label}".casefold()
    ]  # fmt: skip
    return render(request, "tenants/limits.html", {"rows": rows, "q": query})
