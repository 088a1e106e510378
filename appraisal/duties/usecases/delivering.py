"""Hand in what a duty promised; ask for it again."""

from collections.abc import Sequence
from datetime import datetime

from django.db import transaction
from django.utils import timezone
from django.utils.translation import gettext as _

from appraisal.duties import events, policies
from appraisal.duties.models import Delivery, DeliveryEvidence
from appraisal.duties.selectors import lists, progress
from appraisal.ledger.usecases.checks import checked_reason
from core import events as core_events
from core import files
from core.errors import NotFound
from core.models import StoredFile
from tenants.actors import Actor

Kind = Delivery.Kind
MOST_FILES = 20


@transaction.atomic
def deliver_duty(*, duty_id: int, text: str, evidence: Sequence[str] = (), actor: Actor, at: datetime) -> Delivery:
    """Hand in the deliverable with a note and, if there are any, files of the office; late is told, never refused.

    Raises NotFound (no such duty or file here), Denied (somebody else's), Conflict (handed in already; the list is not
    in force), Invalid (the note says nothing).
    """
    duty = progress.get_duty(actor, duty_id, lock=True)
    policies.deliver(actor, duty, progress.is_done(duty.key))
    said = checked_reason(text, at, field="text", longest=500)
    files.hold(evidence)
    held = list(StoredFile.objects.filter(office=actor.office.schema_name, pk__in=evidence))
    if len(held) != len(set(map(str, evidence))) or len(held) > MOST_FILES:
        raise NotFound(_("有佐证材料不存在，请重新上传后再选。"))
    late = duty.due_on is not None and timezone.localdate(at) > duty.due_on
    made = Delivery.objects.create(
        duty=duty, key=duty.key, kind=Kind.DONE, text=said, late=late, by_id=actor.user_id, by_name=actor.name, at=at
    )
    DeliveryEvidence.objects.bulk_create(DeliveryEvidence(delivery=made, file=file) for file in held)
    event = events.DutyDelivered(
        subject=lists.subject(actor, duty.breakdown.list.letter_id),
        code=duty.breakdown.code,
        party=duty.name,
        late=late,
    )
    core_events.record(event, actor=actor, at=at)
    return made


@transaction.atomic
def return_delivery(*, duty_id: int, reason: str, actor: Actor, at: datetime) -> Delivery:
    """Ask for it again with a reason; both stay. Raises NotFound, Denied, Conflict, Invalid."""
    duty = progress.get_duty(actor, duty_id, lock=True)
    policies.return_(actor, duty, progress.is_done(duty.key))
    said = checked_reason(reason, at, longest=500)
    made = Delivery.objects.create(
        duty=duty, key=duty.key, kind=Kind.RETURNED, text=said, late=False, by_id=actor.user_id, by_name=actor.name,
        at=at,
    )  # fmt: skip
    event = events.DeliveryReturned(
        subject=lists.subject(actor, duty.breakdown.list.letter_id), code=duty.breakdown.code, party=duty.name,
        reason=said,
    )  # fmt: skip
    core_events.record(event, actor=actor, at=at)
    return made
