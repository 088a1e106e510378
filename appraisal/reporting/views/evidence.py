"""Evidence of one indicator: upload, take off."""

from uuid import UUID

from django.contrib import messages
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect
from django.utils import timezone
from django.utils.translation import gettext as _
from django.views.decorators.http import require_POST

from appraisal.ledger.selectors import reports as ledger
from appraisal.reporting import policies, usecases
from appraisal.reporting.forms import FileForm
from core.errors import Conflict, Invalid


@require_POST
def upload(request: HttpRequest, period_id: int, indicator_id: int) -> HttpResponse:
    """Take in a file and attach it; a refusal of the file is told on the form it came from."""
    period = ledger.get_period(request.actor, period_id)
    form = FileForm(request.POST, request.FILES)
    if form.is_valid():
        try:
            attached = usecases.upload_evidence(
                period_id=period_id, indicator_id=indicator_id, upload=form.cleaned_data["file"],
                actor=request.actor, at=timezone.now(),
            )  # fmt: skip
        except (Invalid, Conflict) as refusal:
            messages.error(request, refusal.message)
        else:
            for warning in attached.warnings:
                messages.warning(request, warning)
            messages.success(request, _("已附上 %(name)s。") % {"name": attached.evidence.file.name})
    else:
        letter = ledger.demands(request.actor, period).letter
        policies.fill(request.actor, period, letter, timezone.localdate())  # who may not, hears that and nothing else
        messages.error(request, _("请选择要上传的文件。"))
    return redirect("reporting:value", period_id, indicator_id)


@require_POST
def remove(request: HttpRequest, period_id: int, indicator_id: int, file_id: UUID) -> HttpResponse:
    """Take a file off."""
    usecases.detach_file(
        period_id=period_id, indicator_id=indicator_id, file_id=file_id, actor=request.actor, at=timezone.now()
    )
    messages.success(request, _("已移除文件。"))
    return redirect("reporting:value", period_id, indicator_id)
