"""Where the year may end for each office, from what is published up to a month; one query."""

from collections import defaultdict
from collections.abc import Iterable
from datetime import date
from decimal import Decimal

from appraisal.ledger.models import ScoreRun
from appraisal.ledger.selectors import overview
from appraisal.rules import forecast as rules


def of_year(
    runs: dict[int, ScoreRun], until: int, cards: Iterable[tuple[int, int, Decimal]] | None = None
) -> dict[int, rules.Forecast]:
    """Office id → forecast, from the official runs up to the month `until`; without offices that have no card then.

    cards: what overview.totals gave for these runs, where the caller has it.
    """
    if until not in runs:
        return {}
    totals: dict[int, dict[int, Decimal]] = defaultdict(dict)
    for office_id, month, total in overview.totals(runs) if cards is None else cards:
        if month <= until:
            totals[office_id][month] = total
    told = {str(office_id): months for office_id, months in totals.items() if until in months}
    on = date(runs[until].cycle.year, 12, 31)
    return {int(office): found for office, found in rules.forecasts(told, on=on).items()}
