"""Files of the office, and where the same content was handed in before."""

from uuid import UUID

from django.utils import timezone
from django.utils.translation import gettext as _

from appraisal.library.models import Indicator
from appraisal.reporting.models import DraftEvidence, DraftValue
from appraisal.reporting.selectors.sheet import Sheet
from core import files, months
from core.errors import NotFound
from core.models import StoredFile
from tenants.actors import Actor


def get_file(actor: Actor, file_id: UUID | str) -> StoredFile:
    """A stored file of the actor's office, which is not removed before this transaction ends.

    Raises NotFound, also for another office's.
    """
    try:
        key = UUID(str(file_id))
    except ValueError:
        key = None
    files.hold([key] if key else [])
    file = StoredFile.objects.filter(pk=key, office=actor.office.schema_name).first() if key else None
    if file is None:
        raise NotFound(_("没有这个文件。"))
    return file


def get_evidence(sheet: Sheet, indicator: Indicator, file_id: UUID | str) -> DraftEvidence:
    """A file attached to an indicator of the month. Raises NotFound."""
    value = sheet.drafted(indicator)
    for evidence in value.files if value else []:
        if str(evidence.file_id) == str(file_id):
            return evidence
    raise NotFound(_("%(code)s 没有附这个文件。") % {"code": indicator.code})


def seen_before(actor: Actor, file: StoredFile, value: DraftValue) -> list[str]:
    """Sentences on where the same content was handed in before; other offices are not named."""
    found = []
    used = DraftEvidence.objects.filter(file__sha256=file.sha256).exclude(value=value)
    for evidence in used.select_related("value__indicator", "value__draft__period__cycle").order_by("-id")[:3]:
        period = evidence.value.draft.period
        found.append(
            _("内容相同的文件已用于 %(year)s 年 %(month)s 月的 %(code)s %(name)s。")
            % {
                "year": period.cycle.year,
                "month": months.named(period.month),
                "code": evidence.value.indicator.code,
                "name": evidence.value.indicator.label,
            }
        )
    first, _uses = files.uploaded_elsewhere(file)
    if first is not None:
        day = timezone.localdate(first)
        found.append(_("其他单位已于 %(day)s 上传过内容相同的文件，请核对是否用错。") % {"day": day})
    return found
