"""现场检查: the tasks, one task point by point (on a phone, too), its findings, its end."""

from functools import partial

from django.contrib import messages
from django.core.paginator import Paginator
from django.db import transaction
from django.forms import BaseForm
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.urls import reverse
from django.utils import timezone
from django.utils.translation import gettext as _
from django.views.decorators.http import require_http_methods, require_POST

from appraisal.inspections.forms.draws import ReasonForm
from appraisal.inspections.forms.tasks import AnswerItemForm, DaysForm, FindingForm, PlanForm, SummaryForm
from appraisal.inspections.models import Task
from appraisal.inspections.policies import tasks as policies
from appraisal.inspections.policies.claims import propose
from appraisal.inspections.selectors import draws, risk
from appraisal.inspections.selectors import tasks as selectors
from appraisal.inspections.states import TaskState
from appraisal.inspections.usecases import tasks as usecases
from appraisal.inspections.views import site
from appraisal.inspections.views.asking import ask, dialog
from appraisal.ledger.views import years
from appraisal.ledger.views.evidence import file_items, taken_in
from core.errors import NotFound
from core.http import reads, refusals_on, status_of

PAGE_SIZE = 50


@reads
def index(request: HttpRequest) -> HttpResponse:
    """The tasks: one's own first for who is sent."""
    actor, on = request.actor, timezone.localdate()
    policies.see(actor)
    rows = selectors.tasks_for(actor).order_by("-starts_on", "-pk")
    state = request.GET.get("state", "")
    if state in TaskState.values:
        rows = rows.filter(state=state)
    cycle, year = years.chosen(request)
    page = Paginator(rows, PAGE_SIZE).get_page(request.GET.get("page"))
    context = {
        **year, "page_obj": page, "state": state, "states": TaskState.choices,
        "rows": [
            {
                "row": row, "mine": actor.at_province and row.sent(actor.user_id) and row.state in selectors.UNFINISHED,
                "overdue": row.state in selectors.UNFINISHED and row.ends_on < on,
            }
            for row in page
        ],
        "why_not": policies.plan.reason(actor, cycle) if cycle else _("还没有进行中的考核年度。"),
    }  # fmt: skip
    return render(request, "inspections/tasks.html", context)


@require_http_methods(["GET", "POST"])
def plan(request: HttpRequest) -> HttpResponse:
    """Plan a task by hand."""
    actor, at = request.actor, timezone.now()
    cycle, year = years.chosen(request)
    if cycle is None:
        policies.see(actor)
        raise NotFound(_("还没有进行中的考核年度。"))
    policies.plan(actor, cycle)
    on = timezone.localdate(at)
    form = PlanForm(
        request.POST or None, offices=selectors.offices_of(cycle), people=risk.inspectors_of(actor.home, on=on),
        checklists=selectors.checklists(on),
    )  # fmt: skip
    if request.method == "POST" and form.is_valid():
        with refusals_on(form):
            task = usecases.plan_task(cycle_id=cycle.pk, actor=actor, at=at, **form.cleaned_data)
            messages.success(request, _("任务已安排。"))
            return redirect("inspections:task", task.pk)
    return render(request, "inspections/plan_task.html", {"form": form, **year}, status=status_of(form))


@require_http_methods(["GET", "POST"])
def plan_drawn(request: HttpRequest, draw_id: int) -> HttpResponse:
    """A task for everything that a round has drawn."""
    actor, at = request.actor, timezone.now()
    draw = draws.get_draw(actor, draw_id)
    policies.plan(actor, draw.cycle)
    form = DaysForm(request.POST or None, checklists=selectors.checklists(timezone.localdate(at)))
    if request.method == "POST" and form.is_valid():
        with refusals_on(form):
            made = usecases.plan_drawn(draw_id=draw.pk, actor=actor, at=at, **form.cleaned_data)
            messages.success(request, _("已安排 %(n)s 项任务。") % {"n": len(made)})
            return redirect("inspections:tasks")
    return render(request, "inspections/plan_drawn.html", {"form": form, "draw": draw}, status=status_of(form))


@reads
def detail(request: HttpRequest, task_id: int) -> HttpResponse:
    """One task: its points, its findings, who goes there."""
    policies.see(request.actor)
    task = selectors.get_task(request.actor, task_id)
    return _page(request, task)


def _page(request: HttpRequest, task: Task, answered: int | None = None, form: BaseForm | None = None) -> HttpResponse:
    actor, on = request.actor, timezone.localdate()
    items, refusals = selectors.items_of(task), selectors.task_refusals(actor, task)
    record = site.shown(actor, task)
    context = {
        "task": task, "refusals": refusals, "progress": selectors.summed(items),
        "checklist": selectors.checklist_name(task, on), "site": record,
        "overdue": task.state in selectors.UNFINISHED and task.ends_on < on,
        "points": [
            {
                "item": item, "text": selectors.wording(item), "files": file_items(item.evidence),
                "form": None if refusals["work"] else form if form is not None and item.pk == answered
                else AnswerItemForm(initial={"answer": item.answer, "note": item.note}, prefix=f"p{item.pk}"),
            }
            for item in items
        ],
        "may_propose": propose.allows(actor, task.cycle),
        "findings": [
            {
                "row": finding, "files": file_items(finding.evidence),
                "corrected": record.get("corrections", {}).get(finding.number, ""),
                "rectification": getattr(finding, "rectification", None),
                "claim": getattr(finding, "false_claim", None),
            }
            for finding in selectors.findings_of(task)
        ],
    }  # fmt: skip
    return render(request, "inspections/task.html", context, status=status_of(form) if form is not None else 200)


@require_POST
def start(request: HttpRequest, task_id: int) -> HttpResponse:
    """Begin on site."""
    usecases.start_task(task_id=task_id, actor=request.actor, at=timezone.now())
    return redirect("inspections:task", task_id)


@require_POST
def answer(request: HttpRequest, task_id: int, item_id: int) -> HttpResponse:
    """Say what was seen at one point; a refusal stays at the point."""
    actor, at = request.actor, timezone.now()
    task = selectors.get_task(actor, task_id)
    ask(request, lambda: policies.work(actor, task))
    selectors.get_item(task, item_id)
    form = AnswerItemForm(request.POST, request.FILES, prefix=f"p{item_id}")
    if form.is_valid():
        with refusals_on(form), transaction.atomic():
            policies.work(actor, task)
            files = taken_in(form.cleaned_data.pop("evidence"), actor=actor, at=at)
            usecases.answer_item(
                task_id=task_id, item_id=item_id, evidence=files, actor=actor, at=at, **form.cleaned_data
            )
            return redirect(f"{reverse('inspections:task', args=[task_id])}#point-{item_id}")
    return _page(request, task, item_id, form)


@require_http_methods(["GET", "POST"])
def find(request: HttpRequest, task_id: int) -> HttpResponse:
    """Write down a finding."""
    actor, at = request.actor, timezone.now()
    task = selectors.get_task(actor, task_id)
    policies.work(actor, task)
    items = [(item.pk, f"{item.code} {selectors.wording(item)}") for item in selectors.items_of(task)]
    form = FindingForm(
        request.POST or None, request.FILES or None, items=items, indicators=selectors.indicators_of(task.cycle),
        initial={"item_id": request.GET.get("point", "")},
    )  # fmt: skip
    if request.method == "POST" and form.is_valid():
        with refusals_on(form), transaction.atomic():
            data = dict(form.cleaned_data)
            files = taken_in(data.pop("evidence"), actor=actor, at=at)
            usecases.record_finding(task_id=task.pk, evidence=files, actor=actor, at=at, **data)
            messages.success(request, _("已记录。"))
            return redirect("inspections:task", task.pk)
    return render(request, "inspections/finding.html", {"form": form, "task": task}, status=status_of(form))


@require_http_methods(["GET", "POST"])
def finish(request: HttpRequest, task_id: int) -> HttpResponse:
    """Finish the task."""
    task = selectors.get_task(request.actor, task_id)
    return dialog(
        request, SummaryForm, check=lambda: policies.work(request.actor, task),
        do=partial(usecases.finish_task, task_id=task.pk), back=reverse("inspections:task", args=[task.pk]),
        title=_("办结检查任务"), confirm=_("办结"), tone="warn",
        consequence=_("办结后州市可以看到全部结论，并须会签确认书；限期整改的事项从次日起计算期限，不能再改。"),
        done=_("任务已办结。"),
    )  # fmt: skip


@require_http_methods(["GET", "POST"])
def cancel(request: HttpRequest, task_id: int) -> HttpResponse:
    """Cancel a task that has not begun."""
    task = selectors.get_task(request.actor, task_id)
    return dialog(
        request, ReasonForm, check=lambda: policies.cancel(request.actor, task),
        do=partial(usecases.cancel_task, task_id=task.pk), back=reverse("inspections:task", args=[task.pk]),
        title=_("取消检查任务"), confirm=_("取消任务"), tone="bad",
        consequence=_("任务和取消理由留在记录里。"), done=_("任务已取消。"),
    )  # fmt: skip
