"""Another figure beside a ledger's: save it on the indicator's page, take it back."""

from django.contrib import messages
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.utils import timezone
from django.utils.translation import gettext as _
from django.views.decorators.http import require_POST

from appraisal.reporting import policies, usecases
from appraisal.reporting.forms import ClaimForm, ValueForm, every_refusal_on, initial_of
from appraisal.reporting.selectors import value as selectors
from appraisal.reporting.views.value import context_of
from core.http import status_of


@require_POST
def save(request: HttpRequest, period_id: int, indicator_id: int) -> HttpResponse:
    """Keep the claim; what is wrong with it is told beside its fields."""
    policies.fill_in(request.actor)  # who may not, hears that and nothing else
    seen = selectors.value_form(request.actor, period_id, indicator_id, on=timezone.localdate())
    form = ClaimForm(seen.sheet, seen.indicator, request.POST)
    if form.is_valid():
        with every_refusal_on(form):
            usecases.save_claim(
                period_id=period_id, indicator_id=indicator_id, actor=request.actor, at=timezone.now(), **form.values()
            )
            messages.success(request, _("%(code)s 的另报数已保存，随月报一起提交。") % {"code": seen.indicator.code})
            return redirect("reporting:value", period_id, indicator_id)
    plain = ValueForm(seen.sheet, seen.indicator, initial=initial_of(seen.indicator, seen.value))
    context = context_of(seen, plain, claim_form=form)
    return render(request, "reporting/value.html", context, status=status_of(form))


@require_POST
def withdraw(request: HttpRequest, period_id: int, indicator_id: int) -> HttpResponse:
    """Take it back."""
    usecases.withdraw_claim(period_id=period_id, indicator_id=indicator_id, actor=request.actor, at=timezone.now())
    messages.success(request, _("另报数已撤回，按台账数报送。"))
    return redirect("reporting:value", period_id, indicator_id)
