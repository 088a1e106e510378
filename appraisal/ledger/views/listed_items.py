"""加扣分和一票否决 as a card and a statement show them: what each stands on, and the files to open."""

from datetime import date
from typing import Any

from django.utils import timezone
from django.utils.translation import gettext as _

from appraisal.ledger.models import ScoreAdjustment, Scorecard
from appraisal.ledger.selectors import item_objections
from appraisal.ledger.selectors import listed_items as selectors
from appraisal.ledger.views.evidence import file_items
from tenants.actors import Actor

Kind = ScoreAdjustment.Kind


def of_card(actor: Actor, card: Scorecard, *, on: date) -> list[dict[str, Any]]:
    """Of a card, with what became of an item since, and whether it can be objected to."""
    listed = selectors.of_card(card)
    about = item_objections.about_items(actor, card, listed, on=on)
    return [
        {
            "kind": each.kind, "kind_label": each.kind_label, "code": each.code, "title": each.title,
            "points": each.points, "grade": each.ceiling, "row": each.row, "basis": row.legal_basis if row else "",
            "unit": row.confirming_unit if row else "", "by": row.recorded_by_name if row else "",
            "on": timezone.localdate(row.recorded_at) if row else None, "from_month": row.from_month if row else None,
            "late_reason": row.late_reason if row else "", "files": file_items(each.evidence),
            "about": about.get(each.adjustment_id or 0),
        }
        for each in listed for row in [each.row]
    ]  # fmt: skip


def objection_words() -> dict[str, str]:
    """Whether a line or an item of a statement could be objected to when it was issued."""
    return {"OPEN": _("可以申诉"), "OBJECTED": _("已提出申诉"), "LATE": _("申诉期已过")}


def of_statement(said: dict[str, Any]) -> list[dict[str, Any]]:
    """Of a statement as it was told; those of earlier releases say the reason and the points alone."""
    listed = [
        *((Kind.BONUS, each) for each in said["added"]),
        *((Kind.DEDUCTION, each) for each in said["taken"]),
        *((Kind.VETO, each) for each in said["vetoes"]),
    ]
    words = objection_words()
    return [
        {
            "kind": kind, "kind_label": kind.label, "code": each.get("item") or each.get("code", ""),
            "title": each["reason"], "points": each.get("points", "0"), "grade": each.get("grade", ""),
            "basis": each.get("basis", ""), "unit": each.get("unit", ""), "by": each.get("by", ""),
            "on": date.fromisoformat(each["on"]) if each.get("on") else None, "from_month": each.get("from_month"),
            "late_reason": each.get("late_reason", ""), "files": file_items(each.get("evidence", [])),
            "objection": words[each["objection"]] if "objection" in each else "",
        }
        for kind, each in listed
    ]  # fmt: skip
