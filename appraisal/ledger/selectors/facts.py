"""What a run is scored from: every office's facts for one period, in a constant number of queries."""

import calendar
import hashlib
import json
from collections import defaultdict
from collections.abc import Iterable, Iterator
from dataclasses import dataclass, replace
from datetime import date
from decimal import Decimal
from fractions import Fraction
from typing import Any, NamedTuple

from django.db.models import Case, Count, F, Q, QuerySet, TextField, Value, When
from django.db.models.functions import Cast

from appraisal.ledger.models import CurrentValue, Participant, Period, Report, ScoreAdjustment, Target, TargetMilestone
from appraisal.ledger.selectors import letters as letter_selectors
from appraisal.ledger.selectors.values import AFTER_PUBLICATION
from appraisal.ledger.states import ValueState
from appraisal.library import schemes
from appraisal.library import selectors as library
from appraisal.library.models import Indicator, Method, TargetBasis, TemplateVersion
from appraisal.rules import reshape
from appraisal.rules.adjustments import Adjustments, Difficulty, Item, PointsOff, Veto, Zeroed, difficulty_of
from appraisal.rules.targets import late_days, target_to_date

# An enumeration's member is looked up by a function in Python, and these are asked for with every value.
RATIOS = (str(Method.RATIO), str(Method.INVERSE_RATIO))
MILESTONE, VERIFIED = str(Method.MILESTONE), str(ValueState.VERIFIED)
REPORTED, FIXED = str(TargetBasis.REPORTED), str(TargetBasis.FIXED)


@dataclass(frozen=True)
class Situation:
    """Everything the engine needs. Offices are named by their schema; peers: office → peer group as text."""

    peers: dict[str, str]
    facts: dict[str, dict[str, Any]]
    adjustments: dict[str, Adjustments]
    as_of: date

    def sha256(self) -> str:
        """Over the canonical JSON of all of it: equal inputs, equal hash."""
        text = json.dumps(
            [sorted(self.peers.items()), self.facts, _plain(self.adjustments), self.as_of],
            sort_keys=True, ensure_ascii=False, default=str,
        )  # fmt: skip
        return hashlib.sha256(text.encode()).hexdigest()


def _plain(adjustments: dict[str, Adjustments]) -> dict[str, str]:
    return {
        office: f"{each!r}{each.zeroed!r}" if each.zeroed else repr(each)
        for office, each in sorted(adjustments.items())
    }


def last_day(period: Period) -> date:
    """The day milestones are judged by: the last of the period's month."""
    return date(period.cycle.year, period.month, calendar.monthrange(period.cycle.year, period.month)[1])


def situation_of(period: Period, version: TemplateVersion | None = None) -> Situation:
    """The facts of all participants for `period`: verified ones, submitted ones as they were reported.

    A returned value counts as not reported until it comes back, for good where that is after the month's publication;
    what is not applicable by the letter is null.
    version: that scores them; None for the year's own. Facts are asked for by the year's own version always: another
    one reads them by where its indicators come from. Source: data reference "Value and target"; domain reference 2.4.
    """
    asked = _asked(period)
    if version is None or version.pk == period.cycle.version_id:
        return asked
    before, after = schemes.scheme_of(period.cycle.version), schemes.scheme_of(version)
    origins = library.lineage(version, period.cycle.version)
    return replace(
        asked,
        facts=reshape.reshaped(before, after, asked.facts, origins),
        adjustments=reshape.readdressed(before, after, asked.adjustments, origins),
    )


def _asked(period: Period) -> Situation:
    """As the year's own version asks for them."""
    as_of = last_day(period)
    participants = Participant.objects.in_month(period).order_by("office_id")
    rows = participants.values_list("office_id", "office__schema_name", "peer_group")
    slugs = {office_id: slug for office_id, slug, _ in rows}
    indicators = {
        row.pk: row for row in Indicator.objects.filter(version_id=period.cycle.version_id).exclude(method="")
    }
    reader = _Reader(period, as_of, indicators, *_held(period, indicators))
    facts: dict[str, dict[str, Any]] = {slug: {} for slug in slugs.values()}
    for (office_id, indicator_id), target in reader.targets.items():
        if not target.applicable and office_id in slugs:
            facts[slugs[office_id]][indicators[indicator_id].code] = None
    off: dict[str, list[PointsOff]] = defaultdict(list)
    for value in _current_values(period):
        slug, indicator = slugs.get(value.office_id), indicators.get(value.indicator_id)
        if slug is None or indicator is None or indicator.code in facts[slug]:
            continue
        facts[slug][indicator.code] = reader.fact(value, indicator)
        if value.points_off:
            off[slug].append(PointsOff(indicator.code, Fraction(value.points_off), value.reason))
    for code, by_office in _system_facts(period, indicators.values()).items():
        for office_id, fact in by_office.items():
            if office_id in slugs:
                facts[slugs[office_id]].setdefault(code, fact)
    adjustments = _adjustments(period, slugs, off, _difficulties(participants, as_of))
    return Situation(
        peers={slug: str(group) for _, slug, group in rows},
        facts=facts,
        adjustments=adjustments,
        as_of=as_of,
    )


@dataclass(frozen=True)
class _Reader:
    """Turns stored facts into the engine's: adds targets to date, turns dates into days late."""

    period: Period
    as_of: date
    indicators: dict[int, Indicator]
    targets: "Targets"
    milestones: dict[tuple[int, int], list[TargetMilestone]]

    def fact(self, value: "_Value", indicator: Indicator) -> dict[str, Any]:
        stored = value.final_fact if value.state == VERIFIED else value.reported
        nothing = stored is None
        stored = stored or {}
        remarks = self._remarks(value, nothing)
        if indicator.method in RATIOS:
            target = self.target(value.office_id, indicator, stored)
            return {"value": stored.get("value", "0"), "target": target, **remarks}
        if indicator.method == MILESTONE:
            due = self.milestones.get((value.office_id, indicator.pk), [])
            done = stored.get("done_on", {})
            pairs = [(each.due_on, each.done_before or _day(done.get(str(each.pk)))) for each in due]
            return {"late_days": late_days(pairs, self.as_of), **remarks}
        if nothing:
            return {**_nothing(indicator), **remarks}
        return {**stored, **remarks}

    def target(self, office_id: int, indicator: Indicator, stored: dict[str, Any]) -> str | None:
        """The denominator: of the letter to date, reported, or fixed by the scheme. Exact text, or None."""
        if indicator.target_basis == REPORTED:
            return stored.get("target")
        if indicator.target_basis == FIXED:
            return str(indicator.parameters["denominator"])
        target = self.targets.get((office_id, indicator.pk))
        if target is None or target.year_target is None:
            return None
        if not indicator.cumulative:
            return str(target.year_target)
        return str(target_to_date(target.year_target, target.quarters, self.period.month))

    def _remarks(self, value: "_Value", nothing: bool) -> dict[str, Any]:
        if value.corrected:
            return {"reported": value.reported, "reason": value.reason}
        return {"note": value.nothing_reason} if nothing else {}


def _day(text: str | None) -> date | None:
    return date.fromisoformat(text) if text else None


def _nothing(indicator: Indicator) -> dict[str, Any]:
    """Nothing to report: no event, value zero. Source: domain reference 7.1 (told apart from not reported)."""
    parameters = indicator.parameters
    if indicator.method in (Method.DEDUCT, Method.ADD):
        return {"counts": ["0"] * len(parameters["rules"])}
    if indicator.method == Method.THRESHOLD:
        return {"present": [False] * len(parameters["requires"])}
    if indicator.method == Method.FORMULA:
        return {"inputs": dict.fromkeys(parameters["inputs"], "0")}
    return {"value": "0"}


def _held(
    period: Period, indicators: dict[int, Indicator]
) -> tuple["Targets", dict[tuple[int, int], list[TargetMilestone]]]:
    """By (office, indicator) the targets and milestones that held in the period's month.

    Of letters changed from a later month on those before.
    """
    targets = Target.objects.filter(letter__cycle_id=period.cycle_id)
    held = targets.values_list("letter__office_id", "indicator_id", "applicable", "year_target", "q1", "q2", "q3")
    found: Targets = {
        (office_id, indicator_id): _Held(applicable, year, q1, q2, q3)
        for office_id, indicator_id, applicable, year, q1, q2, q3 in held
    }
    stones: dict[tuple[int, int], list[TargetMilestone]] = defaultdict(list)
    rows = TargetMilestone.objects.filter(letter__cycle_id=period.cycle_id).annotate(office_id=F("letter__office_id"))
    for row in rows.order_by("due_on", "position", "id"):
        stones[row.office_id, row.indicator_id].append(row)
    ids = {row.code: pk for pk, row in indicators.items()}
    before: dict[tuple[int, int], list[TargetMilestone]] = {}
    for office_id, content in letter_selectors.contents_before(period.cycle_id, last_day(period)).items():
        for said in content["targets"]:
            if said["code"] in ids:
                key = office_id, ids[said["code"]]
                found[key] = letter_selectors.target_of(said)
                before[key] = letter_selectors.stones_of(said, stones[key])
    here = {key: [row for row in rows if row.left_on is None] for key, rows in stones.items()}
    return found, defaultdict(list, here | before)


class _Held(NamedTuple):
    """A target as far as it is read here; plain, as `_Value`."""

    applicable: bool
    year_target: Decimal | None
    q1: Decimal | None
    q2: Decimal | None
    q3: Decimal | None

    @property
    def quarters(self) -> tuple[Decimal, Decimal, Decimal, Decimal] | None:
        """As `Target.quarters`."""
        if self.q1 is None or self.q2 is None or self.q3 is None or self.year_target is None:
            return None
        return (self.q1, self.q2, self.q3, self.year_target)


Targets = dict[tuple[int, int], _Held | Target]


class _Value(NamedTuple):
    """A value of the period; plain, since 3,000 offices have 110,000 of them and nothing else of the models is read."""

    office_id: int
    indicator_id: int
    state: str
    final_fact: dict[str, Any] | None
    corrected: bool
    points_off: Decimal
    reason: str
    reported: dict[str, Any] | None  # None as well where it is not read: a verified value that nobody corrected
    nothing_reason: str


_decoded = json.JSONDecoder().raw_decode


def _current_values(period: Period) -> Iterator[_Value]:
    """Facts come as text and are decoded here: what Django does around each costs as much as decoding it."""
    rows = CurrentValue.objects.filter(period=period).exclude(state=ValueState.RETURNED).exclude(AFTER_PUBLICATION)
    texts = rows.annotate(
        final_text=Cast("final_fact", TextField()),
        reported_text=Case(
            When(state=ValueState.VERIFIED, corrected=False, then=Value(None)),
            default=Cast("value__fact", TextField()),
        ),
    )
    columns = texts.order_by("office_id", "indicator_id").values_list(
        "office_id", "indicator_id", "state", "final_text", "corrected", "points_off", "reason",
        "reported_text", "value__nothing_reason",
    )  # fmt: skip
    for office_id, indicator_id, state, final, corrected, off, reason, reported, nothing in columns.iterator():
        yield _Value(
            office_id, indicator_id, state, final and _decoded(final)[0], corrected, off, reason,
            reported and _decoded(reported)[0], nothing,
        )  # fmt: skip


def _system_facts(period: Period, indicators: Iterable[Indicator]) -> dict[str, dict[int, dict[str, Any]]]:
    """Facts the system knows itself, year to date: reports on time, values passed at first submission."""
    wanted = {row.parameters.get("numerator"): row.code for row in indicators if row.target_basis == TargetBasis.SYSTEM}
    found: dict[str, dict[int, dict[str, Any]]] = {}
    if code := wanted.get(schemes.ON_TIME):
        found[code] = _on_time(period)
    if code := wanted.get(schemes.FIRST_PASS):
        found[code] = _first_pass(period)
    return found


def _on_time(period: Period) -> dict[int, dict[str, Any]]:
    """Monthly reports handed over on time ÷ monthly reports due, January to this month."""
    due = Period.objects.filter(cycle=period.cycle, month__lte=period.month).count()
    rows = (
        Report.objects.filter(period__cycle=period.cycle, period__month__lte=period.month, round=1, on_time=True)
        .values("office_id")
        .annotate(n=Count("id"))
    )
    punctual = {row["office_id"]: row["n"] for row in rows}
    offices = Participant.objects.in_month(period).values_list("office_id", flat=True)
    return {office_id: {"value": str(punctual.get(office_id, 0)), "target": str(due)} for office_id in offices}


def _first_pass(period: Period) -> dict[int, dict[str, Any]]:
    """Reported values verified without ever being returned ÷ all reported values, January to this month.

    Without those that came first when their month was published; what came back then was among them before.
    """
    rows = (
        CurrentValue.objects.filter(
            period__cycle=period.cycle, period__month__lte=period.month, value__report__isnull=False
        )
        .exclude(AFTER_PUBLICATION, value__version=1)
        .values("office_id")
        .annotate(passed=Count("id", filter=Q(times_returned=0, state=ValueState.VERIFIED)), n=Count("id"))
    )
    return {row["office_id"]: {"value": str(row["passed"]), "target": str(row["n"])} for row in rows}


def _difficulties(participants: QuerySet[Participant], on: date) -> dict[str, Difficulty]:
    """Office → the coefficient other than 1 that was published before the year."""
    rows = participants.exclude(difficulty=1).values_list("office__schema_name", "difficulty", "difficulty_reason")
    found = {slug: difficulty_of(Fraction(value), reason, on) for slug, value, reason in rows}
    return {slug: difficulty for slug, difficulty in found.items() if difficulty is not None}


def _adjustments(
    period: Period, slugs: dict[int, str], off: dict[str, list[PointsOff]], difficulties: dict[str, Difficulty]
) -> dict[str, Adjustments]:
    kinds: dict[str, dict[str, list[ScoreAdjustment]]] = defaultdict(lambda: defaultdict(list))
    rows = ScoreAdjustment.objects.filter(
        cycle=period.cycle, from_month__lte=period.month, revoked_at__isnull=True
    ).order_by("id")
    for row in rows.select_related("indicator"):
        if row.office_id in slugs:
            kinds[slugs[row.office_id]][row.kind].append(row)
    kind = ScoreAdjustment.Kind
    return {
        slug: Adjustments(
            points_off=tuple(off.get(slug, ())),
            bonus=tuple(Item(Fraction(row.points), row.title) for row in kinds[slug][kind.BONUS]),
            deduction=tuple(Item(Fraction(row.points), row.title) for row in kinds[slug][kind.DEDUCTION]),
            vetoes=tuple(Veto(row.grade_ceiling, row.title, row.code) for row in kinds[slug][kind.VETO]),
            difficulty=difficulties.get(slug),
            zeroed=tuple(Zeroed(row.indicator.code, row.title) for row in kinds[slug][kind.DEDUCTION] if row.indicator),
        )
        for slug in sorted({*off, *kinds, *difficulties})
    }


__all__ = ["Situation", "last_day", "situation_of"]
