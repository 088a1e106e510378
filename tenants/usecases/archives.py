"""The end of an office: packed into a file that stands for itself, then closed; and back.

It runs in the office above, which sees what it needs of those below; the tables are read as the office itself, whose
role is then shut out of its schema: SQL of its province finds nothing there either. The schema is never dropped: what
the file is for is the day when this installation is gone. To open the office again needs no import, and an archive in
which something was forgotten would be found with the original still there.
"""

from collections.abc import Callable
from datetime import datetime
from pathlib import Path
from typing import Any

from django.conf import settings
from django.db import transaction
from django.utils import timezone
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from core import jobs
from core import office as office_core
from core.errors import Conflict, NotFound
from core.models import Job
from tenants import events, packing, schemas
from tenants.actors import Actor
from tenants.models import Office, OfficeArchive
from tenants.policies import offices as policies
from tenants.selectors import offices as selectors
from tenants.states import OfficeState
from tenants.usecases.offices import about, checked_reason, move_office, who_wants
from tenants.usecases.second_person import About, Given, grave

ARCHIVE, UNLOCK = "tenants.archive_office", "tenants.unlock_schema"


def _archiving(actor: Actor, given: Given) -> About:
    return about(actor, given, policies.archive)


def _reopening(actor: Actor, given: Given) -> About:
    return about(actor, given, policies.reopen)


@grave("archive-office", label=gettext_lazy("归档机构"), about=_archiving)
@transaction.atomic
def archive_office(*, office_id: int, reason: str, actor: Actor, at: datetime) -> Job:
    """Want a suspended office packed and closed for good; a background job does it, its progress is shown.

    Raises NotFound, Denied (not from above), Conflict (not suspended; under way already), Invalid (reason).
    """
    office = selectors.get_office(actor, office_id, lock=True)
    policies.archive(actor, office)
    if under_way(actor, office):
        raise Conflict(_("正在归档这个机构，请等后台任务结束。"))
    given = {"office_id": office.pk, "reason": checked_reason(reason)}
    return jobs.want(ARCHIVE, arguments=given, key=str(office.pk), actor=actor, at=at)


def under_way(actor: Actor, office: Office) -> Job | None:
    """The job that is packing it, if there is one."""
    return jobs.jobs_for(actor).filter(kind=ARCHIVE, key=str(office.pk), state__in=jobs.OPEN).first()


# By the owner: the platform packs a province, which its login may not become.
@jobs.job(ARCHIVE, label=gettext_lazy("归档机构"), by_owner=True)
def _archive(job: Job, progress: Callable[..., None], office_id: int, reason: str) -> dict[str, Any]:
    at = timezone.now()
    actor = who_wants(job, at)
    office = Office.objects.select_for_update(of=("self",), no_key=True).select_related("parent").get(pk=office_id)
    if office.state != OfficeState.SUSPENDED:
        raise Conflict(_("机构%(state)s，只有已停用的机构可以归档。") % {"state": office.get_state_display()})
    policies.archive(actor, office)
    with office_core.mounted(office_core.beside()):
        schemas.match_doors()  # an office that was reopened a moment ago
    packed = packing.pack(office, at=at, told=progress)
    row = OfficeArchive.objects.create(
        office=office, file=packed.path.name, size=packed.size, sha256=packed.sha256, tables=packed.tables,
        rows=packed.rows, files=packed.files, entries=packed.entries, reason=reason,
        made_by_name=job.wanted_by_name, made_at=at,
    )  # fmt: skip
    move_office(office, OfficeState.ARCHIVED, reason, events.OfficeArchived, actor, at)
    with office_core.mounted(office_core.beside()):
        schemas.match_doors()
    return {"file": row.file, "sha256": row.sha256, "rows": row.rows, "files": row.files, "entries": row.entries}


@grave("reopen-office", label=gettext_lazy("恢复机构档案"), about=_reopening)
@transaction.atomic
def reopen_office(*, office_id: int, reason: str, actor: Actor, at: datetime) -> Office:
    """Take an archived office back: it is suspended then; its file stays. A job lets its role into its schema again.

    Raises NotFound, Denied (not from above), Conflict (not archived), Invalid (reason).
    """
    office = selectors.get_office(actor, office_id, lock=True)
    policies.reopen(actor, office)
    office = move_office(office, OfficeState.SUSPENDED, reason, events.OfficeReopened, actor, at)
    jobs.want(UNLOCK, arguments={}, key=str(office.pk), actor=actor, at=at)
    return office


@jobs.job(UNLOCK, label=gettext_lazy("重新开放机构的数据"), by_owner=True)
def _unlock(job: Job, progress: Callable[..., None]) -> dict[str, Any]:
    """What is archived stays shut, all else is open: no name is told, so that none can be slipped in."""
    with office_core.mounted(office_core.beside()):
        return {"changed": schemas.match_doors()}


def archives_of(actor: Actor, office: Office) -> list[OfficeArchive]:
    """Newest first; for the system administrator of the office above."""
    if policies.see_archives.reason(actor, office):
        return []
    return list(OfficeArchive.objects.filter(office=office).order_by("-id"))


def path_of(actor: Actor, archive_id: int) -> tuple[OfficeArchive, Path]:
    """An archive and where it lies. Raises NotFound (not theirs to know of; the file is gone), Denied."""
    row = OfficeArchive.objects.select_related("office").filter(pk=archive_id).first()
    if row is None:
        raise NotFound(_("没有这份档案，或者您无权知道。"))
    policies.see_archives(actor, selectors.get_office(actor, row.office_id))
    path = Path(settings.ARCHIVE_DIR) / row.file
    if not path.is_file():
        raise NotFound(_("档案文件 %(file)s 不在服务器的档案目录中，请由运维人员从备份放回。") % {"file": row.file})
    return row, path
