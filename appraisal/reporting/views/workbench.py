"""本月工作台: what is to be done this month, by when, what came back, where the office stands."""

from typing import Any

from django.contrib import messages
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.urls import reverse
from django.utils import timezone
from django.utils.translation import gettext as _
from django.utils.translation import ngettext
from django.views.decorators.http import require_POST

from appraisal.ledger.selectors import reports as ledger
from appraisal.reporting import usecases
from appraisal.reporting.selectors import workbench as selectors
from core.errors import Conflict, Invalid, NotFound
from core.http import reads
from tenants.models.office import Level


@reads
def current(request: HttpRequest) -> HttpResponse:
    """The month to work on; an office that takes part in no year yet lands here too and hears so."""
    try:
        period = selectors.current_period(request.actor, timezone.localdate())
    except NotFound as refusal:
        if request.actor.office.level != Level.PREFECTURE:
            raise
        return render(request, "reporting/no_month.html", {"refusal": refusal})
    return redirect("reporting:month", period.pk)


@reads
def month(request: HttpRequest, period_id: int) -> HttpResponse:
    """One month of the office."""
    return page(request, period_id)


def page(request: HttpRequest, period_id: int, *, refused: Invalid | None = None, status: int = 200) -> HttpResponse:
    """The workbench; refused: what a submission lacked, as rows."""
    seen = selectors.month(request.actor, period_id, on=timezone.localdate())
    tab = request.GET.get("tab", "")
    tab = tab if tab in selectors.TABS else "all"
    context: dict[str, Any] = {
        "month": seen,
        "period": seen.sheet.period,
        "periods": ledger.periods_for(request.actor),
        "tab": tab,
        "tabs": _tabs(seen),
        "rows": seen.tab(tab),
        "parts": _parts(seen),
        "next": next((row for row in seen.mine), None),
        "refused": refused,
        "today": timezone.localdate(),
    }
    return render(request, "reporting/workbench.html", context, status=status)


def _tabs(seen: selectors.Month) -> list[dict[str, Any]]:
    words = {
        "all": _("全部"),
        "mine": _("待我处理"),
        "returned": _("已退回"),
        "submitted": _("审核中"),
        "verified": _("已核验"),
    }
    here = reverse("reporting:month", args=[seen.sheet.period.pk])
    return [
        {"id": name, "label": words[name], "url": f"{here}?tab={name}", "count": len(seen.tab(name)),
         "hot": name == "mine" and bool(seen.mine)}
        for name in selectors.TABS
    ]  # fmt: skip


def _parts(seen: selectors.Month) -> list[tuple[int, str, str]]:
    """The bar of progress: how many, tone, word."""
    counts = seen.counts
    return [
        (counts["verified"], "ok", _("已核验")),
        (counts["submitted"] + counts["reviewing"], "info", _("待审与待签")),
        (counts["draft"], "mute", _("草稿")),
        (counts["returned"], "bad", _("已退回")),
        (counts["todo"] + counts["overdue"], "todo", _("未填")),
    ]


@require_POST
def carry_over(request: HttpRequest, period_id: int) -> HttpResponse:
    """Begin what nobody has begun with last month's values."""
    try:
        saved = usecases.carry_over(period_id=period_id, actor=request.actor, at=timezone.now())
    except Conflict as refusal:
        messages.warning(request, refusal.message)
    else:
        text = ngettext("已沿用上月 %(count)s 项，请逐项核对。", "已沿用上月 %(count)s 项，请逐项核对。", len(saved))
        messages.success(request, text % {"count": len(saved)})
    return redirect("reporting:month", period_id)


@require_POST
def submit(request: HttpRequest, period_id: int) -> HttpResponse:
    """Put the month before the leader; what it lacks is listed on the workbench."""
    try:
        usecases.submit_report(period_id=period_id, actor=request.actor, at=timezone.now())
    except Invalid as refusal:
        return page(request, period_id, refused=refusal, status=refusal.status)
    messages.success(request, _("已提交，等待签发人签发。"))
    return redirect("reporting:month", period_id)
