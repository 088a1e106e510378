"""Checks between figures of one report, such as “finished projects are not more than those due”: data, not code.

A check compares two expressions (methods.expression) over the figures of a month's report; it belongs to a version of a
scheme, is published with it and frozen with it. A figure that is not there yet makes the check say nothing.
"""

import re
from collections.abc import Mapping
from dataclasses import dataclass, field
from enum import StrEnum
from fractions import Fraction
from functools import cached_property
from typing import Any, Final

from appraisal.rules.exact import shown
from appraisal.rules.methods.expression import Expression, Refused
from appraisal.rules.problems import Problem

FIELDS: Final = ("code", "left", "relation", "right", "severity", "sentence", "sentence_en", "basis")


class Severity(StrEnum):
    """What follows when a check does not hold."""

    BLOCK = "BLOCK"  # the month is not handed over
    REASON = "REASON"  # it is handed over with an explanation
    HINT = "HINT"  # it is shown


class Relation(StrEnum):
    """How the left side stands to the right one when all is well."""

    AT_MOST = "AT_MOST"
    EQUAL = "EQUAL"
    AT_LEAST = "AT_LEAST"

    @property
    def sign(self) -> str:
        return {"AT_MOST": "≤", "EQUAL": "=", "AT_LEAST": "≥"}[self]


HOLDS: Final = {
    Relation.AT_MOST: lambda left, right: left <= right,
    Relation.EQUAL: lambda left, right: left == right,
    Relation.AT_LEAST: lambda left, right: left >= right,
}


@dataclass(frozen=True)
class Check:
    """One check as a version keeps it (FIELDS as text)."""

    code: str
    left: str
    relation: Relation
    right: str
    severity: Severity
    sentence: str
    sentence_en: str = ""
    basis: str = ""

    @cached_property
    def names(self) -> tuple[str, ...]:
        """The names both sides use, in the order in which they are written."""
        return tuple(dict.fromkeys(re.findall(r"[^\W\d]\w*", f"{self.left} {self.right}")))

    def said(self, language: str) -> str:
        """The sentence in the reader's language."""
        return self.sentence_en if language == "en" and self.sentence_en else self.sentence


@dataclass(frozen=True)
class Broken:
    """A check that does not hold, with what stood on both sides."""

    check: Check
    left: Fraction
    right: Fraction
    names: tuple[str, ...] = field(default=())

    @property
    def figures(self) -> str:
        """Both sides with their values, for the end of the sentence: B5 = 12 > B5_target = 10."""
        sign = "<" if self.left < self.right else ">"
        return f"{self.check.left} = {shown(self.left)} {sign} {self.check.right} = {shown(self.right)}"


def read(row: Mapping[str, Any]) -> Check:
    """A stored check. Raises ValueError for a relation or severity that is none."""
    texts = {name: str(row.get(name) or "") for name in FIELDS}
    return Check(**{**texts, "relation": Relation(texts["relation"]), "severity": Severity(texts["severity"])})  # type: ignore[arg-type]


def problems(check: Check, names: set[str]) -> list[Problem]:
    """What keeps a check from being used with these names of figures; empty when it is in order."""
    found = []
    used: set[str] = set()
    for text in (check.left, check.right):
        try:
            used |= Expression(text, names).used
        except Refused as refused:
            found.append(Problem(refused.code, refused.values, indicator=check.code))
    if not found and not used:
        found.append(Problem("check.no_figure", indicator=check.code))
    return found


def broken(check: Check, figures: Mapping[str, Fraction | None]) -> Broken | None:
    """The check held against figures by name: None where it holds, or where a figure is not there (yet).

    A division by zero says nothing either: a share of nothing is no error.
    """
    sides = []
    for text in (check.left, check.right):
        try:
            side = Expression(text, set(figures))
        except Refused:
            return None
        known = {name: value for name in side.used if (value := figures[name]) is not None}
        if len(known) < len(side.used):
            return None
        try:
            sides.append(side.value(known))
        except ZeroDivisionError:
            return None
    left, right = sides
    return None if HOLDS[check.relation](left, right) else Broken(check, left, right, check.names)
