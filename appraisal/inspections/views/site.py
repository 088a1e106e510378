"""现场核查确认书: the office countersigns, the bureau answers or closes what nobody signed; the paper itself."""

from functools import partial
from typing import Any

from django.http import HttpRequest, HttpResponse
from django.urls import reverse
from django.utils import timezone
from django.utils.translation import gettext as _
from django.views.decorators.http import require_http_methods

from appraisal.inspections.forms.site import AnswerObjectionForm, CountersignForm, LapseForm
from appraisal.inspections.models import SiteRecord, Task
from appraisal.inspections.policies import site as policies
from appraisal.inspections.policies import tasks as watching
from appraisal.inspections.selectors import site as selectors
from appraisal.inspections.selectors import site_papers, tasks
from appraisal.inspections.usecases import site as usecases
from appraisal.inspections.views.asking import dialog
from appraisal.ledger.views.evidence import file_items
from core import serving
from core.documents import Kind
from core.http import reads
from tenants.actors import Actor


def shown(actor: Actor, task: Task) -> dict[str, Any]:
    """The record of a task for its page: {} where there is none."""
    record, on = selectors.record_of(task), timezone.localdate()
    if record is None:
        return {}
    steps = selectors.steps_of(record)
    return {
        "record": record, "steps": [{"step": step, "files": file_items(step.evidence)} for step in steps],
        "corrections": selectors.corrections_of(steps), "due": selectors.derivation_of(record),
        "overdue": selectors.overdue(record, on), "refusals": selectors.refusals(actor, record, steps, on=on),
    }  # fmt: skip


@require_http_methods(["GET", "POST"])
def countersign(request: HttpRequest, task_id: int) -> HttpResponse:
    """The office's signature."""
    record = _record(request, task_id)
    signature = selectors.signature_of(selectors.steps_of(record))
    return dialog(
        request, CountersignForm, check=lambda: policies.countersign(request.actor, record, signature=signature),
        do=partial(usecases.countersign, task_id=task_id), back=_back(task_id), title=_("会签现场核查确认书"),
        confirm=_("会签"), tone="info", done=_("已会签。"),
        consequence=_("您代表%(office)s会签 %(number)s，只能签一次，签后不能修改。")
        % {"office": record.office.full_label, "number": record.number},
    )  # fmt: skip


@require_http_methods(["GET", "POST"])
def answer(request: HttpRequest, task_id: int) -> HttpResponse:
    """The bureau's answer to an objection."""
    record = _record(request, task_id)
    return dialog(
        request, partial(AnswerObjectionForm, findings=record.content["findings"]),
        check=lambda: policies.answer(request.actor, record),
        do=partial(usecases.answer_objection, task_id=task_id), back=_back(task_id), title=_("答复州市的异议"),
        confirm=_("答复"), tone="info", done=_("已答复。"),
        consequence=_("原发现、异议和答复都留在记录里；整改事项仍在整改台账里销号或退回。"),
    )  # fmt: skip


@require_http_methods(["GET", "POST"])
def lapse(request: HttpRequest, task_id: int) -> HttpResponse:
    """Close what nobody signed in its days."""
    record = _record(request, task_id)
    return dialog(
        request, LapseForm, check=lambda: policies.lapse(request.actor, record, on=timezone.localdate()),
        do=partial(usecases.lapse, task_id=task_id), back=_back(task_id), title=_("按逾期未签办结"), confirm=_("办结"),
        tone="warn", done=_("已按逾期未签办结。"), consequence=_("办结后州市不能再会签；检查结论和整改期限不受影响。"),
    )  # fmt: skip


@reads
def document(request: HttpRequest, task_id: int, kind: Kind) -> HttpResponse:
    """The record as an official document."""
    record = _record(request, task_id)
    return serving.document_response(site_papers.paper_of(record), kind, site_papers.name_of(record))


def _record(request: HttpRequest, task_id: int) -> SiteRecord:
    watching.see(request.actor)
    return selectors.get_record(tasks.get_task(request.actor, task_id))


def _back(task_id: int) -> str:
    return reverse("inspections:task", args=[task_id])
