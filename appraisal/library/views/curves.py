"""The line that a rule draws, for the preview; the numbers that count are always the engine's."""

from collections.abc import Mapping
from fractions import Fraction
from typing import Any

from django.utils.translation import gettext as _

from appraisal.library.models import Indicator
from appraisal.library.models.words import input_label
from appraisal.rules.exact import NotExact, number, plain
from appraisal.rules.methods import METHODS
from appraisal.rules.methods.events import Add, Deduct
from appraisal.rules.methods.formula import Formula
from appraisal.rules.methods.linear import Linear
from appraisal.rules.methods.milestone import Milestone
from appraisal.rules.methods.panel import Panel
from appraisal.rules.methods.rank import Rank
from appraisal.rules.methods.ratio import Ratio
from appraisal.rules.methods.steps import Steps
from appraisal.rules.methods.threshold import Threshold

Points = list[list[float]]
HUNDRED = Fraction(100)


SAMPLES = 40  # of a formula's line, which may bend anywhere


def curve_of(
    method: str, points: Any, parameters: Mapping[str, Any], fact: Mapping[str, Any] | None = None
) -> dict[str, Any] | None:
    """{points, xmin, xmax, unit, xname} of the rule, or None where it cannot be used yet.

    fact: what is being tried; a formula's line runs along its first input, the others are as tried (1 where nothing
    is).
    """
    if method not in METHODS:
        return None
    rule = METHODS[method](number(points), parameters)
    if any(problem.blocking for problem in rule.problems):
        return None
    drawn: list[tuple[Fraction, Fraction]]
    unit, name = "", _("数值")
    if isinstance(rule, Ratio):
        unit, name = "%", _("比率（%）")
        floor, cap = rule.floor * HUNDRED, rule.cap * HUNDRED
        drawn = [(floor, Fraction(0)), (floor, rule.points * rule.floor), (cap, rule.points * rule.cap)]
    elif isinstance(rule, Linear):
        drawn = sorted([(rule.start, Fraction(0)), (rule.end, rule.points)])
    elif isinstance(rule, Steps) and rule.direction != "category":
        unit = str(parameters.get("unit") or "")
        name = _("数值（%(unit)s）") % {"unit": unit} if unit else name
        drawn = _stairs(rule)
    elif isinstance(rule, Deduct | Add) and rule.events:
        name = rule.events[0].name
        drawn = _events(rule)
    elif isinstance(rule, Milestone):
        unit, name = _("天"), _("逾期天数")
        drawn = _late(rule)
    elif isinstance(rule, Rank):
        unit, name = "%", _("名次 ÷ 单位数（%）")
        drawn = _bands(rule)
    elif isinstance(rule, Steps):
        name = _("等次（%(names)s）") % {"names": _("、").join(str(bound) for bound, _points in rule.table)}
        drawn = [(Fraction(place), worth) for place, (_bound, worth) in enumerate(rule.table, start=1)]
    elif isinstance(rule, Threshold):
        unit, name = _("项"), _("已备的要件")
        every = Fraction(len(rule.requires))
        drawn = [(Fraction(0), Fraction(0)), (every, Fraction(0)), (every, rule.points)]
    elif isinstance(rule, Formula):
        name, drawn = _along(rule, fact)
    else:
        name = _("评议平均分") if isinstance(rule, Panel) else _("评定分")
        drawn = [(Fraction(0), Fraction(0)), (rule.points, rule.points)]
    if not drawn:
        return None
    corners: Points = [[float(x), float(y)] for x, y in drawn]
    lowest, highest = corners[0][0], corners[-1][0]
    room = (highest - lowest) * 0.2 or abs(highest) * 0.2 or 1
    starts_at_zero = lowest >= 0 and lowest - room < 0
    return {
        "points": corners,
        "xmin": 0 if starts_at_zero else lowest - room,
        "xmax": highest + room,
        "unit": unit,
        "xname": name,
        "weight": float(rule.points),
    }


def _along(rule: Formula, fact: Mapping[str, Any] | None) -> tuple[str, list[tuple[Fraction, Fraction]]]:
    """The formula's points along its first input from 0 to twice what is tried (at least 10), where it applies."""
    if not rule.names:
        return "", []
    given = (fact or {}).get("inputs") or {}
    tried = {name: _number(given.get(name), Fraction(1)) for name in rule.names}
    first, *others = rule.names
    width = max(abs(tried[first]) * 2, Fraction(10))
    drawn = []
    for place in range(SAMPLES + 1):
        at = width * place / SAMPLES
        earned = rule.earn({**tried, first: at}, None)
        if isinstance(earned, Fraction):
            drawn.append((at, earned))
    held = _("、").join(f"{input_label(name)}={plain(tried[name])}" for name in others)
    return (f"{input_label(first)}（{held}）" if held else input_label(first)), drawn


def _number(text: Any, default: Fraction) -> Fraction:
    try:
        return number(text)
    except NotExact:
        return default


def _stairs(rule: Steps) -> list[tuple[Fraction, Fraction]]:
    """Two corners at each bound: before it and from it on."""
    rising = rule.direction == "higher_is_better"
    table = sorted(rule.table)
    drawn = []
    for place, (bound, points) in enumerate(table):
        if rising:
            before = table[place - 1][1] if place else Fraction(0)
            drawn += [(bound, before), (bound, points)]
        else:
            after = table[place + 1][1] if place + 1 < len(table) else Fraction(0)
            drawn += [(bound, points), (bound, after)]
    return drawn


def _events(rule: Deduct | Add) -> list[tuple[Fraction, Fraction]]:
    """By how often the first event happens."""
    each = rule.events[0].points or Fraction(1)
    if isinstance(rule, Deduct):
        return [(Fraction(0), rule.points), ((rule.points - rule.minimum) / each, rule.minimum)]
    return [(Fraction(0), Fraction(0)), (rule.cap / each, rule.cap)]


def _late(rule: Milestone) -> list[tuple[Fraction, Fraction]]:
    shares = [*(band.share for band in rule.bands), rule.otherwise]
    drawn = []
    for place, band in enumerate(rule.bands):
        drawn += [(band.at_most, rule.points * shares[place]), (band.at_most, rule.points * shares[place + 1])]
    return drawn


def _bands(rule: Rank) -> list[tuple[Fraction, Fraction]]:
    drawn = []
    for place, band in enumerate(rule.bands):
        after = rule.bands[place + 1].points if place + 1 < len(rule.bands) else Fraction(0)
        share = band.share * HUNDRED
        drawn += [(share, band.points), (share, after)]
    return drawn[:-1]


def preview(
    row: Indicator,
    method: str,
    parameters: Mapping[str, Any],
    base: Indicator | None,
    fact: Mapping[str, Any] | None = None,
) -> dict | None:
    """The chart's data: the edited rule, and the rule of the version it was copied from where that differs."""
    curve = curve_of(method, row.points, parameters, fact)
    if curve is None:
        return None
    curve["newName"] = _("草稿")
    old = curve_of(base.method, base.points, base.parameters, fact) if base and base.method == method else None
    if old and old["points"] != curve["points"]:
        curve |= {
            "old": old["points"],
            "oldName": _("现行"),
            "xmin": min(curve["xmin"], old["xmin"]),
            "xmax": max(curve["xmax"], old["xmax"]),
            "weight": max(curve["weight"], old["weight"]),
        }
    return curve
