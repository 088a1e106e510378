"""The record of an inspection on site: issued as the inspectors finish, countersigned or objected to, answered.

Source: domain reference 2.2 step 13 (both sides sign). Nothing waits for ever: after its days the bureau closes it.
"""

from collections.abc import Sequence
from datetime import datetime
from typing import Any

from django.db import transaction
from django.utils import timezone, translation
from django.utils.translation import gettext as _

from appraisal.inspections.events import site as events_of
from appraisal.inspections.models import Finding, Rectification, SiteRecord, SiteStep, Task, TaskItem
from appraisal.inspections.policies import site as policies
from appraisal.inspections.selectors import site as selectors
from appraisal.inspections.selectors import site_contents, tasks
from appraisal.inspections.states import SiteRecordState
from appraisal.ledger.selectors.letters import sha256_of
from appraisal.ledger.selectors.province_facts import evidence_of
from appraisal.ledger.usecases import numbering
from appraisal.ledger.usecases.checks import checked_reason
from core import events, wording
from core.errors import Invalid
from tenants.actors import Actor

Kind = SiteStep.Kind


def issue_record(
    task: Task, items: Sequence[TaskItem], findings: Sequence[Finding], ordered: Sequence[Rectification], *,
    actor: Actor, at: datetime,
) -> SiteRecord:  # fmt: skip
    """The record of a task that its inspectors have just finished. Call in that transaction."""
    province, on = task.cycle.province, timezone.localdate(at)
    said = site_contents.content_of(task, items, findings, ordered)
    due_on, derivation = selectors.last_day(task.office, on)
    number = numbering.take_number(province, f"{province.short_name[:1]}移核", on.year)
    record = SiteRecord.objects.create(
        task=task, office=task.office, number=number,
        content=said, content_sha256=sha256_of(said), due_on=due_on, derivation=derivation.as_json(),
        issued_by_name=actor.name, issued_at=at,
    )  # fmt: skip
    event = events_of.SiteRecordIssued(
        subject=task.subject, office=task.office.schema_name, number=record.number,
        content_sha256=record.content_sha256, due_on=due_on.isoformat(),
    )  # fmt: skip
    events.record(event, actor=actor, at=at)
    return record


@transaction.atomic
def countersign(
    *, task_id: int, opinion: str, text: str = "", evidence: Sequence[str] = (), actor: Actor, at: datetime
) -> SiteRecord:
    """Sign for the inspected office, once. opinion: AGREE or OBJECT, which says what is wrong; late is kept as late.

    Raises NotFound, Denied, Conflict (signed already, closed), Invalid (no opinion, an objection without words).
    """
    record = selectors.get_record(tasks.get_task(actor, task_id), lock=True)
    policies.countersign(actor, record, signature=selectors.signature_of(selectors.steps_of(record)))
    if opinion not in (Kind.AGREE, Kind.OBJECT):
        raise Invalid(_("请选择无异议或有异议。"), field="opinion")
    objects = opinion == Kind.OBJECT
    said = checked_reason(text, at, field="text") if objects or text.strip() else ""
    step = _step(record, Kind(opinion), said, evidence, actor, at)
    _move(record, SiteRecordState.OBJECTED if objects else SiteRecordState.AGREED)
    event = events_of.SiteRecordCountersigned(
        subject=record.task.subject, office=record.office.schema_name, number=record.number, objects=objects,
        late=step.late,
    )  # fmt: skip
    events.record(event, actor=actor, at=at)
    return record


@transaction.atomic
def answer_objection(
    *, task_id: int, text: str, corrections: Sequence[dict[str, Any]] = (), evidence: Sequence[str] = (),
    actor: Actor, at: datetime,
) -> SiteRecord:  # fmt: skip
    """Answer what the office objected; the findings stand, or some are corrected by what stands instead of them.

    corrections: [{number, text}]. Nothing is overwritten: finding, objection and correction stay side by side, and
    what is to rectify is returned or closed where it is kept. Raises NotFound, Denied, Conflict, Invalid.
    """
    record = selectors.get_record(tasks.get_task(actor, task_id), lock=True)
    policies.answer(actor, record)
    said = checked_reason(text, at, field="text")
    corrected = _corrections(record, corrections, at)
    _step(record, Kind.ANSWER, said, evidence, actor, at, corrected)
    _move(record, SiteRecordState.ANSWERED)
    event = events_of.SiteObjectionAnswered(
        subject=record.task.subject, office=record.office.schema_name, number=record.number,
        corrected=[row["number"] for row in corrected],
    )  # fmt: skip
    events.record(event, actor=actor, at=at)
    return record


@transaction.atomic
def lapse(*, task_id: int, text: str, actor: Actor, at: datetime) -> SiteRecord:
    """Close a record that the office did not sign in its days (逾期未签), saying how it was asked.

    Raises NotFound, Denied, Conflict (signed, days not over), Invalid (text too short).
    """
    record = selectors.get_record(tasks.get_task(actor, task_id), lock=True)
    policies.lapse(actor, record, on=timezone.localdate(at))
    said = checked_reason(text, at, field="text")
    _step(record, Kind.LAPSE, said, (), actor, at)
    _move(record, SiteRecordState.LAPSED)
    event = events_of.SiteRecordLapsed(
        subject=record.task.subject, office=record.office.schema_name, number=record.number, reason=said
    )
    events.record(event, actor=actor, at=at)
    return record


def _corrections(record: SiteRecord, corrections: Sequence[dict[str, Any]], at: datetime) -> list[dict[str, Any]]:
    known, found = {row["number"] for row in record.content["findings"]}, {}
    for row in corrections:
        number = row["number"]
        if number not in known or number in found:
            raise Invalid(_("第 %(n)s 条发现不存在或重复，请核对编号。") % {"n": number}, field="corrections")
        found[number] = checked_reason(row["text"], at, field="corrections")
    return [{"number": number, "text": found[number]} for number in sorted(found)]


def _step(
    record: SiteRecord, kind: Kind, text: str, evidence: Sequence[str], actor: Actor, at: datetime,
    corrections: Sequence[dict[str, Any]] = (),
) -> SiteStep:  # fmt: skip
    files = evidence_of(actor, list(evidence))
    with translation.override(wording.kept()):
        role = actor.role_label[:120]
    return SiteStep.objects.create(
        record=record, kind=kind, text=text, evidence=list(files.values()), corrections=list(corrections),
        late=timezone.localdate(at) > record.due_on, by_id=actor.user_id, by_name=actor.name, by_role=role, at=at,
    )  # fmt: skip


def _move(record: SiteRecord, to: SiteRecordState) -> None:
    record.move(to)
    record.save(update_fields=["state"])
