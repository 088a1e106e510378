"""The score that a value would earn by its indicator's rule alone: a trial, before verification and sharing."""

from collections.abc import Sequence
from dataclasses import dataclass, field
from datetime import date
from decimal import Decimal
from typing import Any

from appraisal.library.models import Indicator, Method
from appraisal.reporting.rules import facts
from appraisal.reporting.rules.facts import Demand, Due, Fact
from appraisal.rules.exact import half_up, number
from appraisal.rules.methods.base import Status

STEPS_DRAWN = 8  # more steps than that are read in the rule, not in a curve


@dataclass(frozen=True)
class Trial:
    """score: points, None where it cannot be worked out from this office alone. status: of the engine when no score.

    sentences: key and values for appraisal.rules.sentences.render. target: what the value is measured against.
    """

    score: Decimal | None
    status: str = ""
    target: Decimal | None = None
    sentences: list[dict[str, Any]] = field(default_factory=list)


def trial(
    indicator: Indicator,
    fact: Fact | None,
    *,
    target: Demand | None,
    milestones: Sequence[Due],
    month: int,
    as_of: date,
    on: date,
) -> Trial:
    """The points of one indicator from a draft's fact; `fact` None: nothing to work out yet."""
    against = facts.denominator(indicator, fact, target, month) if indicator.method in facts.QUANTITIES else None
    shown_target = None if against is None else half_up(against, 6)
    if indicator.method == Method.RANK:
        return Trial(None, "RANKED", shown_target)
    if fact is None or facts.wrongs(indicator, fact, milestones, on=on):
        return Trial(None, "", shown_target)
    rule = facts.rule_of(indicator)
    given = facts.for_engine(indicator, fact, target=target, milestones=milestones, month=month, as_of=as_of)
    reading = rule.read(given)
    earned = rule.earn(reading, None)
    steps = rule.steps(reading, None)
    if isinstance(earned, Status):
        return Trial(None, str(earned), shown_target, steps)
    return Trial(half_up(earned, 2), "SCORED", shown_target, steps)


def curve(indicator: Indicator, now: Decimal | None, against: Decimal | None) -> dict[str, Any] | None:
    """The rule as a curve for <an-chart kind="curve">: points, bounds, today's place; None where there is no curve.

    A ratio is drawn over its percentage. Numbers are for drawing only.
    """
    match indicator.method:
        case Method.RATIO:
            return _ratio(indicator, now, against)
        case Method.LINEAR:
            ends = [indicator.parameters["from"], indicator.parameters["to"]]
            low, high = sorted(float(number(end)) for end in ends)
            rising = number(ends[0]) < number(ends[1])
            most = float(indicator.points)
            points = [[low, 0.0 if rising else most], [high, most if rising else 0.0]]
            return _drawn(indicator, points, float(now) if now is not None else None, indicator.unit_label)
        case Method.STEP:
            return _steps(indicator, now)
        case _:
            return None


def _ratio(indicator: Indicator, now: Decimal | None, against: Decimal | None) -> dict[str, Any]:
    parameters, most = indicator.parameters, float(indicator.points)
    floor, cap = float(number(parameters.get("floor", "0"))), float(number(parameters.get("cap", "1")))
    points = [[floor * 100, most * floor], [cap * 100, most * cap]]
    if floor:
        points = [[floor * 100, 0.0], *points]
    here = float(now / against) * 100 if now is not None and against else None
    return _drawn(indicator, points, here, "%") | {"xmin": 0}


def _steps(indicator: Indicator, now: Decimal | None) -> dict[str, Any] | None:
    direction, rows = indicator.parameters.get("direction"), indicator.parameters.get("steps", [])
    if direction == "category" or len(rows) > STEPS_DRAWN:
        return None
    bound = "at_least" if direction == "higher_is_better" else "at_most"
    levels = sorted((float(number(row[bound])), float(number(row["points"]))) for row in rows)
    points: list[list[float]] = []
    if bound == "at_least":
        before = 0.0
        for at, earned in levels:
            points += [[at, before], [at, earned]]
            before = earned
    else:
        for place, (at, earned) in enumerate(levels):
            after = levels[place + 1][1] if place + 1 < len(levels) else 0.0
            points += [[at, earned], [at, after]]
    return _drawn(indicator, points, float(now) if now is not None else None, indicator.unit_label)


def _drawn(indicator: Indicator, points: list[list[float]], here: float | None, unit: str) -> dict[str, Any]:
    places = [point[0] for point in points] + ([here] if here is not None else [])
    room = (max(places) - min(places)) * 0.08 or 1
    score = None if here is None else _height(points, here)
    return {
        "points": points,
        "xmin": round(min(places) - (room if min(places) != 0 else 0), 2),
        "xmax": round(max(places) + room, 2),
        "unit": unit,
        "weight": float(indicator.points),
        "interval": max(round(float(indicator.points) / 4, 1), 0.5),
        "xname": "",
        "test": None if here is None else round(here, 2),
        "testScore": None if score is None else round(score, 2),
    }


def _height(points: list[list[float]], here: float) -> float:
    """The curve's height at a place, of a jump the upper value; for drawing, the score itself is the engine's."""
    before = [point for point in points if point[0] <= here]
    after = [point for point in points if point[0] >= here]
    if not before:
        return points[0][1]
    if not after:
        return points[-1][1]
    if before[-1][0] == here:
        return max(point[1] for point in points if point[0] == here)
    (x0, y0), (x1, y1) = before[-1], after[0]
    return y0 + (y1 - y0) * (here - x0) / (x1 - x0)
