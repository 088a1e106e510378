"""两批得分逐项比较: what moved between two runs, for whom and why."""

from django.core.paginator import Paginator
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render

from appraisal.ledger.selectors import run_differences as selectors
from appraisal.ledger.selectors import scores
from core.http import reads

PAGE_SIZE = 20  # offices, each with its lines


@reads
def first(request: HttpRequest, run_id: int) -> HttpResponse:
    """Against the run before; where there is none, the page says so."""
    run = scores.get_run(request.actor, run_id)
    others = selectors.others(request.actor, run)
    before = selectors.nearest(run, others)
    if before is not None:
        return redirect("ledger:run-changes-from", run.pk, before.pk)
    return render(request, "ledger/scores/run_changes.html", {"run": run, "others": others})


@reads
def changes(request: HttpRequest, run_id: int, before_run_id: int) -> HttpResponse:
    """The offices that moved, each with its lines; a page of offices at a time."""
    actor = request.actor
    before, after = selectors.pair(actor, run_id, before_run_id)
    page = Paginator(selectors.changed_offices(actor, before, after), PAGE_SIZE).get_page(request.GET.get("page"))
    context = {
        "run": after,
        "before": before,
        "others": selectors.others(actor, after),
        "page_obj": page,
        "offices": selectors.changes_of(before, after, list(page)),
        "opened": request.GET.get("open", ""),  # an office's slug, or all
    }
    return render(request, "ledger/scores/run_changes.html", context)
