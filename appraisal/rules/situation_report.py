"""What `manage.py score_cases FILE` prints: every line with its trace, for people or as JSON."""

import json
from pathlib import Path
from typing import Any

from appraisal.rules.exact import plain, shown
from appraisal.rules.methods import Status
from appraisal.rules.problems import Problem, RulesError
from appraisal.rules.scorecard import Scorecard
from appraisal.rules.sentences import render, word
from appraisal.rules.situation_files import read_situations
from appraisal.rules.situations import Result, outcome, run_situation
from appraisal.rules.trace import of_group, render_steps

AS_EXPECTED, DIFFERENT, BAD_INPUT = 0, 1, 2


def score_cases(path: Path | str, as_json: bool = False, *, language: str = "zh") -> tuple[int, str]:
    """Score every situation of a file. Returns the exit code and the text to print.

    0: scored, and everything expected came out; 1: something came out otherwise; 2: something cannot be read or does
    not fit (every problem is named with situation, office and indicator). The situations that can be scored are shown
    in any case.
    """
    path = Path(path)
    try:
        situations = read_situations(path)
    except RulesError as error:
        return BAD_INPUT, _as_json([], list(error.problems), language) if as_json else _problems(error, language)
    code = AS_EXPECTED
    reports: list[Any] = []
    problems: list[Problem] = []
    for place, situation in enumerate(situations, start=1):
        name = str(situation.get("name") or "") if isinstance(situation, dict) else ""
        title = f"{path.name} #{place}" + (f" {name}" if name else "")
        try:
            result = run_situation(situation, path.parent)
        except RulesError as error:
            code = BAD_INPUT
            problems += error.problems
            reports.append(
                _problem_report(title, error, language) if as_json else f"{title}\n{_problems(error, language)}"
            )
            continue
        if result.mismatches:
            code = max(code, DIFFERENT)
        reports.append(_json_report(title, result, language) if as_json else _report(title, result, language))
    if as_json:
        return code, _as_json(reports, problems, language)
    return code, "\n\n".join(reports) + "\n"


def _as_json(reports: list[Any], problems: list[Problem], language: str) -> str:
    ok = not problems and not any(report["mismatches"] for report in reports)
    content = {"ok": ok, "situations": reports, "problems": [_problem(each, language) for each in problems]}
    return json.dumps(content, ensure_ascii=False, indent=2, sort_keys=True) + "\n"


def _problem(problem: Problem, language: str) -> dict[str, Any]:
    return {
        "code": problem.code,
        "office": problem.office,
        "indicator": problem.indicator,
        "text": problem.text(language),
    }


def _problem_report(title: str, error: RulesError, language: str) -> dict[str, Any]:
    return {"title": title, "problems": [_problem(each, language) for each in error.problems], "mismatches": []}


def _json_report(title: str, result: Result, language: str) -> dict[str, Any]:
    return {
        "title": title,
        "name": result.name,
        "na_treatment": str(result.scheme.na_treatment),
        "results": {
            office: {
                **outcome(card),
                "statuses": {line.code: str(line.status) for line in card.lines},
                "effective": {line.code: plain(line.effective_points) for line in card.lines},
                "grade": result.grades[office].grade,
                "rank": result.places[office].rank,
                "peer_rank": result.places[office].peer_rank,
            }
            for office, card in result.cards.items()
        },
        "scorecards": {office: _with_texts(card, language) for office, card in result.cards.items()},
        "mismatches": [
            {"office": each.office, "what": each.what, "expected": each.expected, "actual": each.actual}
            for each in result.mismatches
        ],
    }


def _with_texts(card: Scorecard, language: str) -> dict[str, Any]:
    content = card.as_json()
    for part in (*content["lines"], *content["groups"], content["total"]):
        for each in part["steps"]:
            each["text"] = render(each["key"], each["values"], language)
    return content


def _problems(error: RulesError, language: str) -> str:
    return "\n".join(f"  ✗ {problem.text(language)}" for problem in error.problems) + "\n"


def _report(title: str, result: Result, language: str) -> str:
    rows = [title, f"  {word(f'treatment.{result.scheme.na_treatment}', language)}"]
    for office, card in result.cards.items():
        rows += ["", *_card(office, card, result, language)]
    if result.mismatches:
        rows += ["", *(f"  ✗ {_mismatch(each, language)}" for each in result.mismatches)]
    return "\n".join(rows)


def _mismatch(each: Any, language: str) -> str:
    values = {"office": each.office, "what": each.what, "expected": each.expected, "actual": each.actual}
    return render("report.mismatch", values, language)


def _card(office: str, card: Scorecard, result: Result, language: str) -> list[str]:
    place, graded = result.places[office], result.grades[office]
    values = {
        "office": office,
        "group": card.peer_group,
        "total": card.total,
        "grade": f"grade.{graded.grade}",
        "rank": place.rank,
        "peer_rank": place.peer_rank,
        "peer_count": place.peer_count,
    }
    rows = [f"  {render('report.office', values, language)}"]
    for group in card.groups:
        english = group.indicator.name_en if language == "en" else ""
        rows.append(
            f"    {group.code} {english or group.indicator.name}  {group.score} / {shown(group.effective_points)}"
        )
        for line in group.lines:
            english = line.indicator.name_en if language == "en" else ""
            status = "" if line.status == Status.SCORED else f"  [{word(f'status.{line.status}', language)}]"
            score = f"{line.score} / {shown(line.effective_points)}"
            rows.append(f"      {line.code} {english or line.name}  {score}  {line.rule.method}{status}")
            rows += [f"          {text}" for text in render_steps(line.trace["steps"], language)]
        rows += [f"        = {text}" for text in render_steps(of_group(group)["steps"], language)]
    rows += [f"    {text}" for text in render_steps([*card.trace["steps"], *graded.steps], language)]
    return rows
