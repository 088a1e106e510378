"""What an office no longer has to keep goes, after dated periods: remembered answers, ended jobs, unused files."""

from datetime import datetime, timedelta

from django.db import models
from django.utils import timezone
from django.utils.translation import gettext_lazy as _

from core import jobs
from core.files import keeping
from core.jobs.schedules import regularly
from core.jobs.worker import parameter
from core.models import IdempotencyRecord, Job, Schedule
from core.states import JobState

ANSWERS, ENDED, FILES = "core.purge_answers", "core.purge_jobs", "core.purge_files"
CHUNK = 2_000
# Failed ones wait for somebody's decision, however long it takes.
SETTLED = (JobState.DONE, JobState.CANCELLED, JobState.GIVEN_UP)


@jobs.job(ANSWERS, label=_("清理过期的重复请求记录"))
def purge_answers(job: Job, progress: jobs.Progress) -> dict:
    """Remove answers that were kept for repeats of the same request (answers_kept_days)."""
    before = _before("answers_kept_days")
    return _remove(IdempotencyRecord.objects.filter(office=job.office, created_at__lt=before), progress)


@jobs.job(ENDED, label=_("清理早已结束的后台任务"))
def purge_jobs(job: Job, progress: jobs.Progress) -> dict:
    """Remove jobs that were done, called off or given up long ago (jobs_kept_days)."""
    before = _before("jobs_kept_days")
    ended = Job.objects.filter(office=job.office, state__in=SETTLED, finished_at__lt=before)
    shown = Schedule.objects.filter(office=job.office, last_job__isnull=False).values("last_job")
    return _remove(ended.exclude(pk__in=shown), progress)


@jobs.job(FILES, label=_("清理没有使用的附件"))
def purge_files(job: Job, progress: jobs.Progress) -> dict:
    """Remove files that nobody attached to anything (files_unattached_days), and bytes that no row names any more.

    Rows go tonight, their bytes tomorrow: what this job does may yet be rolled back, bytes may not.
    """
    before = _before("files_unattached_days")
    removed, contents = keeping.remove_unattached(job.office, before=before, told=progress)
    swept, size = keeping.sweep(job.office, at=timezone.now(), spare=contents)
    return {"removed": removed, "swept": swept, "bytes": size}


regularly(ANSWERS, "daily 02:30")
regularly(ENDED, "weekly 7 03:00")
regularly(FILES, "daily 03:30")


def _before(name: str) -> datetime:
    now = timezone.now()
    return now - timedelta(days=parameter(name, now))


def _remove(rows: "models.QuerySet", progress: jobs.Progress) -> dict:
    """Delete in chunks, oldest first; answers how many rows went."""
    removed, total = 0, rows.count()
    while ids := list(rows.order_by("pk").values_list("pk", flat=True)[:CHUNK]):
        removed += rows.model._default_manager.filter(pk__in=ids).delete()[0]
        progress(removed, total)
    return {"removed": removed}
