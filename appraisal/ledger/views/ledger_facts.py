"""台账数据: what ledgers publish for a month, and publishing a column of it."""

from typing import Any
from urllib.parse import urlencode

from django.contrib import messages
from django.db import transaction
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.urls import reverse
from django.utils import timezone
from django.utils.translation import gettext as _
from django.views.decorators.http import require_http_methods

from appraisal.ledger.forms.verification import GridRowForm, LedgerForm
from appraisal.ledger.models import Period
from appraisal.ledger.policies import province_facts as policies
from appraisal.ledger.policies.reports import of_ledger
from appraisal.ledger.selectors import province_facts as selectors
from appraisal.ledger.selectors import queue
from appraisal.ledger.selectors.fact_text import describe
from appraisal.ledger.usecases import verification as usecases
from appraisal.ledger.views import years
from appraisal.ledger.views.evidence import file_items, taken_in
from appraisal.ledger.views.province_facts import row_form, rows_of
from appraisal.ledger.views.verification import asked_month
from appraisal.library.models import Indicator
from appraisal.library.models.words import source_label
from core.errors import NotFound, Refusal
from core.http import status_of


@require_http_methods(["GET", "POST"])
def grid(request: HttpRequest) -> HttpResponse:
    """Choose a month and an indicator; paste the ledger's column, attach its export, publish all rows together."""
    policies.see_ledgers(request.actor)
    period, indicator, context = _chosen(request)
    if period is None or indicator is None:
        return render(request, "ledger/verification/ledger_facts.html", context)
    entries = selectors.grid(period, indicator)
    forms = [row_form(request, indicator, entry, fill=_published(entry)) for entry in entries]
    head = LedgerForm(request.POST or None, request.FILES or None, initial={"as_of": timezone.localdate()})
    refusal: Refusal | None = None
    if request.method == "POST" and all([head.is_valid(), *(form.is_valid() for form in forms)]):
        try:
            with transaction.atomic():
                done = usecases.publish_facts(
                    period_id=period.pk, indicator_id=indicator.pk, rows=rows_of(entries, forms),
                    as_of=head.cleaned_data["as_of"], actor=request.actor, at=timezone.now(),
                    evidence=taken_in(head.cleaned_data["evidence"], actor=request.actor, at=timezone.now()),
                )  # fmt: skip
        except Refusal as caught:
            if caught.status == 404:
                raise
            refusal = caught
            if caught.field in head.fields:
                head.add_error(caught.field, caught.message)
        else:
            text = _("已发布 %(n)s 个州市。") % {"n": len(done)} if done else _("没有改动。")
            messages.success(request, text)
            return redirect(_url(period, indicator))
    wrong = any(form.errors for form in forms)
    context |= _grid(request, period, indicator, entries, forms, refusal) | {"head": head}
    status = refusal.status if refusal else 422 if wrong else status_of(head)
    return render(request, "ledger/verification/ledger_facts.html", context, status=status)


def _chosen(request: HttpRequest) -> tuple[Period | None, Indicator | None, dict[str, Any]]:
    cycle, year = years.chosen(request)
    today = timezone.localdate()
    periods = queue.periods_of(cycle, on=today) if cycle else []
    month = asked_month(request.GET)
    found = next((each for each in periods if month in (None, each.month)), None)
    if found is None and month is not None:
        raise NotFound(_("这个月份还没有开始填报。"))
    if found is None:
        return None, None, {**year, "period": None}
    period = selectors.get_period(request.actor, found.pk)
    indicators = selectors.ledger_indicators(period, today)
    code = request.GET.get("indicator", "")
    indicator = next((row for row in indicators if row.code == code), None if code else next(iter(indicators), None))
    if indicator is None and code:
        raise NotFound(_("没有这个取自台账的指标。"))
    published = selectors.published_counts(period)
    listed = [
        {
            "row": row, "published": published.get(row.pk, 0), "url": _url(period, row), "on": row == indicator,
            "ledger": source_label(row.data_source),
        }
        for row in indicators
    ]  # fmt: skip
    return period, indicator, {
        **year, "period": period, "periods": periods, "indicator": indicator, "listed": listed,
        "offices": selectors.participant_count(period),
        "ledger": source_label(indicator.data_source) if indicator else "",
    }  # fmt: skip


def _grid(
    request: HttpRequest, period: Period, indicator: Indicator, entries: list[selectors.Entry],
    forms: list[GridRowForm], refusal: Refusal | None,
) -> dict[str, Any]:  # fmt: skip
    problems = {row["id"]: row["message"] for row in refusal.rows} if refusal else {}
    rows = [
        {
            "entry": entry, "form": form, "fields": form.entry_fields(), "problem": problems.get(entry.office.pk),
            "before": describe(indicator, entry.before.final_fact) if entry.before else "",
            "published": _published(entry),
            "files": file_items(entry.current.value.evidence) if entry.current else [],
        }
        for entry, form in zip(entries, forms, strict=True)
    ]  # fmt: skip
    return {
        "rows": rows, "columns": [field.label for field in forms[0].entry_fields()] if forms else [],
        "refusal": refusal if refusal and refusal.field not in ("as_of", "evidence") else None,
        "why_not": policies.publish.reason(
            request.actor, period, indicator, indicator.data_source, on=timezone.localdate(),
            published=period.published,  # type: ignore[attr-defined]
        ),
    }  # fmt: skip


def _published(entry: selectors.Entry) -> bool:
    return entry.current is not None and of_ledger(entry.current.value)


def _url(period: Period, indicator: Indicator) -> str:
    query = urlencode({"year": period.cycle.year, "month": period.month, "indicator": indicator.code})
    return f"{reverse('ledger:ledger-facts')}?{query}"
