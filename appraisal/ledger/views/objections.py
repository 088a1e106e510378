"""申诉: the office's own list and filing; the province's queue and its decision."""

from typing import Any

from django.contrib import messages
from django.core.paginator import Paginator
from django.db import transaction
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.utils import timezone
from django.utils.translation import gettext as _
from django.views.decorators.http import require_http_methods

from appraisal.ledger.forms.objections import REJECTED, UPHELD, ItemDecisionForm, ObjectionDecisionForm, ObjectionForm
from appraisal.ledger.models import CurrentValue, Objection
from appraisal.ledger.policies import objections as policies
from appraisal.ledger.selectors import conflicts, decisions, item_objections, panels
from appraisal.ledger.selectors import objections as selectors
from appraisal.ledger.selectors.amendments import asked_of
from appraisal.ledger.states import ObjectionState
from appraisal.ledger.usecases import objections as usecases
from appraisal.ledger.views.evidence import file_items, taken_in
from appraisal.ledger.views.further import corrections_of, further_context
from appraisal.ledger.views.timelines import objection_timeline
from core import events
from core.errors import Conflict
from core.http import reads, refusals_on, status_of

PAGE_SIZE = 50


@reads
def index(request: HttpRequest) -> HttpResponse:
    """The province's objections, or the office's own with the lines it may still object to."""
    actor = request.actor
    policies.see(actor)
    on = timezone.localdate()
    state = request.GET.get("state", ObjectionState.OPEN if actor.at_province else "")
    rows = selectors.objections_for(actor)
    counts = selectors.counts(actor)
    if state in ObjectionState.values:
        rows = rows.filter(state=state)
    page = Paginator(rows.order_by("answer_due_on", "pk"), PAGE_SIZE).get_page(request.GET.get("page"))
    context: dict[str, Any] = {
        "page_obj": page, "state": state, "on": on,
        "segments": [
            {"state": key, "label": label, "count": counts.get(key, 0)} for key, label in ObjectionState.choices
        ] + [{"state": "ALL", "label": _("全部"), "count": sum(counts.values())}],
        "rows": [{"row": row, "overdue": row.state == ObjectionState.OPEN and row.answer_due_on < on} for row in page],
    }  # fmt: skip
    if actor.has(*policies.FILERS) and not actor.at_province:
        context["filing"] = selectors.open_filing(actor, on=on)
    return render(request, "ledger/verification/objections.html", context)


@reads
def detail(request: HttpRequest, objection_id: int) -> HttpResponse:
    """One objection with its grounds, its line, the value now, and what happened."""
    objection = selectors.get_objection(request.actor, objection_id)
    return render(request, "ledger/verification/objection.html", _context(request, objection))


def _context(request: HttpRequest, objection: Objection) -> dict[str, Any]:
    on = timezone.localdate()
    return {
        **selectors.shown_values(objection), "objection": objection, "zeroed": conflicts.zeroed_by(objection),
        "item_files": file_items(objection.adjustment.evidence) if objection.adjustment else [],
        "files": file_items(objection.evidence),
        "events": objection_timeline(events.timeline(selectors.subject_of(objection))),
        "due": selectors.due_derivation(objection), "panel": panels.panel_of(request.actor, objection),
        "refusals": panels.refusals(request.actor, objection, on=on),
        "decide": selectors.decide_refusal(request.actor, objection, on=on),
        "documents": list(decisions.documents_of([objection]).get(objection.pk, {}).values()),
        **further_context(request, objection),
        "issue": decisions.issue_refusal(request.actor, objection),
        "overdue": objection.state == ObjectionState.OPEN and objection.answer_due_on < on,
    }  # fmt: skip


@require_http_methods(["GET", "POST"])
def file(request: HttpRequest, line_id: int) -> HttpResponse:
    """Object to one line."""
    actor = request.actor
    line = selectors.get_line(actor, line_id)
    if request.method == "GET":
        selectors.check_filing(actor, line, on=timezone.localdate())
    last_day, derivation = selectors.last_filing_day(line)
    context = {"line": line, "card": line.card, "last_day": last_day, "derivation": derivation}
    return _file(request, context, usecases.file_objection, line_id=line.pk)


@require_http_methods(["GET", "POST"])
def file_item(request: HttpRequest, adjustment_id: int) -> HttpResponse:
    """Object to a bonus, a deduction or a veto that the newest published card lists."""
    actor = request.actor
    item = item_objections.get_item(actor, adjustment_id)
    if request.method == "GET":
        item_objections.check_filing(actor, item, on=timezone.localdate())
    context = {
        "item": item.row, "item_files": file_items(item.row.evidence), "card": item.card, "last_day": item.last_day,
        "derivation": item.derivation,
    }  # fmt: skip
    return _file(request, context, usecases.file_item_objection, adjustment_id=item.row.pk)


def _file(request: HttpRequest, context: dict[str, Any], act: Any, **about: int) -> HttpResponse:
    actor, at = request.actor, timezone.now()
    form = ObjectionForm(request.POST or None, request.FILES or None)
    if request.method == "POST" and form.is_valid():
        with refusals_on(form), transaction.atomic():
            files = taken_in(form.cleaned_data["evidence"], actor=actor, at=at) if form.cleaned_data["evidence"] else []
            objection = act(grounds=form.cleaned_data["grounds"], evidence=files, actor=actor, at=at, **about)
            messages.success(
                request, _("申诉已提出，答复期限 %(day)s。") % {"day": objection.answer_due_on.isoformat()}
            )
            return redirect("ledger:objection", objection.pk)
    return render(request, "ledger/verification/file_objection.html", {**context, "form": form}, status=status_of(form))


def _decision_form(request: HttpRequest, objection: Objection, zeroed: bool, upheld: str) -> Any:
    """Of a line its fact and points off, of an item its points."""
    if objection.line is None:
        return ItemDecisionForm(
            request.POST or None, standing=item_objections.standing(objection),
            most=item_objections.most_points(objection.item), initial={"upheld": upheld},
        )  # fmt: skip
    current: CurrentValue | None = selectors.value_of(objection)
    return ObjectionDecisionForm(
        asked_of(objection.line), request.POST or None, fact=current.final_fact if current else None,
        milestones=selectors.milestones_of(objection), zeroed=zeroed, initial={"upheld": upheld},
    )  # fmt: skip


@require_http_methods(["GET", "POST"])
def decide(request: HttpRequest, objection_id: int) -> HttpResponse:
    """Uphold or reject."""
    objection = selectors.get_objection(request.actor, objection_id)
    zeroed = conflicts.zeroed_by(objection)
    bars = conflicts.bars_of(request.actor, [objection], on=timezone.localdate())
    tally = panels.tally_of(objection)
    try:
        policies.decide(request.actor, objection, bar=bars.get(objection.pk), tally=tally)
    except Conflict:  # decided meanwhile: what was written stays in the form, where the use case refuses it
        if request.method == "GET":
            raise
    form = _decision_form(request, objection, bool(zeroed), UPHELD if tally.upheld else REJECTED)
    if request.method == "POST" and form.is_valid():
        upheld = form.cleaned_data["upheld"] == UPHELD
        with refusals_on(form):
            usecases.decide_objection(
                objection_id=objection.pk, upheld=upheld, decision=form.cleaned_data["decision"],
                heard_on=form.cleaned_data["heard_on"], minutes=form.cleaned_data["minutes"],
                actor=request.actor, at=timezone.now(), **(corrections_of(form) if upheld else {}),
            )  # fmt: skip
            messages.success(
                request, _("异议成立，请重新计算本月得分。") if upheld else _("已维持原分，复核意见已告知州市。")
            )
            return redirect("ledger:objection", objection.pk)
    context = {**_context(request, objection), "form": form}
    return render(request, "ledger/verification/decide_objection.html", context, status=status_of(form))
