"""One page for every step: what it does, its fields, why not; then the use case."""

from collections.abc import Callable
from typing import Any

from django.forms import Form
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.utils import timezone

from core.http import client_address, refusals_on, status_of
from tenants.usecases.sign_in import confirm_password


def act(
    request: HttpRequest, *, form: Form, do: Callable[[dict[str, Any]], object], heading: str, words: str, confirm: str,
    back: str, check: Callable[[], None], icon: str = "check", tone: str = "primary",
) -> HttpResponse:  # fmt: skip
    """The page of a step.

    check() raises the refusal, before anything is typed and before what was typed is looked at; do(cleaned data) is
    called once; a form with a password has it confirmed first.
    """
    check()
    if request.method == "POST" and form.is_valid():
        with refusals_on(form):
            data = dict(form.cleaned_data)
            if "password" in data:
                confirm_password(
                    actor=request.actor, password=data.pop("password"), address=client_address(request),
                    at=timezone.now(),
                )  # fmt: skip
            do(data)
            return redirect(back)
    context = {
        "form": form,
        "heading": heading,
        "words": words,
        "confirm": confirm,
        "back": back,
        "icon": icon,
        "tone": tone,
    }
    return render(request, "results/act.html", context, status=status_of(form))
