"""Ten thousand random scores recomputed from what is stored of them, by code that shares nothing with the engine;
and what is promised to bring points back, points and place, held against scoring and ranking anew."""

import copy
import json
from collections import Counter
from dataclasses import replace
from decimal import Decimal
from random import Random
from typing import Any

import pytest

from appraisal.checker import recheck, recheck_together
from appraisal.rules import gains, ranking
from appraisal.rules.scheme import rules_of
from tests.appraisal.rules import chance

SOAK = pytest.mark.soak
FAST = [pytest.param(seed, 500, id=f"seed {seed}") for seed in range(20)]
LONG = [pytest.param(seed, 25_000, id=f"seed {seed}", marks=SOAK) for seed in range(100, 110)]


def stored(card: Any) -> dict[str, Any]:
    """The card as it comes back from the database: through JSON, without a number that is none of JSON's."""
    return json.loads(json.dumps(card.as_json(), ensure_ascii=False))


def scores_of(card: dict[str, Any]) -> int:
    return len(card["lines"]) + len(card["groups"]) + 1


@pytest.mark.parametrize(("seed", "scores"), FAST + LONG)
def test_random_scores_are_recomputed_without_a_difference(seed: int, scores: int) -> None:
    luck, done, methods = Random(seed), 0, Counter[str]()
    while done < scores:
        state = chance.state(luck)
        cards = [stored(card) for card in state.scored().values()]
        differences = [each for card in cards for each in recheck(card)] + recheck_together(cards)
        assert differences == [], state
        done += sum(map(scores_of, cards))
        methods.update(line["method"] for card in cards for line in card["lines"] if line["status"] == "SCORED")

    assert set(methods) == set(chance.METHODS)


def test_a_ten_thousandth_more_or_less_is_seen_in_every_score() -> None:
    """What the tests above would miss if the checker looked away: every single score of random cards, moved a bit."""
    luck, moved = Random(5), 0
    while moved < 300:
        for card in map(stored, chance.state(luck).scored().values()):
            for place, line in enumerate(card["lines"]):
                for by in ("0.0001", "-0.0001"):
                    tampered = copy.deepcopy(card)
                    tampered["lines"][place]["score"] = str(Decimal(line["score"]) + Decimal(by))
                    assert recheck(tampered), (card, place)
                    moved += 1


def anew(state: chance.State, office: str, gain: gains.Gain) -> dict[str, Any]:
    """Everybody's card once it has come true."""
    if gain.effort == gains.OBJECT:
        mine = state.adjustments[office]
        left = tuple(off for off in mine.points_off if off.indicator != gain.code)
        return state._replace(
            adjustments={**state.adjustments, office: replace(mine, points_off=left)}
        ).scored()  # fmt: skip
    facts = {**state.facts, office: {**state.facts[office], gain.code: gain.fact}}
    return state._replace(facts=facts).scored()


def places(cards: dict[str, Any]) -> dict[str, tuple[int, int]]:
    return {each.office: (each.rank, each.peer_rank) for each in ranking.rank(map(ranking.standing, cards.values()))}


@pytest.mark.parametrize("states", [500, pytest.param(5_000, marks=SOAK)])
def test_points_and_place_that_are_promised_are_those_of_scoring_and_ranking_anew(states: int) -> None:
    luck = Random(11)
    tried: Counter[str] = Counter()  # it would hold as well for nothing
    for _ in range(states):
        state = chance.state(luck, coarse=True)
        rules, cards = rules_of(state.scheme), state.scored()
        standings = {office: ranking.standing(card) for office, card in cards.items()}
        now = places(cards)
        for office, card in cards.items():
            prospect = gains.Prospect(stored(card))
            field = ranking.Field(each for other, each in standings.items() if other != office)
            assert prospect.standing() == standings[office]
            assert field.places(prospect.standing()) == now[office]
            for line in card.lines:
                for gain in gains.loss_of(rules[line.code], line.trace).gains:
                    if not gain.at_most:
                        _held(tried, anew(state, office, gain), office, gain, prospect, field)

    assert min(tried[effort] for effort in ("PAPER", "WORK", "OBJECT", "PEERS")) > states / 20
    assert tried["tied"] > states / 2
    assert tried["told apart by deductions"] > states / 60


def _held(
    tried: Counter[str], then: dict[str, Any], office: str, gain: gains.Gain, prospect: gains.Prospect,
    field: ranking.Field,
) -> None:  # fmt: skip
    card, promised, real = then[office], prospect.standing([gain]), places(then)[office]
    assert card.line(gain.code).score == gain.score
    assert promised == ranking.standing(card)
    place = field.places(promised)
    tried[gain.effort] += 1
    if gain.effort == "PEERS":  # the others fall by it, never rise
        assert real[0] <= place[0]
        assert real[1] <= place[1]
        return
    assert place == real
    mine = ranking.standing(card)
    others = [ranking.standing(other) for slug, other in then.items() if slug != office]
    level = [other for other in others if (other.total, other.vetoes) == (mine.total, mine.vetoes)]
    tried["tied"] += any(other.total == mine.total for other in others)
    groups = [other for other in level if all(_same(mine, other, codes) for codes in ("AB", "C"))]
    tried["told apart by deductions"] += any(other.deductions != mine.deductions for other in groups)


def _same(one: ranking.Standing, other: ranking.Standing, codes: str) -> bool:
    zero = Decimal(0)
    return sum(one.groups.get(code, zero) for code in codes) == sum(other.groups.get(code, zero) for code in codes)
