"""The difference of two runs: what is told adds up to the totals' difference, and names what was really changed."""

import json
from collections import Counter
from collections.abc import Callable, Iterator
from dataclasses import replace
from decimal import Decimal
from fractions import Fraction
from random import Random
from typing import Any

import pytest

from appraisal.rules import run_differences, sentences
from appraisal.rules.adjustments import Adjustments, Item, PointsOff
from appraisal.rules.exact import number
from appraisal.rules.run_differences import CardChange, Setting, change_of
from appraisal.rules.scheme import Indicator, Scheme
from tests.appraisal.rules import chance


def stored(state: chance.State) -> dict[str, Any]:
    return {office: json.loads(json.dumps(card.as_json())) for office, card in state.scored().items()}


def otherwise(luck: Random, state: chance.State) -> chance.State:
    """The same with some facts, adjustments, groups or weights changed: now and then nothing."""
    other = chance.state(luck)
    facts = {office: dict(mine) for office, mine in state.facts.items()}
    for mine in facts.values():
        for row in state.scheme.scored:
            if luck.random() < 0.15:
                mine[row.code] = chance._fact(luck, row, coarse=False)
            elif luck.random() < 0.05:
                mine.pop(row.code, None)
    codes = {row.code for row in state.scheme.scored}
    adjustments = dict(state.adjustments)
    for office, theirs in zip(state.peers, other.adjustments.values(), strict=False):
        if luck.random() < 0.3:
            known = tuple(each for each in theirs.points_off if each.indicator in codes)
            zeroed = tuple(each for each in theirs.zeroed if each.indicator in codes)
            adjustments[office] = replace(theirs, points_off=known, zeroed=zeroed)
    scheme = state.scheme
    if luck.random() < 0.3:
        first = scheme.scored[0]
        rows = [
            replace(row, points=row.points + 1) if row.code in (first.code, first.parent) else row
            for row in scheme.indicators
        ]
        scheme = Scheme(tuple(rows), luck.choice(["REDISTRIBUTE", "FULL"]))
    peers = {office: luck.choice("123") if luck.random() < 0.1 else group for office, group in state.peers.items()}
    return chance.State(scheme, peers, facts, adjustments)


def added_up(found: CardChange) -> Fraction:
    lines = sum((number(line.change) for line in found.lines), Fraction(0))
    return lines + sum((other.change for other in found.others), Fraction(0))


Two = tuple[chance.State, chance.State]  # before and after
FIGURES = {"why.value", "why.letter", "why.target", "why.corrected", "why.milestone"}
FOLLOWS = {"why.peers", "why.peer_group", "why.shared"}  # reasons without a cause in the line itself


def causes(states: Two, office: str, old: Any, new: Any) -> set[str]:
    """What of a line was changed: read off the states, and off the cards only whether it is scored at all."""
    code, found = new["code"], set()
    facts = [state.facts[office].get(code) for state in states]
    if None not in facts and facts[0] != facts[1]:
        found.add("figure")
    if old["status"] != new["status"]:
        kinds = {("why.applies", "NOT_APPLICABLE"), ("why.reported", "NOT_REPORTED")}
        ended = {("why.applies_no_more", "NOT_APPLICABLE"), ("why.not_reported", "NOT_REPORTED")}
        keys = {key for key, status in kinds if old["status"] == status}
        keys |= {key for key, status in ended if new["status"] == status}
        found.add(min(keys, key=["why.applies_no_more", "why.applies", "why.not_reported", "why.reported"].index))
    rows = [next(row for row in state.scheme.scored if row.code == code) for state in states]
    if rows[0].points != rows[1].points:
        found.add("why.weight")
    if states[0].scheme.na_treatment != states[1].scheme.na_treatment:
        found.add("why.treatment")
    mine = [state.adjustments[office] for state in states]
    off = [sum((each.points for each in given.points_off if each.indicator == code), Fraction(0)) for given in mine]
    if off[0] != off[1]:
        found.add("why.points_off")
    zeroed = [any(each.indicator == code for each in given.zeroed) for given in mine]
    if zeroed[0] != zeroed[1]:
        found.add("why.zeroed" if zeroed[1] else "why.zeroed_no_more")
    return found


def named(keys: set[str]) -> set[str]:
    """The same of what was told."""
    return ({"figure"} if keys & FIGURES else set()) | keys - FIGURES - FOLLOWS


def judge(states: Two, office: str, was: Any, card: Any) -> CardChange:
    """What is told adds up, and every line names what was really changed of it, and nothing else."""
    found = change_of(was, card, Setting(by_letter={row.code for row in states[0].scheme.scored}))
    assert added_up(found) == number(found.change)
    lines = {new["code"]: (old, new) for old, new in zip(was["lines"], card["lines"], strict=True)}
    for line in found.lines:
        assert named({each["key"] for each in line.why}) == causes(states, office, *lines[line.code]), (office, line)
    for part in (*found.lines, *found.others):
        assert part.why, part
    return found


def pairs(n: int, seed: int = 23) -> Iterator[tuple[Two, str, Any, Any]]:
    """Random states with the same changed here and there: the states, an office, its two stored cards."""
    luck, tried = Random(seed), 0
    while tried < n:
        before = chance.state(luck)
        after = otherwise(luck, before)
        first, second = stored(before), stored(after)
        for office, card in second.items():
            yield (before, after), office, first[office], card
            tried += 1


def judge_all(n: int) -> None:
    for states, office, was, card in pairs(n):
        judge(states, office, was, card)


def test_what_is_told_adds_up_and_every_changed_line_has_its_reasons() -> None:
    told = Counter[str]()
    for states, office, was, card in pairs(1500):
        found = judge(states, office, was, card)
        moved = {
            line["code"]
            for line, old in zip(card["lines"], was["lines"], strict=True)
            if (line["score"], line["status"]) != (old["score"], old["status"])
        }
        assert {line.code for line in found.lines} == moved
        for part in (*found.lines, *found.others):
            for each in part.why:
                told[each["key"]] += 1
                assert sentences.render(each["key"], each["values"], "zh")
                assert sentences.render(each["key"], each["values"], "en")
        assert change_of(card, card, Setting()).lines == change_of(card, card, Setting()).others == ()

    never = {key for key in sentences.SENTENCES if key.startswith("why.")} - told.keys()
    # Told only of what these states have not: another scheme, months, corrections, offices that come and go.
    assert never <= {
        "why.new", "why.gone", "why.method", "why.parameters", "why.target", "why.corrected", "why.joined", "why.left",
        "why.item_caps",
    }  # fmt: skip


def wrongly(key: str, instead: str | None) -> Callable[..., Any]:
    """Every reason `key` told as another one, or kept back."""
    whole = run_differences._why

    def why(*given: Any) -> Iterator[Any]:
        for each in whole(*given):
            if each["key"] != key:
                yield each
            elif instead is not None:
                yield {**each, "key": instead}

    return why


@pytest.mark.parametrize(
    ("key", "instead"),
    [
        ("why.weight", "why.value"),
        ("why.value", "why.weight"),
        ("why.points_off", None),
        ("why.treatment", "why.points_off"),
        ("why.zeroed", "why.zeroed_no_more"),
        ("why.applies_no_more", None),
        ("why.shared", "why.value"),
    ],
)
def test_a_difference_that_is_explained_wrongly_does_not_pass(
    key: str, instead: str | None, monkeypatch: pytest.MonkeyPatch
) -> None:
    """The control: the same states, one reason told as another or kept back."""
    monkeypatch.setattr(run_differences, "_why", wrongly(key, instead))

    with pytest.raises(AssertionError):
        judge_all(1500)


def test_points_that_are_counted_twice_do_not_pass(monkeypatch: pytest.MonkeyPatch) -> None:
    """The control of the sum: what rounding moved is told as if it were nothing."""
    monkeypatch.setattr(run_differences, "_rounded", lambda total: Fraction(0))

    with pytest.raises(AssertionError):
        judge_all(1500)


ROWS = (
    Indicator("A", "", "组", Decimal(10)),
    Indicator("A1", "A", "人口", Decimal(6), "RATIO", {"cap": "1", "floor": "0"}),
    Indicator("A2", "A", "支付率", Decimal(4), "LINEAR", {"from": "0", "to": "100"}),
)
FACTS = {"A1": {"value": "50", "target": "100"}, "A2": {"value": "50"}}


def state(**more: Any) -> chance.State:
    given = {"scheme": Scheme(ROWS, "REDISTRIBUTE"), "facts": FACTS, "adjustments": Adjustments(), **more}
    return chance.State(given["scheme"], {"puer": "1"}, {"puer": given["facts"]}, {"puer": given["adjustments"]})


def reasons(after: chance.State, before: chance.State | None = None, **setting: Any) -> dict[str, list[str]]:
    found = change_of(
        stored(before or state())["puer"], stored(after)["puer"], Setting(**{"by_letter": {"A1"}, **setting})
    )
    return {
        **{line.code: [each["key"] for each in line.why] for line in found.lines},
        **{other.kind: [each["key"] for each in other.why] for other in found.others},
    }


class TestWhy:
    def test_a_correction_in_the_month_and_a_figure_of_another(self) -> None:
        corrected = {**FACTS, "A2": {"value": "60", "reported": {"value": "50"}, "reason": "漏计一笔"}}

        assert reasons(state(facts=corrected)) == {"A2": ["why.corrected"]}
        assert reasons(state(facts=corrected), same_month=False) == {"A2": ["why.value"]}

    def test_the_letter_or_only_time(self) -> None:
        after = state(facts={**FACTS, "A1": {"value": "50", "target": "125"}})

        assert reasons(after) == {"A1": ["why.letter"]}
        assert reasons(after, same_month=False) == {"A1": ["why.target"]}
        assert reasons(after, same_month=False, letter=True) == {"A1": ["why.letter"]}
        assert reasons(after, by_letter=()) == {"A1": ["why.value"]}

    def test_weight_method_and_parameters(self) -> None:
        def scheme(**change: Any) -> chance.State:
            row = replace(ROWS[2], **change)
            return state(
                scheme=Scheme((replace(ROWS[0], points=Decimal(6) + row.points), ROWS[1], row), "REDISTRIBUTE")
            )

        assert reasons(scheme(points=Decimal(5))) == {"A2": ["why.weight"]}
        assert reasons(scheme(parameters={"from": "0", "to": "80"})) == {"A2": ["why.parameters"]}
        steps = {"direction": "higher_is_better", "steps": [{"at_least": "40", "points": "3"}]}
        assert reasons(scheme(method="STEP", parameters=steps)) == {"A2": ["why.method"]}

    def test_what_does_not_apply_any_more_and_who_only_follows(self) -> None:
        assert reasons(state(facts={**FACTS, "A1": None})) == {"A1": ["why.applies_no_more"], "A2": ["why.shared"]}
        assert reasons(state(), state(facts={**FACTS, "A1": None})) == {"A1": ["why.applies"], "A2": ["why.shared"]}

    def test_points_off_and_items_given_and_taken_back(self) -> None:
        off = Adjustments(
            points_off=(PointsOff("A2", number(1), "抽查不符"),), deduction=(Item(number(1), "通报批评"),)
        )

        assert reasons(state(adjustments=off)) == {"A2": ["why.points_off"], "deduction": ["why.deduction_added"]}
        assert reasons(state(), state(adjustments=off)) == {
            "A2": ["why.points_off"], "deduction": ["why.deduction_gone"],
        }  # fmt: skip

    def test_an_indicator_that_came_went_or_was_renamed(self) -> None:
        renamed = state(
            scheme=Scheme((*ROWS[:2], replace(ROWS[2], code="A9")), "REDISTRIBUTE"),
            facts={"A1": FACTS["A1"], "A9": {"value": "60"}},
        )

        assert reasons(renamed) == {"A9": ["why.new"], "A2": ["why.gone"]}
        assert reasons(renamed, was={"A9": "A2"}) == {"A9": ["why.value"]}

    def test_an_office_in_one_run_only(self) -> None:
        card = stored(state())["puer"]

        came, went = change_of(None, card, Setting()), change_of(card, None, Setting())

        assert (came.before, came.after, added_up(came)) == (None, Decimal("5.00"), 5)
        assert (went.before, went.after, added_up(went)) == (Decimal("5.00"), None, -5)
