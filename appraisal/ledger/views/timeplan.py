"""The year's targets by months (时间计划)."""

from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from django.utils import timezone

from appraisal.ledger.selectors import letters as letter_selectors
from appraisal.ledger.selectors import timeplan as selectors
from core.http import reads


@reads
def plan(request: HttpRequest, letter_id: int) -> HttpResponse:
    """What should be reached by the end of each month, and what was."""
    letter = letter_selectors.get_letter(request.actor, letter_id)  # type: ignore[attr-defined]
    today = timezone.localdate()
    now = today.month if today.year == letter.cycle.year else 0
    rows = [
        {
            "planned": each,
            "cells": [
                {"month": month, "target": target, "actual": each.actual[month - 1], "gap": each.gap(month),
                 "agreed": month % 3 == 0, "now": month == now}
                for month, target in enumerate(each.months, start=1)
            ],
        }
        for each in selectors.plan_of(letter)
    ]  # fmt: skip
    context = {"letter": letter, "rows": rows, "months": range(1, 13), "now": now}
    return render(request, "ledger/letters/plan.html", context)
