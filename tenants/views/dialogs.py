"""Questions before an act: a page of their own, or only the dialog where htmx asked."""

from typing import Any

from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render, resolve_url
from django_htmx.http import HttpResponseClientRedirect


def ask(request: HttpRequest, template: str, context: dict[str, Any], *, status: int) -> HttpResponse:
    """The page, or its partial `dialog`."""
    part = f"{template}#dialog" if request.htmx else template  # type: ignore[attr-defined]
    return render(request, part, context, status=status)


def done(request: HttpRequest, to: str, *args: Any) -> HttpResponse:
    """On to a page, from the dialog too."""
    if request.htmx:  # type: ignore[attr-defined]
        return HttpResponseClientRedirect(resolve_url(to, *args))
    return redirect(to, *args)
