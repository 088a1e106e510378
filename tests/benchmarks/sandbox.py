"""The sandbox: a changed scheme tried on a whole year of 20 offices and 100 indicators. Source: domain reference M2."""

import statistics
import time
from decimal import Decimal
from typing import Any

from appraisal.ledger.models import ScoreRun
from appraisal.ledger.selectors import sandbox
from appraisal.rules.whatif import Wish
from tests.benchmarks import clock, scoring, world

YEAR = world.YEAR + 1  # beside the province's first year
GOAL = 2.0  # seconds


def measure(offices: int, indicators: int, months: int, runs: int) -> dict[str, Any]:
    """Medians of the month, of the whole year, and of opening the month unchanged; months: the last ones of the
    year."""
    province = world.make_province(f"sandbox{offices}", offices)
    cycle = world.make_cycle(province.admin, world.scheme_csv(indicators), year=YEAR)
    world.fill(cycle, range(13 - months, 13))
    with world.public():
        periods = list(cycle.periods.select_related("cycle").filter(month__gt=12 - months).order_by("month"))
    for period in periods:
        run = scoring.calculated(period, province.admin)
        with world.public():
            scoring.publish(run)
    seconds: dict[str, list[float]] = {"month": [], "year": [], "opened": []}
    busy: list[float] = []  # of this process: on a loaded machine the clock says more about the others
    with world.public():
        newest = ScoreRun.objects.select_related("cycle", "period", "version").get(pk=run.pk)
        plan = sandbox.Plan(wishes=_wishes(newest))
        for _ in range(runs + 1):
            began, processor = time.perf_counter(), time.process_time()
            trial = sandbox.trial_of(newest, plan)
            month = time.perf_counter() - began
            year = sandbox.year_of(trial)
            seconds["month"].append(month)
            seconds["year"].append(time.perf_counter() - began)
            busy.append(time.process_time() - processor)
            began = time.perf_counter()
            unchanged = sandbox.trial_of(newest, sandbox.Plan())
            seconds["opened"].append(time.perf_counter() - began)
        assert unchanged.exact
        assert len(year) == months
        with clock.counted() as count:
            sandbox.trial_of(newest, plan)
    medians = {name: statistics.median(each[1:]) for name, each in seconds.items()}  # the first warms up
    return {
        "offices": offices, "indicators": indicators, "months": months, "runs": runs, "queries": count.queries,
        "changes": len(plan.wishes), "seconds": medians,
        "processor_seconds": statistics.median(busy[1:]), "goal": GOAL, "met": medians["year"] <= GOAL,
        "values_per_second": offices * indicators * months / medians["year"],
    }  # fmt: skip


def _wishes(run: ScoreRun) -> tuple[Wish, ...]:
    """Every fifth indicator gets other points, one is switched off, one has another method."""
    rows = list(run.version.indicators.exclude(method="").order_by("position"))
    wishes = [Wish(row.code, points=row.points + Decimal("0.5")) for row in rows[3::5]]
    ratio = next(row for row in rows if row.method == "RATIO")
    return (
        *wishes,
        Wish(rows[1].code, off=True),
        Wish(ratio.code, method="LINEAR", parameters={"from": "0", "to": "120"}),
    )
