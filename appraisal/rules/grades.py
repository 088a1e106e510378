"""Grades from the published total, and the ceilings that vetoes set. Prose: platform/docs/rules/index.md."""

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import date
from decimal import Decimal
from typing import Any

from appraisal.rules.adjustments import Veto
from appraisal.rules.exact import number, plain
from appraisal.rules.methods.base import Step, step
from appraisal.rules.parameters import in_force
from appraisal.rules.problems import FactsError, Problem


@dataclass(frozen=True, slots=True)
class Graded:
    """A grade with how it came about. `by_score` is what the total alone would give; `grade` is what counts."""

    by_score: str
    grade: str
    steps: tuple[Step, ...]


def grades(on: date | None = None) -> list[str]:
    """The grades in force on a day (the newest when none is named), best first."""
    return [row["grade"] for row in in_force("grades", on)]


def grade(total: Decimal, vetoes: Iterable[Veto] = (), *, on: date | None = None) -> Graded:
    """The grade of a published total; each veto caps it and leaves the score alone.

    `total` is compared as published (2 decimals), never the sum behind it: 89.995 is published as 90.00 and Excellent.
    Raises FactsError for a ceiling that is no grade.
    """
    table: list[dict[str, Any]] = in_force("grades", on)
    order = [row["grade"] for row in table]
    exact = number(total)
    met = next((row for row in table if exact >= number(row["at_least"])), table[-1])
    by_score = met["grade"]
    values = {"total": str(total), "grade": f"grade.{by_score}"}
    if by_score == order[-1]:
        steps = [step("grade.lowest", **values)]
    else:
        steps = [step("grade.by_score", bound=plain(number(met["at_least"])), **values)]
    place = order.index(by_score)
    for veto in vetoes:
        if veto.ceiling not in order:
            raise FactsError([Problem("grades.unknown", {"grade": veto.ceiling, "choices": ", ".join(order)})])
        place = max(place, order.index(veto.ceiling))
        steps.append(step("grade.veto", veto=veto.reason, ceiling=f"grade.{veto.ceiling}"))
    return Graded(by_score, order[place], tuple(steps))
