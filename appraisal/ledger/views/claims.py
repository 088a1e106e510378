"""另报数: what offices claim beside a ledger's figures, side by side; the dialog of a decision between the two."""

from django.contrib import messages
from django.core.paginator import Paginator
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.urls import reverse
from django.utils import timezone
from django.utils.translation import gettext as _
from django.views.decorators.http import require_http_methods
from django_htmx.http import HttpResponseClientRedirect

from appraisal.ledger.forms.verification import DecisionForm
from appraisal.ledger.policies import claims as policies
from appraisal.ledger.policies import verification
from appraisal.ledger.selectors import claims as selectors
from appraisal.ledger.states import ClaimState
from appraisal.ledger.usecases import claims as usecases
from appraisal.ledger.views.evidence import file_items
from core.http import reads, refusals_on, status_of

PAGE_SIZE = 50


@reads
def index(request: HttpRequest) -> HttpResponse:
    """The province's claims, those that wait first; or the office's own."""
    actor = request.actor
    policies.see(actor)
    state = request.GET.get("state", ClaimState.OPEN if actor.at_province else "")
    rows, counts = selectors.listed(actor), selectors.counts(actor)
    if state in ClaimState.values:
        rows = rows.filter(state=state)
    page = Paginator(rows.order_by("-pk"), PAGE_SIZE).get_page(request.GET.get("page"))
    context = {
        "page_obj": page, "state": state, "lines": selectors.lines_of(actor, list(page)),
        "segments": [{"state": key, "label": label, "count": counts[key]} for key, label in ClaimState.choices]
        + [{"state": "ALL", "label": _("全部"), "count": sum(counts.values())}],
    }  # fmt: skip
    return render(request, "ledger/verification/fact_claims.html", context)


@require_http_methods(["GET", "POST"])
def accept(request: HttpRequest, fact_claim_id: int) -> HttpResponse:
    """The claimed figure counts."""
    return _decide(request, fact_claim_id, accept=True)


@require_http_methods(["GET", "POST"])
def uphold(request: HttpRequest, fact_claim_id: int) -> HttpResponse:
    """The ledger's figure counts."""
    return _decide(request, fact_claim_id, accept=False)


def _decide(request: HttpRequest, fact_claim_id: int, *, accept: bool) -> HttpResponse:
    """GET asks, POST does it and goes back to the value; a refusal stays in the dialog."""
    actor = request.actor
    claim = selectors.get_claim(actor, fact_claim_id)
    verification.handle(actor, claim.period.cycle)
    line = selectors.lines_of(actor, [claim])[0]
    form = DecisionForm(request.POST or None, initial={"lock_version": line.current.lock_version})
    back = reverse("ledger:value-history", args=[line.current.pk])
    if request.method == "GET":
        usecases.ask(claim, line.current, accept=accept, actor=actor, at=timezone.now())
    elif form.is_valid():
        with refusals_on(form):
            usecases.decide_claim(claim_id=claim.pk, accept=accept, actor=actor, at=timezone.now(), **form.cleaned_data)
            messages.success(
                request, _("已采用另报数，台账数仍然保留。") if accept else _("已维持台账数，另报数仍然保留。")
            )
            return HttpResponseClientRedirect(back) if request.htmx else redirect(back)
    what = f"{claim.office.label} {claim.indicator.code} {claim.indicator.label}"
    context = {
        "line": line, "claim": claim, "form": form, "back": back, "files": file_items(claim.evidence), "accept": accept,
        "title": (_("采用另报数 %(what)s") if accept else _("维持台账数 %(what)s")) % {"what": what},
    }  # fmt: skip
    template = "ledger/verification/decide_claim.html" + ("#dialog" if request.htmx else "")
    response = render(request, template, context, status=status_of(form))
    response["Vary"] = "HX-Request"
    return response
