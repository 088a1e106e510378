"""表格填报: the month to download, sheets that came back, one of them held against the portal and written."""

from typing import Any
from urllib.parse import quote

from django.contrib import messages
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.utils import timezone
from django.utils.translation import gettext as _
from django.utils.translation import ngettext
from django.views.decorators.http import require_http_methods, require_POST

from appraisal.ledger.selectors import reports as ledger
from appraisal.reporting import policies, usecases
from appraisal.reporting.forms import FileForm
from appraisal.reporting.models import Book
from appraisal.reporting.selectors import book as selectors
from appraisal.reporting.selectors import sheet as sheets
from core import jobs
from core.errors import Conflict, Invalid, NotFound
from core.files import TYPES
from core.http import reads, refusals_on, status_of

MOST_SHOWN = 300  # rows of cells that are taken without a question; all others are always shown
STOP_POLLING = 286


@require_http_methods(["GET", "HEAD", "POST"])
def index(request: HttpRequest, period_id: int) -> HttpResponse:
    """Download, upload, what came back so far."""
    actor, on = request.actor, timezone.localdate()
    period = ledger.get_period(actor, period_id)
    form = FileForm(request.POST or None, request.FILES or None)
    if request.method == "POST" and form.is_valid():
        with refusals_on(form):
            book = usecases.take_in(
                period_id=period_id, upload=form.cleaned_data["file"], actor=actor, at=timezone.now()
            )
            return redirect("reporting:book-read", period_id, book.pk)
    letter = ledger.demands(actor, period).letter
    context = {
        "period": period,
        "form": form,
        "refusal": policies.fill.reason(actor, period, letter, on),
        "books": selectors.books_for(actor, period_id)[:50],
    }
    return render(request, "reporting/book.html", context, status=status_of(form))


@reads
def download(request: HttpRequest, period_id: int) -> HttpResponse:
    """The month as a spreadsheet."""
    name, content = selectors.blank(request.actor, period_id, at=timezone.now())
    return spreadsheet(name, content)


def spreadsheet(name: str, content: bytes) -> HttpResponse:
    """An xlsx to be saved under its name."""
    response = HttpResponse(content, content_type=TYPES["xlsx"].media_type)
    response["Content-Disposition"] = f"attachment; filename=\"month.xlsx\"; filename*=UTF-8''{quote(name)}"
    response["Cache-Control"] = "private, no-store"
    return response


@reads
def read(request: HttpRequest, period_id: int, book_id: int) -> HttpResponse:
    """One upload: what it would change, conflicts to decide, what is wrong."""
    return page(request, period_id, selectors.get_book(request.actor, period_id, book_id))


@reads
def progress(request: HttpRequest, period_id: int, book_id: int) -> HttpResponse:
    """How far the reading is; once it has ended the whole page is loaded."""
    book = selectors.get_book(request.actor, period_id, book_id)
    if book.state == Book.State.READING:
        return render(request, "reporting/book_read.html#progress", _being_read(request, book))
    answer = HttpResponse(status=STOP_POLLING)
    answer["HX-Refresh"] = "true"
    return answer


def _being_read(request: HttpRequest, book: Book) -> dict[str, Any]:
    try:
        job = jobs.get_job(request.actor, book.job_id or 0)
    except NotFound:
        job = None  # housekeeping took it away
    return {"book": book, "period": book.period, "job": job}


def page(
    request: HttpRequest, period_id: int, book: Book, *, refused: Invalid | Conflict | None = None
) -> HttpResponse:
    """The upload; refused: why it was not written."""
    actor, on = request.actor, timezone.localdate()
    context: dict[str, Any] = _being_read(request, book)
    if book.state == Book.State.READY:
        compared = selectors.comparison(actor, sheets.sheet(actor, period_id, on=on), book)
        chosen = request.POST if refused is not None else {}
        context |= {
            "compared": compared,
            "conflicts": [(row, chosen.get(f"choice.{row.name}", "")) for row in compared.conflicts],
            "taken": compared.taken[:MOST_SHOWN],
            "more": max(0, len(compared.taken) - MOST_SHOWN),
            "seen": usecases.token_of(compared),
        }
    context |= {"refused": refused, "may": policies.fill_in.reason(actor)}
    return render(request, "reporting/book_read.html", context, status=refused.status if refused else 200)


@require_POST
def write(request: HttpRequest, period_id: int, book_id: int) -> HttpResponse:
    """Write the upload into the draft, conflicts as chosen."""
    choices = {
        name.removeprefix("choice."): str(value) for name, value in request.POST.items() if name.startswith("choice.")
    }
    try:
        written = usecases.write_book(
            period_id=period_id, book_id=book_id, choices=choices, seen=request.POST.get("seen", ""),
            actor=request.actor, at=timezone.now(),
        )  # fmt: skip
    except (Invalid, Conflict) as refusal:
        book = selectors.get_book(request.actor, period_id, book_id)
        return page(request, period_id, book, refused=refusal)
    text = ngettext("已写入 %(count)s 个单元格。", "已写入 %(count)s 个单元格。", written.cells)
    messages.success(request, text % {"count": written.cells})
    if written.left:
        messages.warning(
            request, _("%(count)s 处有问题的没有写入，请下载带批注的表格改好后再上传。") % {"count": written.left}
        )
        return redirect("reporting:book-read", period_id, book_id)
    return redirect("reporting:month", period_id)


@require_POST
def drop(request: HttpRequest, period_id: int, book_id: int) -> HttpResponse:
    """Give the upload up."""
    usecases.drop_book(period_id=period_id, book_id=book_id, actor=request.actor, at=timezone.now())
    messages.success(request, _("已放弃这份表格，什么都没有写入。"))
    return redirect("reporting:book", period_id)
