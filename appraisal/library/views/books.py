"""A whole scheme as a workbook: taken away, brought in, checked."""

from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.utils import timezone
from django.utils.translation import gettext as _
from django.views.decorators.http import require_http_methods

from appraisal.library import policies, selectors
from appraisal.library.forms import book, book_import
from appraisal.library.forms.versions import BookForm
from core.http import reads, refusals_on, status_of

XLSX = "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet"


def file_of(content: bytes, name: str) -> HttpResponse:
    answer = HttpResponse(content, content_type=XLSX)
    answer["Content-Disposition"] = f'attachment; filename="{name}.xlsx"'
    return answer


@reads
def export(request: HttpRequest, version_id: int) -> HttpResponse:
    """The version as a workbook, to be read again to the same scheme."""
    version = selectors.get_version(request.actor, version_id)  # type: ignore[attr-defined]
    return file_of(book.book_of(version), f"scheme-{version.label}")


@reads
def empty(request: HttpRequest) -> HttpResponse:
    """The template to fill in."""
    policies.create(request.actor)  # type: ignore[attr-defined]
    return file_of(book.empty_book(), "scheme-template")


@require_http_methods(["GET", "POST"])
def import_book(request: HttpRequest) -> HttpResponse:
    """Bring a workbook in as a draft, or have it checked and take it back with what is wrong marked."""
    actor = request.actor  # type: ignore[attr-defined]
    policies.create(actor)
    form = BookForm(request.POST or None, request.FILES or None)
    if request.method == "POST" and form.is_valid():
        data = dict(form.cleaned_data)
        upload = data.pop("file")
        asked = book_import.Asked(**data)
        with refusals_on(form), book_import.lying(upload) as path:
            if request.POST.get("do") == "check":
                content, _count = book_import.checked(path, asked, actor=actor, at=timezone.now())
                return file_of(content, "scheme-checked")
            return redirect(book_import.take(path, asked, actor=actor, at=timezone.now()))
    context = {"form": form, "title": _("用 Excel/WPS 导入指标体系")}
    return render(request, "library/import_book.html", context, status=status_of(form))
