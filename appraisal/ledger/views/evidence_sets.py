"""材料包: all files of an office's month in one download."""

from django.http import HttpRequest
from django.http.response import HttpResponseBase
from django.utils import timezone
from django.views.decorators.http import require_safe

from appraisal.ledger.usecases import evidence_sets as usecases
from core import serving


@require_safe
def download(request: HttpRequest, period_id: int, office_id: int) -> HttpResponseBase:
    """The archive, made while it is sent, with a list of its files."""
    found = usecases.take_evidence(period_id=period_id, office_id=office_id, actor=request.actor, at=timezone.now())
    return serving.archive_response(found.packed(), found.name)
