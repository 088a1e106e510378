"""What holds for every scheme and all facts."""

import json
from decimal import Decimal
from fractions import Fraction
from typing import Any

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from appraisal.checker import recheck, recheck_together
from appraisal.checker.formula import ZeroDenominator, evaluate
from appraisal.rules.adjustments import Adjustments, Item, PointsOff, Zeroed
from appraisal.rules.engine import score, target_to_date
from appraisal.rules.exact import half_up, number, plain
from appraisal.rules.methods import METHODS, Status
from appraisal.rules.methods.expression import Expression
from appraisal.rules.ranking import rank, standing
from tests.appraisal.rules import strategies

FEW = settings(
    max_examples=60,
    deadline=None,
    derandomize=True,
    suppress_health_check=[HealthCheck.too_slow, HealthCheck.data_too_large],
)
MANY = settings(max_examples=200, deadline=None, derandomize=True)


@FEW
@given(strategies.situations())
def test_the_points_of_what_applies_always_total_the_scheme(situation: strategies.Situation) -> None:
    scheme, peers, facts = situation
    everything = sum((number(row.points) for row in scheme.scored), Fraction(0))

    for card in score(scheme, peers, facts).values():
        applies = any(line.status != Status.NOT_APPLICABLE for line in card.lines)
        counted = sum((line.effective_points for line in card.lines), Fraction(0))
        assert counted == (everything if applies or scheme.na_treatment == "FULL" else 0)


@FEW
@given(strategies.situations())
def test_scores_stay_between_nothing_and_the_effective_points(situation: strategies.Situation) -> None:
    for card in score(*situation).values():
        for line in card.lines:
            assert 0 <= line.score <= half_up(line.effective_points, 4)
        for group in card.groups:
            assert group.sum == sum((line.score for line in group.lines), Decimal(0))
            assert group.score == half_up(number(group.sum), 2)
        assert 0 <= card.total <= 105
        assert card.sum == sum((line.score for line in card.lines), Decimal(0))


@FEW
@given(strategies.situations(), st.randoms(use_true_random=False))
def test_neither_the_order_of_offices_nor_of_facts_matters_and_a_repeat_gives_the_same_bytes(
    situation: strategies.Situation, chance: Any
) -> None:
    scheme, peers, facts = situation
    first = {office: card.as_bytes() for office, card in score(scheme, peers, facts).items()}

    offices = chance.sample(sorted(peers), len(peers))
    mixed = {
        office: {code: facts[office][code] for code in chance.sample(sorted(facts[office]), len(facts[office]))}
        for office in offices
    }
    again = score(scheme, {office: peers[office] for office in offices}, mixed)

    assert {office: card.as_bytes() for office, card in again.items()} == first


@FEW
@given(strategies.situations(), st.data())
def test_the_checker_agrees_to_the_last_digit_and_finds_a_change(situation: strategies.Situation, data: Any) -> None:
    scheme, peers, facts = situation
    amounts = strategies.decimals(0, 4).map(number)
    adjustments = {
        office: Adjustments(
            points_off=tuple(
                PointsOff(code, data.draw(amounts), "x")
                for code in data.draw(st.lists(st.sampled_from([row.code for row in scheme.scored]), max_size=2))
            ),
            zeroed=tuple(
                Zeroed(code, "x")
                for code in data.draw(st.lists(st.sampled_from([row.code for row in scheme.scored]), max_size=1))
            ),
            bonus=tuple(Item(data.draw(amounts), "x", data.draw(st.none() | amounts)) for _ in range(2)),
            deduction=tuple(Item(data.draw(amounts), "x") for _ in range(data.draw(st.integers(0, 3)))),
        )
        for office in data.draw(st.sets(st.sampled_from(sorted(peers))))
    }
    stored = [card.as_bytes() for card in score(scheme, peers, facts, adjustments).values()]
    cards = [json.loads(content) for content in stored]

    assert [difference for card in cards for difference in recheck(card)] == []
    assert recheck_together(cards) == []

    changed = data.draw(st.sampled_from(cards))
    line = data.draw(st.sampled_from(changed["lines"]))
    line["score"] = str(Decimal(line["score"]) + Decimal("0.0001"))
    assert f"{line['code']}.score" in {difference.place for difference in recheck(changed)}


@MANY
@given(strategies.expressions(), st.fixed_dictionaries({name: strategies.decimals(-9, 9, 1) for name in "abc"}))
def test_formulas_come_out_as_python_counts_fractions(text: str, given_values: dict[str, str]) -> None:
    values = {name: number(value) for name, value in given_values.items()} | {"points": Fraction(4)}
    expression = Expression(text, set(values))
    try:
        value = expression.value(values)
    except ZeroDivisionError:
        with pytest.raises(ZeroDenominator):
            evaluate(text, values)
    else:
        assert value == evaluate(text, values)


MONOTONIC = [
    ("RATIO", {"cap": "1.00", "floor": "0.60"}, lambda value: {"target": "50", "value": value}, 1),
    ("INVERSE_RATIO", {"cap": "1.00", "floor": "0.20"}, lambda value: {"target": "50", "value": value}, -1),
    ("LINEAR", {"from": "20", "to": "80"}, lambda value: {"value": value}, 1),
    ("LINEAR", {"from": "80", "to": "20"}, lambda value: {"value": value}, -1),
    ("DEDUCT", {"rules": [{"event": "x", "points": "0.1"}]}, lambda value: {"counts": [value]}, -1),
    ("ADD", {"cap": "3", "rules": [{"event": "x", "points": "0.1"}]}, lambda value: {"counts": [value]}, 1),
    (
        "STEP",
        {"direction": "higher_is_better",
         "steps": [{"at_least": "90", "points": "4"}, {"at_least": "5", "points": "1"}]},
        lambda value: {"value": value},
        1,
    ),
    (
        "STEP",
        {"direction": "lower_is_better", "steps": [{"at_most": "30", "points": "4"}, {"at_most": "60", "points": "1"}]},
        lambda value: {"value": value},
        -1,
    ),
]  # fmt: skip


@pytest.mark.parametrize(("method", "parameters", "fact", "sign"), MONOTONIC)
@settings(max_examples=40, deadline=None, derandomize=True)
@given(values=st.lists(strategies.decimals(0, 120), min_size=2, max_size=8))
def test_a_better_value_never_earns_less(method: str, parameters: Any, fact: Any, sign: int, values: list[str]) -> None:
    rule = METHODS[method](Fraction(4), parameters)
    ordered = sorted(values, key=lambda value: sign * Decimal(value))

    earned = [rule.score(fact(value)) for value in ordered]

    assert earned == sorted(earned)


@MANY
@given(st.lists(st.tuples(strategies.decimals(0, 3, 0), strategies.decimals(0, 2, 0)), min_size=1, max_size=8))
def test_a_better_place_never_earns_less(values: list[tuple[str, str]]) -> None:
    """Of two offices compared in the same field, the one with the smaller value never has fewer points."""
    parameters = {"order": "ascending", "bands": [{"share": "1/3", "points": "2"}, {"share": "1", "points": "1"}]}
    rule = METHODS["RANK"](Fraction(2), parameters)
    peers = {f"o{place}": group for place, (_, group) in enumerate(values)}
    numbers = {f"o{place}": number(value) for place, (value, _) in enumerate(values)}
    compared = rule.compare(peers, numbers)  # type: ignore[attr-defined]

    for one, other in ((a, b) for a in numbers for b in numbers if compared[peers[a]] is compared[peers[b]]):
        if numbers[one] <= numbers[other]:
            assert rule.earn(numbers[one], compared[peers[one]]) >= rule.earn(numbers[other], compared[peers[other]])


@MANY
@given(st.lists(strategies.decimals(0, 50), min_size=4, max_size=4), st.booleans())
def test_the_target_to_date_meets_the_milestones_and_never_falls(steps: list[str], with_milestones: bool) -> None:
    ends = [sum((number(each) for each in steps[: place + 1]), Fraction(0)) for place in range(4)]
    milestones = [plain(end) for end in ends] if with_milestones else None

    months = [target_to_date(plain(ends[3]), milestones, month) for month in range(1, 13)]

    assert months == sorted(months)
    assert months[11] == ends[3]
    if with_milestones:
        assert [months[2], months[5], months[8]] == ends[:3]


@FEW
@given(strategies.situations())
def test_ranks_are_competition_ranks(situation: strategies.Situation) -> None:
    places = rank([standing(card) for card in score(*situation).values()])

    for place in places:
        better = [other for other in places if other.rank < place.rank]
        assert place.rank == len(better) + 1
        assert all(other.total >= place.total for other in better)
        assert place.shared == (sum(other.rank == place.rank for other in places) > 1)


@MANY
@given(st.fractions(min_value=-1000, max_value=1000, max_denominator=5000), st.integers(0, 6))
def test_half_up_is_the_nearest_and_halves_go_outwards(value: Fraction, places: int) -> None:
    rounded = Fraction(half_up(value, places))
    half = Fraction(1, 2 * 10**places)

    assert abs(rounded - value) <= half
    if abs(rounded - value) == half:
        assert abs(rounded) > abs(value)
