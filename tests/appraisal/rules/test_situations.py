"""Situations written by people: what is refused, and how the answer says so."""

import json
from pathlib import Path

import pytest

from appraisal.rules.situation_report import score_cases

SCHEME = """code,parent,name,points,method,parameters
A,,甲,10,,
A1,A,一,6,RATIO,"{""cap"": ""1.00"", ""floor"": ""0.60""}"
A2,A,二,4,MANUAL,
"""
GOOD = """
scheme: small.csv
peers: {kunming: 1}
facts: {kunming: {A1: {target: "3", value: "2"}, A2: {points: "1"}}}
"""


def write(folder: Path, text: str, name: str = "case.yaml") -> Path:
    (folder / "small.csv").write_text(SCHEME, "utf-8")
    path = folder / name
    path.write_text(text, "utf-8")
    return path


def test_without_expectations_scoring_succeeds_and_every_line_is_explained(tmp_path: Path) -> None:
    code, text = score_cases(write(tmp_path, GOOD))

    assert code == 0
    assert "6.00 × min(0.666666…, 1.00) = 4.00" in text
    assert "5.00" in text


def test_the_answer_can_be_english(tmp_path: Path) -> None:
    _, text = score_cases(write(tmp_path, GOOD), language="en")

    assert "Rounded half-up to 4 decimals: 4.0000" in text


def test_a_difference_is_exit_code_1_and_names_office_indicator_and_both_numbers(tmp_path: Path) -> None:
    code, text = score_cases(write(tmp_path, GOOD + "expected: {kunming: {lines: {A1: '4.0001'}}}"), language="en")

    assert code == 1
    assert "kunming lines.A1: expected 4.0001, came out as 4.0000" in text


def test_json_gives_results_in_the_shape_of_expectations(tmp_path: Path) -> None:
    code, text = score_cases(write(tmp_path, GOOD), as_json=True)

    answer = json.loads(text)
    result = answer["situations"][0]["results"]["kunming"]
    assert (code, answer["ok"]) == (0, True)
    assert (result["lines"], result["groups"], result["total"]) == (
        {"A1": "4.0000", "A2": "1.0000"}, {"A": "5.00"}, "5.00",
    )  # fmt: skip
    assert (
        answer["situations"][0]["scorecards"]["kunming"]["lines"][0]["steps"][0]["text"] == "完成率 = 2 ÷ 3 = 0.666666…"
    )


def test_a_difference_in_json_is_not_ok(tmp_path: Path) -> None:
    code, text = score_cases(write(tmp_path, GOOD + "expected: {kunming: {total: '5.01'}}"), as_json=True)

    assert code == 1
    assert json.loads(text)["ok"] is False
    assert json.loads(text)["situations"][0]["mismatches"] == [
        {"office": "kunming", "what": "total", "expected": "5.01", "actual": "5.00"}
    ]


def test_json_files_lists_and_several_documents_are_read(tmp_path: Path) -> None:
    one = {"scheme": "small.csv", "peers": {"a": "1"}, "facts": {"a": {"A2": {"points": "4"}}}}

    assert score_cases(write(tmp_path, json.dumps(one), "one.json"))[0] == 0
    assert score_cases(write(tmp_path, json.dumps([one, one]), "two.json"))[1].count("#") == 2
    assert score_cases(write(tmp_path, f"{GOOD}\n---\n{GOOD}"))[1].count("#") == 2


def test_a_bare_name_finds_the_shipped_scheme_and_a_neighbour_comes_first(tmp_path: Path) -> None:
    shipped = write(tmp_path, "{scheme: prefecture_indicators.csv, peers: {a: '1'}, facts: {a: {A1: null}}}")
    assert score_cases(shipped)[0] == 0

    (tmp_path / "prefecture_indicators.csv").write_text(SCHEME, "utf-8")
    code, text = score_cases(shipped, language="en")
    assert code == 0
    assert "B1" not in text


REFUSED = {
    "a float": ("facts: {kunming: {A1: {target: '3', value: 0.5}}}", "kunming · A1: value: 0.5 is a binary"),
    "no number": (
        "facts: {kunming: {A1: {target: '3', value: 'many'}}}",
        "kunming · A1: value: “many” is not a number",
    ),
    "an exponent": ("facts: {kunming: {A1: {target: '3', value: '1e3'}}}", "“1e3” is not a number"),
    "a truth value": ("facts: {kunming: {A1: {target: '3', value: yes}}}", "“True” is not a number"),
    "a missing value": ("facts: {kunming: {A1: {target: '3'}}}", "kunming · A1: value is missing"),
    "a misspelt entry": ("facts: {kunming: {A1: {target: '3', value: '1', vlaue: '2'}}}", "vlaue is superfluous"),
    "a negative target": ("facts: {kunming: {A1: {target: '-3', value: '1'}}}", "cannot be negative (-3)"),
    "no mapping": ("facts: {kunming: {A1: '3'}}", "A fact should be a mapping"),
    "unknown indicator": ("facts: {kunming: {Z9: null}}", "kunming · Z9: The scheme has no such indicator"),
    "a group": ("facts: {kunming: {A: null}}", "kunming · A: This is a group"),
    "unknown office": ("facts: {dali: {A1: null}}", "dali: The office is not among the peers"),
    "a mark too high": ("facts: {kunming: {A2: {points: '4.01'}}}", "points is 4.01 and should be within 0 and 4"),
    "facts no mapping": ("facts: [1]", "facts should be a mapping"),
    "expected office": ("facts: {}\nexpected: {dali: {total: '1'}}", "dali: The office in `expected`"),
    "expected code": ("facts: {}\nexpected: {kunming: {lines: {Z9: '1'}}}", "Z9 in `expected` is not in the scheme"),
    "expected key": ("facts: {}\nexpected: {kunming: {totals: '1'}}", "expected.totals is superfluous"),
    "expected float": ("facts: {}\nexpected: {kunming: {total: 1.5}}", "expected.total: 1.5 is a binary"),
    "unknown key": ("facts: {}\nfact: {}", "fact is superfluous"),
    "no reason": (
        "facts: {}\nadjustments: {kunming: {points_off: [{indicator: A1, points: '1'}]}}",
        "points_off[1] needs a reason",
    ),
    "off nothing": (
        "facts: {}\nadjustments: {kunming: {points_off: [{indicator: Z9, points: '1', reason: x}]}}",
        "the scheme has no Z9",
    ),
    "a wrong day": ("facts: {}\nas_of: soon", "as_of is not a day (soon)"),
    "a day without figures": ("facts: {}\nas_of: 2001-01-01", "as_of 2001-01-01 is before the first figures"),
    "a wrong treatment": ("facts: {}\nna_treatment: HALF", "no treatment “HALF”"),
    "written twice": ("facts: {kunming: {A1: null, A1: {target: '1', value: '1'}}}", "“A1” is written twice"),
    "no office name": ("facts: {no: {A1: null}}", "“False” in facts is not a name"),
}


@pytest.mark.parametrize(("facts", "sentence"), REFUSED.values(), ids=REFUSED.keys())
def test_bad_input_is_exit_code_2_and_says_where(tmp_path: Path, facts: str, sentence: str) -> None:
    path = write(tmp_path, f"scheme: small.csv\npeers: {{kunming: 1}}\n{facts}\n")

    code, text = score_cases(path, language="en")

    assert code == 2
    assert sentence in text


@pytest.mark.parametrize(
    ("text", "sentence"),
    [
        ("", "holds no situation"),
        ("- 3", "Each situation should be a mapping"),
        ("a: [", "cannot be read"),
        ("scheme: other.csv\npeers: {}\nfacts: {}", "no scheme file other.csv"),
        ("peers: {}\nfacts: {}", "scheme is missing"),
        ("scheme: small.csv\nfacts: {}", "peers is missing"),
        ("scheme: small.csv\npeers: {}", "facts is missing"),
    ],
)
def test_a_file_that_is_no_situation_is_exit_code_2(tmp_path: Path, text: str, sentence: str) -> None:
    code, answer = score_cases(write(tmp_path, text), language="en")

    assert code == 2
    assert sentence in answer


def test_a_missing_file_is_exit_code_2(tmp_path: Path) -> None:
    assert score_cases(tmp_path / "none.yaml")[0] == 2
    assert (
        json.loads(score_cases(tmp_path / "none.yaml", as_json=True)[1])["problems"][0]["code"]
        == "situation.unreadable"
    )


def test_every_problem_is_named_not_only_the_first(tmp_path: Path) -> None:
    path = write(
        tmp_path,
        "scheme: small.csv\npeers: {a: 1, b: 1}\n"
        "facts: {a: {A1: {target: '1', value: 'x'}}, b: {A1: {target: 1.5, value: '1'}, A2: {points: '9'}}}\n",
    )

    _, text = score_cases(path, language="en")

    assert [place in text for place in ("a · A1", "b · A1", "b · A2")] == [True, True, True]


def test_one_bad_situation_does_not_hide_the_good_one(tmp_path: Path) -> None:
    code, text = score_cases(
        write(tmp_path, f"{GOOD}\n---\nscheme: other.csv\npeers: {{}}\nfacts: {{}}\n"), language="en"
    )

    assert code == 2
    assert "kunming (group 1): 5.00" in text
    assert "other.csv" in text


def test_yaml_anchors_and_merges_can_be_used(tmp_path: Path) -> None:
    text = """
scheme: small.csv
peers: {a: 1, b: 1}
facts:
  a: &all {A1: {target: "1", value: "1"}, A2: {points: "4"}}
  b: {<<: *all, A2: {points: "1"}}
expected: {a: {total: "10"}, b: {total: "7"}}
"""
    assert score_cases(write(tmp_path, text))[0] == 0


def test_a_scheme_that_is_no_csv_is_exit_code_2(tmp_path: Path) -> None:
    path = write(tmp_path, GOOD)
    (tmp_path / "small.csv").write_text('code,parent,name,points,method,parameters\n"' + "x" * 200_000, "utf-8")

    code, text = score_cases(path, language="en")

    assert code == 2
    assert "is no valid CSV" in text
