"""月报签发: the leader reads the whole month on one page, signs or sends back."""

from typing import Any

from django.contrib import messages
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.utils import timezone
from django.utils.dateparse import parse_datetime
from django.utils.translation import gettext as _
from django.views.decorators.http import require_http_methods

from appraisal.reporting import usecases
from appraisal.reporting.forms import SendBackForm
from appraisal.reporting.selectors import sign_off as selectors
from core.http import reads, refusals_on, status_of


@reads
def waiting(request: HttpRequest) -> HttpResponse:
    """The month that waits for a signature; with none a page that says so."""
    period = selectors.waiting_period(request.actor)
    if period is not None:
        return redirect("reporting:sign-off-month", period.pk)
    return render(request, "reporting/sign_off_empty.html", {"signed": selectors.last_signed(request.actor)})


@reads
def month(request: HttpRequest, period_id: int) -> HttpResponse:
    """The month as it would go to the province."""
    return page(request, period_id, SendBackForm())


def page(request: HttpRequest, period_id: int, form: SendBackForm) -> HttpResponse:
    """The page, with the form of sending back."""
    seen = selectors.for_signature(request.actor, period_id, on=timezone.localdate())
    context: dict[str, Any] = {"seen": seen, "month": seen.month, "period": seen.month.sheet.period, "form": form}
    return render(request, "reporting/sign_off.html", context, status=status_of(form))


@require_http_methods(["GET", "HEAD", "POST"])
def confirm(request: HttpRequest, period_id: int) -> HttpResponse:
    """Ask once more, then sign."""
    if request.method == "POST":
        read = parse_datetime(request.POST.get("submitted_at", ""))
        report = usecases.sign_off(period_id=period_id, submitted_at=read, actor=request.actor, at=timezone.now())
        late = "" if report.on_time else _("（逾期）")
        messages.success(request, _("已签发并报送省级%(late)s。") % {"late": late})
        response = redirect("reporting:month", period_id)
        if getattr(request, "htmx", False):
            answer = HttpResponse(status=204)
            answer["HX-Redirect"] = response.url
            return answer
        return response
    seen = selectors.for_signature(request.actor, period_id, on=timezone.localdate())
    context = {"seen": seen, "month": seen.month, "period": seen.month.sheet.period}
    template = (
        "reporting/sign_off_dialog.html" if getattr(request, "htmx", False) else "reporting/sign_off_confirm.html"
    )
    return render(request, template, context)


@require_http_methods(["POST"])
def send_back(request: HttpRequest, period_id: int) -> HttpResponse:
    """Give the month back with a reason."""
    form = SendBackForm(request.POST)
    if form.is_valid():
        with refusals_on(form):
            usecases.send_back(
                period_id=period_id, reason=form.cleaned_data["reason"], actor=request.actor, at=timezone.now()
            )
            messages.success(request, _("已退回填报人。"))
            return redirect("reporting:sign-off")
    return page(request, period_id, form)
