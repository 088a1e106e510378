"""The checker finds every changed figure, and shares no code with the engine."""

import ast
import copy
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest

import appraisal.checker
from appraisal.checker import recheck, recheck_together
from appraisal.checker.values import rounded
from appraisal.rules.exact import half_up, number
from appraisal.rules.situation_files import read_situations
from appraisal.rules.situations import run_situation

FOLDER = Path(__file__).parents[1] / "rules_cases"


def cards(name: str, place: int = 0) -> dict[str, Any]:
    situation = read_situations(FOLDER / f"{name}.yaml")[place]
    return {office: card.as_json() for office, card in run_situation(situation, FOLDER).cards.items()}


def test_shares_no_code_with_the_engine() -> None:
    allowed = {"appraisal.checker", "collections", "dataclasses", "fractions", "math", "typing"}
    for path in Path(appraisal.checker.__file__).parent.glob("*.py"):
        for node in ast.walk(ast.parse(path.read_text("utf-8"))):
            names = [alias.name for alias in node.names] if isinstance(node, ast.Import) else []
            names += [node.module or ""] if isinstance(node, ast.ImportFrom) else []
            for name in names:
                assert any(name == each or name.startswith(f"{each}.") for each in allowed), (path.name, name)


@pytest.mark.parametrize("text", ["0", "0.00005", "-0.00005", "-0.00004", "1/3", "2/3", "89.995", "-12.34565"])
def test_rounds_as_the_engine_does(text: str) -> None:
    assert number(rounded(number(text), 4)) == number(half_up(number(text), 4))


# --- every figure that follows from others is checked ---

RESULTS = {
    "lines": ("status", "earned", "effective_points", "score"),
    "groups": ("effective_points", "status", "sum", "score"),
}
TOTAL = ("sum", "bonus_counted", "deduction_counted", "adjusted", "held", "total")
SHARING = ("treatment", "group_released", "group_applicable", "whole_groups_released", "scheme_applicable")


def changed(value: Any) -> str:
    """Something else of the same kind: another status, or the figure with a digit more."""
    return {"NOT_APPLICABLE": "SCORED", "FULL": "REDISTRIBUTE", "SCORED": "NOT_REPORTED"}.get(value, f"{value}1")


def tampered(card: dict[str, Any]) -> Iterator[tuple[str, dict[str, Any]]]:
    """The card with one result changed, one after the other."""
    for part, keys in RESULTS.items():
        for place, entry in enumerate(card[part]):
            for key in keys:
                if entry[key] is not None:
                    copied = copy.deepcopy(card)
                    copied[part][place][key] = changed(entry[key])
                    yield f"{entry['code']}.{key}", copied
    for place, entry in enumerate(card["lines"]):
        for key in SHARING:
            copied = copy.deepcopy(card)
            copied["lines"][place]["sharing"][key] = changed(entry["sharing"][key])
            yield f"{entry['code']}.sharing.{key}", copied
    for key in TOTAL:
        copied = copy.deepcopy(card)
        copied["total"][key] = changed(card["total"][key])
        yield f"total.{key}", copied


@pytest.mark.parametrize(
    ("name", "office"),
    [("adjustments", "off-after-sharing"), ("not_applicable", "both"), ("whole_scheme", "xishuangbanna")],
)
def test_every_changed_result_is_found(name: str, office: str) -> None:
    missed = [what for what, card in tampered(cards(name)[office]) if not recheck(card)]

    assert missed == []


FACTS = [
    ("ratio", "half-way", ("fact", "value"), "756"),
    ("ratio", "half-way", ("parameters", "cap"), "0.5"),
    ("ratio", "at-the-floor", ("parameters", "floor"), "0.61"),
    ("ratio", "half-way", ("points",), "7"),
    ("inverse_ratio", "thirds", ("fact", "target"), "31"),
    ("step", "at-the-bounds", ("fact", "value"), "97"),
    ("linear", "inside", ("parameters", "to"), "101"),
    ("threshold", "complete", ("fact", "present"), [True, True, False]),
    ("events", "some", ("fact", "counts"), ["1", "0"]),
    ("milestone", "thirty", ("fact", "late_days"), ["31"]),
    ("rank", "b", ("comparison", "field"), [["1", 1], ["1.5", 1], ["2", 1]]),
    ("rank", "b", ("fact", "value"), "1"),
    ("panel", "five", ("fact", "marks"), ["2", "1.8", "1.7", "1.5", "0"]),
    ("formula", "overdue", ("parameters", "expression"), "points"),
    ("manual", "part", ("fact", "points"), "2"),
]


@pytest.mark.parametrize(("name", "office", "path", "value"), FACTS)
def test_a_changed_fact_or_parameter_is_found(name: str, office: str, path: tuple[str, ...], value: Any) -> None:
    card = cards(name)[office]
    entry = card["lines"][0]
    for key in path[:-1]:
        entry = entry[key]
    assert entry[path[-1]] != value
    entry[path[-1]] = value

    assert recheck(card)


class TestWhatElseIsFound:
    def test_a_sentence_that_says_another_score(self) -> None:
        card = cards("ratio")["half-way"]
        card["lines"][0]["steps"][-1]["values"]["score"] = "5.0000"

        assert [str(each.place) for each in recheck(card)] == ["A1.steps"]

    def test_a_line_left_out_of_its_group(self) -> None:
        card = cards("ratio")["half-way"]
        card["groups"][0]["lines"] = ["A1"]

        assert {"group A.lines", "groups"} <= {each.place for each in recheck(card)}

    def test_a_bonus_above_its_cap(self) -> None:
        card = cards("adjustments")["item-cap"]
        card["total"]["bonus"][0]["cap"] = "3"

        assert "total.bonus_counted" in {each.place for each in recheck(card)}

    def test_points_taken_off_and_hidden(self) -> None:
        card = cards("adjustments")["points-off"]
        card["lines"][0]["points_off"] = []

        assert "A1.score" in {each.place for each in recheck(card)}

    def test_a_false_claim_hidden_or_made_up(self) -> None:
        card = cards("adjustments", -1)["caught"]
        assert recheck(card) == []
        line = next(line for line in card["lines"] if line["code"] == "B1")
        told = line.pop("zeroed")
        assert {"B1.score", "B1.zeroed"} <= {each.place for each in recheck(card)}
        line["zeroed"] = [*told, "又一个理由"]
        assert {each.place for each in recheck(card)} == {"B1.zeroed"}
        line["zeroed"] = [""]
        assert "B1" in {each.place for each in recheck(card)}

    def test_a_whole_card_scaled_consistently_but_for_the_facts(self) -> None:
        card = cards("manual")["part"]
        card["lines"][0].update(earned="2", score="2.0000")
        card["groups"][0].update(sum="2.0000", score="2.00")
        card["total"].update(sum="2.0000", adjusted="2", held="2", total="2.00")

        assert "A1.earned" in {each.place for each in recheck(card)}

    def test_a_field_that_the_other_offices_do_not_bear_out(self) -> None:
        all_cards = cards("rank")
        assert recheck_together(all_cards.values()) == []

        all_cards["a"]["lines"][0]["fact"]["value"] = "2.5"

        assert {each.place for each in recheck_together(all_cards.values())} == {"E2.comparison"}


@pytest.mark.parametrize(
    "card",
    [
        None,
        [],
        {},
        {"office": "x"},
        {"lines": 3, "groups": [], "total": {}},
        {"lines": [{}], "groups": [{}], "total": None},
    ],
)
def test_what_cannot_be_read_is_a_difference_not_an_error(card: Any) -> None:
    assert recheck(card)


@pytest.mark.parametrize("value", ["", "x", "1e5", None, 3, 0.5, "1/0", "nan", "1_0"])
def test_a_number_that_is_none_is_a_difference(value: Any) -> None:
    card = cards("linear")["inside"]
    card["lines"][0]["points"] = value

    assert recheck(card)
