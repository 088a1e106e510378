"""Facts that were gathered for one indicator, read by the rule of another: what a changed scheme is scored from.

Nothing is made up: where the facts at hand do not say what the new rule asks for, that is a problem with its sentence.
Prose: platform/docs/rules/sandbox.md.
"""

from collections.abc import Callable, Mapping, Sequence
from dataclasses import replace
from fractions import Fraction
from typing import Any, Final

from appraisal.rules.adjustments import Adjustments
from appraisal.rules.exact import ZERO, NotExact, number, plain
from appraisal.rules.methods.base import FACT_REMARKS
from appraisal.rules.problems import FactsError, Problem
from appraisal.rules.scheme import Indicator, Scheme

Fact = Mapping[str, Any] | None
Reshape = Callable[[Mapping[str, Any]], Fact]
Origins = Mapping[str, Sequence[str]]  # code in the new scheme → codes in the old one, when they are not the same

RATIOS: Final = frozenset({"RATIO", "INVERSE_RATIO"})
VALUES: Final = frozenset({"STEP", "LINEAR", "RANK"})
EVENTS: Final = frozenset({"DEDUCT", "ADD"})
# method → the parameter that names what its facts count one by one
LISTED: Final = {"DEDUCT": "rules", "ADD": "rules", "THRESHOLD": "requires", "PANEL": "then_deduct"}
HUNDRED: Final = Fraction(100)


def reshaped(
    before: Scheme, after: Scheme, facts: Mapping[str, Mapping[str, Any]], origins: Origins | None = None
) -> dict[str, dict[str, Any]]:
    """The facts of `before`, office by office, as the indicators of `after` read them.

    An indicator takes the facts of its origins (of its own code, when none are named): of several it takes the sums;
    one without an origin has no facts and counts as not reported. What does not apply (null) stays so. Raises
    FactsError with one problem for each indicator whose facts cannot be read by its new rule.
    """
    problems: list[Problem] = []
    readers: list[tuple[str, list[tuple[str, Reshape]]]] = []
    for row in after.scored:
        old = [before.by_code[code] for code in _sources(row, origins) if code in before.by_code]
        try:
            readers.append((row.code, [(each.code, reshape(each, row, alone=len(old) == 1)) for each in old]))
        except FactsError as error:
            problems += [problem.at(indicator=row.code) for problem in error.problems]
    if problems:
        raise FactsError(problems)
    found: dict[str, dict[str, Any]] = {}
    for office, mine in facts.items():
        given = found[office] = {}
        for code, sources in readers:
            parts = [(read, mine[old]) for old, read in sources if old in mine]
            if not parts or len(parts) < len(sources):
                continue  # one of several that was not reported: nobody knows the sum
            known = [read(fact) for read, fact in parts if fact is not None]
            given[code] = _sum([fact for fact in known if fact is not None]) if known else None
    return found


def readdressed(
    before: Scheme, after: Scheme, adjustments: Mapping[str, Adjustments], origins: Origins | None = None
) -> dict[str, Adjustments]:
    """Points that verification took off an indicator are taken off the first that has its facts; none, when none
    has. What was claimed falsely counts 0 wherever it is read, and nothing where it is no longer read.
    """
    readers: dict[str, list[str]] = {}
    for row in after.scored:
        for code in _sources(row, origins):
            if code in before.by_code:
                readers.setdefault(code, []).append(row.code)
    return {
        office: replace(
            mine,
            points_off=tuple(
                replace(off, indicator=readers[off.indicator][0]) for off in mine.points_off if off.indicator in readers
            ),
            zeroed=tuple(
                replace(each, indicator=code) for each in mine.zeroed for code in readers.get(each.indicator, ())
            ),
        )
        for office, mine in adjustments.items()
    }


def _sources(row: Indicator, origins: Origins | None) -> Sequence[str]:
    return (origins or {}).get(row.code, (row.code,))


def reshape(old: Indicator, new: Indicator, *, alone: bool = True) -> Reshape:
    """How a fact of `old` becomes one of `new`; alone: it is the only source. Raises FactsError."""
    summed = old.unit == new.unit and old.method in RATIOS | VALUES | EVENTS and _shape(old) == _shape(new)
    if not alone and (not summed or _categories(old)):
        raise FactsError([Problem("reshape.sum", {"old": old.code, "new": new.code})])
    if _categories(old) != _categories(new):
        raise FactsError([_no_way(old, new)])
    if old.method in RATIOS and new.method in RATIOS:
        return _same
    if old.method in VALUES and new.method in VALUES:
        return _same
    if old.method in RATIOS and new.method in VALUES:
        return _percent
    if old.method in VALUES and new.method in RATIOS:
        return _against(_fixed(old, new))
    if new.method == "FORMULA" and old.method in RATIOS | VALUES:
        return _named(old, new)
    if old.method == new.method or (old.method in EVENTS and new.method in EVENTS):
        return _counted(old, new) if old.method in LISTED else _inputs(old, new)
    raise FactsError([_no_way(old, new)])


def _shape(row: Indicator) -> str:
    return "ratio" if row.method in RATIOS else "value" if row.method in VALUES else "counts"


def _no_way(old: Indicator, new: Indicator) -> Problem:
    return Problem("reshape.none", {"old": f"method.{old.method}", "new": f"method.{new.method}"})


def _categories(row: Indicator) -> bool:
    return row.method == "STEP" and row.parameters.get("direction") == "category"


def _same(fact: Mapping[str, Any]) -> Fact:
    return fact


def _kept(fact: Mapping[str, Any]) -> dict[str, Any]:
    """The remarks, without what had been reported in another shape."""
    return {key: fact[key] for key in FACT_REMARKS - {"reported"} if key in fact}


def _percent(fact: Mapping[str, Any]) -> Fact:
    """How much of the target was reached, in percent; without a target it does not apply."""
    target = number(fact.get("target") or "0")
    if not target:
        return None
    value = fact.get("value")
    return {"value": None if value is None else plain(number(value) / target * HUNDRED), **_kept(fact)}


def _fixed(old: Indicator, new: Indicator) -> str:
    """The fixed denominator of a ratio that is to be taken of plain values."""
    try:
        denominator = number(new.parameters.get("denominator"))
    except NotExact:
        denominator = ZERO
    if denominator <= ZERO:
        raise FactsError([Problem("reshape.denominator", {"old": f"method.{old.method}"})])
    return plain(denominator)


def _against(target: str) -> Reshape:
    return lambda fact: {"value": fact.get("value"), "target": target, **_kept(fact)}


def _named(old: Indicator, new: Indicator) -> Reshape:
    """A formula over what a ratio or a value has: `value` and `target`."""
    names = [str(name) for name in new.parameters.get("inputs") or ()]
    known = {"value", "target"} if old.method in RATIOS else {"value"}
    if not known.issuperset(names):
        raise FactsError([Problem("reshape.names", {"names": ", ".join(sorted(set(names) - known))})])

    def read(fact: Mapping[str, Any]) -> Fact:
        inputs = {name: fact.get(name) for name in names}
        return None if None in inputs.values() else {"inputs": inputs, **_kept(fact)}

    return read


def _inputs(old: Indicator, new: Indicator) -> Reshape:
    if old.method == "MANUAL":
        return _scaled(old, new, "points")
    if old.method != "FORMULA":
        return _same
    lacking = set(new.parameters.get("inputs") or ()) - set(old.parameters.get("inputs") or ())
    if lacking:
        raise FactsError([Problem("reshape.names", {"names": ", ".join(sorted(map(str, lacking)))})])
    names = list(new.parameters.get("inputs") or ())
    return lambda fact: {**fact, "inputs": {name: fact["inputs"][name] for name in names}}


def _counted(old: Indicator, new: Indicator) -> Reshape:
    """What is counted by name keeps its count at another place; a name that nobody counted cannot be had."""
    had, wanted = _names(old), _names(new)
    lacking = [name for name in wanted if name not in had]
    if lacking:
        raise FactsError([Problem("reshape.names", {"names": ", ".join(lacking)})])
    scaled = _scaled(old, new, "marks") if old.method == "PANEL" else _same
    if had == wanted:
        return scaled
    places = [had.index(name) for name in wanted]
    key = "present" if old.method == "THRESHOLD" else "counts"

    def read(fact: Mapping[str, Any]) -> Fact:
        kept = scaled(fact) or fact
        return {**kept, key: [fact[key][place] for place in places]} if key in fact else kept

    return read


def _scaled(old: Indicator, new: Indicator, key: str) -> Reshape:
    """Marks are given on the scale of the points: 5 of 6 are 10 of 12."""
    if old.points == new.points or not old.points:
        return _same
    times = number(new.points) / number(old.points)

    def read(fact: Mapping[str, Any]) -> Fact:
        given = fact.get(key)
        if given is None:
            return fact
        many = isinstance(given, list | tuple)
        marks = [plain(number(each) * times) for each in (given if many else [given])]
        return {**fact, key: marks if many else marks[0]}

    return read


def _names(row: Indicator) -> list[str]:
    entries = row.parameters.get(LISTED[row.method]) or ()
    return [str(entry.get("event", "")) if isinstance(entry, Mapping) else str(entry) for entry in entries]


def _sum(facts: list[Mapping[str, Any]]) -> Fact:
    """One fact as it is; of several the sum of values and targets, or of counts place by place."""
    if len(facts) < 2:
        return facts[0] if facts else None
    if "counts" in facts[0]:
        return {"counts": [_total(each) for each in zip(*(fact["counts"] for fact in facts), strict=True)]}
    keys = [key for key in ("value", "target") if key in facts[0]]
    return {key: _total([fact.get(key) for fact in facts]) for key in keys}


def _total(numbers: Sequence[Any]) -> str | None:
    known = [number(each) for each in numbers if each is not None]
    return plain(sum(known, ZERO)) if len(known) == len(numbers) else None
