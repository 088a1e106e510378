"""Scoring: a scheme, the peers, the facts and the adjustments in; a scorecard for each office out.

A fact that is null does not apply: its points go elsewhere. A fact that is absent has not been reported: the indicator
scores 0 with the status NOT_REPORTED. The shapes of facts are those of `platform/docs/rules/index.md`.
"""

from collections.abc import Mapping
from dataclasses import dataclass
from fractions import Fraction
from typing import Any, Final

from appraisal.rules.adjustments import NONE, Adjustments, Limits, PointsOff, Zeroed
from appraisal.rules.adjustments import limits as limits_on
from appraisal.rules.exact import ZERO, together
from appraisal.rules.methods import Rule, Status
from appraisal.rules.methods.base import FACT_REMARKS, NO_FACT
from appraisal.rules.methods.rank import Comparison, Rank
from appraisal.rules.problems import FactsError, Problem
from appraisal.rules.scheme import Indicator, Scheme, Treatment, rules_of
from appraisal.rules.scorecard import Group, Line, Scorecard, line_units, published_total
from appraisal.rules.sharing import Sharing, share
from appraisal.rules.targets import days_late, late_days, target_to_date

__all__ = ["days_late", "late_days", "score", "target_to_date"]

Facts = Mapping[str, Mapping[str, Any]]  # office → indicator code → fact
Readings = dict[str, dict[str, Any]]  # office → indicator code → reading; NO_FACT for null, absent left out

SCORED, NOT_APPLICABLE = Status.SCORED, Status.NOT_APPLICABLE  # looked up once, not with every line
NOTHING: Final[Mapping[str, Any]] = {}


@dataclass(frozen=True, slots=True, eq=False)
class _Run:
    """What is the same for every office of one run."""

    scheme: Scheme
    rules: dict[str, Rule]
    scored: tuple[tuple[Indicator, Rule], ...]
    members: tuple[tuple[Indicator, tuple[int, ...]], ...]  # each group with the places of its lines
    points: dict[str, Fraction]
    comparisons: dict[str, dict[str, Comparison]]
    limits: Limits
    sharings: dict[frozenset[str], Sharing]

    def sharing(self, not_applicable: frozenset[str]) -> Sharing:
        """Worked out once for each set of indicators that do not apply."""
        if not_applicable not in self.sharings:
            self.sharings[not_applicable] = share(self.scheme, self.points, not_applicable)
        return self.sharings[not_applicable]


def score(
    scheme: Scheme,
    peers: Mapping[str, str],
    facts: Facts,
    adjustments: Mapping[str, Adjustments] | None = None,
    *,
    limits: Limits | None = None,
) -> dict[str, Scorecard]:
    """Score every office of `peers` (office → peer group), which are the offices of one province.

    facts: office → indicator code → fact (null: not applicable; absent: not reported). Numbers are decimal strings,
    ints, Decimals or Fractions; floats are refused. limits: the caps and bounds of a day (`adjustments.limits(day)`),
    the newest when not given. Neither the order of offices nor that of facts matters.

    Raises SchemeError when the scheme cannot be scored by, FactsError with every fact or adjustment that does not fit.
    """
    adjustments = adjustments or {}
    rules = rules_of(scheme)
    _refuse_strangers(scheme, peers, facts, adjustments)
    readings = read_facts(rules, peers, facts)
    scored = tuple((row, rules[row.code]) for row in scheme.scored)
    places = {row.code: place for place, (row, _) in enumerate(scored)}
    run = _Run(
        scheme=scheme,
        rules=rules,
        scored=scored,
        members=tuple(
            (group, tuple(places[row.code] for row in scheme.children(group.code))) for group in scheme.groups
        ),
        points={code: rule.points for code, rule in rules.items()},
        comparisons=_compare(rules, peers, readings),
        limits=limits or limits_on(),
        sharings={},
    )
    return {
        office: _score_office(run, office, group, readings[office], facts.get(office, NOTHING), adjustments)
        for office, group in peers.items()
    }


def read_facts(rules: Mapping[str, Rule], peers: Mapping[str, str], facts: Facts) -> Readings:
    """Every fact in its method's own shape. Raises FactsError listing all that is wrong, with office and indicator."""
    problems: list[Problem] = []
    readings: Readings = {}
    for office in peers:
        mine = readings[office] = {}
        for code, fact in facts.get(office, NOTHING).items():
            if fact is None:
                mine[code] = NO_FACT
                continue
            try:
                mine[code] = rules[code].read(fact)
            except FactsError as error:
                problems += [problem.at(indicator=code, office=office) for problem in error.problems]
    if problems:
        raise FactsError(problems)
    return readings


def _refuse_strangers(
    scheme: Scheme, peers: Mapping[str, str], facts: Facts, adjustments: Mapping[str, Adjustments]
) -> None:
    """Nothing may be given for an office or an indicator that is not there: it would be lost in silence."""
    known = {row.code for row in scheme.scored}
    problems = [
        Problem("facts.unknown_office", office=office) for office in {**facts, **adjustments} if office not in peers
    ]
    for office, given in facts.items():
        for code in given:
            if code not in known:
                missing = "facts.group" if code in scheme.by_code else "facts.unknown_indicator"
                problems.append(Problem(missing, indicator=str(code), office=office))
    for office, adjustment in adjustments.items():
        named = [*(off.indicator for off in adjustment.points_off), *(each.indicator for each in adjustment.zeroed)]
        for code in named:
            if code not in known:
                problems.append(Problem("adjustments.indicator", {"code": code}, office=office))
    if problems:
        raise FactsError(problems)


def _compare(
    rules: Mapping[str, Rule], peers: Mapping[str, str], readings: Readings
) -> dict[str, dict[str, Comparison]]:
    """For each RANK indicator the field of each peer group; who does not apply or has not reported is not ranked."""
    compared = {}
    for code, rule in rules.items():
        if isinstance(rule, Rank):
            values = {
                office: mine[code]
                for office, mine in readings.items()
                if mine.get(code) is not None and mine[code] is not NO_FACT
            }
            compared[code] = rule.compare(peers, values)
    return compared


def _score_office(
    run: _Run,
    office: str,
    group: str,
    readings: Mapping[str, Any],
    facts: Mapping[str, Any],
    adjustments: Mapping[str, Adjustments],
) -> Scorecard:
    mine = adjustments.get(office, NONE)
    earned = [_earn(run, row.code, rule, group, readings) for row, rule in run.scored]
    sharing = run.sharing(
        frozenset(row.code for (row, _), got in zip(run.scored, earned, strict=True) if got is NOT_APPLICABLE)
    )
    lines = tuple(
        _line(run, row, rule, got, sharing, group, readings.get(row.code, NO_FACT), facts.get(row.code), mine)
        for (row, rule), got in zip(run.scored, earned, strict=True)
    )
    units = sum(line.units for line in lines)
    return Scorecard(
        office=office,
        peer_group=group,
        na_treatment=run.scheme.na_treatment,
        lines=lines,
        groups=tuple(Group(row, tuple(lines[place] for place in places)) for row, places in run.members),
        adjustments=mine,
        limits=run.limits,
        units=units,
        published_units=published_total(units, mine, run.limits),
    )


def _earn(run: _Run, code: str, rule: Rule, group: str, readings: Mapping[str, Any]) -> Fraction | Status:
    if code not in readings:
        return Status.NOT_REPORTED
    reading = readings[code]
    if reading is NO_FACT:
        return NOT_APPLICABLE
    comparison = run.comparisons[code].get(group) if code in run.comparisons else None
    return rule.earn(reading, comparison)


def _line(
    run: _Run,
    row: Indicator,
    rule: Rule,
    got: Fraction | Status,
    sharing: Sharing,
    group: str,
    reading: Any,
    fact: Any,
    adjustments: Adjustments,
) -> Line:
    status = got if isinstance(got, Status) else SCORED
    earned: Fraction | None
    if status is NOT_APPLICABLE:
        counted_full = run.scheme.na_treatment == Treatment.FULL
        earned = rule.points if counted_full else None
        effective = rule.points if counted_full else ZERO
    else:
        earned = ZERO if isinstance(got, Status) else got
        effective = sharing.counts(row.code, row.parent, rule.points)
    points_off: tuple[PointsOff, ...] = ()
    zeroed: tuple[Zeroed, ...] = ()
    if adjustments is not NONE:
        points_off = tuple(off for off in adjustments.points_off if off.indicator == row.code)
        zeroed = tuple(each for each in adjustments.zeroed if each.indicator == row.code)
    compared = run.comparisons.get(row.code)
    comparison = compared.get(group) if compared and status is SCORED else None
    off = _off(points_off) if points_off else ZERO
    return Line(
        indicator=row,
        rule=rule,
        status=status,
        earned=earned,
        effective_points=effective,
        units=0 if zeroed else line_units(earned or ZERO, rule.points, effective, off),
        reading=reading,
        remarks=_remarks(fact),
        comparison=comparison,
        sharing=sharing,
        points_off=points_off,
        zeroed=zeroed,
        peer_group=group,
    )


def _off(points_off: tuple[PointsOff, ...]) -> Fraction:
    return together(off.points for off in points_off)


def _remarks(fact: Any) -> Mapping[str, Any]:
    """What a fact says beside its numbers: reason, note, and what had been reported before verification."""
    if (type(fact) is not dict and not isinstance(fact, Mapping)) or FACT_REMARKS.isdisjoint(fact):
        return NOTHING
    return {key: fact[key] for key in sorted(FACT_REMARKS) if fact.get(key) is not None}
