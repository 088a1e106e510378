"""Grave changes that wait for a second administrator: the queue, one of them, and each decision."""

from datetime import datetime
from typing import Any
from urllib.parse import urlencode

from django.contrib import messages
from django.core.paginator import Paginator
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.urls import reverse
from django.utils import timezone
from django.utils.translation import gettext as _
from django.views.decorators.http import require_http_methods, require_POST

from core.http import reads, refusals_on, status_of
from tenants.actors import Actor
from tenants.forms.offices import ReasonForm
from tenants.models import ChangeRequest, Role
from tenants.policies import changes as policies
from tenants.selectors import changes as selectors
from tenants.states import ChangeState
from tenants.usecases import second_person
from tenants.views.dialogs import ask, done

PAGE = 50
BADGES = {
    ChangeState.WAITING: ("warn", "clock"),
    ChangeState.DONE: ("ok", "circle-check"),
    ChangeState.REFUSED: ("bad", "circle-x"),
    ChangeState.WITHDRAWN: ("mute", "arrow-back-up"),
    ChangeState.EXPIRED: ("mute", "hourglass"),
}


def _actor(request: HttpRequest) -> Actor:
    return request.actor  # type: ignore[attr-defined]


def told(request: HttpRequest, outcome: Any, otherwise: str) -> None:
    """Say that it is done, or that it was asked for and waits."""
    if isinstance(outcome, ChangeRequest):
        text = _("已提出申请，由%(role)s在 %(until)s 前批准后办理。") % {
            "role": Role(outcome.approver).label,
            "until": f"{timezone.localtime(outcome.expires_at):%Y-%m-%d %H:%M}",
        }
        messages.warning(request, text)
    else:
        messages.success(request, otherwise)


def _look(change: ChangeRequest) -> str:
    """Where what is asked for can be looked at row by row; "" where there is no more than its name."""
    if change.action != "put-back":
        return ""
    arguments = change.arguments
    query = urlencode(
        {"n": arguments["numbers"]} if arguments["numbers"] else {"table": arguments["table"]}, doseq=True
    )
    return f"{reverse('admin-shadow-put-back', args=[arguments['shadow_id']])}?{query}"


def _row(actor: Actor, change: ChangeRequest, at: datetime) -> dict[str, Any]:
    state = change.shown_state(at)
    return {
        "row": change,
        "label": second_person.label_of(change.action),
        "state": (state.label, *BADGES[state]),
        "waits": change.waits(at),
        "look": _look(change) if change.waits(at) else "",
        "approver": Role(change.approver).label,
        "refusals": {
            "decide": policies.decide.reason(actor, change, at),
            "withdraw": policies.withdraw.reason(actor, change, at),
        },
    }


@reads
def index(request: HttpRequest) -> HttpResponse:
    """Those that wait for me first, then all others, newest first."""
    actor, at = _actor(request), timezone.now()
    policies.see_changes(actor)
    mine = [_row(actor, change, at) for change in selectors.waiting_for(actor, at=at)]
    known = {each["row"].pk for each in mine}
    rest = selectors.changes_for(actor).exclude(pk__in=known)
    page = Paginator(rest, PAGE).get_page(request.GET.get("page"))
    context = {"mine": mine, "page_obj": page, "rows": [_row(actor, change, at) for change in page]}
    return render(request, "tenants/changes/index.html", context)


@reads
def detail(request: HttpRequest, change_id: int) -> HttpResponse:
    """What is asked for, by whom, why, until when; what became of it."""
    actor = _actor(request)
    policies.see_changes(actor)
    change = selectors.get_change(actor, change_id)
    return render(request, "tenants/changes/detail.html", {"change": _row(actor, change, timezone.now())})


@require_POST
def approve(request: HttpRequest, change_id: int) -> HttpResponse:
    """Agree; it is done at once."""
    change, _result = second_person.approve(change_id=change_id, actor=_actor(request), at=timezone.now())
    messages.success(request, _("已批准并办理：%(what)s。") % {"what": change.what})
    return redirect("change", change_id)


@require_http_methods(["GET", "POST"])
def refuse(request: HttpRequest, change_id: int) -> HttpResponse:
    """Ask for the reason, then do not agree."""
    actor, at = _actor(request), timezone.now()
    policies.see_changes(actor)
    change = selectors.get_change(actor, change_id)
    form = ReasonForm(request.POST or None)
    if request.method == "GET":
        policies.decide(actor, change, at)
    elif form.is_valid():
        with refusals_on(form):
            second_person.refuse(change_id=change.pk, actor=actor, at=at, **form.cleaned_data)
            messages.success(request, _("没有批准，申请已结束。"))
            return done(request, "change", change.pk)
    context = {"change": _row(actor, change, at), "form": form}
    return ask(request, "tenants/changes/refuse.html", context, status=status_of(form))


@require_POST
def withdraw(request: HttpRequest, change_id: int) -> HttpResponse:
    """Take one's own request back."""
    second_person.withdraw(change_id=change_id, actor=_actor(request), at=timezone.now())
    messages.success(request, _("申请已撤回。"))
    return redirect("change", change_id)
