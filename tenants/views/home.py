"""The office's front door: on to the page of one's role."""

from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.utils import timezone

from core.http import reads
from tenants import menu


@reads
def home(request: HttpRequest) -> HttpResponse:
    """The first page of the person's menu: cockpit, workbench, or the administrator's own."""
    groups = menu.groups_for(request.actor, at=timezone.now(), counting=False)  # type: ignore[attr-defined]
    if groups:
        return redirect(groups[0].items[0].url)
    return render(request, "tenants/home.html")
