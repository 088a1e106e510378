"""The ledger of what has to be rectified: the prefecture answers, the bureau closes or returns (整改、销号)."""

from collections.abc import Sequence
from datetime import datetime

from django.db import transaction
from django.utils import timezone

from appraisal.inspections.events import tasks as events_of
from appraisal.inspections.models import Rectification, RectificationStep
from appraisal.inspections.policies import tasks as policies
from appraisal.inspections.selectors import tasks as selectors
from appraisal.inspections.states import RectificationState
from appraisal.ledger.selectors.province_facts import evidence_of
from appraisal.ledger.usecases.checks import checked_reason
from core import events
from tenants.actors import Actor

Kind = RectificationStep.Kind


@transaction.atomic
def answer(*, row_id: int, text: str, evidence: Sequence[str], actor: Actor, at: datetime) -> Rectification:
    """Say what was put right, with files of the prefecture; late answers are taken and marked.

    Raises NotFound, Denied (another office), Conflict (answered, closed), Invalid (text too short).
    """
    row = selectors.get_rectification(actor, row_id, lock=True)
    policies.answer(actor, row)
    said = checked_reason(text, at, field="text")
    _step(row, Kind.ANSWER, said, evidence, actor, at)
    row.move(RectificationState.ANSWERED)
    row.save(update_fields=["state"])
    late = timezone.localdate(at) > row.due_on
    events.record(
        events_of.RectificationAnswered(subject=row.subject, office=row.office.schema_name, late=late),
        actor=actor,
        at=at,
    )
    return row


@transaction.atomic
def return_(*, row_id: int, reason: str, actor: Actor, at: datetime) -> Rectification:
    """What was answered does not do; the day it is due stays. Raises NotFound, Denied, Conflict, Invalid (reason)."""
    row = selectors.get_rectification(actor, row_id, lock=True)
    policies.judge(actor, row)
    said = checked_reason(reason, at)
    _step(row, Kind.RETURN, said, (), actor, at)
    row.move(RectificationState.OPEN)
    row.times_returned += 1
    row.save(update_fields=["state", "times_returned"])
    events.record(
        events_of.RectificationReturned(subject=row.subject, office=row.office.schema_name, reason=said),
        actor=actor,
        at=at,
    )
    return row


@transaction.atomic
def close(*, row_id: int, text: str, evidence: Sequence[str] = (), actor: Actor, at: datetime) -> Rectification:
    """Close the line (销号), saying what was checked. Raises NotFound, Denied, Conflict, Invalid (text too short)."""
    row = selectors.get_rectification(actor, row_id, lock=True)
    policies.judge(actor, row)
    said = checked_reason(text, at, field="text")
    _step(row, Kind.CLOSE, said, evidence, actor, at)
    row.closed_by_name, row.closed_at = actor.name, at
    row.move(RectificationState.CLOSED)
    row.save(update_fields=["state", "closed_by_name", "closed_at"])
    events.record(events_of.RectificationClosed(subject=row.subject, office=row.office.schema_name), actor=actor, at=at)
    return row


def _step(
    row: Rectification, kind: str, text: str, evidence: Sequence[str], actor: Actor, at: datetime
) -> RectificationStep:
    files = evidence_of(actor, list(evidence))
    return RectificationStep.objects.create(
        rectification=row, kind=kind, text=text, evidence=list(files.values()), by_id=actor.user_id,
        by_name=actor.name, at=at,
    )  # fmt: skip
