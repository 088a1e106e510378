"""What the document of a decision says, gathered once when it is issued and then kept with it.

anlan.decision/1: {schema, stage, province, office, year, month, indicator, line, filed, grounds, evidence, hearing,
finding, upheld, decision, decided, correction, after, further}. Of a bonus, deduction or veto there is `item` beside
them, and `line`, `correction` and `after` are about it. Figures are exact decimals as text. Of the panel it
says what the office may know (selectors.panels.panel_of): who heard it and the number of the minutes, not the votes.
"""

from datetime import date, datetime
from decimal import Decimal
from typing import Any

from django.utils import timezone, translation

from appraisal.ledger.models import DecisionDocument, FurtherAppeal, Objection, Scorecard, ScoreLine, Verification
from appraisal.ledger.selectors import amendments, further, further_days, item_objections, panels, rescored
from appraisal.ledger.selectors.explanations import shown_fact, word
from appraisal.ledger.selectors.fact_text import describe
from appraisal.ledger.states import FurtherAppealState, ObjectionState
from core import wording

Stage = DecisionDocument.Stage


def of_review(objection: Objection, *, at: datetime) -> dict[str, Any]:
    """Of the decision about a decided objection, as it stands at that moment."""
    decided_at = _moment(objection.decided_at)
    with translation.override(wording.kept()):  # what is written down for good is Chinese
        return {
            **_matter(objection, Stage.REVIEW),
            "filed": {"by": objection.filed_by_name, "on": _day(objection.filed_at)},
            "grounds": objection.grounds, "evidence": _names(objection.evidence),
            "hearing": _hearing(objection), "finding": objection.get_state_display(),
            "upheld": objection.state == ObjectionState.UPHELD, "decision": objection.decision,
            "decided": {"by": objection.decided_by_name, "on": _day(decided_at)},
            "correction": _correction(objection, decided_at),
            "after": _after(objection, decided_at) if objection.state == ObjectionState.UPHELD else None,
            "further": _further(objection, on=timezone.localdate(at)),
        }  # fmt: skip


def of_further(appeal: FurtherAppeal, *, at: datetime) -> dict[str, Any]:
    """Of the committee's decision; beside the same, what it was appealed against and the points in between."""
    objection, decided_at = appeal.objection, _moment(appeal.decided_at)
    review, met_on = _moment(objection.decided_at), appeal.met_on
    with translation.override(wording.kept()):
        upheld = appeal.state == FurtherAppealState.UPHELD
        between = _after(objection, review, before=decided_at)
        return {
            **_matter(objection, Stage.FURTHER),
            "filed": {"by": appeal.filed_by_name, "on": _day(appeal.filed_at)},
            "grounds": appeal.grounds, "evidence": _names(appeal.evidence),
            "hearing": {"members": [], "on": met_on.isoformat() if met_on else "", "minutes": appeal.minutes},
            "review": {
                "finding": objection.get_state_display(), "on": _day(review),
                "after": between,
            },
            "finding": appeal.get_state_display(), "upheld": upheld, "decision": appeal.decision,
            "decided": {"by": appeal.decided_by_name, "on": _day(decided_at)},
            "correction": _correction(objection, decided_at) if upheld else None,
            "after": _after(objection, decided_at) if upheld else None, "further": None,
        }  # fmt: skip


def _matter(objection: Objection, stage: str) -> dict[str, Any]:
    """Who, about what, and the points as they were when it was objected to."""
    period = objection.period
    if objection.line is None:
        return _listed(objection, stage)
    line = objection.line
    return {
        "schema": "anlan.decision/1", "stage": stage, "province": period.cycle.province.name,
        "office": objection.office.name, "year": period.cycle.year, "month": period.month,
        "indicator": {"code": line.indicator.code, "name": line.indicator.name, "name_en": line.indicator.name_en},
        "line": _points(line) | {
            "figure": shown_fact(line.trace, line.indicator.unit) if "status" in line.trace else "",
            "verified_off": _plain(line.points_off),
        },
    }  # fmt: skip


def _listed(objection: Objection, stage: str) -> dict[str, Any]:
    """The same of a bonus, deduction or veto: what it stands on, and the card as it was."""
    row, period = objection.item, objection.period
    return {
        "schema": "anlan.decision/1", "stage": stage, "province": period.cycle.province.name,
        "office": objection.office.name, "year": period.cycle.year, "month": period.month,
        "indicator": {"code": row.code, "name": row.title, "name_en": ""},
        "item": {
            "kind": row.kind, "word": row.get_kind_display(), "points": _plain(row.points), "basis": row.legal_basis,
            "unit": row.confirming_unit, "by": row.recorded_by_name, "on": _day(row.recorded_at),
            "ceiling": word(f"grade.{row.grade_ceiling}") if row.grade_ceiling else "",
        },
        "line": _card(objection, objection.scorecard),
    }  # fmt: skip


def _card(objection: Objection, card: Scorecard) -> dict[str, Any]:
    """How an item counts in a run, and what the run comes to."""
    counted = item_objections.counted_in(objection, card)
    return {
        "run": card.run.code, "counts": counted.points is not None,
        "points": "0" if counted.points is None else _plain(counted.points), "total": _plain(card.total),
        "grade": word(f"grade.{card.grade}") if card.grade else "",
    }  # fmt: skip


def _hearing(objection: Objection) -> dict[str, Any]:
    heard_on: date | None = objection.heard_on
    return {
        "members": [seat.person_name for seat in panels.in_place([objection])],
        "on": heard_on.isoformat() if heard_on else "", "minutes": objection.minutes,
    }  # fmt: skip


def _correction(objection: Objection, decided_at: datetime) -> dict[str, Any] | None:
    """What the decision changed of the figure, or of the item; None where it changed none."""
    if objection.line is None:
        rows = item_objections.entries_of(objection)
        made = next((row for row in rows if row.corrects_id and row.recorded_at == decided_at), None)
        struck = any(row.revoked_at == decided_at for row in rows)
        return {"struck": made is None, "points": _plain(made.points) if made else ""} if struck else None
    indicator = amendments.asked_of(objection.line)
    found = Verification.objects.filter(
        value__period_id=objection.period_id, value__office_id=objection.office_id, value__indicator=indicator,
        at=decided_at,
    )  # fmt: skip
    row = found.order_by("-pk").first()
    if row is None:
        return None
    after = row.fact_after if row.fact_after is not None else row.value.fact
    return {"figure": describe(indicator, after), "verified_off": _plain(row.points_off)}


def _after(objection: Objection, decided_at: datetime, *, before: datetime | None = None) -> dict[str, Any] | None:
    if objection.line is None:
        card = rescored.card_after(objection, decided_at, before=before)
        return None if card is None else _card(objection, card)
    line = rescored.after(objection, decided_at, before=before)
    return None if line is None else _points(line)


def _further(objection: Objection, *, on: date) -> dict[str, Any] | None:
    """Until when the committee may be asked; None where all points have come back."""
    if further.whole(objection):
        return None
    until, derivation = further_days.last_filing_day(objection)
    return {"until": until.isoformat(), "derivation": derivation.as_json(), "open": on <= until}


def _points(line: ScoreLine) -> dict[str, str]:
    return {
        "run": line.card.run.code, "points": _plain(line.effective_points), "score": _plain(line.score),
        "off": _plain(line.effective_points - line.score),
    }  # fmt: skip


def _names(evidence: list[dict[str, Any]]) -> list[str]:
    return [str(each["name"]) for each in evidence]


def _day(moment: datetime) -> str:
    return timezone.localdate(moment).isoformat()


def _moment(value: datetime | None) -> datetime:
    assert value is not None  # the policy has said that it is decided
    return value


def _plain(value: Decimal) -> str:
    """A figure without trailing zeros: 0.55, 4, 0."""
    return f"{value.normalize():f}" if value else "0"
