"""Agreeing on targets in two rounds: the year's offices, and one office's figures side by side."""

from typing import Any

from django.contrib import messages
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.utils import timezone
from django.utils.translation import gettext as _
from django.views.decorators.http import require_http_methods

from appraisal.ledger.forms import consultations as forms
from appraisal.ledger.models import Consultation
from appraisal.ledger.policies import consultations as policies
from appraisal.ledger.policies import cycles as cycle_policies
from appraisal.ledger.selectors import consultations as selectors
from appraisal.ledger.selectors import cycles as cycle_selectors
from appraisal.ledger.usecases import consultations as usecases
from appraisal.ledger.views import letter_words
from core.errors import Refusal
from core.http import Told
from core.workdays import Derivation

TONES = {"OPEN": ("todo", "circle-dashed"), "FIRST": ("info", "arrow-up"), "CONTROL": ("warn", "arrow-down"),
         "SECOND": ("info", "arrow-up"), "FINAL": ("ok", "circle-check")}  # fmt: skip


@require_http_methods(["GET", "POST"])
def index(request: HttpRequest, cycle_id: int) -> HttpResponse:
    """The bureau's list of a year; POST asks every participant that was not asked yet."""
    actor = request.actor  # type: ignore[attr-defined]
    cycle = cycle_selectors.get_cycle(actor, cycle_id)
    refusal: Refusal | None = None
    if request.method == "POST":
        try:
            opened = usecases.open_consultations(cycle_id=cycle_id, actor=actor, at=timezone.now())
        except Refusal as caught:
            refusal = caught
        else:
            messages.success(request, _("已请 %(n)s 个单位上报目标建议。") % {"n": len(opened)})
            return redirect("ledger:consultations", cycle_id)
    rows = list(selectors.consultations_for(actor).filter(cycle_id=cycle_id))
    context = {
        "cycle": cycle, "rows": [_shown(row) for row in rows], "refusal": refusal, "today": timezone.localdate(),
        "open_refusal": cycle_policies.prepare.reason(actor, cycle),
        "unasked": len(cycle_selectors.participants(cycle)) - len(rows),
    }  # fmt: skip
    return render(request, "ledger/letters/consultations.html", context, status=refusal.status if refusal else 200)


def _shown(consultation: Consultation) -> dict[str, Any]:
    tone, icon = TONES[consultation.state]
    overdue = consultation.due_on is not None and timezone.localdate() > consultation.due_on
    sent = [
        (
            getattr(consultation, f"{step}_at"),
            getattr(consultation, f"{step}_late"),
            getattr(consultation, f"{step}_note"),
        )
        for step in selectors.STEPS
    ]
    return {"consultation": consultation, "tone": tone, "icon": icon, "overdue": overdue, "sent": sent}


@require_http_methods(["GET", "POST"])
def detail(request: HttpRequest, consultation_id: int) -> HttpResponse:
    """The figures of all rounds side by side; whoever's turn it is types and sends."""
    actor = request.actor  # type: ignore[attr-defined]
    consultation = selectors.get_consultation(actor, consultation_id)
    rows = selectors.figures(consultation)
    typed: list[usecases.Proposed] = []
    with Told(request) as told:
        if request.method == "POST":
            lock = request.POST.get("lock_version", "")
            typed = forms.typed_rows(request.POST, rows)
            usecases.send_figures(
                consultation_id=consultation.pk, rows=typed, note=request.POST.get("note", ""), actor=actor,
                lock_version=int(lock) if lock.isdecimal() and len(lock) < 10 else -1, at=timezone.now(),
            )  # fmt: skip
            messages.success(request, _("已送出。"))
            return redirect("ledger:consultation", consultation.pk)
    refusals = selectors.refusals(actor, consultation)
    # Whoever typed sees what was typed, though that step may be sent no longer.
    asked = request.POST.get("step") if typed else None
    step = asked if asked in selectors.STEPS else None
    if not refusals["send"]:
        step = policies.step_of(actor, consultation)
    names = letter_words.steps()
    context = {
        **_shown(consultation),
        "grid": forms.grid(rows, step, typed, told.rows),
        "names": [names[name] for name in selectors.STEPS],
        "step": step,
        "step_name": names[step] if step else "",
        "again": step is not None and consultation.state == step.upper(),
        "note": request.POST.get("note", "") if told.refusal else getattr(consultation, f"{step}_note") if step else "",
        "refusal": told.refusal,
        "refusals": refusals,
        "why_due": str(Derivation.of(consultation.derivation)) if consultation.derivation else "",
        "above": actor.at_province,
        "timeline": letter_words.timeline(selectors.history(consultation)),
    }
    return render(request, "ledger/letters/consultation.html", context, status=told.status())
