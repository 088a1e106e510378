"""A step of a year's result: whether it may be taken, then core.asking, with the password where the form has one."""

from collections.abc import Callable
from typing import Any

from django.forms import Form
from django.http import HttpRequest, HttpResponse
from django.utils.translation import gettext as _

from core import asking
from tenants.views.signing import signed


def act(
    request: HttpRequest, *, form: Form, do: Callable[[dict[str, Any]], object], back: str, check: Callable[[], object],
    **shown: Any,
) -> HttpResponse:  # fmt: skip
    """Ask for a step, take it, and go where do(cleaned data) says, else back.

    check() raises the refusal, before anything is typed and before what was typed is looked at.
    """
    check()

    def done(data: dict[str, Any]) -> str:
        to = do(data)
        return to if isinstance(to, str) else back

    return asking.ask(
        request, form, signed(request, done), url=request.path, cancel_url=back,
        crumbs=[(_("年度考核"), back)], **shown,
    )  # fmt: skip
