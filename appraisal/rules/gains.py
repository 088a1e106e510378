"""Where points were lost, and what would win them back: computed from a line's trace, so without anybody else's facts.

A gain is exact: scored anew with the fact changed as told, everything else as it was, the line gets `score`. Source:
domain reference M11 (prediction equals the recomputed score). Prose: platform/docs/rules/index.md.
"""

from collections.abc import Collection, Iterable, Mapping
from dataclasses import dataclass
from decimal import Decimal
from fractions import Fraction
from typing import Any

from appraisal.rules.exact import (
    PUBLISHED_PLACES,
    STORED_PLACES,
    ZERO,
    from_units,
    half_up,
    half_up_units,
    marks,
    number,
)
from appraisal.rules.methods import Rule, Status
from appraisal.rules.methods.base import Effort, Step, step
from appraisal.rules.methods.rank import Comparison
from appraisal.rules.ranking import Standing
from appraisal.rules.scorecard import held, line_units

REPORT, OBJECT = "REPORT", "OBJECT"  # efforts that no method knows of
ORDER = (REPORT, Effort.PAPER, OBJECT, Effort.WORK, Effort.PEERS)  # the cheapest first


@dataclass(frozen=True, slots=True)
class Gain:
    """One way to more points on one indicator.

    gain, score: of the line, 4 decimals. fact: what it takes, as the engine reads it; None when it is no change of the
    fact. at_most: nobody can know yet what a report will earn. share: see `Move`.
    """

    code: str
    effort: str
    step: Step
    gain: Decimal
    score: Decimal
    fact: dict[str, Any] | None = None
    comparison: Comparison | None = None
    share: Fraction | None = None
    at_most: bool = False

    @property
    def per_percent(self) -> Decimal | None:
        """Points for each hundredth of the target; None where there is no such measure."""
        if not self.share:
            return None
        return half_up(Fraction(self.gain) / (self.share * 100), STORED_PLACES)


@dataclass(frozen=True, slots=True)
class Loss:
    """What an indicator lost: points, the ways back with the nearest first, and why there are none."""

    code: str
    lost: Decimal
    gains: tuple[Gain, ...]
    why_none: Step | None


def loss_of(rule: Rule, trace: Mapping[str, Any]) -> Loss:
    """The loss of a line from its trace (as `trace.of_line`), with the rule of its indicator."""
    code, effective = trace["code"], number(trace["effective_points"])
    score = Decimal(trace["score"])
    lost = max(half_up(effective, STORED_PLACES) - score, Decimal(0))
    if trace["status"] == Status.NOT_APPLICABLE or not lost:
        return Loss(code, Decimal(0), (), None)
    if trace.get("zeroed"):
        return Loss(code, lost, (), step("lost.zeroed"))
    if trace["status"] == Status.NOT_REPORTED:
        most = step("move.report", points=marks(effective))
        return Loss(code, lost, (Gain(code, REPORT, most, lost, score + lost, at_most=True),), None)
    gains = (*_moves(rule, trace, effective, score), *_objection(rule, trace, effective, score))
    why_none = None if gains else step(f"lost.{rule.method}" if rule.method in SETTLED else "lost.other")
    return Loss(code, lost, gains, why_none)


SETTLED = frozenset({"DEDUCT", "MILESTONE", "PANEL", "MANUAL", "FORMULA"})


def _moves(rule: Rule, trace: Mapping[str, Any], effective: Fraction, score: Decimal) -> list[Gain]:
    reading, off = rule.read(trace["fact"]), _off(trace)
    told = trace.get("comparison")
    comparison = Comparison.read(told["scope"], told["field"]) if told else None
    found = []
    for move in rule.moves(reading, comparison):
        earned = rule.earn(move.reading, move.comparison or comparison)
        if isinstance(earned, Status):
            continue
        then = from_units(line_units(earned, rule.points, effective, off), STORED_PLACES)
        if then > score:
            fact = rule.inputs(move.reading)
            found.append(
                Gain(trace["code"], move.effort, move.step, then - score, then, fact, move.comparison, move.share)
            )
    return found


def _objection(rule: Rule, trace: Mapping[str, Any], effective: Fraction, score: Decimal) -> list[Gain]:
    """What verification took off, as it would be without."""
    if not trace["points_off"] or trace["earned"] is None:
        return []
    then = from_units(line_units(number(trace["earned"]), rule.points, effective), STORED_PLACES)
    if then <= score:
        return []
    does = step("move.object", points=str(then - score))
    return [Gain(trace["code"], OBJECT, does, then - score, then)]


def _off(trace: Mapping[str, Any]) -> Fraction:
    return sum((number(off["points"]) for off in trace["points_off"]), ZERO)


def cheapest(losses: Iterable[Loss]) -> list[Gain]:
    """Every gain in the order of ORDER; work by points per hundredth of the target."""

    def key(gain: Gain) -> tuple[int, int, Decimal, Decimal, str]:
        rate = gain.per_percent
        return ORDER.index(gain.effort), int(rate is None), -(rate or Decimal(0)), -gain.gain, gain.code

    return sorted((gain for loss in losses for gain in loss.gains), key=key)


def total_with(total: Mapping[str, Any], gains: Iterable[Gain]) -> Decimal:
    """The published total with these gains together, from the trace of the total (as `trace.of_total`).

    One gain for an indicator at most. Raises ValueError for two.
    """
    chosen = list(gains)
    if len({gain.code for gain in chosen}) != len(chosen):
        raise ValueError("two gains of one indicator cannot come true together")
    units = int((Decimal(total["sum"]) + sum((gain.gain for gain in chosen), Decimal(0))).scaleb(STORED_PLACES))
    if difficulty := total.get("difficulty"):
        weighted = Fraction(units, 10**STORED_PLACES) * number(difficulty["coefficient"])
        units = half_up_units(weighted, STORED_PLACES)
    adjusted = number(total["bonus_counted"]) - number(total["deduction_counted"])
    return from_units(held(units, adjusted, number(total["minimum"]), number(total["maximum"])), PUBLISHED_PLACES)


class Prospect:
    """What a ranking will need of an office that makes some gains true: read from its own card's traces alone."""

    def __init__(self, card: Mapping[str, Any]) -> None:
        """card: as `Scorecard.as_json()` has it, its lines with it."""
        self._card = card
        self._group_of = {line["code"]: line["group"] for line in card["lines"]}
        self._off = {line["code"]: len(line["points_off"]) for line in card["lines"]}
        self._sums = dict.fromkeys(self._group_of.values(), Decimal(0))
        for line in card["lines"]:
            self._sums[line["group"]] += Decimal(line["score"])

    def standing(self, gains: Collection[Gain] = ()) -> Standing:
        """With these gains together, one for an indicator at most (ValueError).

        An objection that is upheld takes its points off back: they are no deduction any more. What is gained among
        peers moves others down, which only they can be told of: the place that follows is the worst there can be.
        """
        sums = dict(self._sums)
        for gain in gains:
            sums[self._group_of[gain.code]] += gain.gain
        taken_back = sum(self._off[gain.code] for gain in gains if gain.effort == OBJECT)
        return Standing(
            office=self._card["office"],
            peer_group=self._card["peer_group"],
            total=total_with(self._card["total"], gains),
            groups={code: half_up(Fraction(value), PUBLISHED_PLACES) for code, value in sums.items()},
            vetoes=len(self._card["vetoes"]),
            deductions=len(self._card["total"]["deduction"]) + sum(self._off.values()) - taken_back,
        )
