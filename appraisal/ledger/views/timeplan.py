"""The year's targets by months (时间计划): looked at beside what was reached, and laid down."""

from django.contrib import messages
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.utils import timezone
from django.utils.translation import gettext as _
from django.views.decorators.http import require_http_methods

from appraisal.ledger.forms import timeplan as forms
from appraisal.ledger.selectors import letters as letter_selectors
from appraisal.ledger.selectors import timeplan as selectors
from appraisal.ledger.states import LetterState
from appraisal.ledger.usecases import timeplan as usecases
from core.http import Told, reads


@reads
def plan(request: HttpRequest, letter_id: int) -> HttpResponse:
    """What should be reached by the end of each month, and what was."""
    actor = request.actor  # type: ignore[attr-defined]
    letter = letter_selectors.get_letter(actor, letter_id)
    today = timezone.localdate()
    now = today.month if today.year == letter.cycle.year else 0
    planned = selectors.plan_of(letter)
    rows = [
        {
            "planned": each,
            "cells": [
                {"month": month, "target": target, "actual": each.actual[month - 1], "gap": each.gap(month),
                 "agreed": month in each.agreed, "now": month == now}
                for month, target in enumerate(each.months, start=1)
            ],
        }
        for each in planned
    ]  # fmt: skip
    context = {
        "letter": letter, "rows": rows, "months": range(1, 13), "now": now, "newest": selectors.plans(letter).first(),
        "refusal": selectors.refusal(actor, letter, today) if planned else _("没有按累计数定目标的指标"),
    }  # fmt: skip
    return render(request, "ledger/letters/plan.html", context)


@require_http_methods(["GET", "POST"])
def edit(request: HttpRequest, letter_id: int) -> HttpResponse:
    """The grid of months; agreed ends and months that have passed stand fast."""
    actor = request.actor  # type: ignore[attr-defined]
    letter = letter_selectors.get_letter(actor, letter_id)
    today = timezone.localdate()
    if letter.state != LetterState.SIGNED:  # no months to type anything into
        selectors.check(actor, letter, today)
    planned, standing = selectors.plan_of(letter), selectors.standing(letter, today)
    newest = selectors.plans(letter).first()
    form = forms.PlanForm(request.POST or None, initial={"number": newest.number if newest else 0})
    with Told(request) as told:
        selectors.check(actor, letter, today)
        if request.method == "POST" and form.is_valid():
            usecases.lay_months_down(
                letter_id=letter.pk, rows=forms.typed_rows(request.POST, planned, standing.first_open), actor=actor,
                at=timezone.now(), **form.cleaned_data,
            )  # fmt: skip
            messages.success(request, _("分月计划已保存。"))
            return redirect("ledger:letter-plan", letter.pk)
    context = {
        "letter": letter, "form": form, "refusal": told.refusal, "standing": standing, "months": range(1, 13),
        "above": actor.at_province,
        "grid": forms.grid(planned, standing.first_open, request.POST or None, told.rows),
    }  # fmt: skip
    return render(request, "ledger/letters/plan_edit.html", context, status=told.status(form))
