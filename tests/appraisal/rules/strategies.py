"""Random schemes of every method, and facts that fit them."""

from decimal import Decimal
from typing import Any

from hypothesis import strategies as st

from appraisal.rules.scheme import Indicator, Scheme

NAMES = ("a", "b", "c")


def decimals(low: int, high: int, places: int = 2) -> st.SearchStrategy[str]:
    """Decimal strings between low and high."""
    return st.integers(low * 10**places, high * 10**places).map(lambda units: str(Decimal(units).scaleb(-places)))


def shares() -> st.SearchStrategy[str]:
    return st.sampled_from(["0", "0.4", "0.70", "1/3", "2/3", "1"])


def parts(points: Decimal) -> st.SearchStrategy[str]:
    """Points up to those of the indicator."""
    return st.integers(0, 8).map(lambda eighths: str(points * eighths / 8))


def events(least: int = 1) -> st.SearchStrategy[list[dict[str, str]]]:
    return st.lists(
        st.fixed_dictionaries({"event": st.just("x"), "points": decimals(0, 2, 1)}), min_size=least, max_size=3
    )


def expressions() -> st.SearchStrategy[str]:
    leaves = st.sampled_from(["points", *NAMES]) | decimals(0, 9, 1)
    return st.recursive(
        leaves,
        lambda inner: st.one_of(
            st.tuples(inner, st.sampled_from("+-*/"), inner).map(lambda t: f"({t[0]} {t[1]} {t[2]})"),
            inner.map(lambda t: f"-{t}"),
            st.tuples(st.sampled_from(["min", "max"]), inner, inner).map(lambda t: f"{t[0]}({t[1]}, {t[2]})"),
        ),
        max_leaves=7,
    )


@st.composite
def parameters(draw: st.DrawFn, method: str, points: Decimal) -> dict[str, Any]:
    """Valid parameters of a method."""
    bounds = draw(st.lists(decimals(0, 100), min_size=1, max_size=4, unique_by=Decimal))
    if method in ("RATIO", "INVERSE_RATIO"):
        return {"cap": draw(st.sampled_from(["0.9", "1.00"])), "floor": draw(st.sampled_from(["0", "0.60", "1/3"]))}
    if method == "STEP":
        direction = draw(st.sampled_from(["higher_is_better", "lower_is_better", "category"]))
        if direction == "category":
            return {
                "direction": direction,
                "steps": [{"equals": name, "points": draw(parts(points))} for name in "优良"],
            }
        bound = "at_least" if direction == "higher_is_better" else "at_most"
        return {"direction": direction, "steps": [{bound: each, "points": draw(parts(points))} for each in bounds]}
    if method == "LINEAR":
        start, end = draw(st.lists(st.integers(-50, 150), min_size=2, max_size=2, unique=True))
        return {"from": str(start), "to": str(end)}
    if method == "THRESHOLD":
        return {"requires": ["甲", "乙", "丙"][: draw(st.integers(1, 3))]}
    if method == "DEDUCT":
        return {"minimum": draw(parts(points)), "rules": draw(events())}
    if method == "ADD":
        return {"cap": draw(parts(points)), "rules": draw(events())}
    if method == "MILESTONE":
        days = sorted(draw(st.sets(st.integers(0, 90), min_size=1, max_size=3)))
        return {"late_days": [{"at_most": d, "share": draw(shares())} for d in days], "otherwise": draw(shares())}
    if method == "RANK":
        bands = draw(st.sampled_from([["1"], ["1/3", "2/3", "1"], ["0.5"], ["1/4", "1"]]))
        return {
            "order": draw(st.sampled_from(["ascending", "descending"])),
            "bands": [{"share": share, "points": draw(parts(points))} for share in bands],
            "zero_above": draw(st.none() | decimals(0, 100, 0)),
        }
    if method == "PANEL":
        return {"trim_when_at_least": draw(st.integers(3, 6)), "then_deduct": draw(events(0))}
    if method == "FORMULA":
        return {"expression": draw(expressions()), "inputs": list(NAMES)}
    return {}


METHODS = (
    "RATIO", "INVERSE_RATIO", "STEP", "LINEAR", "THRESHOLD", "DEDUCT", "ADD", "MILESTONE", "RANK", "PANEL", "FORMULA",
    "MANUAL",
)  # fmt: skip


@st.composite
def schemes(draw: st.DrawFn) -> Scheme:
    """One to four groups of one to four indicators."""
    rows: list[Indicator] = []
    for group in "ABCD"[: draw(st.integers(1, 4))]:
        inside = []
        for place in range(1, draw(st.integers(1, 4)) + 1):
            points = Decimal(draw(st.sampled_from(["0.5", "1", "2", "3", "4", "7", "12.5"])))
            method = draw(st.sampled_from(METHODS))
            how = draw(parameters(method, points))
            inside.append(Indicator(f"{group}{place}", group, "指标", points, method, how))
        rows += [Indicator(group, "", "组", sum((row.points for row in inside), Decimal(0))), *inside]
    return Scheme(tuple(rows), draw(st.sampled_from(["REDISTRIBUTE", "REDISTRIBUTE", "FULL"])))


@st.composite
def facts(draw: st.DrawFn, row: Indicator) -> Any:
    """A fact for an indicator; null now and then."""
    if draw(st.integers(0, 6)) == 0:
        return None
    how, method = row.parameters, row.method
    value = decimals(-5, 130)
    if method in ("RATIO", "INVERSE_RATIO"):
        return {"target": draw(st.none() | decimals(0, 100, 1)), "value": draw(value)}
    if method == "STEP" and how["direction"] == "category":
        return {"value": draw(st.sampled_from(["优", "良", "中"]))}
    if method in ("STEP", "LINEAR"):
        return {"value": draw(value)}
    if method == "RANK":
        return {"value": draw(decimals(0, 6, 0) | value)}
    if method == "THRESHOLD":
        return {"present": [draw(st.booleans()) for _ in how["requires"]]}
    if method in ("DEDUCT", "ADD"):
        return {"counts": [draw(decimals(0, 6, 1)) for _ in how["rules"]]}
    if method == "MILESTONE":
        return {"late_days": draw(st.lists(st.integers(-5, 120), max_size=4))}
    if method == "PANEL":
        marks = draw(st.lists(parts(row.points), min_size=1, max_size=7))
        return {"marks": marks, "counts": [draw(decimals(0, 2, 0)) for _ in how["then_deduct"]]}
    if method == "FORMULA":
        return {"inputs": {name: draw(decimals(-3, 9, 1)) for name in NAMES}}
    return {"points": draw(parts(row.points))}


Situation = tuple[Scheme, dict[str, str], dict[str, dict[str, Any]]]


@st.composite
def situations(draw: st.DrawFn) -> Situation:
    """A scheme, up to six offices in up to three groups, and their facts, some of them absent."""
    scheme = draw(schemes())
    offices = [f"office{number}" for number in range(1, draw(st.integers(1, 6)) + 1)]
    peers = {office: draw(st.sampled_from("123")) for office in offices}
    given = {
        office: {row.code: draw(facts(row)) for row in scheme.scored if draw(st.integers(0, 9))} for office in offices
    }
    return scheme, peers, given
