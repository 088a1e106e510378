"""动态跟踪: how far each office is against time, how it moved, what holds it back. A constant number of queries."""

from collections import defaultdict
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from datetime import date
from decimal import Decimal, InvalidOperation
from fractions import Fraction
from functools import lru_cache
from typing import Any, NamedTuple

from django.db.models import Exists, F, OuterRef, QuerySet, Window
from django.db.models.functions import RowNumber
from django.utils.translation import gettext as _

from appraisal.ledger.models import CurrentValue, LetterVersion, Scorecard, ScoreLine, ScoreRun, Target
from appraisal.ledger.selectors import letters, scores, stones
from appraisal.ledger.selectors.counties import Own, own_figures
from appraisal.ledger.selectors.scores import Ranked
from appraisal.ledger.selectors.stones import StoneLine
from appraisal.library.models import Indicator, Method, TargetBasis
from appraisal.rules import tracking as rules
from appraisal.rules.exact import half_up
from appraisal.rules.parameters import in_force
from appraisal.rules.targets import target_to_date
from appraisal.rules.tracking import Light, Progress, Quantity
from core.postgres.compiled import compiled


class Lost(NamedTuple):
    """A line that lost points: of which office, on which indicator."""

    office_id: int
    indicator_id: int
    lost: Decimal
    score: Decimal
    full: Decimal


@dataclass(frozen=True)
class Line:
    """One quantity of an office's letter in the month. value_id: of the current value, None while nothing came."""

    indicator: Indicator
    quantity: Quantity
    light: Light
    value_id: int | None = None
    counties: list[dict[str, Any]] = field(default_factory=list)
    evidence: int = 0

    @property
    def progress(self) -> Progress:
        return Progress(self.quantity.done, self.quantity.due)

    @property
    def done(self) -> Decimal:
        return _percent(self.quantity.done)

    @property
    def due(self) -> Decimal:
        return _percent(self.quantity.due)

    @property
    def sentence(self) -> str:
        """Why it is where it is."""
        return _sentence(self.indicator, self.quantity)


def _sentence(indicator: Indicator, quantity: Quantity) -> str:
    unit, plan = indicator.unit_label, _plain(quantity.plan)
    if quantity.reached is None:
        return _("还没有数据；按计划应达 %(plan)s %(unit)s。") % {"plan": plan, "unit": unit}
    return _("已达 %(reached)s %(unit)s，为全年的 %(done)s%%；按计划应达 %(plan)s %(unit)s（%(due)s%%）。") % {
        "reached": _plain(quantity.reached), "unit": unit, "done": _percent(quantity.done), "plan": plan,
        "due": _percent(quantity.due),
    }  # fmt: skip


@dataclass(frozen=True)
class Worst:
    """An indicator that costs an office the most points. sentence: why."""

    indicator: Indicator
    lost: Decimal
    sentence: str


@dataclass(frozen=True)
class Row:
    """One office: its card, its progress (None: its letter has no quantity), its light, its worst indicators.

    overdue: milestones of its letter whose day has passed and that are not done.
    """

    card: Ranked
    progress: Progress | None
    light: Light
    worst: list[Worst]
    overdue: int = 0

    @property
    def done(self) -> Decimal | None:
        return _percent(self.progress.done) if self.progress else None

    @property
    def due(self) -> Decimal | None:
        return _percent(self.progress.due) if self.progress else None

    @property
    def moved(self) -> int | None:
        """Places gained since the month before."""
        return None if self.card.rank_before is None else self.card.rank_before - self.card.rank

    @property
    def difference(self) -> Decimal | None:
        return None if self.card.total_before is None else self.card.total - self.card.total_before


@dataclass(frozen=True)
class Tracking:
    """All offices of a run, or of one peer group, in the order of the ranking."""

    run: ScoreRun
    rows: list[Row]
    groups: list[int]  # of everybody in the run

    @property
    def passed(self) -> Decimal:
        """Share of the year that has passed at the month's end, in percent."""
        return _percent(Fraction(self.run.period.month, 12))

    @property
    def counts(self) -> dict[str, int]:
        found = dict.fromkeys(Light, 0)
        for row in self.rows:
            found[row.light] += 1
        return {light.value: count for light, count in found.items()}

    @property
    def done(self) -> Decimal | None:
        known = [row.progress.done for row in self.rows if row.progress]
        return _percent(rules.mean(known)) if known else None

    @property
    def due(self) -> Decimal | None:
        known = [row.progress.due for row in self.rows if row.progress]
        return _percent(rules.mean(known)) if known else None

    @property
    def quarter(self) -> int | None:
        """The quarter that ends with the month, None for another month."""
        month = self.run.period.month
        return month // 3 if month % 3 == 0 else None


def of_province(run: ScoreRun, group: int | None = None) -> Tracking:
    """Everybody in the ranking, or one peer group. Seven queries, two more where letters were changed later on."""
    rule = in_force("early_warning", run.as_of)
    everybody = scores.ranking_of(run)
    cards = [card for card in everybody if group is None or card.peer_group == group]
    indicators = {row.pk: row for row in _indicators(run.version_id)}
    quantities = _quantities(run, indicators)
    worst = _worst(run, rule["worst"])
    dated = stones.of_run(run, [card.office_id for card in cards])
    rows = []
    for card in cards:
        mine = quantities.get(card.office_id, {})
        whole = rules.progress(mine.values())
        told = [_told(lost, indicators, mine) for lost in worst.get(card.office_id, [])]
        overdue = stones.overdue(dated.get(card.office_id, []))
        rows.append(Row(card, whole, rules.light(whole, rule), told, overdue))
    return Tracking(run, rows, sorted({card.peer_group for card in everybody}))


@compiled
def _indicators(version_id: int) -> QuerySet[Indicator]:
    return Indicator.objects.filter(version_id=version_id).exclude(method="").order_by("position")


def _quantities(run: ScoreRun, indicators: Mapping[int, Indicator]) -> dict[int, dict[str, Quantity]]:
    """Office id → indicator code → quantity, against what the letters asked for in the run's month.

    By code: an amended year scores by another version. Two queries, one more where a letter was changed from a later
    month on.
    """
    measured = {row.code: (row, Fraction(row.points)) for row in indicators.values() if _is_quantity(row)}
    reached = {(office_id, code): _number(text) for office_id, code, text in _reached(run.period_id)}
    found: dict[int, dict[str, Quantity]] = defaultdict(dict)
    month = run.period.month
    for office_id, code, year, q1, q2, q3 in _held(run):
        if code in measured:
            row, points = measured[code]
            whole = Fraction(year)
            plan = _plan(year, q1, q2, q3, month) if row.cumulative else whole
            found[office_id][code] = Quantity(points, reached.get((office_id, code)), plan, whole)
    return found


@lru_cache(maxsize=20_000)
def _plan(year: Decimal, q1: Decimal | None, q2: Decimal | None, q3: Decimal | None, month: int) -> Fraction:
    """The target to date: of the same figures always the same, and the figures of a year seldom change."""
    return target_to_date(year, None if q1 is None else (q1, q2, q3, year), month)


def _is_quantity(row: Indicator) -> bool:
    return row.method == Method.RATIO and row.target_basis == TargetBasis.LETTER


@compiled
def _reached(period_id: int) -> QuerySet[CurrentValue, tuple[int, str, Any]]:
    rows = CurrentValue.objects.filter(period_id=period_id, indicator__target_basis=TargetBasis.LETTER)
    return rows.values_list("office_id", "indicator__code", "final_fact__value")


def _held(run: ScoreRun) -> Iterator[tuple[Any, ...]]:
    """Office id, code, year's target, three quarters: of what applied in the run's month and had a target."""
    rows = _targets(run.cycle_id, run.as_of)
    later = {row[0] for row in rows if row[-1]}
    for office_id, code, applicable, year, *quarters, _changed in rows:
        if office_id not in later and applicable and year and year > 0:
            yield office_id, code, year, *quarters
    for office_id, content in (letters.contents_before(run.cycle_id, run.as_of) if later else {}).items():
        for said in content["targets"]:
            target = letters.target_of(said)
            if target.applicable and target.year_target and target.year_target > 0:
                yield office_id, said["code"], target.year_target, target.q1, target.q2, target.q3


@compiled
def _targets(cycle_id: int, on: date) -> QuerySet[Target, tuple[Any, ...]]:
    """As the letters stand today, each with whether its letter was changed from a later day on."""
    changed = LetterVersion.objects.filter(letter_id=OuterRef("letter_id"), number__gt=1, effective_on__gt=on)
    rows = Target.objects.filter(letter__cycle_id=cycle_id).annotate(changed=Exists(changed))
    columns = ("letter__office_id", "indicator__code", "applicable", "year_target", "q1", "q2", "q3", "changed")
    return rows.values_list(*columns)


def _worst(run: ScoreRun, count: int) -> dict[int, list[Lost]]:
    """Office id → the lines that lost the most points. One query."""
    lost = F("effective_points") - F("score")
    place = Window(RowNumber(), partition_by=F("card_id"), order_by=[lost.desc(), F("indicator_id").asc()])
    rows = ScoreLine.objects.filter(card__run=run, effective_points__gt=0).annotate(lost=lost, place=place)
    columns = ("card__office_id", "indicator_id", "lost", "score", "effective_points")
    found: dict[int, list[Lost]] = defaultdict(list)
    for each in rows.filter(place__lte=count, lost__gt=0).order_by("place").values_list(*columns):
        found[each[0]].append(Lost._make(each))
    return found


def _told(lost: Lost, indicators: Mapping[int, Indicator], mine: Mapping[str, Quantity]) -> Worst:
    indicator = indicators[lost.indicator_id]
    quantity = mine.get(indicator.code)
    if quantity is not None:
        return Worst(indicator, lost.lost, _sentence(indicator, quantity))
    values = {"score": half_up(Fraction(lost.score), 2), "full": half_up(Fraction(lost.full), 2)}
    return Worst(indicator, lost.lost, _("满分 %(full)s 分，得 %(score)s 分。") % values)


def _line(indicator: Indicator, quantity: Quantity, rule: Mapping[str, Any], **more: Any) -> Line:
    return Line(indicator, quantity, rules.light(Progress(quantity.done, quantity.due), rule), **more)


@dataclass(frozen=True)
class OfficeTracking:
    """One office: its row, its quantities in the scheme's order, its milestones by day, and its months so far."""

    run: ScoreRun
    row: Row
    lines: list[Line]
    stones: list[StoneLine]
    months: list[tuple[int, Decimal, int]]

    @property
    def passed(self) -> Decimal:
        return _percent(Fraction(self.run.period.month, 12))

    @property
    def totals(self) -> list[Decimal]:
        return [total for _month, total, _rank in self.months]


def of_office(run: ScoreRun, runs: Mapping[int, ScoreRun], office_id: int) -> OfficeTracking | None:
    """One office with county values and evidence behind each quantity; None where it has no card.

    Ten queries, two more where letters were changed later on.
    """
    rule = in_force("early_warning", run.as_of)
    card = next((each for each in scores.ranking_of(run) if each.office_id == office_id), None)
    if card is None:
        return None
    indicators = {row.pk: row for row in _indicators(run.version_id)}
    mine = _quantities(run, indicators).get(office_id, {})
    values = CurrentValue.objects.filter(period_id=run.period_id, office_id=office_id)
    known = {row.indicator.code: row for row in values.select_related("value", "indicator")}
    own = own_figures(office_id, run.cycle.year, run.period.month)
    lines = []
    for row in indicators.values():
        if row.code in mine:
            current = known.get(row.code)
            more = {} if current is None else {
                "value_id": current.pk, "counties": _counties(current, own.get(row.code, {})),
                "evidence": len(current.value.evidence),
            }  # fmt: skip
            lines.append(_line(row, mine[row.code], rule, **more))
    whole = rules.progress(mine.values())
    told = [_told(lost, indicators, mine) for lost in _worst(run, rule["worst"]).get(office_id, [])]
    month_of = {each.pk: month for month, each in runs.items() if month <= run.period.month}
    cards = Scorecard.objects.filter(run__in=month_of, office_id=office_id).values_list("run_id", "total", "rank")
    months = sorted((month_of[run_id], total, rank) for run_id, total, rank in cards)
    dated = stones.of_run(run, [office_id]).get(office_id, [])
    whole_row = Row(card, whole, rules.light(whole, rule), told, stones.overdue(dated))
    return OfficeTracking(run, whole_row, lines, dated, months)


def _counties(current: CurrentValue, own: Mapping[str, Own]) -> list[dict[str, Any]]:
    """The prefecture's line of each county, and what the county itself reports where it has an office in a house."""
    told = {code: each for code, each in own.items() if each.reported and each.unit == current.indicator.unit}
    return [
        {
            **line,
            "own": (told[line["code"]].fact or {"value": "0"}).get("value") if line["code"] in told else None,
            "own_final": line["code"] in told and told[line["code"]].final,
        }
        for line in current.value.county_lines
    ]


def answer_days(on: date) -> int:
    """Working days to answer a warning."""
    return int(in_force("early_warning", on)["answer_days"])


def _number(text: Any) -> Fraction | None:
    try:
        value = Decimal(str(text))
    except InvalidOperation:
        return None
    return Fraction(value) if value.is_finite() else None


def _percent(share: Fraction) -> Decimal:
    return half_up(share * 100, 1)


def _plain(value: Fraction) -> str:
    text = f"{half_up(value, 2):,f}"
    return text.rstrip("0").rstrip(".") if "." in text else text
