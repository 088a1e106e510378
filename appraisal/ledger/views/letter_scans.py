"""The letter as it was signed on paper: each side's scan."""

from typing import Any

from django.contrib import messages
from django.db import transaction
from django.http import HttpRequest, HttpResponse
from django.urls import reverse
from django.utils import timezone
from django.utils.translation import gettext as _
from django.views.decorators.http import require_http_methods

from appraisal.ledger.forms.letters import ScanForm
from appraisal.ledger.policies import letters as policies
from appraisal.ledger.selectors import letter_scans as selectors
from appraisal.ledger.selectors import letters as letter_selectors
from appraisal.ledger.usecases import letter_scans as usecases
from appraisal.ledger.views.evidence import taken_in
from appraisal.ledger.views.letters import crumbs
from core import asking


@require_http_methods(["GET", "POST"])
def file(request: HttpRequest, letter_id: int) -> HttpResponse:
    """File the own side's copy of a version."""
    actor, at = request.actor, timezone.now()  # type: ignore[attr-defined]
    letter = letter_selectors.get_letter(actor, letter_id)
    policies.file_scan(actor, letter)
    back = reverse("ledger:letter", args=[letter.pk])
    editions = [
        (version.number, _("第 %(n)s 版，自 %(day)s 起") % {"n": version.number, "day": version.effective_on})
        for version in letter_selectors.versions(letter)
    ]

    def act(data: dict[str, Any]) -> str:
        with transaction.atomic():  # a file that is no scan is not left behind
            usecases.file_scan(
                letter_id=letter.pk, edition=data["edition"], note=data.get("note", ""), actor=actor, at=at,
                evidence=taken_in(data["evidence"], actor=actor, at=at),
            )  # fmt: skip
        messages.success(request, _("扫描件已存入。"))
        return back

    again = selectors.scans(letter).filter(side=selectors.side_of(actor)).exists()
    return asking.ask(
        request, ScanForm(request.POST or None, request.FILES or None, editions=editions, again=again), act,
        title=_("存入 %(number)s 的扫描件") % {"number": letter.number}, confirm=_("存入"), url=request.path,
        lead=_("存入本方留存的、双方在纸上签字盖章的责任书。双方各存各的，都能查看；存入后不能修改。"),
        cancel_url=back, crumbs=crumbs(letter), upload=True,
    )  # fmt: skip
