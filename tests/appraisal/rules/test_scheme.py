"""Schemes: reading the CSV, and everything that is wrong before anybody is scored."""

from dataclasses import replace
from decimal import Decimal
from pathlib import Path
from typing import Any

import pytest

from appraisal.rules.engine import score
from appraisal.rules.exact import number
from appraisal.rules.methods import METHODS
from appraisal.rules.problems import SchemeError
from appraisal.rules.scheme import Indicator, Scheme, check_scheme, read_scheme

SHIPPED = Path("appraisal/library/data/prefecture_indicators.csv").resolve()


def codes(scheme: Scheme) -> list[str]:
    return [problem.code for problem in check_scheme(scheme)]


def small(method: str, parameters: dict[str, Any], points: str = "100") -> Scheme:
    return Scheme(
        (
            Indicator("A", "", "甲", Decimal(points)),
            Indicator("A1", "A", "一", Decimal(points), method, parameters),
        )
    )


class TestShippedScheme:
    def test_is_in_order(self) -> None:
        scheme = read_scheme(SHIPPED)

        assert check_scheme(scheme) == []
        assert (len(scheme.groups), len(scheme.scored)) == (8, 38)
        assert sum(row.points for row in scheme.scored) == 100

    def test_says_what_each_target_rests_on(self) -> None:
        rows = read_scheme(SHIPPED).by_code
        basis = {code: row.target_basis for code, row in rows.items() if row.target_basis}

        assert {code for code, row in rows.items() if row.cumulative} == {"A1", "A2", "A3", "A4", "B5", "D2", "D4"}
        assert {code for code, row in rows.items() if row.method == "RATIO"} == set(basis)
        assert basis["G2"] == "FIXED"
        assert number(rows["G2"].parameters["denominator"]) == 40

    def test_every_row_has_an_english_name(self) -> None:
        assert all(row.name_en for row in read_scheme(SHIPPED).indicators)

    def test_can_be_read_without_the_columns_that_we_added(self) -> None:
        rows = [line.rsplit(",", 1)[0] for line in SHIPPED.read_text("utf-8").splitlines()]
        header = rows[0].replace("name_en", "x").replace("cumulative", "y").replace("target_basis", "z")

        scheme = read_scheme("\n".join([header, *rows[1:]]))

        assert codes(scheme) == []
        assert scheme.by_code["A1"].name_en == ""


class TestReading:
    def test_numbers_in_the_json_stay_exact(self) -> None:
        text = 'code,parent,name,points,method,parameters\nA,,甲,1,,\nA1,A,一,1,RATIO,"{""cap"": 0.1, ""floor"": 0}"\n'

        assert read_scheme(text).by_code["A1"].parameters["cap"] == "0.1"

    @pytest.mark.parametrize(
        ("text", "code"),
        [
            ("code,name\nA,甲\n", "scheme.columns"),
            ("code,parent,name,points,method,parameters\nA,,甲,ten,,\n", "scheme.points"),
            ("code,parent,name,points,method,parameters\nA,,甲,1/3,,\n", "scheme.points"),
            ("code,parent,name,points,method,parameters\n,,甲,1,,\n", "scheme.code_missing"),
            ("code,parent,name,points,method,parameters\nA,,甲,1,,[1]\n", "scheme.json"),
            ("code,parent,name,points,method,parameters\nA,,甲,1,,{\n", "scheme.json"),
        ],
    )
    def test_what_cannot_be_read_is_refused_with_its_row(self, text: str, code: str) -> None:
        with pytest.raises(SchemeError) as refused:
            read_scheme(text)

        assert [problem.code for problem in refused.value.problems] == [code]


class TestTotals:
    def test_a_scheme_copied_with_points_that_do_not_total_100_is_named(self) -> None:
        scheme = read_scheme(SHIPPED)
        changed = replace(scheme.by_code["A1"], points=Decimal("5.99"))
        rows = tuple(changed if row.code == "A1" else row for row in scheme.indicators)

        problems = check_scheme(Scheme(rows))

        assert [problem.text("en") for problem in problems] == [
            "Group A has 24 points, its indicators total 23.99",
            "The scheme's points should total 100.00 and total 99.99",
        ]

    def test_such_a_scheme_can_still_be_scored(self) -> None:
        assert str(score(small("MANUAL", {}, "7"), {"a": "1"}, {"a": {"A1": {"points": "7"}}})["a"].total) == "7.00"


STRUCTURE = [
    ([("A", "", "甲", "100", ""), ("A", "", "甲", "100", ""), ("A1", "A", "一", "100", "MANUAL")], "scheme.code_twice"),
    ([("A", "", "甲", "100", ""), ("A1", "B", "一", "100", "MANUAL")], "scheme.parent_unknown"),
    ([("A", "", "甲", "100", ""), ("A1", "", "一", "100", "MANUAL")], "scheme.parent_unknown"),
    ([("A", "", "甲", "100", ""), ("A1", "A", "一", "100", "")], "scheme.method_missing"),
    ([("A", "", "甲", "100", ""), ("A1", "A", "一", "100", "GUESS")], "scheme.method_unknown"),
    ([("A", "", "甲", "100", "")], "scheme.empty"),
    ([("A", "", "", "100", ""), ("A1", "A", "一", "100", "MANUAL")], "scheme.name_missing"),
    ([("A", "", "甲", "100", ""), ("A1", "A", "一", "100", "MANUAL"), ("B", "", "乙", "0", "")], "scheme.group_empty"),
    ([("A", "", "甲", "0", ""), ("A1", "A", "一", "0", "MANUAL")], "parameters.points_not_positive"),
]


@pytest.mark.parametrize(("rows", "code"), STRUCTURE, ids=[code for _, code in STRUCTURE])
def test_structure(rows: list[tuple[str, str, str, str, str]], code: str) -> None:
    scheme = Scheme(tuple(Indicator(c, p, n, Decimal(points), method) for c, p, n, points, method in rows))

    assert code in codes(scheme)


BANDS = [{"at_most": 0, "share": "1"}]
PARAMETERS = [
    ("RATIO", {"cap": "0.5", "floor": "0.6"}, "parameters.cap_below_floor"),
    ("RATIO", {"cap": "-1", "floor": "-2"}, "entry.negative"),
    ("RATIO", {"cap": 1.0}, "number.float"),
    ("RATIO", {"capp": "1"}, "entry.unknown"),
    ("INVERSE_RATIO", {"cap": "x"}, "number.wrong"),
    ("STEP", {"direction": "sideways", "steps": []}, "entry.not_a_choice"),
    ("STEP", {"direction": "higher_is_better"}, "entry.empty"),
    ("STEP", {"direction": "higher_is_better", "steps": [{"at_most": "1", "points": "1"}]}, "entry.missing"),
    (
        "STEP",
        {"direction": "higher_is_better", "steps": [{"at_least": "1", "points": "101"}]},
        "parameters.above_points",
    ),
    ("STEP", {"direction": "higher_is_better", "steps": [{"at_least": "1", "points": "-1"}]}, "entry.negative"),
    (
        "STEP",
        {"direction": "lower_is_better", "steps": [{"at_most": "1", "points": "1"}, {"at_most": "1.0", "points": "2"}]},
        "parameters.twice",
    ),
    ("STEP", {"direction": "category", "steps": "优"}, "entry.not_a_list"),
    ("STEP", {"direction": "category", "steps": ["优"]}, "entry.not_a_mapping"),
    ("LINEAR", {"from": "1", "to": "1.0"}, "parameters.same_ends"),
    ("LINEAR", {"from": "1"}, "entry.missing"),
    ("THRESHOLD", {}, "entry.missing"),
    ("THRESHOLD", {"requires": []}, "entry.empty"),
    ("THRESHOLD", {"requires": [3]}, "entry.not_a_text"),
    ("DEDUCT", {"rules": []}, "entry.empty"),
    ("DEDUCT", {"rules": [{"event": "x", "points": "-1"}]}, "entry.negative"),
    ("DEDUCT", {"minimum": "101", "rules": [{"event": "x", "points": "1"}]}, "parameters.above_points"),
    ("ADD", {"cap": "101", "rules": [{"event": "x", "points": "1"}]}, "parameters.above_points"),
    ("ADD", {"cap": "-1", "rules": [{"event": "x", "points": "1"}]}, "entry.negative"),
    ("MILESTONE", {"otherwise": "0"}, "entry.empty"),
    ("MILESTONE", {"late_days": [{"at_most": 0, "share": "1.2"}]}, "entry.outside"),
    ("MILESTONE", {"late_days": BANDS, "otherwise": "-1"}, "entry.outside"),
    ("MILESTONE", {"late_days": [{"at_most": 9, "share": "1"}, *BANDS]}, "parameters.not_ascending"),
    ("RANK", {"bands": [{"share": "1", "points": "1"}]}, "entry.missing"),
    ("RANK", {"order": "ascending"}, "entry.empty"),
    ("RANK", {"order": "ascending", "bands": [{"share": "1/2", "points": "1"}]}, "parameters.last_band"),
    ("RANK", {"order": "ascending", "bands": [{"share": "1/0", "points": "1"}]}, "number.wrong"),
    ("PANEL", {"trim_when_at_least": 2}, "parameters.trim_too_small"),
    ("FORMULA", {"inputs": ["a"]}, "entry.missing"),
    ("FORMULA", {"expression": "a", "inputs": []}, "formula.unknown_name"),
    ("FORMULA", {"expression": "a", "inputs": ["a", "b"]}, "formula.unused"),
    ("FORMULA", {"expression": "a", "inputs": ["a", "a"]}, "parameters.twice"),
    ("FORMULA", {"expression": "min(a, 1)", "inputs": ["a", "min"]}, "formula.bad_name"),
    ("FORMULA", {"expression": "a", "inputs": ["a"], "minimum": "5", "maximum": "4"}, "parameters.bounds_crossed"),
    ("FORMULA", {"expression": "a", "inputs": ["a"], "maximum": "101"}, "parameters.above_points"),
]


@pytest.mark.parametrize(("method", "parameters", "code"), PARAMETERS)
def test_parameters(method: str, parameters: dict[str, Any], code: str) -> None:
    problems = check_scheme(small(method, parameters))

    assert code in [problem.code for problem in problems]
    assert all(problem.text(language) for problem in problems for language in ("zh", "en"))
    assert code in [problem.code for problem in METHODS[method].validate_parameters(number("100"), parameters)]


def test_blocking_problems_prevent_scoring() -> None:
    with pytest.raises(SchemeError, match="起点与终点不能相同"):
        score(small("LINEAR", {"from": "1", "to": "1"}), {"a": "1"}, {})


def test_a_problem_gives_a_msgid_and_values() -> None:
    problem = check_scheme(small("MANUAL", {}, "99"))[0]

    assert problem.message == "方案总分应为 100.00，现为 %(total)s"
    assert problem.message % problem.values == problem.text() == "方案总分应为 100.00，现为 99"
