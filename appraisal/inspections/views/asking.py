"""Asking the policy before a dialog is shown or its form is read, and the dialogs themselves."""

from collections.abc import Callable

from django.contrib import messages
from django.db import transaction
from django.forms import BaseForm
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.utils import timezone
from django_htmx.http import HttpResponseClientRedirect

from appraisal.ledger.views.evidence import taken_in
from core.errors import Conflict
from core.http import refusals_on, status_of


def ask(request: HttpRequest, policy: Callable[[], object]) -> None:
    """Who may not do it hears so before anything they sent is read or kept, and never sees the dialog.

    That it can no longer be done is a page of its own for who opens the dialog, and a line in it for who had it open.
    """
    try:
        policy()
    except Conflict:
        if request.method != "POST":
            raise


def dialog(
    request: HttpRequest, form_of: Callable[..., BaseForm], *, check: Callable[[], object],
    do: Callable[..., object], back: str, done: str, **words: str,
) -> HttpResponse:  # fmt: skip
    """GET asks, POST does it and goes `back`, saying `done`; a refusal stays in the dialog.

    form_of: makes the form of what was sent (and its files, kept before `do`); check: the policy; do: the use case,
    given the form's data, actor and at; words: title, consequence, confirm (the button), tone.
    """
    ask(request, check)
    actor, at = request.actor, timezone.now()
    form = form_of(request.POST or None, request.FILES or None)
    if request.method == "POST" and form.is_valid():
        with refusals_on(form), transaction.atomic():
            data = dict(form.cleaned_data)
            if "evidence" in data:
                data["evidence"] = taken_in(data["evidence"], actor=actor, at=at)
            do(**data, actor=actor, at=at)
            messages.success(request, done)
            return HttpResponseClientRedirect(back) if request.htmx else redirect(back)
    template = "inspections/ask.html" + ("#dialog" if request.htmx else "")
    context = {"form": form, "back": back, "url": request.path, "upload": "evidence" in form.fields, **words}
    response = render(request, template, context, status=status_of(form))
    response["Vary"] = "HX-Request"
    return response
