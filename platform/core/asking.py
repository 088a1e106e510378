"""Questions before an act: in the page's dialog where htmx runs, on a page of their own without."""

from collections.abc import Callable
from typing import Any

from django.forms import BaseForm
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django_htmx.http import HttpResponseClientRedirect

from core.http import refusals_on, status_of

TEMPLATE = "core/ask.html"


def answer(request: HttpRequest, url: str) -> HttpResponse:
    """Go on to `url`, from a dialog as from a page."""
    return HttpResponseClientRedirect(url) if request.htmx else redirect(url)  # type: ignore[attr-defined]


def ask(request: HttpRequest, form: BaseForm, act: Callable[[dict[str, Any]], str], **shown: Any) -> HttpResponse:
    """Show the form; on a valid POST run `act` with its data and go where it says, or show what it refused.

    shown: title, lead (one sentence: what will happen), confirm (the button), url, cancel_url, crumbs (list of
    (label, url)); optional tone, danger, upload, template (an extension of core/ask.html).
    """
    if request.method == "POST" and form.is_valid():
        with refusals_on(form):
            return answer(request, act(form.cleaned_data))
    template = shown.pop("template", TEMPLATE)
    template = f"{template}#dialog" if request.htmx else template  # type: ignore[attr-defined]
    return render(request, template, {"form": form, **shown}, status=status_of(form))
