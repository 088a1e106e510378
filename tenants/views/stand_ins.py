"""Stand-ins: who acts for whom, from when to when."""

from typing import Any

from django.contrib import messages
from django.core.paginator import Paginator
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.utils import timezone
from django.utils.translation import gettext as _
from django.views.decorators.http import require_http_methods, require_POST

from core.http import refusals_on, status_of
from tenants.actors import Actor
from tenants.forms.people import StandInForm
from tenants.policies import people as policies
from tenants.selectors import people as selectors
from tenants.usecases import stand_ins as usecases

PAGE = 50


def _state(row: Any, on: Any) -> str:
    if row.revoked_at is not None:
        return "revoked"
    if row.ends_on < on:
        return "over"
    return "now" if row.starts_on <= on else "later"


@require_http_methods(["GET", "POST"])
def index(request: HttpRequest) -> HttpResponse:
    """The list, and the form to name one for a role of one's own."""
    actor: Actor = request.actor  # type: ignore[attr-defined]
    policies.see_stand_ins(actor)
    on = timezone.localdate()
    own, people = selectors.own_roles(actor, on=on), selectors.colleagues(actor, on=on)
    form = StandInForm(request.POST or None, roles=own, people=people, initial={"starts_on": on})
    if request.method == "POST" and form.is_valid():
        given = dict(form.cleaned_data)
        with refusals_on(form):
            usecases.name_stand_in(
                membership_id=given.pop("membership"), person_id=given.pop("person"), actor=actor, at=timezone.now(),
                **given,
            )  # fmt: skip
            messages.success(request, _("代理已生效登记。"))
            return redirect("stand-ins")
    page = Paginator(selectors.stand_ins_for(actor), PAGE).get_page(request.GET.get("page"))
    rows = [
        {"row": row, "state": _state(row, on), "refusal": policies.revoke_stand_in.reason(actor, row, on)}
        for row in page
    ]
    context = {"form": form, "rows": rows, "page_obj": page, "own": own, "people": people}
    return render(request, "tenants/people/stand_ins.html", context, status=status_of(form))


@require_POST
def revoke(request: HttpRequest, stand_in_id: int) -> HttpResponse:
    """End a stand-in before its last day."""
    usecases.revoke_stand_in(stand_in_id=stand_in_id, actor=request.actor, at=timezone.now())  # type: ignore[attr-defined]
    messages.success(request, _("代理已撤销。"))
    return redirect("stand-ins")
