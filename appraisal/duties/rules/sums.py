"""Whether what a target was broken down into makes up the target. Exact decimals; nothing is rounded.

Quantities (people, 万元, projects) add up: the parts together reach the target. Rates, days and shares do not: every
part has to reach the target itself. Source: domain reference 2.2 step 5 (warning if less, block if 0), 3.8.
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from decimal import Decimal
from enum import StrEnum

YEAR, QUARTERS = "year_target", ("q1", "q2", "q3")
Figures = Mapping[str, Decimal | None]


class Rule(StrEnum):
    """How parts make up a target."""

    SUM = "SUM"
    EACH = "EACH"
    TASK = "TASK"  # no figure: something is to be done by a day


class Verdict(StrEnum):
    FULL = "FULL"
    SHORT = "SHORT"  # less than the target (of what should stay low: more)
    NONE = "NONE"  # nothing of a target was handed on


@dataclass(frozen=True)
class Line:
    """The year, or a quarter's end. reached: of SUM the sum, of EACH the part that is worst off."""

    period: str
    target: Decimal
    reached: Decimal
    verdict: Verdict

    @property
    def gap(self) -> Decimal:
        """reached − target, whichever way is better."""
        return self.reached - self.target


@dataclass(frozen=True)
class Check:
    """One way of breaking a target down (by counties, say). lines: the year first; silent: parts without a figure."""

    rule: Rule
    lines: tuple[Line, ...]
    silent: int
    verdict: Verdict


def check(rule: Rule, target: Figures, parts: Sequence[Figures], *, lower: bool = False) -> Check | None:
    """Hold the parts against the target; None when there is nothing to hold (no figure wanted, or none given).

    lower: less is better, so the target is a ceiling. A part without a figure counts as nothing in a sum, and as a
    part that falls short where each must reach the target. Quarters are held only when every part that has a year's
    figure has them. The order of the parts does not matter.
    """
    wanted = target.get(YEAR)
    given = [part for part in parts if part.get(YEAR) is not None]
    if rule == Rule.TASK or wanted is None or not given:
        return None
    silent = len(parts) - len(given)
    lines = [_line(rule, YEAR, wanted, [_of(part, YEAR) for part in given], lower=lower)]
    for quarter in QUARTERS:
        aim = target.get(quarter)
        if aim is not None and all(part.get(quarter) is not None for part in given):
            lines.append(_line(rule, quarter, aim, [_of(part, quarter) for part in given], lower=lower))
    verdicts = {line.verdict for line in lines} | ({Verdict.SHORT} if rule == Rule.EACH and silent else set())
    worst = next(each for each in (Verdict.NONE, Verdict.SHORT, Verdict.FULL) if each in verdicts)
    return Check(rule, tuple(lines), silent, worst)


def _of(part: Figures, period: str) -> Decimal:
    value = part[period]
    assert value is not None
    return value


def _line(rule: Rule, period: str, target: Decimal, values: list[Decimal], *, lower: bool) -> Line:
    reached = sum(values, Decimal(0)) if rule == Rule.SUM else max(values) if lower else min(values)
    met = reached <= target if lower else reached >= target
    nothing = period == YEAR and not lower and target > 0 and not any(values)
    verdict = Verdict.NONE if nothing else Verdict.FULL if met else Verdict.SHORT
    return Line(period, target, reached, verdict)
