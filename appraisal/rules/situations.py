"""Situations: facts written by people in YAML or JSON, scored without touching any office's data.

The format is described in platform/docs/rules/index.md. `manage.py score_cases FILE` prints what `score_cases` returns.
"""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date
from pathlib import Path
from typing import Any

from appraisal.rules import engine
from appraisal.rules.adjustments import Adjustments, limits, read_adjustments
from appraisal.rules.exact import NotExact, number, plain
from appraisal.rules.grades import Graded, grade
from appraisal.rules.methods import Status
from appraisal.rules.problems import FactsError, Problem, RulesError, SchemeError, of_number
from appraisal.rules.ranking import Place, rank, standing
from appraisal.rules.scheme import Scheme, Treatment, read_scheme, scheme_of_rows
from appraisal.rules.scorecard import Scorecard
from core.parameters import ParameterError

SHIPPED = Path(__file__).parents[1] / "library" / "data"
ENTRIES = {
    "name", "scheme", "na_treatment", "as_of", "peers", "facts", "adjustments", "expected",
}  # fmt: skip
EXPECTED = {"lines", "groups", "total", "effective", "statuses", "grade", "rank"}


class SituationError(RulesError):
    """The situation cannot be scored as it is written."""


@dataclass(frozen=True, slots=True)
class Mismatch:
    """Something expected that came out otherwise."""

    office: str
    what: str
    expected: str
    actual: str


@dataclass(frozen=True, slots=True)
class Result:
    """A scored situation."""

    name: str
    scheme: Scheme
    cards: dict[str, Scorecard]
    grades: dict[str, Graded]
    places: dict[str, Place]
    mismatches: tuple[Mismatch, ...]


def run_situation(situation: Mapping[str, Any], base_path: Path) -> Result:
    """Score one situation as read from a file in `base_path` and compare it with what it expects.

    Raises SchemeError, FactsError or SituationError with everything that is wrong.
    """
    if not isinstance(situation, Mapping):
        raise SituationError([Problem("situation.not_a_mapping")])
    unknown = [Problem("entry.unknown", {"entry": str(key)}) for key in situation if key not in ENTRIES]
    if unknown:
        raise SituationError(unknown)
    day = _day(situation)
    try:
        bounds = limits(day)
    except ParameterError as error:
        raise SituationError([Problem("situation.no_figures", {"day": str(day), "detail": str(error)})]) from None
    scheme = _scheme(situation, base_path)
    peers = {office: _name(group, f"peers.{office}") for office, group in _mapping(situation, "peers").items()}
    facts = {office: _inner(given, f"facts.{office}") for office, given in _mapping(situation, "facts").items()}
    cards = engine.score(scheme, peers, facts, _adjustments(situation), limits=bounds)
    grades = {office: grade(card.total, card.adjustments.vetoes, on=day) for office, card in cards.items()}
    places = {place.office: place for place in rank(map(standing, cards.values()), on=day)}
    expected = _mapping(situation, "expected", required=False)
    mismatches = _compare(expected, scheme, cards, grades, places)
    return Result(str(situation.get("name") or ""), scheme, cards, grades, places, tuple(mismatches))


# --- reading ---


def _scheme(situation: Mapping[str, Any], base_path: Path) -> Scheme:
    treatment = situation.get("na_treatment", Treatment.REDISTRIBUTE)
    given = situation.get("scheme")
    if isinstance(given, list):
        return scheme_of_rows(given, na_treatment=treatment)
    if not isinstance(given, str) or not given:
        raise SituationError([Problem("entry.missing", {"entry": "scheme"})])
    for path in (base_path / given, SHIPPED / given if Path(given).name == given else None):
        if path is not None and path.is_file():
            try:
                return read_scheme(path, na_treatment=treatment)
            except UnicodeDecodeError as error:
                values = {"file": given, "detail": str(error)}
                raise SchemeError([Problem("situation.unreadable", values)]) from None
    raise SituationError([Problem("situation.scheme", {"path": given})])


def _day(situation: Mapping[str, Any]) -> date | None:
    value = situation.get("as_of")
    if isinstance(value, str):
        try:
            return date.fromisoformat(value)
        except ValueError:
            pass
    elif value is None or type(value) is date:
        return value
    raise SituationError([Problem("situation.day", {"entry": "as_of", "value": str(value)})])


def _mapping(situation: Mapping[str, Any], key: str, *, required: bool = True) -> dict[str, Any]:
    if key not in situation and required:
        raise SituationError([Problem("entry.missing", {"entry": key})])
    return _inner(situation.get(key), key)


def _inner(given: Any, entry: str) -> dict[str, Any]:
    """A mapping with names as keys; nothing given is an empty one."""
    if given is None:
        return {}
    if not isinstance(given, Mapping):
        raise SituationError([Problem("entry.not_a_mapping", {"entry": entry})])
    return {_name(key, entry): value for key, value in given.items()}


def _name(value: Any, entry: str) -> str:
    """A name; whole numbers are taken as their digits (office 530100), but `no` or 1.5 would be YAML's reading."""
    if isinstance(value, str) and value:
        return value
    if isinstance(value, int) and not isinstance(value, bool):
        return str(value)
    raise SituationError([Problem("situation.name", {"entry": entry, "value": str(value)})])


def _adjustments(situation: Mapping[str, Any]) -> dict[str, Adjustments]:
    adjustments, problems = {}, []
    for office, given in _mapping(situation, "adjustments", required=False).items():
        try:
            adjustments[office] = read_adjustments(_inner(given, f"adjustments.{office}"))
        except FactsError as error:
            problems += [problem.at(office=office) for problem in error.problems]
    if problems:
        raise FactsError(problems)
    return adjustments


# --- comparing ---


def outcome(card: Scorecard) -> dict[str, Any]:
    """A card in the shape of `expected`: lines, groups (null: not applicable) and total."""
    return {
        "lines": {line.code: _shown(line.status, line.score, line.earned is None) for line in card.lines},
        "groups": {
            group.code: _shown(group.status, group.score, all(line.earned is None for line in group.lines))
            for group in card.groups
        },
        "total": str(card.total),
    }


def _shown(status: Status, score: object, gone: bool) -> str | None:
    return None if status == Status.NOT_APPLICABLE and gone else str(score)


def _compare(
    expected: dict[str, Any],
    scheme: Scheme,
    cards: dict[str, Scorecard],
    grades: dict[str, Graded],
    places: dict[str, Place],
) -> list[Mismatch]:
    mismatches: list[Mismatch] = []
    problems: list[Problem] = []
    for office, given in expected.items():
        if office not in cards:
            problems.append(Problem("situation.expected_office", office=office))
            continue
        wanted = _inner(given, f"expected.{office}")
        problems += [
            Problem("entry.unknown", {"entry": f"expected.{key}"}, office=office) for key in wanted.keys() - EXPECTED
        ]
        card = cards[office]
        lines = {line.code: line for line in card.lines}
        actual: dict[str, dict[str, tuple[Any, bool]]] = {
            "lines": {code: (line.score, line.status == Status.NOT_APPLICABLE) for code, line in lines.items()},
            "groups": {each.code: (each.score, each.status == Status.NOT_APPLICABLE) for each in card.groups},
            "effective": {code: (line.effective_points, False) for code, line in lines.items()},
            "statuses": {code: (str(line.status), False) for code, line in lines.items()},
        }
        for kind, found in actual.items():
            for code, value in _inner(wanted.get(kind), f"expected.{office}.{kind}").items():
                if code not in found:
                    problems.append(Problem("situation.expected_code", {"code": code}, office=office))
                else:
                    _check(office, f"{kind}.{code}", value, *found[code], mismatches, problems)
        for kind, one in (
            ("total", card.total),
            ("grade", grades[office].grade),
            ("rank", places[office].rank),
        ):
            if kind in wanted:
                _check(office, kind, wanted[kind], one, False, mismatches, problems)
    if problems:
        raise SituationError(problems)
    return mismatches


def _check(
    office: str,
    what: str,
    expected: Any,
    actual: Any,
    not_applicable: bool,
    mismatches: list[Mismatch],
    problems: list[Problem],
) -> None:
    """Exact comparison: numbers by value, words literally, null is "not applicable"."""
    if isinstance(actual, str):
        same = expected == actual
    elif expected is None:
        same = not_applicable
    else:
        try:
            same = number(expected) == number(actual)
        except NotExact as error:
            problems.append(of_number(error, f"expected.{what}").at(office=office))
            return
    if not same:
        if isinstance(actual, str):
            found = actual
        else:
            found = "null" if not_applicable else plain(number(actual)) if what.startswith("effective") else str(actual)
        mismatches.append(Mismatch(office, what, "null" if expected is None else str(expected), found))
