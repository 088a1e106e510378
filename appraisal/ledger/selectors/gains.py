"""Where a card lost points and what would win them back: each way with the total and the place it would bring.

From the card's own traces and what a ranking is made from of the other cards (totals, groups, how many vetoes and
deductions): no other office's facts are needed.
"""

import re
from collections.abc import Collection, Iterator
from dataclasses import dataclass, replace
from decimal import Decimal
from fractions import Fraction
from typing import Any

from django.db.models import F, Func, IntegerField
from django.db.models.functions import Coalesce
from django.utils.translation import gettext as _

from appraisal.ledger.models import Scorecard, ScoreLine
from appraisal.ledger.selectors import explanations, rechecks, scores
from appraisal.library.models import Indicator
from appraisal.library.models.words import unit_label
from appraisal.library.schemes import rule_row
from appraisal.rules import gains as rules
from appraisal.rules import grades, ranking
from appraisal.rules.adjustments import Veto
from appraisal.rules.methods import METHODS
from core.errors import Invalid


@dataclass(frozen=True)
class Outcome:
    """What would be: total (2 decimals), places, grade; at_most: nobody can know yet what a report will earn."""

    total: Decimal
    rank: int
    peer_rank: int
    grade: str
    at_most: bool = False


@dataclass(frozen=True)
class Way:
    """One way to more points. key: the code and its place among the indicator's ways, from 1 ("A1.2")."""

    key: str
    indicator: Indicator
    gain: rules.Gain
    lost: Decimal
    sentence: str
    outcome: Outcome
    climbed: int  # places won
    chosen: bool

    @property
    def effort(self) -> str:
        return explanations.word(f"effort.{self.gain.effort}")


@dataclass(frozen=True)
class Settled:
    """A loss without a way back, and why."""

    indicator: Indicator
    lost: Decimal
    sentence: str


@dataclass(frozen=True)
class WinningBack:
    """The page: ways with the cheapest first, what is settled, how it is now, and with the chosen ways together."""

    ways: list[Way]
    settled: list[Settled]
    lost: Decimal
    now: Outcome
    together: Outcome | None

    @property
    def more(self) -> Decimal:
        """What the chosen ways bring together; 2 decimals."""
        return self.together.total - self.now.total if self.together else Decimal(0)

    @property
    def within_reach(self) -> Decimal:
        """What the best way of each indicator would bring, all together; 4 decimals."""
        best: dict[str, Decimal] = {}
        for way in self.ways:
            best[way.indicator.code] = max(best.get(way.indicator.code, Decimal(0)), way.gain.gain)
        return sum(best.values(), Decimal(0))


def of_card(card: Scorecard, chosen: Collection[str] = ()) -> WinningBack:
    """chosen: keys of ways that are to come true together. Two queries, whatever the number of lines and offices.

    Raises Invalid (field "do") for a key that is no way of this card, and for two ways of one indicator.
    """
    lines = scores.lines_of(card)
    losses = {line.indicator.code: _loss(line) for line in lines}
    indicators = {line.indicator.code: line.indicator for line in lines}
    keys = {id(gain): key for loss in losses.values() for key, gain in _keyed(loss)}
    picked = _picked({key: gain for loss in losses.values() for key, gain in _keyed(loss)}, chosen)
    outcomes = _Outcomes(card, lines)
    now = outcomes.of([])
    ways = [
        Way(
            key=keys[id(gain)],
            indicator=indicators[gain.code],
            gain=gain,
            lost=losses[gain.code].lost,
            sentence=_sentence(gain.step, indicators[gain.code]),
            outcome=(then := outcomes.of([gain])),
            climbed=now.rank - then.rank,
            chosen=gain in picked,
        )
        for gain in rules.cheapest(losses.values())
    ]
    return WinningBack(
        ways=ways,
        settled=[
            Settled(indicators[code], loss.lost, _sentence(loss.why_none, indicators[code]))
            for code, loss in losses.items()
            if loss.why_none
        ],
        lost=sum((loss.lost for loss in losses.values()), Decimal(0)),
        now=now,
        together=outcomes.of(picked) if picked else None,
    )


def _loss(line: ScoreLine) -> rules.Loss:
    row = rule_row(line.indicator, line.indicator.parent.code if line.indicator.parent else "")
    rule = METHODS[row.method](Fraction(row.points), row.parameters)
    return rules.loss_of(rule, line.trace)


def _keyed(loss: rules.Loss) -> Iterator[tuple[str, rules.Gain]]:
    for place, gain in enumerate(loss.gains, start=1):
        yield f"{loss.code}.{place}", gain


def _picked(ways: dict[str, rules.Gain], chosen: Collection[str]) -> list[rules.Gain]:
    if unknown := sorted(set(chosen) - ways.keys()):
        raise Invalid(
            _("“%(key)s”不在本得分单可挽回的办法里，得分单可能已经变化。请刷新后重新选择。") % {"key": unknown[0][:20]},
            field="do",
        )
    picked: dict[str, rules.Gain] = {}
    for key in sorted(set(chosen)):
        if picked.setdefault(ways[key].code, ways[key]) is not ways[key]:
            raise Invalid(_("%(code)s 选了两种办法，同一指标只能选一种。") % {"code": ways[key].code}, field="do")
    return list(picked.values())


def _sentence(step: dict[str, Any] | None, indicator: Indicator) -> str:
    assert step is not None
    text = explanations.sentence({"key": step["key"], "values": {"unit": unit_label(indicator.unit), **step["values"]}})
    return re.sub(r" +(?=[，）]|$)", "", re.sub(r" {2,}", " ", text))  # where there is no unit


class _Outcomes:
    """Total, places and grade of a card with some gains."""

    def __init__(self, card: Scorecard, lines: list[ScoreLine]) -> None:
        self.on = card.run.as_of
        whole = rechecks.stored_card(card, lines)
        self.vetoes = [Veto(each["ceiling"], each["reason"], each["code"]) for each in whole["vetoes"]]
        # A run that did not keep how often verification took points off compares deduction items only, for all alike.
        self.counts_off = card.deduction_count is not None
        self.items = len(whole["total"]["deduction"])
        self.prospect = rules.Prospect(whole)
        self.field = ranking.Field(_others(card), on=self.on)

    def of(self, gains: Collection[rules.Gain]) -> Outcome:
        mine = self.prospect.standing(gains)
        rank, peer_rank = self.field.places(mine if self.counts_off else replace(mine, deductions=self.items))
        grade = grades.grade(mine.total, self.vetoes, on=self.on).grade
        return Outcome(mine.total, rank, peer_rank, grade, any(gain.at_most for gain in gains))


def _others(card: Scorecard) -> Iterator[ranking.Standing]:
    rows = Scorecard.objects.filter(run_id=card.run_id).exclude(pk=card.pk)
    kept = Coalesce(
        "deduction_count",
        Func(F("trace__total__deduction"), function="jsonb_array_length", output_field=IntegerField()),
    )
    columns = rows.annotate(groups=F("trace__groups"), deductions=kept)
    asked = columns.values_list("peer_group", "total", "vetoes", "groups", "deductions")
    for group, total, vetoes, groups, deductions in asked:
        yield ranking.Standing(
            office="",
            peer_group=str(group),
            total=total,
            groups={each["code"]: Decimal(each["score"]) for each in groups},
            vetoes=vetoes,
            deductions=deductions,
        )
