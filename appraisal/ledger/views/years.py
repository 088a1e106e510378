"""Which appraisal year a page is about: `?year=`, kept in its links while there is more than one."""

from typing import Any
from urllib.parse import urlencode

from django.http import HttpRequest, QueryDict
from django.utils import timezone

from appraisal.ledger.models import Cycle
from appraisal.ledger.selectors import queue


def asked_year(query: QueryDict) -> int | None:
    """The year of `?year=`; None when there is none, or none that could be one."""
    text = str(query.get("year", ""))
    return int(text) if text.isascii() and text.isdecimal() and len(text) == 4 else None


def chosen(request: HttpRequest, query: QueryDict | None = None) -> tuple[Cycle | None, dict[str, Any]]:
    """The year that is asked for or in force, and what the template `ledger/years.html` wants.

    query: instead of the request's own. Raises NotFound for a year that has not begun.
    """
    years = queue.years_of(request.actor)
    year = asked_year(request.GET if query is None else query)
    cycle = queue.cycle_in_force(years, on=timezone.localdate(), year=year)
    return cycle, about(years, cycle)


def about(years: list[Cycle], cycle: Cycle | None) -> dict[str, Any]:
    """years: those to choose from, when there is a choice; year_kept: for links, with the & behind it or empty."""
    many = cycle is not None and len(years) > 1
    return {
        "cycle": cycle,
        "years": years if many else [],
        "year_kept": urlencode({"year": cycle.year}) + "&" if many and cycle else "",
    }
