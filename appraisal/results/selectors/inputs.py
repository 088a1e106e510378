"""What a year is calculated from: published runs, handed-over self-appraisals, seats carried over. Eight queries."""

import hashlib
import json
from collections import defaultdict
from dataclasses import asdict, dataclass
from datetime import date
from decimal import Decimal
from fractions import Fraction
from typing import Any

from django.db.models import F, Func, IntegerField, Sum

from appraisal.ledger.models import Cycle, Scorecard, ScoreLine, ScoreRun
from appraisal.ledger.selectors.overview import official_runs
from appraisal.results.models import SelfScore, YearResult
from appraisal.results.selectors import own as own_selectors
from appraisal.results.states import ResultState, SelfState
from appraisal.rules.adjustments import Veto
from appraisal.rules.exact import number
from appraisal.rules.parameters import in_force
from appraisal.rules.years import OwnScore, Published, Year


@dataclass(frozen=True)
class Inputs:
    """Everything the rules need. missing: interim months of the rules without a published run."""

    years: list[Year]
    credits: dict[str, Fraction]
    on: date
    missing: list[int]

    def sha256(self) -> str:
        """Over the canonical JSON of all of it: equal inputs, equal hash."""
        ordered = sorted(self.years, key=lambda year: year.office)
        text = json.dumps(
            [[asdict(year) for year in ordered], sorted(self.credits.items()), self.on],
            sort_keys=True, ensure_ascii=False, default=str,
        )  # fmt: skip
        return hashlib.sha256(text.encode()).hexdigest()


def rules_of(cycle: Cycle) -> dict[str, Any]:
    """How the year's score is composed, as in force on the year's last day."""
    return in_force("annual_composite", last_day(cycle))


def last_day(cycle: Cycle) -> date:
    """The day whose figures hold for the year."""
    return date(cycle.year, 12, 31)


def newest_month(cycle: Cycle) -> int | None:
    """The last month with a published run, up to the year-end month; None before the first."""
    return max(official_runs(cycle), default=None)


def inputs_of(cycle: Cycle, until_month: int, *, on: date) -> Inputs:
    """The inputs of a calculation up to a published month. on: today, from when a missing self-appraisal counts."""
    runs = official_runs(cycle)
    wanted = [month for month in rules_of(cycle)["interim_months"] if month < until_month]
    last = runs[until_month]
    interim = _totals({month: runs[month] for month in wanted if month in runs})
    own = _own_scores(cycle, last)
    offs = dict(  # entry by entry, as a month counts them: a line that was merged of two may bear one of each
        ScoreLine.objects.filter(card__run=last, points_off__gt=0)
        .values_list("card__office_id")
        .annotate(n=Sum(Func(F("trace__points_off"), function="jsonb_array_length", output_field=IntegerField())))
    )
    is_year_end = until_month == rules_of(cycle)["year_end_month"]
    expected = is_year_end and on > own_selectors.window(cycle).due
    years = []
    rows = Scorecard.objects.filter(run=last).annotate(
        groups=F("trace__groups"), veto_rows=F("trace__vetoes"), items=F("trace__total__deduction")
    )
    for office_id, slug, group, total, groups, vetoes, items in rows.order_by("office__schema_name").values_list(
        "office_id", "office__schema_name", "peer_group", "total", "groups", "veto_rows", "items"
    ):
        years.append(
            Year(
                office=slug,
                peer_group=str(group),
                year_end=Published(until_month, last.code, total),
                interim=tuple(interim.get(office_id, ())),
                groups={each["code"]: (Decimal(each["sum"]), number(each["effective_points"])) for each in groups},
                vetoes=tuple(Veto(each["ceiling"], each["reason"], each["code"]) for each in vetoes),
                deductions=len(items) + offs.get(office_id, 0),
                own=own.get(office_id),
                own_expected=expected,
            )
        )
    missing = [month for month in wanted if month not in runs]
    return Inputs(years, _carried(cycle), last_day(cycle), missing)


def _totals(runs: dict[int, ScoreRun]) -> dict[int, list[Published]]:
    """Office → its published totals, month after month."""
    month_of = {run.pk: (month, run.code) for month, run in runs.items()}
    found: dict[int, list[Published]] = defaultdict(list)
    rows = Scorecard.objects.filter(run__in=month_of).values_list("office_id", "run_id", "total")
    for office_id, run_id, total in rows.order_by("run__period__month"):
        month, code = month_of[run_id]
        found[office_id].append(Published(month, code, total))
    return found


def _own_scores(cycle: Cycle, last: ScoreRun) -> dict[int, tuple[OwnScore, ...]]:
    """Office → what it gave itself, with what each indicator counts on the year-end card."""
    given: dict[int, dict[int, Decimal]] = defaultdict(dict)
    rows = SelfScore.objects.filter(appraisal__cycle=cycle, appraisal__state=SelfState.SUBMITTED)
    for office_id, indicator_id, score in rows.values_list("appraisal__office_id", "indicator_id", "score"):
        if score is not None:  # every line that was handed over has one
            given[office_id][indicator_id] = score
    if not given:
        return {}
    lines = ScoreLine.objects.filter(card__run=last, card__office_id__in=given).order_by("indicator__code")
    found: dict[int, list[OwnScore]] = defaultdict(list)
    for office_id, indicator_id, code, points, effective in lines.annotate(
        effective=F("trace__effective_points")
    ).values_list("card__office_id", "indicator_id", "indicator__code", "points", "effective"):
        mine = given[office_id].get(indicator_id)
        if mine is not None:
            found[office_id].append(OwnScore(code, mine, points, number(effective)))
    return {office_id: tuple(scores) for office_id, scores in found.items()}


def _carried(cycle: Cycle) -> dict[str, Fraction]:
    """Peer group → seats carried over from the province's last locked year before this one."""
    earlier = YearResult.objects.filter(
        cycle__province_id=cycle.province_id, cycle__year__lt=cycle.year, state=ResultState.LOCKED
    )
    seats = earlier.order_by("-cycle__year").values_list("run__seats", flat=True).first()
    return {group: number(credit) for group, credit in (seats or {}).get("credits_after", {}).items()}
