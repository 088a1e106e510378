"""Taking all files of an office's month at once; it is told in the log, as reading one of them is."""

from datetime import datetime

from django.db import transaction

from appraisal.ledger.events import evidence as happened
from appraisal.ledger.selectors import evidence_sets
from appraisal.ledger.selectors.evidence_sets import EvidenceSet
from core import events
from tenants.actors import Actor


@transaction.atomic
def take_evidence(*, period_id: int, office_id: int, actor: Actor, at: datetime) -> EvidenceSet:
    """The files to be packed. Recorded where somebody from outside the office takes them. Raises NotFound."""
    found = evidence_sets.of_month(actor, period_id, office_id)
    if actor.home.pk != found.office.pk:
        event = happened.EvidenceTaken(
            subject=f"ledger.period:{period_id}", office=found.office.schema_name, month=found.period.month,
            files=len(found.filed), reader_office=actor.home.schema_name,
        )  # fmt: skip
        events.record(event, actor=actor, at=at)
    return found
