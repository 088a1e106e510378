"""Checks of a version between figures of one report: the names they may use, and the figures behind the names."""

import re
from collections.abc import Iterable, Mapping
from datetime import date
from decimal import Decimal, InvalidOperation
from fractions import Fraction
from typing import Any

from django.utils.translation import gettext as _

from appraisal.library import schemes
from appraisal.library.models import Indicator, Method, TargetBasis, TemplateVersion
from appraisal.library.models.words import input_label
from appraisal.rules import crosschecks as rules
from appraisal.rules.crosschecks import Broken, Check, Severity
from appraisal.rules.parameters import in_force

Figures = dict[str, Fraction | None]
RATIOS = (Method.RATIO, Method.INVERSE_RATIO)
WITHOUT_FIGURE = (Method.MILESTONE, Method.THRESHOLD, Method.PANEL, Method.FORMULA)


def name_of(code: str) -> str:
    """An indicator's code as a name of expressions: A1 is A1, 3.2 is i3_2."""
    name = re.sub(r"\W", "_", code)
    return f"i{name}" if name[:1].isdigit() else name


def names_of(indicator: Indicator) -> dict[str, str]:
    """The names that an indicator gives to checks, each with what it stands for, in the reader's language."""
    name, label = name_of(indicator.code), f"{indicator.code} {indicator.label}"
    if indicator.method == Method.FORMULA:
        return {f"{name}_{each}": f"{label} · {input_label(each)}" for each in indicator.parameters.get("inputs", [])}
    if indicator.method in WITHOUT_FIGURE or indicator.parameters.get("direction") == "category":
        return {}
    found = {name: label, f"{name}_last": _("%(indicator)s（上月核定）") % {"indicator": label}}
    if indicator.method in (Method.DEDUCT, Method.ADD):
        rows = indicator.parameters.get("rules", [])
        for place, row in enumerate(rows, start=1):
            found[f"{name}_{place}"] = f"{label} · {row.get('event', '')}"
    if indicator.method in RATIOS and indicator.target_basis in (TargetBasis.LETTER, TargetBasis.REPORTED):
        found[f"{name}_target"] = _("%(indicator)s（截至当期应完成）") % {"indicator": label}
    if indicator.target_basis == TargetBasis.LETTER:
        found[f"{name}_year"] = _("%(indicator)s（全年目标）") % {"indicator": label}
    return found


def all_names(indicators: Iterable[Indicator]) -> dict[str, str]:
    """The names of all indicators of a version that its prefectures report or its province enters."""
    return {name: said for row in indicators if row.method for name, said in names_of(row).items()}


def figures_of(
    indicator: Indicator,
    fact: Mapping[str, Any] | None,
    *,
    nothing: bool,
    last: Mapping[str, Any] | None,
    had_last: bool,
    target: Fraction | None,
    year: Decimal | None,
) -> Figures:
    """What the names of one indicator stand for in a month; None for what is not there. nothing: reported as none.

    last, had_last: last month's final fact, and whether there was a value at all (a null fact then counts as 0).
    target: what a ratio is measured against to date; year: the letter's target.
    """
    name = name_of(indicator.code)
    found: Figures = dict.fromkeys(names_of(indicator))
    if indicator.method == Method.FORMULA:
        inputs = {} if fact is None else fact.get("inputs") or {}
        for each in indicator.parameters.get("inputs", []):
            found[f"{name}_{each}"] = Fraction(0) if nothing else _number(inputs.get(each))
        return found
    if name not in found:
        return found
    found[name] = Fraction(0) if nothing else _main(indicator, fact)
    found[f"{name}_last"] = Fraction(0) if had_last and last is None else _main(indicator, last)
    if f"{name}_target" in found:
        found[f"{name}_target"] = target
    if f"{name}_year" in found:
        found[f"{name}_year"] = None if year is None else Fraction(year)
    if indicator.method in (Method.DEDUCT, Method.ADD):
        counts = [] if fact is None else fact.get("counts") or []
        for place, _row in enumerate(indicator.parameters.get("rules", []), start=1):
            count = counts[place - 1] if place <= len(counts) else None
            found[f"{name}_{place}"] = Fraction(0) if nothing else _number(count)
    return found


def _main(indicator: Indicator, fact: Mapping[str, Any] | None) -> Fraction | None:
    if fact is None:
        return None
    if indicator.method in (Method.DEDUCT, Method.ADD):
        counts = [_number(count) for count in fact.get("counts") or []]
        return sum((count for count in counts if count is not None), Fraction(0)) if counts else None
    return _number(fact.get("points" if indicator.method == Method.MANUAL else "value"))


def _number(text: Any) -> Fraction | None:
    try:
        value = Decimal(str(text))
    except InvalidOperation:
        return None
    return Fraction(value) if value.is_finite() else None


def checks_of(version: TemplateVersion) -> list[Check]:
    """The version's checks in order."""
    return [rules.read(row) for row in version.checks]


def broken_of(version: TemplateVersion, figures: Mapping[str, Fraction | None]) -> list[Broken]:
    """The version's checks that do not hold for these figures, in order."""
    return [found for check in checks_of(version) if (found := rules.broken(check, figures)) is not None]


def problems_of(version: TemplateVersion, rows: Iterable[Indicator]) -> list[dict[str, str]]:
    """Checks that use a name the version does not have (any more), as {code, message}."""
    names = set(all_names(rows))
    found = [problem for check in checks_of(version) for problem in rules.problems(check, names)]
    return [
        {"code": problem.indicator, "message": _("勾稽关系有误：%(what)s") % {"what": schemes.sentence(problem)}}
        for problem in found
    ]


def suggested(rows: Iterable[Indicator], on: date) -> list[dict[str, str]]:
    """The platform's own checks that fit these indicators: same codes, and the shipped words in their names."""
    named = {row.code: row.name for row in rows if row.method}
    return [
        {name: str(entry.get(name, "")) for name in rules.FIELDS}
        for entry in in_force("cross_checks", on)
        if all(words in named.get(code, "") for code, words in entry["indicators"].items())
    ]


__all__ = [
    "Broken", "Check", "Figures", "Severity", "all_names", "broken_of", "checks_of", "figures_of", "name_of",
    "names_of", "problems_of", "suggested",
]  # fmt: skip
