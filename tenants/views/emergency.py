"""The emergency account: its page for administrators, and the page that opens it."""

from datetime import datetime
from typing import Any

from django.contrib import messages
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render, resolve_url
from django.utils import timezone
from django.utils.translation import gettext as _
from django.views.decorators.cache import never_cache
from django.views.decorators.debug import sensitive_post_parameters
from django.views.decorators.http import require_http_methods, require_POST

from core.http import client_address, portal_url, reads, refusals_on, status_of
from tenants.actors import Actor
from tenants.forms.emergency import OpenForm, TellForm
from tenants.forms.offices import ReasonForm
from tenants.policies import emergency as policies
from tenants.rules import emergency as rules
from tenants.selectors import emergency as selectors
from tenants.states import EmergencyState
from tenants.usecases import emergency as usecases
from tenants.usecases import knocking, sealing, second_person
from tenants.views.account import open_session
from tenants.views.changes import told
from tenants.views.confirm import confirmed, to_confirm
from tenants.views.dialogs import ask, done

BADGES = {
    EmergencyState.DRAWN: ("warn", "mail"),
    EmergencyState.SEALED: ("ok", "lock"),
    EmergencyState.OPEN: ("bad", "alert-triangle"),
    EmergencyState.CLOSED: ("bad", "writing-sign"),
    EmergencyState.VOID: ("warn", "circle-x"),
}
SHOWN = 50  # openings on the page; there should be none


def _actor(request: HttpRequest) -> Actor:
    return request.actor  # type: ignore[attr-defined]


@sensitive_post_parameters("first", "second")
@never_cache
@require_http_methods(["GET", "POST"])
def open_page(request: HttpRequest) -> HttpResponse:
    """Both halves, a name and a reason; then to the office whose administrators are to come back."""
    at, address = timezone.now(), client_address(request)
    form, status = OpenForm(request.POST or None), 200
    if request.method == "POST" and form.is_valid():
        knocking.spend_sign_in(username=form.cleaned_data["username"], address=address, at=at)
        with refusals_on(form):
            outcome, opening = usecases.open_account(address=address, at=at, **form.cleaned_data)
            if opening is not None:
                open_session(request, outcome, at)
                request.session.set_expiry(opening.until)
                return redirect(f"/{opening.account.office.slug}/administration/emergency/")
            form.add_error(None, outcome.refusal)
            status = 403 if outcome.locked_until else 422
    hours = int(rules.open_for(on=timezone.localdate(at)).total_seconds() // 3600)
    context = {"form": form, "halves": (form["first"], form["second"]), "hours": hours}
    return render(request, "tenants/emergency/open.html", context, status=status if status != 200 else status_of(form))


@reads
def index(request: HttpRequest) -> HttpResponse:
    """How it stands, what waits for this administrator, and each time it was used."""
    policies.see(_actor(request))
    return _page(request)


def _page(request: HttpRequest, form: TellForm | None = None) -> HttpResponse:
    actor, at = _actor(request), timezone.now()
    account = selectors.account_of(actor)
    context: dict[str, Any] = {
        "account": account,
        "hours": int(rules.open_for(on=timezone.localdate(at)).total_seconds() // 3600),
        "seal_refusal": policies.seal.reason(actor, account),
        "form": form or TellForm(),
    }
    if account is not None:
        context |= _of(account, actor, at)
    return render(request, "tenants/emergency/index.html", context, status=status_of(form) if form else 200)


def _of(account: Any, actor: Actor, at: datetime) -> dict[str, Any]:
    state, opening = selectors.shown_state(account, at=at), selectors.to_account_for(actor)
    running = opening is not None and opening.running(at)
    return {
        "state": (state.label, *BADGES[state]),
        "opening": opening,
        "running": running,
        "openings": selectors.openings_for(actor)[:SHOWN],
        "place": account.place_of(actor.user_id),
        "refusals": {
            "take": policies.take.reason(actor, account),
            "end": None if running and policies.see.reason(actor) is None else _("没有在使用。"),
            "tell": policies.tell.reason(actor, opening),
            "note_tries": policies.note_tries.reason(actor, account),
        },
    }


@require_http_methods(["GET", "POST"])
def seal(request: HttpRequest) -> HttpResponse:
    """Ask for the reason, then for the other administrator."""
    actor, at = _actor(request), timezone.now()
    policies.see(actor)
    account = selectors.account_of(actor)
    form = ReasonForm(request.POST or None)
    if request.method == "GET":
        policies.seal(actor, account)
    elif form.is_valid():
        with refusals_on(form):
            told(request, second_person.do("seal-emergency", actor=actor, at=at, **form.cleaned_data), "")
            return done(request, "emergency")
    return ask(request, "tenants/emergency/seal.html", {"form": form, "account": account}, status=status_of(form))


@never_cache
@require_POST
def take(request: HttpRequest) -> HttpResponse:
    """One's half, on the answer and nowhere else: a sheet for the envelope."""
    at = timezone.now()
    if not confirmed(request, at):
        return to_confirm(request, resolve_url("emergency"))
    account, place, half = sealing.take_half(actor=_actor(request), at=at)
    where = request.build_absolute_uri(portal_url("emergency-open"))
    context = {"account": account, "place": place, "half": half, "where": where, "at": at}
    return render(request, "tenants/emergency/half.html", context)


@require_POST
def end(request: HttpRequest) -> HttpResponse:
    """End the use before its hour; who used it is signed out with it."""
    actor = _actor(request)
    usecases.end(actor=actor, at=timezone.now())
    if actor.emergency:
        return redirect(portal_url("sign-in"))
    messages.success(request, _("应急使用已结束，两半密码作废。请两位管理员写明情况。"))
    return redirect("emergency")


@require_POST
def tell(request: HttpRequest) -> HttpResponse:
    """Write what was done."""
    actor = _actor(request)
    policies.see(actor)
    form = TellForm(request.POST)
    if form.is_valid():
        with refusals_on(form):
            opening = usecases.tell(actor=actor, at=timezone.now(), **form.cleaned_data)
            closed = _("两位管理员都已说明，警报解除。请重新封存应急账号。")
            messages.success(request, closed if opening.accounted else _("已记录，还需要另一位管理员说明。"))
            return redirect("emergency")
    return _page(request, form)


@require_POST
def note_tries(request: HttpRequest) -> HttpResponse:
    """Failed tries were looked into."""
    usecases.note_tries(actor=_actor(request), at=timezone.now())
    messages.success(request, _("试开的警报已确认。"))
    return redirect("emergency")
