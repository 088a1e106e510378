"""再申诉: filed by the office against the decision about its objection; the committee's decision entered and issued."""

from datetime import datetime
from typing import Any

from django import forms
from django.contrib import messages
from django.db import transaction
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.urls import reverse
from django.utils import timezone
from django.utils.translation import gettext as _
from django.views.decorators.http import require_http_methods

from appraisal.ledger.forms.further import FurtherAppealForm, FurtherDecisionForm, FurtherItemDecisionForm
from appraisal.ledger.forms.objections import REJECTED, UPHELD, ItemDecisionForm
from appraisal.ledger.models import CurrentValue, Objection, ScoreLine
from appraisal.ledger.policies import decisions as document_policies
from appraisal.ledger.policies import further as policies
from appraisal.ledger.selectors import conflicts, decisions, item_objections, objections, rescored
from appraisal.ledger.selectors import further as selectors
from appraisal.ledger.selectors.amendments import asked_of
from appraisal.ledger.selectors.item_objections import Counted
from appraisal.ledger.usecases import decisions as document_usecases
from appraisal.ledger.usecases import further as usecases
from appraisal.ledger.views.evidence import file_items, taken_in
from core import asking
from core.errors import Conflict
from core.http import refusals_on, status_of


def further_context(request: HttpRequest, objection: Objection) -> dict[str, Any]:
    """What an objection's page shows of the appeal against its decision, and the points at each step."""
    actor, on = request.actor, timezone.localdate()
    appeal = selectors.appeal_of(objection)
    if appeal is not None:
        appeal.objection = objection
    decided_at = objection.decided_at
    steps: list[tuple[str, ScoreLine | Counted | None]] = [(_("申诉时"), _at_filing(objection))]
    if decided_at is not None:
        second = appeal.decided_at if appeal else None
        steps.append((_("复核决定后"), _after(objection, decided_at, before=second)))
        if second is not None:
            steps.append((_("再申诉决定后"), _after(objection, second)))
    return {
        "appeal": appeal, "appeal_files": file_items(appeal.evidence) if appeal else [],
        "filing": selectors.filing_of(actor, objection, on=on),
        "enter": selectors.decide_refusal(actor, appeal, on=on) if appeal else "-",
        "issue_further": decisions.further_refusal(actor, appeal) if appeal else "-",
        "appeal_overdue": appeal is not None and appeal.state == "OPEN" and appeal.due_on < on, "steps": steps,
    }  # fmt: skip


def _at_filing(objection: Objection) -> ScoreLine | Counted:
    if objection.line is None:
        return item_objections.counted_in(objection, objection.scorecard)
    return objection.line


def _after(objection: Objection, decided_at: datetime, *, before: datetime | None = None) -> ScoreLine | Counted | None:
    if objection.line is None:
        card = rescored.card_after(objection, decided_at, before=before)
        return item_objections.counted_in(objection, card) if card else None
    return rescored.after(objection, decided_at, before=before)


def corrections_of(form: Any) -> dict[str, Any]:
    """What an upheld decision's form corrects: fact and points off of a line, points of an item."""
    if isinstance(form, ItemDecisionForm):
        return {"points": form.cleaned_data.get("points")}
    return {"fact": form.changed_fact(), "points_off": form.cleaned_data["points_off"]}


@require_http_methods(["GET", "POST"])
def file(request: HttpRequest, objection_id: int) -> HttpResponse:
    """Appeal to the committee."""
    actor, at = request.actor, timezone.now()
    objection = objections.get_objection(actor, objection_id)
    try:
        selectors.check_filing(actor, objection, on=timezone.localdate(at))
    except Conflict:  # too late or filed meanwhile: what was written stays in the form, where the use case refuses it
        if request.method == "GET":
            raise
    form = FurtherAppealForm(request.POST or None, request.FILES or None)
    if request.method == "POST" and form.is_valid():
        with refusals_on(form), transaction.atomic():
            files = taken_in(form.cleaned_data["evidence"], actor=actor, at=at) if form.cleaned_data["evidence"] else []
            appeal = usecases.file_further_appeal(
                objection_id=objection.pk, grounds=form.cleaned_data["grounds"], evidence=files, actor=actor, at=at
            )
            messages.success(
                request, _("再申诉已提出，考核委员会应于 %(day)s 前作出决定。") % {"day": appeal.due_on.isoformat()}
            )
            return redirect("ledger:objection", objection.pk)
    filing = selectors.filing_of(actor, objection, on=timezone.localdate(at))
    context: dict[str, Any] = {"objection": objection, "form": form, "filing": filing}
    if objection.line is None:
        context["standing"] = item_objections.standing(objection)
    else:
        context["line"] = rescored.counting(objection)
    return render(request, "ledger/verification/file_further.html", context, status=status_of(form))


def _decision_form(request: HttpRequest, objection: Objection, zeroed: bool) -> Any:
    if objection.line is None:
        return FurtherItemDecisionForm(
            request.POST or None, standing=item_objections.standing(objection),
            most=item_objections.most_points(objection.item), initial={"upheld": REJECTED},
        )  # fmt: skip
    current: CurrentValue | None = objections.value_of(objection)
    return FurtherDecisionForm(
        asked_of(objection.line), request.POST or None, fact=current.final_fact if current else None,
        milestones=objections.milestones_of(objection), zeroed=zeroed, initial={"upheld": REJECTED},
    )  # fmt: skip


@require_http_methods(["GET", "POST"])
def decide(request: HttpRequest, further_appeal_id: int) -> HttpResponse:
    """Enter what the committee decided."""
    actor, on = request.actor, timezone.localdate()
    appeal = selectors.get_appeal(actor, further_appeal_id)
    objection = appeal.objection
    try:
        policies.decide(actor, appeal, bar=selectors.bars_of(actor, [appeal], on=on).get(appeal.pk))
    except Conflict:
        if request.method == "GET":
            raise
    zeroed = conflicts.zeroed_by(objection)
    form = _decision_form(request, objection, bool(zeroed))
    if request.method == "POST" and form.is_valid():
        upheld = form.cleaned_data["upheld"] == UPHELD
        with refusals_on(form):
            usecases.decide_further_appeal(
                appeal_id=appeal.pk, upheld=upheld, decision=form.cleaned_data["decision"],
                met_on=form.cleaned_data["met_on"], minutes=form.cleaned_data["minutes"],
                actor=actor, at=timezone.now(), **(corrections_of(form) if upheld else {}),
            )  # fmt: skip
            messages.success(
                request, _("再申诉成立，请重新计算本月得分。") if upheld else _("已维持复核决定，该决定是最终的。")
            )
            return redirect("ledger:objection", objection.pk)
    context = {
        **objections.shown_values(objection), "objection": objection, "appeal": appeal, "form": form, "zeroed": zeroed,
        "item_files": file_items(objection.adjustment.evidence) if objection.adjustment else [],
        "files": file_items(objection.evidence), "appeal_files": file_items(appeal.evidence),
        "appeal_overdue": appeal.due_on < on,
    }  # fmt: skip
    return render(request, "ledger/verification/decide_further.html", context, status=status_of(form))


@require_http_methods(["GET", "POST"])
def issue(request: HttpRequest, further_appeal_id: int) -> HttpResponse:
    """Issue the document of the committee's decision."""
    actor = request.actor
    appeal = selectors.get_appeal(actor, further_appeal_id)
    back = reverse("ledger:objection", args=[appeal.objection_id])
    if request.method == "GET":
        document_policies.issue_further(actor, appeal, earlier=decisions.further_document(appeal))

    def act(_data: dict[str, Any]) -> str:
        made = document_usecases.issue_further_decision(appeal_id=appeal.pk, actor=actor, at=timezone.now())
        messages.success(request, _("已发出 %(number)s。") % {"number": made.number})
        return back

    return asking.ask(
        request, forms.Form(request.POST if request.method == "POST" else None), act, title=_("发出再申诉决定书"),
        confirm=_("发出"), url=request.path, cancel_url=back, crumbs=[(_("申诉复核"), back)],
        lead=_("编号发给%(office)s，发出后不能改。再申诉成立的，请在本月重新核定以后发出，以写明决定后的得分。")
        % {"office": appeal.office.full_label},
    )  # fmt: skip
