"""A step of a year's result: whether it may be taken, then core.asking, with the password where the form has one."""

from collections.abc import Callable
from typing import Any

from django.db import transaction
from django.forms import Form
from django.http import HttpRequest, HttpResponse
from django.utils import timezone
from django.utils.translation import gettext as _

from appraisal.ledger.views.evidence import taken_in
from core import asking
from tenants.views.signing import signed


def act(
    request: HttpRequest, *, form: Form, do: Callable[[dict[str, Any]], object], back: str, check: Callable[[], object],
    **shown: Any,
) -> HttpResponse:  # fmt: skip
    """Ask for a step, take it, and go where do(cleaned data) says, else back.

    check() raises the refusal, before anything is typed and before what was typed is looked at. Files in a field
    `evidence` are taken in, all or nothing with the step, and come to do() as ids.
    """
    check()

    def done(data: dict[str, Any]) -> str:
        with transaction.atomic():
            if "evidence" in data:
                data = {**data, "evidence": taken_in(data["evidence"], actor=request.actor, at=timezone.now())}
            to = do(data)
        return to if isinstance(to, str) else back

    return asking.ask(
        request, form, signed(request, done), url=request.path, cancel_url=back,
        crumbs=[(_("年度考核"), back)], **{"upload": "evidence" in form.fields, **shown},
    )  # fmt: skip
