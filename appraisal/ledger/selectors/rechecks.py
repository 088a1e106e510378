"""Stored scores against their own traces, by code that shares nothing with the engine."""

from collections.abc import Callable, Iterator
from typing import Any

from appraisal.checker import Difference, recheck, recheck_together
from appraisal.ledger.models import Scorecard, ScoreLine, ScoreRun

CHUNK = 100  # cards whose lines are in memory at once


def stored_card(card: Scorecard, lines: list[ScoreLine]) -> dict[str, Any]:
    """The card as the engine wrote it, put together again from its rows."""
    return {**card.trace, "lines": [line.trace for line in lines]}


def recheck_run(run: ScoreRun, told: Callable[[int], None] = lambda scores: None) -> Iterator[Difference]:
    """Every difference between the stored figures of a run and what their traces give. told(scores checked)."""
    ranked = []
    cards = Scorecard.objects.filter(run=run).select_related("office").order_by("id")
    for chunk in _chunks(cards):
        lines = _lines_by_card(chunk)
        for card in chunk:
            mine = lines.get(card.pk, [])
            whole = stored_card(card, mine)
            yield from recheck(whole)
            yield from _columns(card, mine, whole)
            ranked.append({**whole, "lines": [row for row in whole["lines"] if row["method"] == "RANK"]})
            told(len(mine) + 1)
    yield from recheck_together(ranked)


def _chunks(cards: Any) -> Iterator[list[Scorecard]]:
    chunk: list[Scorecard] = []
    for card in cards.iterator(chunk_size=CHUNK):
        chunk.append(card)
        if len(chunk) == CHUNK:
            yield chunk
            chunk = []
    if chunk:
        yield chunk


def _lines_by_card(cards: list[Scorecard]) -> dict[int, list[ScoreLine]]:
    found: dict[int, list[ScoreLine]] = {}
    rows = ScoreLine.objects.filter(card__in=[card.pk for card in cards]).select_related("indicator")
    for line in rows.order_by("card_id", "id"):
        found.setdefault(line.card_id, []).append(line)
    return found


def _columns(card: Scorecard, lines: list[ScoreLine], whole: dict[str, Any]) -> Iterator[Difference]:
    """The columns that pages read say what the traces say."""
    office = card.office.schema_name
    if whole.get("office") != office:
        yield Difference(office, "office", office, str(whole.get("office")))
    if str(card.total) != whole["total"]["total"]:
        yield Difference(office, "total column", str(card.total), whole["total"]["total"])
    deductions = len(whole["total"]["deduction"]) + sum(len(row["points_off"]) for row in whole["lines"])
    if card.deduction_count not in (None, deductions):
        yield Difference(office, "deductions column", str(card.deduction_count), str(deductions))
    for line in lines:
        if line.indicator.code != line.trace["code"] or str(line.score) != line.trace["score"]:
            yield Difference(office, f"{line.indicator.code} column", str(line.score), str(line.trace["score"]))
