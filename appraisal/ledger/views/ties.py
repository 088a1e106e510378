"""回避关系: who must not judge which office, declared and ended."""

from django.contrib import messages
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.urls import reverse
from django.utils import timezone
from django.utils.translation import gettext as _
from django.views.decorators.http import require_http_methods
from django_htmx.http import HttpResponseClientRedirect

from appraisal.ledger.forms.adjustments import RevokeForm
from appraisal.ledger.forms.ties import TieForm
from appraisal.ledger.policies import ties as policies
from appraisal.ledger.rules import procedure
from appraisal.ledger.selectors import avoidance as selectors
from appraisal.ledger.usecases import ties as usecases
from core.http import reads, refusals_on, status_of


@reads
def index(request: HttpRequest) -> HttpResponse:
    """One's own ties, for the administrator everybody's; the ended ones as well."""
    actor, on = request.actor, timezone.localdate()
    policies.see(actor)
    context = {
        "rows": [{"row": row, "end": policies.end.reason(actor, row)} for row in selectors.ties_for(actor)],
        "years": procedure.avoidance_years(on), "reference": procedure.reference("avoidance_years", on),
    }  # fmt: skip
    return render(request, "ledger/verification/ties.html", context)


@require_http_methods(["GET", "POST"])
def declare(request: HttpRequest) -> HttpResponse:
    """Declare a tie."""
    actor, at = request.actor, timezone.now()
    policies.see(actor)
    people = selectors.people(actor, on=timezone.localdate(at))
    form = TieForm(request.POST or None, people=people, offices=selectors.offices(actor))
    if request.method == "POST" and form.is_valid():
        with refusals_on(form):
            usecases.declare_tie(actor=actor, at=at, **form.cleaned_data)
            messages.success(request, _("已登记，从现在起回避。"))
            return redirect("ledger:ties")
    return render(request, "ledger/verification/declare_tie.html", {"form": form}, status=status_of(form))


@require_http_methods(["GET", "POST"])
def end(request: HttpRequest, tie_id: int) -> HttpResponse:
    """End a tie with a reason."""
    policies.see(request.actor)
    row = selectors.get_tie(request.actor, tie_id)
    if request.method == "GET":
        policies.end(request.actor, row)
    form = RevokeForm(request.POST or None)
    if request.method == "POST" and form.is_valid():
        with refusals_on(form):
            usecases.end_tie(tie_id=row.pk, reason=form.cleaned_data["reason"], actor=request.actor, at=timezone.now())
            messages.success(request, _("回避关系已解除。"))
            back = reverse("ledger:ties")
            return HttpResponseClientRedirect(back) if request.htmx else redirect(back)
    template = "ledger/verification/end_tie.html" + ("#dialog" if request.htmx else "")
    return render(request, template, {"row": row, "form": form}, status=status_of(form))
