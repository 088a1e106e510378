"""An indicator scheme: groups, indicators, points, methods; read from CSV and checked before it is used."""

import csv
import io
import json
from collections import Counter
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field, replace
from decimal import Decimal
from enum import StrEnum
from fractions import Fraction
from functools import cached_property
from pathlib import Path
from typing import Any, Final

from appraisal.rules.exact import ZERO, NotExact, number, plain
from appraisal.rules.methods import METHODS, Rule
from appraisal.rules.problems import Problem, SchemeError, of_number

FULL_SCHEME: Final = Fraction(100)
COLUMNS: Final = ("code", "parent", "name", "points", "method", "parameters")


class Treatment(StrEnum):
    """What happens to the points of an indicator that does not apply."""

    REDISTRIBUTE = "REDISTRIBUTE"
    FULL = "FULL"


@dataclass(frozen=True, slots=True)
class Indicator:
    """A group (no parent, no method) or an indicator of a group. `points` is what it can earn."""

    code: str
    parent: str
    name: str
    points: Decimal
    method: str = ""
    parameters: Mapping[str, Any] = field(default_factory=dict)
    unit: str = ""
    data_source: str = ""
    evidence: str = ""
    name_en: str = ""
    cumulative: bool = False
    target_basis: str = ""
    direction: str = ""

    @property
    def is_group(self) -> bool:
        """Whether this is a first-level row that only holds others."""
        return not self.method and not self.parent


@dataclass(frozen=True)
class Scheme:
    """The indicators in their order, and how points that do not apply are treated."""

    indicators: tuple[Indicator, ...]
    na_treatment: str = Treatment.REDISTRIBUTE

    @cached_property
    def groups(self) -> tuple[Indicator, ...]:
        """First-level rows."""
        return tuple(row for row in self.indicators if row.is_group)

    @cached_property
    def scored(self) -> tuple[Indicator, ...]:
        """The indicators that have a method, in order."""
        return tuple(row for row in self.indicators if not row.is_group)

    @cached_property
    def by_code(self) -> dict[str, Indicator]:
        """Every row by its code."""
        return {row.code: row for row in self.indicators}

    def children(self, group: str) -> tuple[Indicator, ...]:
        """The indicators of a group, in order."""
        return tuple(row for row in self.scored if row.parent == group)


def read_scheme(source: Path | str, *, na_treatment: str = Treatment.REDISTRIBUTE) -> Scheme:
    """A scheme from a CSV file, or from the CSV's text (a string with line breaks).

    The columns code, parent, name, points, method and parameters (JSON) must be there; unit, data_source, evidence,
    name_en, cumulative, target_basis and direction may. Raises SchemeError for what cannot be read, with the row;
    whether the scheme makes sense is for `check_scheme`.
    """
    text = source if isinstance(source, str) and "\n" in source else Path(source).read_text(encoding="utf-8-sig")
    rows = csv.DictReader(io.StringIO(text.removeprefix("\ufeff")))
    lacking = [name for name in COLUMNS if name not in (rows.fieldnames or ())]
    if lacking:
        raise SchemeError([Problem("scheme.columns", {"columns": ", ".join(lacking)})])
    problems: list[Problem] = []
    try:
        lines = list(rows)
    except csv.Error as error:
        raise SchemeError([Problem("scheme.csv", {"row": rows.line_num, "detail": str(error)})]) from None
    indicators = [
        _indicator({key: (cell or "").strip() for key, cell in row.items() if isinstance(key, str)}, place, problems)
        for place, row in enumerate(lines, start=2)
    ]
    if problems:
        raise SchemeError(problems)
    return Scheme(tuple(indicators), na_treatment)


def scheme_of_rows(rows: Sequence[Any], *, na_treatment: str = Treatment.REDISTRIBUTE) -> Scheme:
    """A scheme from mappings with the columns of the CSV; parameters are given as they are. Raises SchemeError."""
    problems: list[Problem] = []
    indicators = []
    for place, row in enumerate(rows, start=1):
        if not isinstance(row, Mapping):
            problems.append(Problem("entry.not_a_mapping", {"entry": f"scheme[{place}]"}))
            continue
        parameters = row.get("parameters") or {}
        if not isinstance(parameters, Mapping):
            problems.append(Problem("scheme.json", {"row": place}, indicator=str(row.get("code", ""))))
            continue
        cells = dict.fromkeys(COLUMNS, "") | {str(key): str(cell) for key, cell in row.items() if cell is not None}
        cells["parameters"] = ""
        indicators.append(replace(_indicator(cells, place, problems), parameters=parameters))
    if problems:
        raise SchemeError(problems)
    return Scheme(tuple(indicators), na_treatment)


def _indicator(row: dict[str, str], place: int, problems: list[Problem]) -> Indicator:
    points = _points(row["points"])
    if points is None:
        problems.append(Problem("scheme.points", {"row": place, "value": row["points"]}, indicator=row["code"]))
    if not row["code"]:
        problems.append(Problem("scheme.code_missing", {"row": place}))
    return Indicator(
        code=row["code"],
        parent=row["parent"],
        name=row["name"],
        points=points or Decimal(0),
        method=row["method"],
        parameters=_parameters(row, place, problems),
        unit=row.get("unit", ""),
        data_source=row.get("data_source", ""),
        evidence=row.get("evidence", ""),
        name_en=row.get("name_en", ""),
        cumulative=row.get("cumulative", "") == "true",
        target_basis=row.get("target_basis", ""),
        direction=row.get("direction", ""),
    )


def _points(text: str) -> Decimal | None:
    try:
        number(text)
    except NotExact:
        return None
    return None if "/" in text else Decimal(text)


def _parameters(row: dict[str, str], place: int, problems: list[Problem]) -> dict[str, Any]:
    """The JSON object; numbers with a point stay text, so that nothing passes through binary floating point."""
    if not row["parameters"]:
        return {}
    try:
        parameters = json.loads(row["parameters"], parse_float=str)
    except ValueError:
        parameters = None
    if not isinstance(parameters, dict):
        problems.append(Problem("scheme.json", {"row": place}, indicator=row["code"]))
        return {}
    return parameters


def rules_of(scheme: Scheme) -> dict[str, Rule]:
    """Each indicator's rule by code. Raises SchemeError with every problem that makes scoring impossible."""
    rules, problems = _rules(scheme)
    blocking = [problem for problem in problems + _structure(scheme) if problem.blocking]
    if blocking:
        raise SchemeError(blocking)
    return rules


def check_scheme(scheme: Scheme) -> list[Problem]:
    """Everything that should be put right before the scheme is published; empty when it is in order.

    Codes are unique, indicators hang under groups, methods and parameters are valid, the indicators of a group total
    its points, and the scheme totals 100.00.
    """
    return _structure(scheme) + _rules(scheme)[1] + _totals(scheme)


def _structure(scheme: Scheme) -> list[Problem]:
    problems = []
    if not scheme.scored:
        problems.append(Problem("scheme.empty"))
    if scheme.na_treatment not in set(Treatment):
        problems.append(Problem("scheme.treatment", {"value": scheme.na_treatment}))
    for code, times in Counter(row.code for row in scheme.indicators).items():
        if times > 1:
            problems.append(Problem("scheme.code_twice", {"indicator": code}))
    groups = {row.code for row in scheme.groups}
    for row in scheme.indicators:
        if not row.name:
            problems.append(Problem("scheme.name_missing", {"indicator": row.code}, blocking=False))
        if row.is_group:
            continue
        if row.parent not in groups:
            problems.append(Problem("scheme.parent_unknown", {"parent": row.parent}, indicator=row.code))
        if not row.method:
            problems.append(Problem("scheme.method_missing", indicator=row.code))
        elif row.method not in METHODS:
            problems.append(Problem("scheme.method_unknown", {"method": row.method}, indicator=row.code))
    return problems


def _rules(scheme: Scheme) -> tuple[dict[str, Rule], list[Problem]]:
    rules, problems = {}, []
    for row in scheme.scored:
        if row.method not in METHODS:
            continue
        try:
            rule = METHODS[row.method](number(row.points), row.parameters)
        except NotExact as error:
            problems.append(of_number(error, "points").at(indicator=row.code))
            continue
        rules[row.code] = rule
        problems += [problem.at(indicator=row.code) for problem in rule.problems]
    return rules, problems


def _totals(scheme: Scheme) -> list[Problem]:
    problems: list[Problem] = []
    points = {row.code: _exact_points(row, problems) for row in scheme.indicators}
    for group in scheme.groups:
        children = scheme.children(group.code)
        together = sum((points[row.code] for row in children), ZERO)
        if not children:
            problems.append(Problem("scheme.group_empty", {"group": group.code}, blocking=False))
        elif together != points[group.code]:
            values = {"group": group.code, "points": plain(points[group.code]), "sum": plain(together)}
            problems.append(Problem("scheme.group_sum", values, blocking=False))
    total = sum((points[row.code] for row in scheme.scored), ZERO)
    if total != FULL_SCHEME:
        problems.append(Problem("scheme.total", {"total": plain(total)}, blocking=False))
    return problems


def _exact_points(row: Indicator, problems: list[Problem]) -> Fraction:
    """An indicator's wrong points are reported with its rule; a group's here."""
    try:
        return number(row.points)
    except NotExact:
        if row.is_group:
            problems.append(Problem("scheme.group_points", {"group": row.code}, blocking=False))
        return ZERO
