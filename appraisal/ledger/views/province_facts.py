"""省级录入: a grid of one indicator over the offices of a month."""

from typing import Any
from urllib.parse import urlencode

from django.contrib import messages
from django.forms import Select
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.urls import reverse
from django.utils import timezone
from django.utils.translation import gettext as _
from django.views.decorators.http import require_http_methods
from django_htmx.http import HttpResponseClientRedirect

from appraisal.ledger.forms.verification import ConfirmNoneForm, GridRowForm
from appraisal.ledger.models import Period
from appraisal.ledger.policies import province_facts as policies
from appraisal.ledger.policies import verification as verification_policies
from appraisal.ledger.rules import facts
from appraisal.ledger.selectors import province_facts as selectors
from appraisal.ledger.selectors import queue
from appraisal.ledger.selectors.fact_text import describe
from appraisal.ledger.usecases import verification as usecases
from appraisal.ledger.views import years
from appraisal.ledger.views.verification import asked_month
from appraisal.library.models import Indicator
from core.errors import NotFound, Refusal
from core.http import refusals_on, status_of


@require_http_methods(["GET", "POST"])
def grid(request: HttpRequest) -> HttpResponse:
    """Choose a month and an indicator; type, paste or take over last month's column; save all rows together."""
    verification_policies.see_queue(request.actor)
    period, indicator, context = _chosen(request)
    if period is None or indicator is None:
        return render(request, "ledger/verification/province_facts.html", context)
    entries = selectors.grid(period, indicator)
    forms = [row_form(request, indicator, entry) for entry in entries]
    refusal: Refusal | None = None
    if request.method == "POST" and all(form.is_valid() for form in forms):
        try:
            done = usecases.record_facts(
                period_id=period.pk, indicator_id=indicator.pk, rows=rows_of(entries, forms), actor=request.actor,
                at=timezone.now(),
            )  # fmt: skip
        except Refusal as caught:
            if caught.status == 404:
                raise
            refusal = caught
        else:
            text = _("已保存 %(n)s 个州市。") % {"n": len(done)} if done else _("没有改动。")
            messages.success(request, text)
            return redirect(_url(period, indicator))
    wrong = any(form.errors for form in forms)
    context |= _grid_context(request, period, indicator, entries, forms, refusal)
    status = refusal.status if refusal else 422 if wrong else 200
    return render(request, "ledger/verification/province_facts.html", context, status=status)


def _chosen(request: HttpRequest) -> tuple[Period | None, Indicator | None, dict[str, Any]]:
    cycle, year = years.chosen(request)
    periods = queue.periods_of(cycle, on=timezone.localdate()) if cycle else []
    month = asked_month(request.GET) or (periods[0].month if periods else None)
    found = queue.period_in_force(request.actor, periods, month)
    if found is None:
        return None, None, {**year, "period": None}
    period = selectors.get_period(request.actor, found.pk)
    indicators = selectors.indicators_of(period)
    code = request.GET.get("indicator", "")
    indicator = next((row for row in indicators if row.code == code), None if code else next(iter(indicators), None))
    if indicator is None and indicators:
        raise NotFound(_("没有这个由省级录入的指标。"))
    entered = selectors.entered_counts(period)
    listed = [
        {"row": row, "entered": entered.get(row.pk, 0), "url": _url(period, row), "on": row == indicator}
        for row in indicators
    ]
    return period, indicator, {
        **year, "period": period, "periods": periods, "indicator": indicator, "listed": listed,
        "offices": selectors.participant_count(period),
    }  # fmt: skip


def row_form(request: HttpRequest, indicator: Indicator, entry: selectors.Entry, *, fill: bool = True) -> GridRowForm:
    """The row as stored, empty without `fill`; with ?carry=1 an empty row starts from last month's value."""
    fact = entry.current.final_fact if entry.current and fill else None
    if fact is None and entry.before and request.GET.get("carry") == "1":
        fact = entry.before.final_fact
    initial = {"lock": entry.current.lock_version if entry.current else None}
    data = request.POST if request.method == "POST" else None
    form = GridRowForm(indicator, data, fact=fact, initial=initial, prefix=f"o{entry.participant.office_id}")
    if entry.current and fill:  # shown, not filled in: a change wants a reason of its own
        form.fields["reason"].widget.attrs["placeholder"] = entry.current.value.narrative
    for name, field in form.fields.items():
        if name == "lock":
            continue
        control = "form-select" if isinstance(field.widget, Select) else "form-control"
        field.widget.attrs |= {
            "aria-label": f"{entry.office.label} {field.label}", "data-column": name,
            "class": f"{field.widget.attrs.get('class', '')} {control} {control}-sm".strip(),
        }  # fmt: skip
        field.disabled = not entry.applicable
    return form


def rows_of(entries: list[selectors.Entry], forms: list[GridRowForm]) -> list[usecases.FactRow]:
    """The rows that say something; the lock version is that of the screen."""
    return [
        usecases.FactRow(
            entry.participant.office_id, fact, form.cleaned_data["reason"], lock_version=form.cleaned_data["lock"]
        )
        for entry, form in zip(entries, forms, strict=True)
        if entry.applicable and (fact := form.fact()) is not None
    ]


def _grid_context(
    request: HttpRequest, period: Period, indicator: Indicator, entries: list[selectors.Entry],
    forms: list[GridRowForm], refusal: Refusal | None,
) -> dict[str, Any]:  # fmt: skip
    problems = {row["id"]: row["message"] for row in refusal.rows} if refusal else {}
    rows = [
        {
            "entry": entry, "form": form, "fields": form.entry_fields(), "problem": problems.get(entry.office.pk),
            "before": describe(indicator, entry.before.final_fact) if entry.before else "",
        }
        for entry, form in zip(entries, forms, strict=True)
    ]  # fmt: skip
    return {
        "rows": rows, "columns": [field.label for field in forms[0].entry_fields()] if forms else [],
        "refusal": refusal, "missing": sum(e.applicable and e.current is None for e in entries),
        "counted": indicator.method in facts.COUNTED,
        "why_not": policies.enter.reason(request.actor, period, published=period.published),  # type: ignore[attr-defined]
        "carry_url": f"{_url(period, indicator)}&carry=1" if any(entry.before for entry in entries) else "",
        "none_url": f"{reverse('ledger:confirm-no-events')}?{_query(period, indicator)}",
    }  # fmt: skip


@require_http_methods(["GET", "POST"])
def confirm_none(request: HttpRequest) -> HttpResponse:
    """Confirm that nothing happened for every office without an entry."""
    verification_policies.see_queue(request.actor)
    period, indicator, _context = _chosen(request)
    if period is None or indicator is None:
        raise NotFound(_("没有这个由省级录入的指标。"))
    if request.method == "GET":
        policies.enter(request.actor, period, published=period.published)  # type: ignore[attr-defined]
    form = ConfirmNoneForm(request.POST or None)
    if request.method == "POST" and form.is_valid():
        with refusals_on(form):
            done = usecases.confirm_no_events(
                period_id=period.pk, indicator_id=indicator.pk, reason=form.cleaned_data["reason"],
                actor=request.actor, at=timezone.now(),
            )  # fmt: skip
            messages.success(request, _("已确认 %(n)s 个州市本月无事项。") % {"n": len(done)})
            back = _url(period, indicator)
            return HttpResponseClientRedirect(back) if request.htmx else redirect(back)  # type: ignore[attr-defined]
    missing = [
        entry.office.label for entry in selectors.grid(period, indicator) if entry.applicable and not entry.current
    ]
    context = {
        "form": form, "indicator": indicator, "period": period, "missing": missing, "back": _url(period, indicator),
        "url": request.get_full_path(),
    }  # fmt: skip
    template = "ledger/verification/confirm_none.html" + ("#dialog" if request.htmx else "")  # type: ignore[attr-defined]
    return render(request, template, context, status=status_of(form))


def _query(period: Period, indicator: Indicator) -> str:
    return urlencode({"year": period.cycle.year, "month": period.month, "indicator": indicator.code})


def _url(period: Period, indicator: Indicator) -> str:
    return f"{reverse('ledger:province-facts')}?{_query(period, indicator)}"
