"""The grid of a consultation: the column of the side whose turn it is, as typed."""

from typing import Any

from appraisal.ledger.models import ConsultedFigure
from appraisal.ledger.selectors import consultations as selectors
from appraisal.ledger.selectors.letters import plain
from appraisal.ledger.usecases.consultations import Proposed


def typed_rows(data: Any, rows: list[ConsultedFigure]) -> list[Proposed]:
    """What was typed for every indicator."""
    codes = [row.indicator.code for row in rows]
    return [
        Proposed(
            code, figure=data.get(f"{code}-figure", ""), reason=data.get(f"{code}-reason", ""),
            last_year=data.get(f"{code}-last_year", ""),
        )
        for code in codes
    ]  # fmt: skip


def grid(
    rows: list[ConsultedFigure], step: str | None, typed: list[Proposed], wrong: list[dict[str, str]]
) -> list[dict[str, Any]]:
    """Each indicator with its figures so far, and in the open step what to type: own, or the step before as a start."""
    given = {row.code: row for row in typed}
    errors: dict[str, list[str]] = {}
    for problem in wrong:
        errors.setdefault(problem["code"], []).append(problem["message"])
    shown = []
    for row in rows:
        code, typed_row = row.indicator.code, given.get(row.indicator.code)
        figure = reason = last_year = ""
        if step is not None:
            start = getattr(row, step)
            if start is None and not getattr(row, f"{step}_reason") and step in selectors.BEFORE:
                start = getattr(row, selectors.BEFORE[step])
            figure = typed_row.figure if typed_row else plain(start) or ""
            reason = typed_row.reason if typed_row else getattr(row, f"{step}_reason")
            last_year = typed_row.last_year if typed_row else plain(row.last_year) or ""
        shown.append({
            "row": row, "indicator": row.indicator, "code": code, "figure": figure, "reason": reason,
            "last_year": last_year, "errors": errors.get(code, []),
            "asks_last_year": step == "first" and not row.last_year_recorded,
            "steps": [
                {
                    "value": getattr(row, name), "reason": getattr(row, f"{name}_reason"),
                    "differs": name in row.differing, "change": selectors.change(row, name),  # type: ignore[attr-defined]
                }
                for name in selectors.STEPS
            ],
        })  # fmt: skip
    return shown
