"""Pages of the kernel inside an office: files and background jobs."""

from uuid import UUID

from django import forms
from django.contrib import messages
from django.core.paginator import Paginator
from django.http import HttpRequest, HttpResponse
from django.http.response import HttpResponseBase
from django.shortcuts import redirect, render
from django.urls import reverse
from django.utils import timezone
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy
from django.views.decorators.http import require_http_methods, require_POST, require_safe

from core import asking, files, jobs, serving
from core.http import reads
from core.jobs import schedules
from core.models import Job

PAGE = 50
STOP_POLLING = 286  # htmx: swap, and poll no more


@require_safe
def file(request: HttpRequest, file_id: UUID) -> HttpResponseBase:
    """The bytes of a file; `?inline=1` shows pictures and PDF in the browser."""
    found = files.read_file(file_id=file_id, actor=request.actor, at=timezone.now())
    return serving.file_response(found, inline=request.GET.get("inline") == "1")


@reads
def jobs_index(request: HttpRequest) -> HttpResponse:
    """The office's background jobs, newest first; `?state=` narrows."""
    state = request.GET.get("state", "")
    rows = jobs.jobs_for(request.actor)
    if state in Job.State.values:
        rows = rows.filter(state=state)
    page = Paginator(rows, PAGE).get_page(request.GET.get("page"))
    context = {"page_obj": page, "jobs": [described(request.actor, job) for job in page], "tabs": tabs(request.actor)}
    return render(request, "core/jobs/index.html", {**context, "state": state, "states": Job.State.choices})


@reads
def jobs_failed(request: HttpRequest) -> HttpResponse:
    """What no worker could do: each with the reason, to be tried again or given up."""
    rows = jobs.jobs_for(request.actor).filter(state=Job.State.FAILED)
    page = Paginator(rows, PAGE).get_page(request.GET.get("page"))
    context = {"page_obj": page, "jobs": [described(request.actor, job) for job in page], "tabs": tabs(request.actor)}
    return render(request, "core/jobs/failed.html", context)


@reads
def jobs_schedules(request: HttpRequest) -> HttpResponse:
    """What the office does again and again, and when next."""
    rows = [
        {"row": row, "label": jobs.label_of(row.kind), "rule": schedules.in_words(row.rule)}
        for row in schedules.schedules_for(request.actor)
    ]
    return render(request, "core/jobs/schedules.html", {"rows": rows, "tabs": tabs(request.actor)})


def tabs(actor) -> list[dict]:
    """The lists of jobs: all, those that wait for a decision with their number, and for managers the regular ones."""
    failed = jobs.jobs_for(actor).filter(state=Job.State.FAILED).count()
    shown: list[dict] = [
        {"id": "all", "label": _("全部任务"), "url": reverse("jobs")},
        {"id": "failed", "label": _("失败待处理"), "url": reverse("jobs-failed"), "count": failed, "hot": failed > 0},
    ]
    if schedules.may_see_schedules.reason(actor) is None:
        shown.append({"id": "schedules", "label": _("定时任务"), "url": reverse("jobs-schedules")})
    return shown


@reads
def job_detail(request: HttpRequest, job_id: int) -> HttpResponse:
    """One job, with its progress."""
    job = jobs.get_job(request.actor, job_id)
    return render(request, "core/jobs/detail.html", described(request.actor, job))


@reads
def job_progress(request: HttpRequest, job_id: int) -> HttpResponse:
    """The progress alone, for polling; answers 286 once the job has ended."""
    job = jobs.get_job(request.actor, job_id)
    status = 200 if job.state in jobs.OPEN else STOP_POLLING
    return render(request, "core/jobs/detail.html#progress", described(request.actor, job), status=status)


@require_POST
def job_cancel(request: HttpRequest, job_id: int) -> HttpResponse:
    """Call a job off."""
    job = jobs.cancel_job(job_id=job_id, actor=request.actor, at=timezone.now())
    ended = job.state == Job.State.CANCELLED
    messages.success(request, _("任务已取消。") if ended else _("已要求取消，任务会在完成当前一步后停止。"))
    return redirect("job", job_id)


@require_POST
def job_retry(request: HttpRequest, job_id: int) -> HttpResponse:
    """Put a job that ended without a result in the queue again."""
    jobs.retry_job(job_id=job_id, actor=request.actor, at=timezone.now())
    messages.success(request, _("任务已重新排队。"))
    return redirect("job", job_id)


class GiveUpForm(forms.Form):
    reason = forms.CharField(label=gettext_lazy("放弃的原因"), max_length=200, widget=forms.Textarea(attrs={"rows": 2}))


@require_http_methods(["GET", "POST"])
def job_give_up(request: HttpRequest, job_id: int) -> HttpResponse:
    """Ask why a failed job is not to be tried again, and note it."""
    job = jobs.get_job(request.actor, job_id)
    jobs.may_give_up(request.actor, job)

    def act(data: dict) -> str:
        jobs.give_up_job(job_id=job_id, actor=request.actor, at=timezone.now(), **data)
        messages.success(request, _("任务已放弃，原因已记录。"))
        return reverse("job", args=[job_id])

    return asking.ask(
        request,
        GiveUpForm(request.POST or None),
        act,
        title=_("放弃任务"),
        lead=_("放弃“%(label)s”后不能再重试；需要时请重新办理原来的操作。") % {"label": jobs.label_of(job.kind)},
        confirm=_("放弃任务"),
        danger=True,
        tone="warn",
        url=reverse("job-give-up", args=[job_id]),
        cancel_url=reverse("job", args=[job_id]),
        crumbs=[(_("后台任务"), reverse("jobs")), (_("失败待处理"), reverse("jobs-failed"))],
    )


TONES = {"QUEUED": "mute", "RUNNING": "info", "DONE": "ok", "FAILED": "bad", "CANCELLED": "mute", "GIVEN_UP": "mute"}
ICONS = {
    "QUEUED": "clock",
    "RUNNING": "loader",
    "DONE": "check",
    "FAILED": "alert-triangle",
    "CANCELLED": "circle-x",
    "GIVEN_UP": "circle-x",
}


def described(actor, job: Job) -> dict:
    """What the pages show of a job: label, percentage (None while unknown), and for each act why not."""
    percent = None
    if job.state == Job.State.DONE:
        percent = 100
    elif job.total_steps:
        percent = min(100, job.done_steps * 100 // job.total_steps)
    return {
        "job": job,
        "label": jobs.label_of(job.kind),
        "tone": TONES[job.state],
        "icon": ICONS[job.state],
        "percent": percent,
        "open": job.state in jobs.OPEN,
        "taken": job.finished_at - job.wanted_at if job.finished_at else None,
        "refusals": {
            "cancel": jobs.may_cancel.reason(actor, job),
            "retry": jobs.may_retry.reason(actor, job),
            "give_up": jobs.may_give_up.reason(actor, job),
        },
    }
