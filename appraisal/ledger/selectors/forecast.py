"""Where the year may end for each office, from what is published up to a month; one query."""

from collections import defaultdict
from datetime import date
from decimal import Decimal

from appraisal.ledger.models import Scorecard, ScoreRun
from appraisal.rules import forecast as rules


def of_year(runs: dict[int, ScoreRun], until: int) -> dict[int, rules.Forecast]:
    """Office id → forecast, from the official runs up to the month `until`; without offices that have no card then."""
    if until not in runs:
        return {}
    month_of = {run.pk: month for month, run in runs.items() if month <= until}
    totals: dict[int, dict[int, Decimal]] = defaultdict(dict)
    for office_id, run_id, total in Scorecard.objects.filter(run__in=month_of).values_list(
        "office_id", "run_id", "total"
    ):
        totals[office_id][month_of[run_id]] = total
    told = {str(office_id): months for office_id, months in totals.items() if until in months}
    on = date(runs[until].cycle.year, 12, 31)
    return {int(office): found for office, found in rules.forecasts(told, on=on).items()}
