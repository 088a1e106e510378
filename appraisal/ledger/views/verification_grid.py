"""核验表格: one indicator over the offices of a month; type or paste a column, decide about all rows together."""

from urllib.parse import urlencode

from django.contrib import messages
from django.forms import Select
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.urls import reverse
from django.utils import timezone
from django.utils.translation import gettext as _
from django.views.decorators.http import require_http_methods

from appraisal.ledger.forms.verification import JudgedRowForm
from appraisal.ledger.models import Period
from appraisal.ledger.policies import verification as policies
from appraisal.ledger.rules import facts
from appraisal.ledger.selectors import holding, owning, queue
from appraisal.ledger.selectors import verification_grid as selectors
from appraisal.ledger.states import ValueState
from appraisal.ledger.usecases.verification_grid import Judged, judge_values
from appraisal.ledger.views import years
from appraisal.ledger.views.verification import asked_month
from appraisal.library.models import Indicator
from core.errors import Refusal

TEMPLATE = "ledger/verification/grid.html"


@require_http_methods(["GET", "POST"])
def grid(request: HttpRequest) -> HttpResponse:
    """Rows that are ticked, or whose figure is another than what counts, are decided about: all of them or none."""
    actor = request.actor
    policies.see_queue(actor)
    cycle, context = years.chosen(request)
    periods = queue.periods_of(cycle, on=timezone.localdate()) if cycle else []
    period = queue.period_in_force(actor, periods, asked_month(request.GET))
    bars, owner = owning.bars(actor, on=timezone.localdate()), request.GET.get("owner", "")
    asked = request.GET.get("indicator", "")
    indicator = selectors.indicator_in_force(actor, period, asked, bars, owner) if period else None
    context |= {"period": period, "periods": periods, "indicator": indicator, "owner": owner}
    if cycle is None or period is None or indicator is None:
        return render(request, TEMPLATE, context)
    lines = selectors.lines(actor, period, indicator)
    forms = [_form(request, indicator, line) for line in lines]
    refusal: Refusal | None = None
    if request.method == "POST" and all(form.is_valid() for form in forms):
        try:
            done = judge_values(rows=_rows(lines, forms), actor=actor, at=timezone.now())
        except Refusal as caught:
            if caught.status == 404:
                raise
            refusal = caught
        else:
            messages.success(request, _("已办理 %(n)s 条。") % {"n": len(done)})
            return redirect(_url(period, indicator, owner))
    problems = {row["id"]: row["message"] for row in refusal.rows} if refusal else {}
    scheme = holding.scheme_of(period)
    context |= {
        "scheme": scheme, "scored": scheme.of(indicator),
        "refusal": refusal, "why_not": policies.handle.reason(actor, cycle),
        "columns": [field.label for field in forms[0].entry_fields()] if forms else [],
        "listed": [
            {"row": row, "url": _url(period, row, owner), "on": row.pk == indicator.pk}
            for row in selectors.found_by(actor, selectors.indicators_of(period), bars, owner)
        ],
        "owners": owning.divisions(period),
        "rows": [
            {
                "line": line, "form": form, "fields": form.entry_fields(), "problem": problems.get(line.value.pk),
                "waits": line.value.state == ValueState.SUBMITTED,
            }
            for line, form in zip(lines, forms, strict=True)
        ],
    }  # fmt: skip
    wrong = any(form.errors for form in forms)
    return render(request, TEMPLATE, context, status=refusal.status if refusal else 422 if wrong else 200)


def _form(request: HttpRequest, indicator: Indicator, line: selectors.Line) -> JudgedRowForm:
    value = line.value
    form = JudgedRowForm(
        indicator, request.POST if request.method == "POST" else None, fact=value.final_fact,
        initial={"lock_version": value.lock_version}, prefix=f"v{value.pk}",
    )  # fmt: skip
    closed = value.state == ValueState.RETURNED or value.published
    for name, field in form.fields.items():
        if name == "lock_version":
            continue
        field.widget.attrs["aria-label"] = f"{value.office.label} {field.label}"
        field.disabled = closed
        if name == "take":
            field.widget.attrs["class"] = "form-check-input"
            continue
        control = "form-select" if isinstance(field.widget, Select) else "form-control"
        field.widget.attrs |= {
            "data-column": name,
            "class": f"{field.widget.attrs.get('class', '')} {control} {control}-sm".strip(),
        }
    return form


def _rows(lines: list[selectors.Line], forms: list[JudgedRowForm]) -> list[Judged]:
    """The rows that say something. An empty figure leaves the value as it is."""
    found = []
    for line, form in zip(lines, forms, strict=True):
        fact = form.fact()
        if fact is None:
            fact = line.value.final_fact
        if form.cleaned_data["take"] or not facts.same(fact, line.value.final_fact):
            found.append(Judged(line.value.pk, form.cleaned_data["lock_version"], fact, form.cleaned_data["reason"]))
    return found


def _url(period: Period, indicator: Indicator, owner: str) -> str:
    asked = {"year": period.cycle.year, "month": period.month, "indicator": indicator.code}
    query = urlencode(asked | ({"owner": owner} if owner else {}))
    return f"{reverse('ledger:verification-grid')}?{query}"
