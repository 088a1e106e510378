"""Bonus items, deduction items and vetoes as a card lists them, each with what it was recorded with.

A card's trace keeps the title and the points of an item (code and ceiling of a veto) and nothing else; it is never
touched. Which record an item came from is told by those, and by what was in force when the run was started.
"""

from collections import defaultdict
from collections.abc import Iterable
from dataclasses import dataclass
from decimal import Decimal
from typing import Any

from appraisal.ledger.models import ScoreAdjustment, Scorecard, ScoreRun

Kind = ScoreAdjustment.Kind


@dataclass(frozen=True)
class Listed:
    """One item of a card. points: 0 for a veto; row: its record, None where no record fits."""

    kind: str
    code: str
    title: str
    points: Decimal
    ceiling: str
    row: ScoreAdjustment | None

    @property
    def kind_label(self) -> str:
        return str(Kind(self.kind).label)

    # As the API gives them; empty where there is no record.
    @property
    def adjustment_id(self) -> int | None:
        return self.row.pk if self.row else None

    @property
    def evidence(self) -> list[dict[str, Any]]:
        return list(self.row.evidence) if self.row else []


def of_card(card: Scorecard) -> list[Listed]:
    """The items of a card: bonus, deductions, vetoes, each in the order of its trace. card.run is read. One query.

    None where the card lists none: then nothing is asked.
    """
    return of_cards(card.run, [card])[card.pk]


def of_cards(run: ScoreRun, cards: Iterable[Scorecard]) -> dict[int, list[Listed]]:
    """card id → the same, for cards of one run. One query, whatever their number."""
    told = {card.pk: (card.office_id, _told(card.trace)) for card in cards}
    offices = {office_id for office_id, items in told.values() if items}
    known: dict[int, list[ScoreAdjustment]] = defaultdict(list)
    if offices:
        rows = ScoreAdjustment.objects.filter(
            cycle_id=run.cycle_id, office_id__in=offices, from_month__lte=run.period.month
        )
        for row in sorted(rows, key=lambda row: (not _in_force(row, run), row.pk)):
            known[row.office_id].append(row)
    return {pk: _matched(items, known[office_id]) for pk, (office_id, items) in told.items()}


def _told(trace: dict[str, Any]) -> list[Listed]:
    total = trace.get("total", {})
    return [
        Listed(kind, "", str(each["reason"]), Decimal(str(each["points"])), "", None)
        for kind, name in ((Kind.BONUS, "bonus"), (Kind.DEDUCTION, "deduction")) for each in total.get(name, [])
    ] + [
        Listed(Kind.VETO, each["code"], str(each["reason"]), Decimal(0), each["ceiling"], None)
        for each in trace.get("vetoes", [])
    ]  # fmt: skip


def _in_force(row: ScoreAdjustment, run: ScoreRun) -> bool:
    """Whether it stood when the run was started."""
    return row.recorded_at <= run.started_at and (row.revoked_at is None or row.revoked_at > run.started_at)


def _matched(items: list[Listed], rows: list[ScoreAdjustment]) -> list[Listed]:
    """Each item with the first record that fits and no other item has: those in force first, as they were entered."""
    left, found = list(rows), []
    for item in items:
        row = next((row for row in left if _fits(item, row)), None)
        if row is not None:
            left.remove(row)
        code = row.code if row is not None else item.code
        found.append(Listed(item.kind, code, item.title, item.points, item.ceiling, row))
    return found


def _fits(item: Listed, row: ScoreAdjustment) -> bool:
    if row.kind != item.kind or row.title != item.title:
        return False
    return row.code == item.code if item.kind == Kind.VETO else row.points == item.points
