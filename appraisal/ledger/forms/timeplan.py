"""The grid of months inside what a letter agrees on."""

from decimal import Decimal
from typing import Any

from django import forms
from django.utils.translation import gettext_lazy

from appraisal.ledger.selectors.letters import plain
from appraisal.ledger.selectors.timeplan import Planned


class PlanForm(forms.Form):
    """What was read, and for the bureau why it changes."""

    number = forms.IntegerField(min_value=0, widget=forms.HiddenInput)
    reason = forms.CharField(
        max_length=500, required=False, label=gettext_lazy("调整理由"), widget=forms.Textarea(attrs={"rows": 2})
    )


def _open(row: Planned, month: int, first_open: int) -> bool:
    return month >= first_open and month not in row.agreed


def typed_rows(data: Any, planned: list[Planned], first_open: int) -> dict[str, list[str | Decimal]]:
    """Code → the twelve months as typed, agreed and passed ones as they are; none where every field was emptied."""
    rows: dict[str, list[str | Decimal]] = {}
    for row in planned:
        code = row.indicator.code
        months = [
            data.get(f"{code}-{month}", "").strip() if _open(row, month, first_open) else now
            for month, now in enumerate(row.months, start=1)
        ]
        mine = [typed for month, typed in enumerate(months, start=1) if _open(row, month, first_open)]
        if mine:
            rows[code] = months if any(mine) else []
    return rows


def grid(planned: list[Planned], first_open: int, data: Any, wrong: list[dict[str, str]]) -> list[dict[str, Any]]:
    """Each indicator with its months, as typed after a refusal, each with what is wrong with it."""
    errors = {(problem["code"], problem["field"]): problem["message"] for problem in wrong}
    shown = []
    for row in planned:
        code = row.indicator.code
        cells = [
            {
                "month": month, "name": f"{code}-{month}", "now": now, "open": _open(row, month, first_open),
                "agreed": month in row.agreed, "error": errors.get((code, f"m{month}"), ""),
                "value": data.get(f"{code}-{month}", "") if data else plain(now),
            }
            for month, now in enumerate(row.months, start=1)
        ]  # fmt: skip
        mine = [message for (of, _field), message in errors.items() if of == code]
        shown.append({"code": code, "indicator": row.indicator, "cells": cells, "errors": mine})
    return shown
