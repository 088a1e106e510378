"""The situations in tests/appraisal/rules_cases come out as a person worked them out, and the checker agrees."""

from pathlib import Path

import pytest

import appraisal.rules
from appraisal.checker import recheck, recheck_together
from appraisal.rules.methods import METHODS
from appraisal.rules.sentences import render
from appraisal.rules.situation_files import read_situations
from appraisal.rules.situation_report import score_cases
from appraisal.rules.situations import run_situation

FOLDER = Path(__file__).parents[1] / "rules_cases"
FILES = sorted(FOLDER.glob("*.yaml"))
CASES = [
    pytest.param(situation, id=f"{path.stem}: {situation['name']}")
    for path in FILES
    for situation in read_situations(path)
]


@pytest.mark.parametrize("situation", CASES)
def test_comes_out_as_worked_out_by_hand(situation: dict) -> None:
    assert run_situation(situation, FOLDER).mismatches == ()


@pytest.mark.parametrize("situation", CASES)
def test_the_checker_recomputes_every_card_from_its_trace(situation: dict) -> None:
    cards = [card.as_json() for card in run_situation(situation, FOLDER).cards.values()]

    assert [recheck(card) for card in cards] == [[]] * len(cards)
    assert recheck_together(cards) == []


@pytest.mark.parametrize("situation", CASES)
@pytest.mark.parametrize("language", ["zh", "en"])
def test_every_step_can_be_said(situation: dict, language: str) -> None:
    for card in run_situation(situation, FOLDER).cards.values():
        content = card.as_json()
        for part in (*content["lines"], *content["groups"], content["total"]):
            assert all(render(step["key"], step["values"], language) for step in part["steps"])


@pytest.mark.parametrize("path", FILES, ids=lambda path: path.stem)
@pytest.mark.parametrize("as_json", [False, True])
def test_files_are_printed_with_exit_code_0(path: Path, as_json: bool) -> None:
    code, text = score_cases(path, as_json)

    assert code == 0
    assert text.endswith("\n")


def test_there_are_cases_of_every_method() -> None:
    text = "".join(path.read_text("utf-8") for path in FILES)
    for method in METHODS:
        assert f"method: {method}" in text


@pytest.mark.parametrize("method", METHODS)
def test_every_method_has_a_page_with_a_worked_table(method: str) -> None:
    page = Path(appraisal.rules.__file__).parents[2] / "platform" / "docs" / "rules" / f"{method.lower()}.md"

    assert page.read_text("utf-8").startswith(f"# {method} (")
    assert "Worked" in page.read_text("utf-8")
