"""An office as of a moment: taken beside the one in use, compared with it, and removed after a while.

The work is the schemas' owner's (adr/0020), in the transaction of its job: whole, or not there at all. The process that
makes schemas does it where BACKUP_DIR is set, else the operator: `manage.py restore_shadow`.
"""

import time
from collections.abc import Callable
from contextlib import AbstractContextManager
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

from django.conf import settings
from django.db import transaction
from django.utils import timezone
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from core import jobs
from core import office as office_core
from core.errors import Conflict, Invalid
from core.jobs.schedules import regularly
from core.models import Job
from tenants import events, release
from tenants.actors import Actor
from tenants.models import Office, Shadow, ShadowDifference, ShadowSource
from tenants.policies import shadows as policies
from tenants.rules import shadows as rules
from tenants.selectors import offices as offices
from tenants.selectors import shadows as selectors
from tenants.shadowing import comparing, scratch, sources, taking
from tenants.states import ShadowState
from tenants.usecases import archives
from tenants.usecases.offices import checked_reason

TAKE, COMPARE, DROP, PURGE = (
    f"tenants.{name}" for name in ("restore_shadow", "compare_shadow", "drop_shadow", "purge_shadows")
)
SHORT = 42  # letters of the office's name in the schema's: 63 are all that PostgreSQL keeps


@transaction.atomic
def take_shadow(
    *, office_id: int, as_of: datetime, reason: str, actor: Actor, at: datetime
) -> tuple[Shadow, Job]:  # fmt: skip
    """Want what an office had at a moment, out of the backups; a job takes and compares it, its progress is shown.

    While it is under way the same is answered; one that failed or was removed is taken anew.
    Raises NotFound, Denied, Conflict (there already; no backups here), Invalid (as_of: not past; reason).
    """
    office = offices.get_office(actor, office_id)
    policies.take(actor, office)
    if as_of.tzinfo is None or as_of >= at:
        raise Invalid(_("请填写已经过去的时刻。"), field="as_of")
    if not settings.BACKUP_DIR:
        raise Conflict(scratch.no_backup())
    return _want(office, ShadowSource.BACKUP, as_of, "", checked_reason(reason), actor, at)


@transaction.atomic
def take_archive(*, archive_id: int, reason: str, actor: Actor, at: datetime) -> tuple[Shadow, Job]:
    """The same out of the file of an archived office, also of one whose schema was removed since.

    Raises NotFound (also: the file is gone), Denied (not from directly above), Conflict (there already),
    Invalid (reason).
    """
    row, _path = archives.path_of(actor, archive_id)
    return _want(row.office, ShadowSource.ARCHIVE, row.made_at, row.file, checked_reason(reason), actor, at)


def schema_of(office: Office, as_of: datetime) -> str:
    return f"{office_core.SHADOW}{office.schema_name[:SHORT]}_{as_of.astimezone(UTC):%Y%m%d%H%M}"


def _want(
    office: Office, source: str, as_of: datetime, origin: str, reason: str, actor: Actor, at: datetime
) -> tuple[Shadow, Job]:  # fmt: skip
    name = schema_of(office, as_of)
    asked = {"reason": reason, "asked_by_name": actor.name, "asked_at": at}
    given = {"office": office, "source": source, "as_of": as_of, "origin": origin}
    shadow, fresh = Shadow.objects.get_or_create(schema_name=name, defaults={**given, **asked})
    if not fresh:
        shadow = Shadow.objects.select_for_update(no_key=True).get(pk=shadow.pk)
        if shadow.state == ShadowState.READY or (shadow.source, shadow.as_of) != (source, as_of):
            raise Conflict(
                _("%(office)s 在这个时刻的历史副本已经有了（%(name)s），请直接查看，或者换一个时刻。")
                % {"office": office.name, "name": name},
                field="as_of",
            )
    if not fresh and shadow.state != ShadowState.TAKING:
        shadow.move(ShadowState.TAKING)
        for field, value in {**asked, "error": "", "compared_at": None, "dropped_at": None}.items():
            setattr(shadow, field, value)
        shadow.save(
            update_fields=["state", "reason", "asked_by_name", "asked_at", "error", "compared_at", "dropped_at"]
        )
    job = jobs.want(TAKE, arguments={"shadow_id": shadow.pk}, key=str(shadow.pk), actor=actor, at=at)
    events.record(
        events.ShadowAsked(
            subject=events.office_subject(office.pk), moment=f"{timezone.localtime(as_of):%Y-%m-%d %H:%M}",
            schema_name=name, reason=reason,
        ),
        actor=actor, at=at,
    )  # fmt: skip
    return shadow, job


def as_owner(work: Callable[..., Any], *args: Any) -> Any:
    """The owner's work, in the transaction of a job that is by_owner: whole with the end of its row, or not at all."""
    with office_core.mounted(office_core.beside()):
        return work(*args)


def _not_taken(job: Job, shadow_id: int) -> None:
    waiting = Shadow.objects.filter(pk=shadow_id, state=ShadowState.TAKING)
    waiting.update(state=ShadowState.FAILED, error=job.error[:500])


@jobs.job(TAKE, label=gettext_lazy("还原历史副本"), ended=_not_taken, by_owner=True)
def _take(job: Job, progress: jobs.Progress, shadow_id: int) -> dict[str, Any]:
    return as_owner(take_now, shadow_id, progress)


def take_now(shadow_id: int, told: scratch.Told) -> dict[str, Any]:
    """The job's work: the schema, the comparison and the row that says so, in one transaction. By the owner.

    Raises Conflict, and what `told` raises; then there is nothing of it. Done already: what was found then.
    """
    began = time.monotonic()
    shadow = Shadow.objects.select_related("office").get(pk=shadow_id)
    if shadow.state != ShadowState.READY:
        with _source(shadow, told) as source, transaction.atomic():
            shadow = Shadow.objects.select_related("office").select_for_update(of=("self",)).get(pk=shadow_id)
            shadow.upgraded = taking.take(shadow, shadow.office, source, told=told)
            shadow.origin, shadow.release = source.origin, release.release()
            _compare(shadow, told)
            shadow.milliseconds = round((time.monotonic() - began) * 1000)
            shadow.drop_on = rules.drop_on(timezone.localdate())
            shadow.move(ShadowState.READY)
            shadow.save()
    return {"schema": shadow.schema_name, "rows": shadow.differing, "milliseconds": shadow.milliseconds}


def _source(shadow: Shadow, told: scratch.Told) -> AbstractContextManager[sources.Source]:
    if shadow.source == ShadowSource.ARCHIVE:
        return sources.archive(shadow.office, Path(settings.ARCHIVE_DIR) / shadow.origin)
    return sources.backup(shadow.office, shadow.as_of, told=told)


def _compare(shadow: Shadow, told: scratch.Told) -> None:
    at = timezone.now()
    shadow.tables = list(comparing.compare(shadow, shadow.office, told=told))
    shadow.compared_at = at


@transaction.atomic
def compare_again(*, shadow_id: int, actor: Actor, at: datetime) -> Job:
    """Want a shadow compared with what is in use by now. Raises NotFound, Denied, Conflict (not there)."""
    shadow = selectors.get_shadow(actor, shadow_id)
    policies.compare(actor, shadow)
    return jobs.want(COMPARE, arguments={"shadow_id": shadow.pk}, key=str(shadow.pk), actor=actor, at=at)


@jobs.job(COMPARE, label=gettext_lazy("重新比较历史副本"), by_owner=True)
def _compare_again(job: Job, progress: jobs.Progress, shadow_id: int) -> dict[str, Any]:
    return as_owner(compare_now, shadow_id, progress)


@transaction.atomic
def compare_now(shadow_id: int, told: scratch.Told) -> dict[str, Any]:
    """The job's work, by the owner. Raises Conflict (removed meanwhile)."""
    shadow = Shadow.objects.select_related("office").select_for_update(of=("self",)).get(pk=shadow_id)
    if shadow.state != ShadowState.READY:
        raise Conflict(_("历史副本已经清除，不能再比较。"))
    _compare(shadow, told)
    shadow.save(update_fields=["tables", "compared_at"])
    return {"rows": shadow.differing}


@transaction.atomic
def drop_shadow(*, shadow_id: int, actor: Actor, at: datetime) -> Job:
    """Want a shadow removed before its day; that it was there stays. Raises NotFound, Denied, Conflict (not there)."""
    shadow = selectors.get_shadow(actor, shadow_id)
    policies.drop(actor, shadow)
    events.record(
        events.ShadowDropped(subject=events.office_subject(shadow.office_id), schema_name=shadow.schema_name),
        actor=actor, at=at,
    )  # fmt: skip
    return jobs.want(DROP, arguments={"shadow_id": shadow.pk}, key=str(shadow.pk), actor=actor, at=at)


@jobs.job(DROP, label=gettext_lazy("清除历史副本"), by_owner=True)
def _drop(job: Job, progress: jobs.Progress, shadow_id: int) -> dict[str, Any]:
    return {"removed": as_owner(drop_now, [shadow_id])}


@jobs.job(PURGE, label=gettext_lazy("清理到期的历史副本"), by_owner=True)
def _purge(job: Job, progress: jobs.Progress) -> dict[str, Any]:
    """Shadows whose days are over (shadow_days), and what killed commands left on this machine."""
    due = Shadow.objects.filter(state=ShadowState.READY, drop_on__lte=timezone.localdate())
    removed = as_owner(drop_now, list(due.values_list("pk", flat=True))) if due.exists() else 0
    return {"removed": removed, "swept": len(scratch.sweep())}


regularly(PURGE, "daily 04:15", level="PLATFORM")


def drop_now(shadow_ids: list[int]) -> int:
    """The jobs' work: schema and differences go, the row stays; answers how many. By the owner. Repeatable."""
    removed = 0
    for shadow_id in shadow_ids:
        with transaction.atomic():
            shadow = Shadow.objects.select_for_update(no_key=True).get(pk=shadow_id)
            if shadow.state not in (ShadowState.READY, ShadowState.FAILED):
                continue
            taking.remove(shadow.schema_name)
            ShadowDifference.objects.filter(shadow=shadow).delete()
            shadow.move(ShadowState.DROPPED)
            shadow.dropped_at = timezone.now()
            shadow.save(update_fields=["state", "dropped_at"])
            removed += 1
    return removed
