"""整改台账: what has to be rectified by when; the prefecture answers, the bureau closes or returns."""

from functools import partial

from django.core.paginator import Paginator
from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from django.urls import reverse
from django.utils import timezone
from django.utils.translation import gettext as _
from django.views.decorators.http import require_http_methods

from appraisal.inspections.forms.draws import ReasonForm
from appraisal.inspections.forms.tasks import RectifyForm
from appraisal.inspections.policies import tasks as policies
from appraisal.inspections.selectors import tasks as selectors
from appraisal.inspections.states import RectificationState
from appraisal.inspections.usecases import rectifications as usecases
from appraisal.inspections.views.asking import dialog
from appraisal.ledger.views.evidence import file_items
from core.http import reads

PAGE_SIZE = 50
OVERDUE = "OVERDUE"


@reads
def index(request: HttpRequest) -> HttpResponse:
    """The ledger by the day it is due, narrowed by state; the overdue ones as a state of their own."""
    actor, on = request.actor, timezone.localdate()
    policies.see(actor)
    state = request.GET.get("state", "")
    rows = selectors.rectifications_for(actor)
    if state in RectificationState.values:
        rows = rows.filter(state=state)
    elif state == OVERDUE:
        rows = rows.filter(state=RectificationState.OPEN, due_on__lt=on)
    standing = selectors.standing(actor, on=on)
    page = Paginator(rows.order_by("due_on", "pk"), PAGE_SIZE).get_page(request.GET.get("page"))
    segments = [{"state": "", "label": _("全部"), "count": standing.total}]
    segments += [
        {"state": key, "label": label, "count": standing.counts[key]} for key, label in RectificationState.choices
    ]
    segments.append({"state": OVERDUE, "label": _("超期"), "count": standing.overdue})
    context = {
        "page_obj": page, "state": state, "segments": segments, "on": on,
        "rows": [{"row": row, "overdue": row.state == RectificationState.OPEN and row.due_on < on} for row in page],
    }  # fmt: skip
    return render(request, "inspections/rectifications.html", context)


@reads
def detail(request: HttpRequest, row_id: int) -> HttpResponse:
    """One line: what was found and wanted, every answer and return."""
    actor, on = request.actor, timezone.localdate()
    policies.see(actor)
    row = selectors.get_rectification(actor, row_id)
    context = {
        "row": row, "refusals": selectors.rectification_refusals(actor, row), "due": selectors.derivation_of(row),
        "overdue": row.state == RectificationState.OPEN and row.due_on < on,
        "files": file_items(row.finding.evidence),
        "steps": [{"step": step, "files": file_items(step.evidence)} for step in row.steps.order_by("-pk")],
    }  # fmt: skip
    return render(request, "inspections/rectification.html", context)


@require_http_methods(["GET", "POST"])
def answer(request: HttpRequest, row_id: int) -> HttpResponse:
    """The prefecture's answer."""
    actor = request.actor
    row = selectors.get_rectification(actor, row_id)
    return dialog(
        request, RectifyForm, check=lambda: policies.answer(actor, row),
        do=partial(usecases.answer, row_id=row_id), back=_back(row_id),
        title=_("整改答复"), confirm=_("提交答复"), tone="info", done=_("答复已提交，等待销号。"),
        consequence=_("写明怎样整改、结果如何，附上佐证材料；提交后由省局核对销号。"),
    )  # fmt: skip


@require_http_methods(["GET", "POST"])
def return_(request: HttpRequest, row_id: int) -> HttpResponse:
    """What was answered does not do."""
    actor = request.actor
    row = selectors.get_rectification(actor, row_id)
    return dialog(
        request, ReasonForm, check=lambda: policies.judge(actor, row),
        do=partial(usecases.return_, row_id=row_id), back=_back(row_id),
        title=_("退回再改"), confirm=_("退回"), tone="warn", done=_("已退回。"),
        consequence=_("州市会看到理由，期限不变。"),
    )  # fmt: skip


@require_http_methods(["GET", "POST"])
def close(request: HttpRequest, row_id: int) -> HttpResponse:
    """Close the line."""
    actor = request.actor
    row = selectors.get_rectification(actor, row_id)
    return dialog(
        request, RectifyForm, check=lambda: policies.judge(actor, row),
        do=partial(usecases.close, row_id=row_id), back=_back(row_id),
        title=_("销号"), confirm=_("销号"), tone="info", done=_("已销号。"),
        consequence=_("写明核对了什么；销号后不能再改。"),
    )  # fmt: skip


def _back(row_id: int) -> str:
    return reverse("inspections:rectification", args=[row_id])
