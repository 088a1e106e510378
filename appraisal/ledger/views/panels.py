"""复核小组: named, a member replaced, the members' votes."""

from typing import Any

from django.contrib import messages
from django.forms import BaseForm
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.utils import timezone
from django.utils.translation import gettext as _
from django.views.decorators.http import require_http_methods

from appraisal.ledger.forms.objections import UPHELD
from appraisal.ledger.forms.panels import PanelForm, ReplaceForm, VoteForm
from appraisal.ledger.models import Objection
from appraisal.ledger.policies import objections as policies
from appraisal.ledger.rules import procedure
from appraisal.ledger.selectors import conflicts, panels
from appraisal.ledger.selectors import objections as selectors
from appraisal.ledger.usecases import panels as usecases
from appraisal.ledger.views.evidence import file_items
from appraisal.library.policies import lay_down
from core.errors import Conflict
from core.http import refusals_on, status_of

TEMPLATE = "ledger/verification/panel.html"


def _ask(request: HttpRequest, objection: Objection, policy: Any, **given: Any) -> None:
    """Why not; what came in between is told on the form, so that nothing written is lost."""
    bar = conflicts.bars_of(request.actor, [objection], on=timezone.localdate()).get(objection.pk)
    try:
        policy(request.actor, objection, bar=bar, **given)
    except Conflict:
        if request.method == "GET":
            raise


def _shown(request: HttpRequest, objection: Objection, form: BaseForm, words: dict[str, Any]) -> HttpResponse:
    context = {
        "objection": objection, "form": form, "files": file_items(objection.evidence), **_values(objection), **words,
    }  # fmt: skip
    return render(request, TEMPLATE, context, status=status_of(form))


def _values(objection: Objection) -> dict[str, Any]:
    files = file_items(objection.adjustment.evidence) if objection.adjustment else []
    return selectors.shown_values(objection) | {"zeroed": conflicts.zeroed_by(objection), "item_files": files}


@require_http_methods(["GET", "POST"])
def name(request: HttpRequest, objection_id: int) -> HttpResponse:
    """Name the panel."""
    objection, on = selectors.get_objection(request.actor, objection_id), timezone.localdate()
    _ask(request, objection, policies.name_panel, tally=panels.tally_of(objection))
    people = panels.candidates(request.actor.home, objection, on=on)
    form = PanelForm(request.POST or None, people=people)
    if request.method == "POST" and form.is_valid():
        with refusals_on(form):
            usecases.name_panel(
                objection_id=objection.pk, members=form.cleaned_data["members"], actor=request.actor, at=timezone.now()
            )
            messages.success(request, _("复核小组已组成，成员可以表决了。"))
            return redirect("ledger:objection", objection.pk)
    words = {
        "title": _("组成复核小组"), "confirm": _("确定小组"), "barred": [row for row in people if row.why_not],
        "hint": _("单数，至少 %(n)s 人；与这件申诉有利害关系的人不能参加。") % {"n": procedure.panel_least(on)},
        "short": panels.shortage(people, on=on), "rules": not lay_down.reason(request.actor),
    }  # fmt: skip
    return _shown(request, objection, form, words)


@require_http_methods(["GET", "POST"])
def replace(request: HttpRequest, objection_id: int) -> HttpResponse:
    """Put somebody else in a member's place."""
    objection, on = selectors.get_objection(request.actor, objection_id), timezone.localdate()
    _ask(request, objection, policies.replace, tally=panels.tally_of(objection))
    seats = list(panels.in_place([objection]).select_related("vote"))
    people = panels.candidates(request.actor.home, objection, on=on)
    form = ReplaceForm(
        request.POST or None, people=people, taken={seat.person_id for seat in seats},
        seats=[(seat.person_id, seat.person_name) for seat in seats if not panels.has_voted(seat)],
    )  # fmt: skip
    if request.method == "POST" and form.is_valid():
        with refusals_on(form):
            usecases.replace_member(
                objection_id=objection.pk, actor=request.actor, at=timezone.now(), **form.cleaned_data
            )
            messages.success(request, _("已更换，原成员和理由留在记录里。"))
            return redirect("ledger:objection", objection.pk)
    words = {
        "title": _("更换复核小组成员"), "confirm": _("更换"), "barred": [row for row in people if row.why_not],
        "hint": _("已经表决的成员不能更换。"), "nobody": not any(form.fields["person_id"].choices[1:]),
    }  # fmt: skip
    return _shown(request, objection, form, words)


@require_http_methods(["GET", "POST"])
def vote(request: HttpRequest, objection_id: int) -> HttpResponse:
    """A member votes."""
    objection = selectors.get_objection(request.actor, objection_id)
    seat = panels.seat_of(request.actor, objection)
    _ask(request, objection, policies.vote, seated=seat is not None, voted=panels.has_voted(seat))
    form = VoteForm(request.POST or None)
    if request.method == "POST" and form.is_valid():
        with refusals_on(form):
            usecases.vote(
                objection_id=objection.pk, uphold=form.cleaned_data["uphold"] == UPHELD,
                words=form.cleaned_data["words"], actor=request.actor, at=timezone.now(),
            )  # fmt: skip
            messages.success(request, _("已表决。"))
            return redirect("ledger:objection", objection.pk)
    words = {
        "title": _("复核小组表决"), "confirm": _("表决"),
        "hint": _("以本人账号表决，一人一次，不能更改；全部表决后按多数意见作出决定。"),
    }  # fmt: skip
    return _shown(request, objection, form, words)
