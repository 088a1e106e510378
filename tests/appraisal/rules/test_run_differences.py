"""The difference of two runs: what is told adds up to the totals' difference, and names what was really changed."""

import json
from collections import Counter
from dataclasses import replace
from decimal import Decimal
from fractions import Fraction
from random import Random
from typing import Any

from appraisal.rules import sentences
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


def test_what_is_told_adds_up_and_every_changed_line_has_its_reasons() -> None:
    luck, told, tried = Random(23), Counter[str](), 0
    while tried < 1500:
        state = chance.state(luck)
        first, second = stored(state), stored(otherwise(luck, state))
        for office, card in second.items():
            found = change_of(first[office], card, Setting(by_letter={row.code for row in state.scheme.scored}))
            assert added_up(found) == number(found.change)
            moved = {
                line["code"]
                for line, was in zip(card["lines"], first[office]["lines"], strict=True)
                if (line["score"], line["status"]) != (was["score"], was["status"])
            }
            assert {line.code for line in found.lines} == moved
            for part in (*found.lines, *found.others):
                assert part.why, (part, first[office], card)
                for each in part.why:
                    told[each["key"]] += 1
                    assert sentences.render(each["key"], each["values"], "zh")
                    assert sentences.render(each["key"], each["values"], "en")
            tried += 1
            assert change_of(card, card, Setting()).lines == change_of(card, card, Setting()).others == ()

    never = {key for key in sentences.SENTENCES if key.startswith("why.")} - told.keys()
    # Told only of what these states have not: another scheme, months, corrections, offices that come and go.
    assert never <= {
        "why.new", "why.gone", "why.method", "why.parameters", "why.target", "why.corrected", "why.joined", "why.left",
        "why.item_caps",
    }  # fmt: skip


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
