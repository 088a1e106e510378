"""Evidence of a value: attach a stored file, take it off again."""

from collections.abc import Sequence
from dataclasses import dataclass, field
from datetime import datetime
from uuid import UUID

from django.db import transaction
from django.utils import timezone
from django.utils.translation import gettext as _

from appraisal.ledger.selectors import reports as ledger
from appraisal.ledger.states import ValueState
from appraisal.library.models import Indicator
from appraisal.reporting import events, policies
from appraisal.reporting.models import DraftEvidence, DraftValue
from appraisal.reporting.selectors import evidence as selectors
from appraisal.reporting.selectors import sheet as sheets
from appraisal.reporting.selectors.sheet import Sheet
from appraisal.reporting.states import DraftState
from appraisal.reporting.usecases.fill import locked_draft, subject
from core import events as core_events
from core import files
from core.errors import Conflict
from core.files.storing import Upload
from tenants.actors import Actor


@dataclass(frozen=True)
class Attached:
    """A file that is attached now. warnings: where the same content was handed in before."""

    evidence: DraftEvidence
    warnings: list[str] = field(default_factory=list)


@transaction.atomic
def attach_file(*, period_id: int, indicator_id: int, file_id: UUID | str, actor: Actor, at: datetime) -> Attached:
    """Attach a stored file of the office to an indicator of the month's draft.

    The same content seen before (another indicator, month or office) is told as a warning, never a refusal.
    The version of the value stays: an open form of it is not made stale by an upload.
    Source: domain reference 2.7 (12).
    Raises NotFound (no such period, indicator or file here), Denied, Conflict (as `save_values`; attached already).
    """
    sheet, indicator = _editable(period_id, indicator_id, actor, at)
    file = selectors.get_file(actor, file_id)
    value = _value(sheet, indicator, actor, at)
    if value.evidence.filter(file__sha256=file.sha256).exists():
        raise Conflict(_("%(code)s 已经附有这个文件（%(name)s）。") % {"code": indicator.code, "name": file.name})
    warnings = selectors.seen_before(actor, file, value)
    evidence = DraftEvidence.objects.create(value=value, file=file, added_by_id=actor.user_id or 0, added_at=at)
    core_events.record(
        events.EvidenceAttached(
            subject=subject(actor, period_id), indicator=indicator.code, file_name=file.name, sha256=file.sha256
        ),
        actor=actor,
        at=at,
    )
    return Attached(evidence, warnings)


@transaction.atomic
def attach_to_many(
    *, period_id: int, indicator_ids: Sequence[int], file_id: UUID | str, actor: Actor, at: datetime
) -> list[DraftEvidence]:
    """Attach one stored file (a list of figures, a set of minutes) to several indicators that have a value already.

    All or nothing, in a constant number of queries (one more for each returned value); where the same content is
    attached already nothing is added.
    Raises NotFound, Denied, Conflict (as `attach_file`; an indicator without a value yet).
    """
    on = timezone.localdate(at)
    period = ledger.get_period(actor, period_id)
    demands = ledger.demands(actor, period)
    policies.fill(actor, period, demands.letter, on)
    draft = locked_draft(period_id)
    sheet = sheets.loaded(actor, period, draft, on=on, demands=demands)
    file = selectors.get_file(actor, file_id)
    rows = []
    for indicator in map(sheet.indicator, indicator_ids):
        policies.edit(draft, indicator, sheet.demands.applies(indicator), sheet.current(indicator))
        value = sheet.values.get(indicator.pk)
        if value is None:
            raise Conflict(_("%(code)s 还没有填写，请先保存数值再附文件。") % {"code": indicator.code})
        if file.sha256 not in {each.file.sha256 for each in value.files}:
            if sheet.current(indicator) is not None:
                value = _value(sheet, indicator, actor, at)  # returned: worked on again
            rows.append(DraftEvidence(value=value, file=file, added_by_id=actor.user_id or 0, added_at=at))
    if rows:
        codes = _("、").join(row.value.indicator.code for row in rows)
        core_events.record(
            events.EvidenceAttached(
                subject=subject(actor, period_id), indicator=codes, file_name=file.name, sha256=file.sha256
            ),
            actor=actor,
            at=at,
        )
    return DraftEvidence.objects.bulk_create(rows)


@transaction.atomic
def upload_evidence(*, period_id: int, indicator_id: int, upload: Upload, actor: Actor, at: datetime) -> Attached:
    """Keep an uploaded file for the office and attach it to an indicator of the month's draft.

    Raises as `attach_file`, and Invalid (field `file`: kind, size, content that is not what its name says).
    """
    _editable(period_id, indicator_id, actor, at)
    file = files.upload_file(upload=upload, actor=actor, at=at)
    return attach_file(period_id=period_id, indicator_id=indicator_id, file_id=file.pk, actor=actor, at=at)


@transaction.atomic
def detach_file(*, period_id: int, indicator_id: int, file_id: UUID | str, actor: Actor, at: datetime) -> None:
    """Take a file off an indicator of the draft; what was handed over with it before keeps it.

    Raises NotFound, Denied, Conflict (as `save_values`).
    """
    sheet, indicator = _editable(period_id, indicator_id, actor, at)
    evidence = selectors.get_evidence(sheet, indicator, file_id)
    core_events.record(
        events.EvidenceDetached(
            subject=subject(actor, period_id),
            indicator=indicator.code,
            file_name=evidence.file.name,
            sha256=evidence.file.sha256,
        ),
        actor=actor,
        at=at,
    )
    evidence.delete()
    _value(sheet, indicator, actor, at)


def _editable(period_id: int, indicator_id: int, actor: Actor, at: datetime) -> tuple[Sheet, Indicator]:
    """The locked month and the indicator, both open to this person."""
    on = timezone.localdate(at)
    period = ledger.get_period(actor, period_id)
    demands = ledger.demands(actor, period)
    policies.fill(actor, period, demands.letter, on)
    draft = locked_draft(period_id)
    sheet = sheets.loaded(actor, period, draft, on=on, demands=demands)
    indicator = sheet.indicator(indicator_id)
    if indicator not in sheet.claiming:
        policies.edit(draft, indicator, sheet.demands.applies(indicator), sheet.current(indicator))
    else:
        policies.claim(draft, indicator, True, sheet.current(indicator), sheet.claimed.get(indicator.pk))
    return sheet, indicator


def _value(sheet: Sheet, indicator: Indicator, actor: Actor, at: datetime) -> DraftValue:
    """The draft's value, begun if need be, marked as worked on; the month is being filled in."""
    draft = sheet.draft
    assert draft is not None
    current = sheet.current(indicator)
    value = sheet.drafted(indicator) or DraftValue(draft=draft, indicator=indicator, lock_version=0)
    value.changed_since_return = current is not None and current.state == ValueState.RETURNED
    value.updated_by_id, value.updated_by_name, value.updated_at = actor.user_id or 0, actor.name, at
    value.save()
    if draft.state == DraftState.HANDED_OVER:
        draft.move(DraftState.FILLING)
        draft.save(update_fields=["state"])
    return value
