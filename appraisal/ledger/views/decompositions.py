"""任务分解情况: how far every office is with breaking its letter down, for the bureau."""

from django.core.paginator import Paginator
from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from django.utils import timezone

from appraisal.ledger.policies import decompositions as policies
from appraisal.ledger.selectors import cycles
from appraisal.ledger.selectors import decompositions as selectors
from core.http import reads

PAGE_SIZE = 50


@reads
def index(request: HttpRequest, cycle_id: int) -> HttpResponse:
    """Each office: due, done, in time, what share of its targets is covered, which sums fall short."""
    actor, on = request.actor, timezone.localdate()  # type: ignore[attr-defined]
    policies.watch(actor)
    cycle = cycles.get_cycle(actor, cycle_id)
    page = Paginator(selectors.letters_of(actor, cycle), PAGE_SIZE).get_page(request.GET.get("page"))
    rows = [selectors.standing(letter) for letter in page]
    context = {
        "cycle": cycle, "page_obj": page, "totals": selectors.totals(actor, cycle),
        "rows": [{"standing": row, "overdue": row.overdue(on)} for row in rows],
    }  # fmt: skip
    return render(request, "ledger/letters/decompositions.html", context)
