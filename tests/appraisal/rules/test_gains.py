"""What is promised to win points back is what scoring anew gives; and every method says what it can."""

from collections import Counter
from dataclasses import replace
from decimal import Decimal
from random import Random
from typing import Any

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from appraisal.rules import gains
from appraisal.rules.adjustments import Adjustments, Item, PointsOff
from appraisal.rules.engine import score
from appraisal.rules.exact import number
from appraisal.rules.methods import METHODS
from appraisal.rules.scheme import Indicator, Scheme, rules_of
from tests.appraisal.rules import strategies

FEW = settings(
    max_examples=100,
    deadline=None,
    derandomize=True,
    suppress_health_check=[HealthCheck.too_slow, HealthCheck.data_too_large],
)


@st.composite
def adjusted(draw: st.DrawFn) -> tuple[strategies.Situation, dict[str, Adjustments]]:
    """A situation in which verification took points off here and there, and some got a bonus or a deduction."""
    situation = draw(strategies.situations())
    scheme, peers, _ = situation
    adjustments = {}
    for office in peers:
        offs = tuple(
            PointsOff(row.code, number(draw(strategies.decimals(0, 1, 1))), "抽查不符")
            for row in scheme.scored
            if not draw(st.integers(0, 4))
        )
        bonus = (Item(number(draw(strategies.decimals(0, 6, 1))), "表彰"),) if draw(st.booleans()) else ()
        adjustments[office] = Adjustments(points_off=offs, bonus=bonus)
    return situation, adjustments


def test_every_gain_is_what_scoring_anew_gives() -> None:
    tried: Counter[str] = Counter()  # the property would hold as well for nothing

    @FEW
    @given(adjusted())
    def holds(told: tuple[strategies.Situation, dict[str, Adjustments]]) -> None:
        (scheme, peers, facts), adjustments = told
        rules = rules_of(scheme)
        for office, card in score(scheme, peers, facts, adjustments).items():
            total = card.as_json()["total"]
            for line in card.lines:
                for gain in gains.loss_of(rules[line.code], line.trace).gains:
                    if gain.at_most:
                        continue
                    anew = _anew(scheme, peers, facts, adjustments, office, gain)
                    assert anew.line(line.code).score == gain.score == line.score + gain.gain
                    assert anew.total == gains.total_with(total, [gain])
                    tried[gain.effort] += 1

    holds()
    assert min(tried[kind] for kind in ("PAPER", "WORK", "OBJECT")) > 20


def _anew(scheme: Any, peers: Any, facts: Any, adjustments: Any, office: str, gain: gains.Gain) -> Any:
    if gain.effort == gains.OBJECT:
        mine = adjustments[office]
        left = tuple(off for off in mine.points_off if off.indicator != gain.code)
        adjustments = {**adjustments, office: replace(mine, points_off=left)}
    else:
        facts = {**facts, office: {**facts[office], gain.code: gain.fact}}
    return score(scheme, peers, facts, adjustments)[office]


def test_every_place_won_among_peers_is_what_scoring_anew_gives() -> None:
    chance, tried = Random(11), 0
    for _ in range(300):
        shares = sorted(chance.sample(["1/6", "1/4", "1/3", "1/2", "2/3"], 2), key=number)
        bands = [{"share": share, "points": points} for share, points in zip([*shares, "1"], "421", strict=True)]
        order, limit = chance.choice(["ascending", "descending"]), chance.choice([None, "7"])
        how = {"order": order, "bands": bands, "zero_above": limit, "scope": chance.choice(["peer_group", "province"])}
        scheme = Scheme(
            (Indicator("A", "", "组", Decimal(4)), Indicator("A1", "A", "指标", Decimal(4), "RANK", how)),
            "REDISTRIBUTE",
        )
        peers = {f"o{place}": chance.choice("12") for place in range(chance.randint(1, 9))}
        facts = {office: {"A1": {"value": str(chance.randint(0, 9))}} for office in peers}
        rule = rules_of(scheme)["A1"]
        for office, card in score(scheme, peers, facts).items():
            for gain in gains.loss_of(rule, card.line("A1").trace).gains:
                anew = _anew(scheme, peers, facts, {}, office, gain)
                assert anew.line("A1").score == gain.score
                tried += 1
    assert tried > 500


@FEW
@given(strategies.situations())
def test_together_they_add_up(situation: strategies.Situation) -> None:
    scheme, peers, facts = situation
    rules = rules_of(scheme)

    for office, card in score(scheme, peers, facts).items():
        losses = [gains.loss_of(rules[line.code], line.trace) for line in card.lines]
        # A change that moves others' places is told alone: two of them may pass each other.
        firsts = [
            next(iter(each for each in loss.gains if not each.at_most and each.effort != "PEERS"), None)
            for loss in losses
        ]
        chosen = [gain for gain in firsts if gain]
        changed = {**facts[office], **{gain.code: gain.fact for gain in chosen}}
        anew = score(scheme, peers, {**facts, office: changed})[office]

        assert anew.total == gains.total_with(card.as_json()["total"], chosen)
        lost = sum((loss.lost for loss in losses), Decimal(0))
        applicable = sum((line.effective_points for line in card.lines if line.status != "NOT_APPLICABLE"), number(0))
        scored = sum((line.score for line in card.lines if line.status != "NOT_APPLICABLE"), Decimal(0))
        assert abs(number(lost) - (applicable - number(scored))) < number("0.01")


CASES = [
    # method, parameters, points, fact → the moves: sentence, values, fact entry
    ("RATIO", {"cap": "1", "floor": "0.6"}, {"target": "100", "value": "50"},
     [("move.more", {"more": "10", "to": "60"}), ("move.more", {"more": "50", "to": "100"})]),
    ("RATIO", {"cap": "1"}, {"target": "100", "value": "120"}, []),
    ("INVERSE_RATIO", {"cap": "1"}, {"target": "10", "value": "30"}, [("move.less", {"less": "20", "to": "10"})]),
    ("LINEAR", {"from": "0", "to": "80"}, {"value": "60"}, [("move.more", {"more": "20", "to": "80"})]),
    ("LINEAR", {"from": "80", "to": "0"}, {"value": "60"}, [("move.less", {"less": "60", "to": "0"})]),
    ("STEP", {"direction": "higher_is_better",
              "steps": [{"at_least": "95", "points": "4"}, {"at_least": "85", "points": "2"}]}, {"value": "80"},
     [("move.more", {"more": "5", "to": "85"}), ("move.more", {"more": "15", "to": "95"})]),
    ("STEP", {"direction": "category", "steps": [{"equals": "优", "points": "4"}, {"equals": "良", "points": "2"}]},
     {"value": "中"}, [("move.category", {"to": "良"}), ("move.category", {"to": "优"})]),
    ("THRESHOLD", {"requires": ["甲", "乙", "丙"]}, {"present": [True, False, False]},
     [("move.present", {"missing": "乙、丙"})]),
    ("ADD", {"cap": "4", "rules": [{"event": "小", "points": "1"}, {"event": "大", "points": "2"}]},
     {"counts": ["1", "0"]}, [("move.event", {"event": "大"}), ("move.event", {"event": "小"})]),
    ("DEDUCT", {"minimum": "0", "rules": [{"event": "差错", "points": "1"}]}, {"counts": ["2"]}, []),
    ("MILESTONE", {"late_days": [{"at_most": "0", "share": "1"}]}, {"late_days": ["9"]}, []),
    ("MANUAL", {}, {"points": "1"}, []),
]  # fmt: skip


@pytest.mark.parametrize(("method", "parameters", "fact", "told"), CASES)
def test_moves_of_a_method(method: str, parameters: dict[str, Any], fact: Any, told: list[Any]) -> None:
    rule = METHODS[method](number("4"), parameters)

    moves = rule.moves(rule.read(fact), None)

    assert [(move.step["key"], move.step["values"]) for move in moves] == told


def test_a_place_among_peers_names_whom_to_catch_and_only_what_earns_more() -> None:
    bands = [{"share": "1/3", "points": "4"}, {"share": "2/3", "points": "2"}, {"share": "1", "points": "0"}]
    rule = METHODS["RANK"](number("4"), {"order": "ascending", "bands": bands})
    values = {
        "a": number("1"),
        "b": number("2"),
        "c": number("3"),
        "d": number("4"),
        "e": number("5"),
        "f": number("6"),
    }
    comparison = rule.compare(dict.fromkeys(values, "1"), values)["1"]

    moves = rule.moves(number("6"), comparison)

    # Level with the fourth one would be fourth of six still in the second third; level with the second is first third.
    assert [(move.step["values"]["to"], move.step["values"]["rank"]) for move in moves] == [("4", 4), ("2", 2)]
    assert rule.moves(number("1"), comparison) == []


def test_the_cheapest_come_first() -> None:
    def gain(code: str, effort: str, points: str, share: str | None = None) -> gains.Gain:
        part = number(share) if share else None
        return gains.Gain(code, effort, {"key": "", "values": {}}, Decimal(points), Decimal(9), share=part)

    far, near = gain("A1", "WORK", "1", "0.5"), gain("A2", "WORK", "0.5", "0.05")
    unmeasured, peers = gain("A3", "WORK", "3"), gain("A4", "PEERS", "4", "0.01")
    paper, report, objection = gain("A5", "PAPER", "0.1"), gain("A6", "REPORT", "0.1"), gain("A7", "OBJECT", "0.1")
    losses = [gains.Loss(each.code, Decimal(1), (each,), None)
              for each in (peers, unmeasured, far, near, objection, paper, report)]  # fmt: skip

    assert gains.cheapest(losses) == [report, paper, objection, near, far, unmeasured, peers]


def test_two_gains_of_one_indicator_are_not_added() -> None:
    one = gains.Gain("A1", "WORK", {"key": "", "values": {}}, Decimal(1), Decimal(2))
    total = {"sum": "80", "bonus_counted": "0", "deduction_counted": "0", "minimum": "0", "maximum": "105"}

    assert gains.total_with(total, [one]) == Decimal("81.00")
    with pytest.raises(ValueError, match="cannot come true together"):
        gains.total_with(total, [one, one])
