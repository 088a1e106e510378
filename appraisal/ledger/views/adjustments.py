"""加扣分与否决: the list of a year, recording one, revoking one."""

from typing import Any

from django.contrib import messages
from django.db import transaction
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.urls import reverse
from django.utils import timezone
from django.utils.translation import gettext as _
from django.views.decorators.http import require_http_methods
from django_htmx.http import HttpResponseClientRedirect

from appraisal.ledger.forms.adjustments import AdjustmentForm, RevokeForm
from appraisal.ledger.models import Participant
from appraisal.ledger.policies import adjustments as policies
from appraisal.ledger.selectors import adjustments as selectors
from appraisal.ledger.usecases import adjustments as usecases
from appraisal.ledger.views import years
from appraisal.ledger.views.evidence import file_items, taken_in
from appraisal.rules.adjustments import limits
from core.errors import NotFound
from core.http import reads, refusals_on, status_of


@reads
def index(request: HttpRequest) -> HttpResponse:
    """All items of the year, the revoked ones as well, and the list they come from."""
    actor = request.actor
    policies.see(actor)
    cycle, year = years.chosen(request)
    on = timezone.localdate()
    rows = selectors.adjustments_for(actor).filter(cycle=cycle).order_by("-recorded_at", "-pk") if cycle else []
    context = {
        **year, "uncounted": selectors.uncounted(cycle).count() if cycle else 0,
        "year_end_month": selectors.year_end_month(cycle) if cycle else None,
        "decided": selectors.decided(cycle) if cycle else None,
        "record_url": _url("ledger:record-adjustment", year), "limits": limits(on),
        "items": list(selectors.items_on(on).values()),
        "rows": [
            {"row": row, "files": file_items(row.evidence), "revoke": policies.revoke.reason(actor, row)}
            for row in rows
        ],
        "why_not": policies.record.reason(actor, cycle) if cycle else _("还没有进行中的考核年度。"),
    }  # fmt: skip
    return render(request, "ledger/verification/adjustments.html", context)


def _url(name: str, year: dict[str, Any]) -> str:
    return f"{reverse(name)}?{year['year_kept']}".rstrip("?&")


@require_http_methods(["GET", "POST"])
def record(request: HttpRequest) -> HttpResponse:
    """Record one case with its papers."""
    actor, at = request.actor, timezone.now()
    cycle, year = years.chosen(request) if actor.at_province else (None, {})
    if cycle is None:
        policies.see(actor)
        raise NotFound(_("还没有进行中的考核年度。"))
    policies.record(actor, cycle)
    participants = Participant.objects.filter(cycle=cycle).select_related("office").order_by("office__position")
    first, now = selectors.counts_from(cycle, 1), timezone.localdate(at)
    form = AdjustmentForm(
        request.POST or None, request.FILES or None, participants=list(participants), cycle=cycle,
        items=list(selectors.items_on(now).values()),
        first_month=first, last_published=selectors.published_month_from(cycle, 1) or 0,
        initial={"from_month": max(first, now.month if now.year == cycle.year else 1)},
    )  # fmt: skip
    if request.method == "POST" and form.is_valid():
        with refusals_on(form), transaction.atomic():
            files = taken_in(form.cleaned_data.pop("evidence"), actor=actor, at=at)
            row = usecases.record_adjustment(cycle_id=cycle.pk, evidence=files, actor=actor, at=at, **form.cleaned_data)
            late = _("已登记。年终得分已核定，请重新计算并核定后计入。")
            messages.success(request, late if row.after_run else _("已登记。下一次计算得分时计入。"))
            return redirect(_url("ledger:adjustments", year))
    context = {"form": form, "decided": selectors.decided(cycle), **year}
    return render(request, "ledger/verification/record_adjustment.html", context, status=status_of(form))


@require_http_methods(["GET", "POST"])
def revoke(request: HttpRequest, adjustment_id: int) -> HttpResponse:
    """Take an item back with a reason."""
    row = selectors.get_adjustment(request.actor, adjustment_id)
    if request.method == "GET":
        policies.revoke(request.actor, row)
    form = RevokeForm(request.POST or None)
    if request.method == "POST" and form.is_valid():
        with refusals_on(form):
            usecases.revoke_adjustment(
                adjustment_id=row.pk, reason=form.cleaned_data["reason"], actor=request.actor, at=timezone.now()
            )
            messages.success(request, _("已撤销。下一次计算得分时不再计入，已核定的得分不变。"))
            back = reverse("ledger:adjustments")
            return HttpResponseClientRedirect(back) if request.htmx else redirect(back)  # type: ignore[attr-defined]
    template = "ledger/verification/revoke.html" + ("#dialog" if request.htmx else "")  # type: ignore[attr-defined]
    return render(request, template, {"row": row, "form": form}, status=status_of(form))
