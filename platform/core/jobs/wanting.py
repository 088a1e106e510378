"""Wanting work, calling it off, trying it again: changes of the row. The message to Celery is only a doorbell."""

import logging
from datetime import datetime
from typing import Any

from django.conf import settings
from django.db import IntegrityError, models, transaction
from django.utils.translation import gettext as _

from core import office as office_core
from core.errors import Conflict, Denied, Invalid, NotFound
from core.jobs.registry import kind_of
from core.models import Job
from core.policy import policy
from core.states import JobState

OPEN = (JobState.QUEUED, JobState.RUNNING)
log = logging.getLogger("anlan.jobs")


class JobWithoutOffice(RuntimeError):
    """Work was wanted with no office mounted. A bug: every job acts inside one office."""


@transaction.atomic
def want(
    kind: str, *, arguments: dict[str, Any], key: str, actor: Any, at: datetime, run_at: datetime | None = None,
    office: str = "",
) -> Job:  # fmt: skip
    """Write down that this work is wanted by the mounted office; the row lives and dies with the caller's transaction.

    While a job with the same (office, kind, key) is open, that one is returned and nothing is written. run_at: not
    before this moment; office: the schema whose work it is, told by who acts beside the offices. Raises
    JobWithoutOffice, and LookupError for an unregistered kind.
    """
    kind_of(kind)
    mount = office_core.current()
    office = office or (mount.schema if mount else office_core.PUBLIC_SCHEMA)
    if office == office_core.PUBLIC_SCHEMA:
        raise JobWithoutOffice(f"{kind} was wanted outside any office")
    wanted = Job(
        office=office,
        kind=kind,
        arguments=arguments,
        key=key,
        wanted_by_id=actor.user_id,
        wanted_by_name=actor.name,
        wanted_at=at,
        run_at=run_at or at,
    )
    for _attempt in range(3):  # the open one may end between our look and our insert
        same = Job.objects.filter(office=office, kind=kind, key=key, state__in=OPEN).first()
        if same is not None:
            return same
        try:
            with transaction.atomic():
                wanted.save(force_insert=True)
        except IntegrityError:
            wanted.pk = None
            continue
        transaction.on_commit(ring_doorbell)
        return wanted
    raise Conflict(_("同一项任务正在交替执行，请稍后再试。"))


def ring_doorbell() -> None:
    """Wake a worker. A silent broker loses nothing: workers also look at the table every few seconds."""
    from core import tasks

    try:
        tasks.ring.delay()
    except Exception:
        log.warning("the doorbell did not ring; the sweep will find the job", exc_info=True)


def jobs_for(actor: Any) -> "models.QuerySet[Job]":
    """The jobs of the office one acts in, newest first."""
    return Job.objects.filter(office=actor.office.schema_name).order_by("-id")


def get_job(actor: Any, job_id: int, *, lock: bool = False) -> Job:
    """One job of the office one acts in. Raises NotFound."""
    rows = jobs_for(actor)
    found = (rows.select_for_update(no_key=True) if lock else rows).filter(pk=job_id).first()
    if found is None:
        raise NotFound(_("没有这项后台任务。"))
    return found


@policy
def may_manage(actor: Any, job: Job) -> None:
    """Who wanted it, or whoever the installation lets manage the office's jobs (settings.JOB_MANAGER_ROLES)."""
    if actor.visiting:
        raise Denied(_("您正在查看其他机构，不能在这里办理。"))
    if actor.user_id != job.wanted_by_id and not actor.has(*settings.JOB_MANAGER_ROLES):
        raise Denied(_("只有提出任务的人或本机构的管理员可以取消、重试任务。"))


@policy
def may_cancel(actor: Any, job: Job) -> None:
    """While it waits or runs."""
    may_manage(actor, job)
    if job.state not in OPEN:
        raise Conflict(_("任务已经结束（%(state)s），不能再取消。") % {"state": job.get_state_display()})
    if job.cancel_wanted:
        raise Conflict(_("已经要求取消，任务会在完成当前一步后停止。"))


@policy
def may_retry(actor: Any, job: Job) -> None:
    """When it failed or was cancelled."""
    may_manage(actor, job)
    if job.state not in (JobState.FAILED, JobState.CANCELLED):
        raise Conflict(_("只有失败或已取消的任务可以重试，这项任务%(state)s。") % {"state": job.get_state_display()})


@policy
def may_give_up(actor: Any, job: Job) -> None:
    """When it failed for good; what is given up is not tried again."""
    may_manage(actor, job)
    if job.state != JobState.FAILED:
        raise Conflict(_("只有失败的任务可以放弃，这项任务%(state)s。") % {"state": job.get_state_display()})


@transaction.atomic
def give_up_job(*, job_id: int, reason: str, actor: Any, at: datetime) -> Job:
    """Say that a failed job will not be tried again, and why (at most 200 characters).

    Raises NotFound (another office's), Denied (neither theirs nor a manager), Conflict (has not failed),
    Invalid (reason).
    """
    job = get_job(actor, job_id, lock=True)
    may_give_up(actor, job)
    reason = reason.strip()
    if not reason or len(reason) > 200:
        raise Invalid(_("请用 200 字以内说明为什么放弃这项任务。"), field="reason")
    job.move(JobState.GIVEN_UP)
    job.given_up_at, job.given_up_by_name, job.given_up_reason = at, actor.name, reason
    job.save(update_fields=["state", "given_up_at", "given_up_by_name", "given_up_reason"])
    return job


@transaction.atomic
def cancel_job(*, job_id: int, actor: Any, at: datetime) -> Job:
    """Call a job off: a waiting one ends now, a running one after its current step, and nothing it did stays.

    Raises NotFound (another office's), Denied (neither theirs nor a manager), Conflict (has ended).
    """
    job = get_job(actor, job_id, lock=True)
    may_cancel(actor, job)
    if job.state == JobState.QUEUED:
        from core.jobs.worker import close

        close(job, JobState.CANCELLED, _("由%(name)s取消。") % {"name": actor.name}, at)
        return job
    job.cancel_wanted = True
    job.save(update_fields=["cancel_wanted"])
    return job


@transaction.atomic
def retry_job(*, job_id: int, actor: Any, at: datetime) -> Job:
    """Put a failed or cancelled job in the queue again, with all its tries.

    Raises NotFound, Denied, Conflict (not ended, or the same work is wanted already).
    """
    job = get_job(actor, job_id, lock=True)
    may_retry(actor, job)
    if Job.objects.filter(office=job.office, kind=job.kind, key=job.key, state__in=OPEN).exists():
        raise Conflict(_("同样的任务已经在排队或运行，请等它结束。"))
    job.move(JobState.QUEUED)
    job.run_at, job.finished_at, job.lease_until = at, None, None
    job.tries, job.done_steps, job.progress_note, job.error, job.cancel_wanted = 0, 0, "", "", False
    job.save()
    transaction.on_commit(ring_doorbell)
    return job
