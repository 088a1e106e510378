"""The list by spreadsheet."""

from django.contrib import messages
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.utils import timezone
from django.utils.translation import gettext as _
from django.views.decorators.http import require_http_methods

from appraisal.duties import policies, usecases
from appraisal.duties.forms import book
from appraisal.duties.forms.acts import FileForm
from appraisal.duties.selectors import lists as selectors
from appraisal.duties.selectors import papers
from appraisal.duties.selectors.parties import parties
from appraisal.library.forms.book_import import lying
from appraisal.reporting.views.book import spreadsheet
from core.http import reads, refusals_on, status_of


@reads
def download(request: HttpRequest, list_id: int) -> HttpResponse:
    """Everything that the list says, to be read or filled in."""
    row = selectors.get_list(request.actor, list_id)
    return spreadsheet(f"{papers.name_of(row)}.xlsx", book.book_of(selectors.loaded(row)))


@require_http_methods(["GET", "POST"])
def upload(request: HttpRequest, list_id: int) -> HttpResponse:
    """Bring a filled-in sheet back: all of it, or nothing and what is wrong cell by cell."""
    actor, at = request.actor, timezone.now()
    row = selectors.get_list(actor, list_id)
    policies.edit(actor, row)
    form = FileForm(request.POST or None, request.FILES or None)
    if request.method == "POST" and form.is_valid():
        with refusals_on(form), lying(form.cleaned_data["file"]) as path:
            known = parties(actor, on=timezone.localdate(at))
            targets = book.read(path, selectors.loaded(row), known)
            usecases.save_targets(list_id=row.pk, targets=targets, actor=actor, at=at)
            messages.success(request, _("已按表格写入 %(n)s 项目标的分解。") % {"n": len(targets)})
            return redirect("duties:list", row.pk)
    return render(request, "duties/book.html", {"form": form, "row": row}, status=status_of(form))
