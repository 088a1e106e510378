"""Random schemes, facts and adjustments by a seed: the same ones wherever they are made, as many as one likes.

`state(Random(seed))`. coarse: few points, few figures, so that offices tie; then every third one ties with another.
"""

from decimal import Decimal
from fractions import Fraction
from random import Random
from typing import Any, NamedTuple

from appraisal.rules.adjustments import Adjustments, Difficulty, Item, PointsOff, Veto, Zeroed
from appraisal.rules.engine import score
from appraisal.rules.exact import number
from appraisal.rules.scheme import Indicator, Scheme
from appraisal.rules.scorecard import Scorecard

METHODS = (
    "RATIO", "INVERSE_RATIO", "STEP", "LINEAR", "THRESHOLD", "DEDUCT", "ADD", "MILESTONE", "RANK", "PANEL", "FORMULA",
    "MANUAL",
)  # fmt: skip
EXPRESSIONS = (
    "min(points, a + b)", "points * a / b", "max(0, points - a * b)", "(a - b) / (c + 1)", "points * min(1, a / 7) - c",
    "max(a, min(b, c)) / 3", "points / 3 + a * 0.125 - b / 9",
)  # fmt: skip
SHARES = ("0", "0.4", "0.70", "1/3", "2/3", "1")


class State(NamedTuple):
    """A scheme, its offices in peer groups, their facts (absent: not reported), what was decided beside them."""

    scheme: Scheme
    peers: dict[str, str]
    facts: dict[str, dict[str, Any]]
    adjustments: dict[str, Adjustments]

    def scored(self) -> dict[str, Scorecard]:
        return score(self.scheme, self.peers, self.facts, self.adjustments)


def state(chance: Random, *, coarse: bool = False) -> State:
    """Up to four groups of up to four indicators, up to eight offices in up to three peer groups."""
    rows = _rows(chance, coarse=coarse)
    scheme = Scheme(tuple(rows), chance.choice(["REDISTRIBUTE", "REDISTRIBUTE", "FULL"]))
    offices = [f"office{place}" for place in range(1, chance.randint(3 if coarse else 1, 8) + 1)]
    peers = {office: chance.choice("12" if coarse else "123") for office in offices}
    facts: dict[str, dict[str, Any]] = {}
    adjustments: dict[str, Adjustments] = {}
    for office in offices:
        if coarse and facts and chance.random() < 0.4:  # as somebody else, but for what was taken off
            facts[office] = dict(facts[chance.choice(list(facts))])
        else:
            facts[office] = {row.code: _fact(chance, row, coarse) for row in scheme.scored if chance.random() > 0.1}
        adjustments[office] = _adjustments(chance, scheme, coarse=coarse)
    return State(scheme, peers, facts, adjustments)


def _rows(chance: Random, *, coarse: bool) -> list[Indicator]:
    rows: list[Indicator] = []
    for group in "ABCD"[: chance.randint(2 if coarse else 1, 4)]:
        inside = []
        for place in range(1, chance.randint(1, 2 if coarse else 4) + 1):
            points = Decimal(chance.choice(["2", "4"] if coarse else ["0.5", "1", "2", "3", "4", "7", "12.5"]))
            method = chance.choice(METHODS)
            inside.append(
                Indicator(f"{group}{place}", group, "指标", points, method, _parameters(chance, method, points))
            )
        rows += [Indicator(group, "", "组", sum((row.points for row in inside), Decimal(0))), *inside]
    return rows


def _hundredths(chance: Random, low: int, high: int, places: int = 2) -> str:
    return str(Decimal(chance.randint(low * 10**places, high * 10**places)).scaleb(-places))


def _part(chance: Random, points: Decimal) -> str:
    return str(points * chance.randint(0, 8) / 8)


def _events(chance: Random, least: int = 1) -> list[dict[str, str]]:
    return [{"event": f"事{n}", "points": _hundredths(chance, 0, 2, 1)} for n in range(chance.randint(least, 3))]


def _parameters(chance: Random, method: str, points: Decimal) -> dict[str, Any]:
    if method in ("RATIO", "INVERSE_RATIO"):
        return {"cap": chance.choice(["0.9", "1.00"]), "floor": chance.choice(["0", "0.60", "1/3"])}
    if method == "STEP":
        direction = chance.choice(["higher_is_better", "lower_is_better", "category"])
        if direction == "category":
            return {"direction": direction, "steps": [{"equals": e, "points": _part(chance, points)} for e in "优良"]}
        key = "at_least" if direction == "higher_is_better" else "at_most"
        bounds = chance.sample(range(10, 100, 5), chance.randint(1, 4))
        return {"direction": direction, "steps": [{key: str(b), "points": _part(chance, points)} for b in bounds]}
    if method == "LINEAR":
        start, end = chance.sample(range(-50, 150), 2)
        return {"from": str(start), "to": str(end)}
    if method == "THRESHOLD":
        return {"requires": ["甲", "乙", "丙"][: chance.randint(1, 3)]}
    if method == "DEDUCT":
        return {"minimum": _part(chance, points), "rules": _events(chance)}
    if method == "ADD":
        return {"cap": _part(chance, points), "rules": _events(chance)}
    if method == "MILESTONE":
        days = sorted(chance.sample(range(91), chance.randint(1, 3)))
        late = [{"at_most": day, "share": chance.choice(SHARES)} for day in days]
        return {"late_days": late, "otherwise": chance.choice(SHARES)}
    if method == "RANK":
        bands = chance.choice([["1"], ["1/3", "2/3", "1"], ["0.5"], ["1/4", "1"]])
        worth = sorted((_part(chance, points) for _ in bands), key=Decimal, reverse=True)
        return {
            "order": chance.choice(["ascending", "descending"]), "scope": chance.choice(["peer_group", "province"]),
            "bands": [{"share": share, "points": each} for share, each in zip(bands, worth, strict=True)],
            "zero_above": chance.choice([None, None, _hundredths(chance, 0, 100, 0)]),
        }  # fmt: skip
    if method == "PANEL":
        return {"trim_when_at_least": chance.randint(3, 6), "then_deduct": _events(chance, 0)}
    if method == "FORMULA":
        return {"expression": chance.choice(EXPRESSIONS), "inputs": ["a", "b", "c"]}
    return {}


def _fact(chance: Random, row: Indicator, coarse: bool) -> Any:
    """A fact that fits; null now and then."""
    if chance.random() < 0.12:
        return None
    how, method = row.parameters, row.method
    value = str(chance.choice([0, 40, 60, 80, 100])) if coarse else _hundredths(chance, -5, 130)
    if method in ("RATIO", "INVERSE_RATIO"):
        return {"target": "100" if coarse else chance.choice([None, _hundredths(chance, 0, 100, 1)]), "value": value}
    if method == "STEP" and how["direction"] == "category":
        return {"value": chance.choice("优良中")}
    if method in ("STEP", "LINEAR"):
        return {"value": value}
    if method == "RANK":
        return {"value": chance.choice([str(chance.randint(0, 6)), value])}
    if method == "THRESHOLD":
        return {"present": [chance.random() < 0.6 for _ in how["requires"]]}
    if method in ("DEDUCT", "ADD"):
        return {"counts": [_hundredths(chance, 0, 6, 0 if coarse else 1) for _ in how["rules"]]}
    if method == "MILESTONE":
        return {"late_days": [chance.randint(-5, 120) for _ in range(chance.randint(0, 4))]}
    if method == "PANEL":
        marks = [_part(chance, row.points) for _ in range(chance.randint(1, 7))]
        return {"marks": marks, "counts": [str(chance.randint(0, 2)) for _ in how["then_deduct"]]}
    if method == "FORMULA":
        return {"inputs": {name: _hundredths(chance, -3, 9, 0 if coarse else 1) for name in "abc"}}
    return {"points": _part(chance, row.points)}


def _adjustments(chance: Random, scheme: Scheme, *, coarse: bool) -> Adjustments:
    def amount() -> Fraction:
        return number(chance.choice(["0.5", "1"]) if coarse else _hundredths(chance, 0, 3, 2))

    codes = [row.code for row in scheme.scored]
    some = chance.random() < 0.4
    factor = Difficulty(
        number(chance.choice(["0.97", "1.013", "1.05"])), "任务重", number("0.95"), number("1.05")
    )  # fmt: skip
    return Adjustments(
        points_off=tuple(PointsOff(code, amount(), "抽查不符") for code in codes if chance.random() < 0.15),
        bonus=tuple(
            Item(amount(), "表彰", chance.choice([None, number(1)])) for _ in range(chance.randint(0, 3) if some else 0)
        ),
        deduction=tuple(Item(amount(), "通报", None) for _ in range(chance.randint(0, 3) if some else 0)),
        vetoes=(Veto("GOOD", "事故", "V3"),) if chance.random() < 0.1 else (),
        difficulty=factor if chance.random() < (0.05 if coarse else 0.3) else None,
        zeroed=(Zeroed(chance.choice(codes), "弄虚作假"),) if chance.random() < 0.05 else (),
    )
