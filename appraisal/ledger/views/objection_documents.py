"""复核决定书: issued by the bureau, downloaded by the office and the bureau."""

from typing import Any

from django import forms
from django.contrib import messages
from django.http import HttpRequest, HttpResponse
from django.urls import reverse
from django.utils import timezone
from django.utils.translation import gettext as _
from django.views.decorators.http import require_http_methods

from appraisal.ledger.policies import decisions as policies
from appraisal.ledger.selectors import decision_papers, objections
from appraisal.ledger.selectors import decisions as selectors
from appraisal.ledger.usecases import decisions as usecases
from core import asking, serving
from core.documents import Kind
from core.http import reads


@require_http_methods(["GET", "POST"])
def issue(request: HttpRequest, objection_id: int) -> HttpResponse:
    """Issue the document of the decision about an objection."""
    actor = request.actor
    objection = objections.get_objection(actor, objection_id)
    back = reverse("ledger:objection", args=[objection.pk])
    if request.method == "GET":
        policies.issue(actor, objection, earlier=selectors.review_document(objection))

    def act(_data: dict[str, Any]) -> str:
        made = usecases.issue_decision(objection_id=objection.pk, actor=actor, at=timezone.now())
        messages.success(request, _("已发出 %(number)s。") % {"number": made.number})
        return back

    return asking.ask(
        request, forms.Form(request.POST if request.method == "POST" else None), act, title=_("发出复核决定书"),
        confirm=_("发出"), url=request.path, cancel_url=back, crumbs=[(_("申诉复核"), back)],
        lead=_("编号发给%(office)s，发出后不能改。异议成立的，请在本月重新核定以后发出，以写明决定后的得分。")
        % {"office": objection.office.full_label},
    )  # fmt: skip


@reads
def document(request: HttpRequest, decision_document_id: int, kind: Kind) -> HttpResponse:
    """The decision as an official document."""
    row = selectors.get_document(request.actor, decision_document_id)
    return serving.document_response(decision_papers.paper_of(row), kind, decision_papers.name_of(row))
