"""The document of a decision about an objection: numbered, issued once by the bureau, kept as it was told."""

from datetime import datetime
from typing import Any

from django.db import transaction
from django.utils import timezone

from appraisal.ledger.events.decisions import DecisionIssued
from appraisal.ledger.models import DecisionDocument, Objection
from appraisal.ledger.policies import decisions as policies
from appraisal.ledger.selectors import decision_contents, further, objections
from appraisal.ledger.selectors import decisions as selectors
from appraisal.ledger.selectors.letters import sha256_of
from appraisal.ledger.usecases import numbering
from core import events
from tenants.actors import Actor

Stage = DecisionDocument.Stage


@transaction.atomic
def issue_decision(*, objection_id: int, actor: Actor, at: datetime) -> DecisionDocument:
    """Tell the office in writing what was decided about its objection; the document gets its number of the year.

    What it says is kept as it is now: points after the decision are those of a run that is published by then. Source:
    domain reference 2.2 step 16. Raises NotFound, Denied, Conflict (not decided, issued already).
    """
    objection = objections.lock_objection(actor, objection_id)  # two that issue it go one after the other
    policies.issue(actor, objection, earlier=selectors.review_document(objection))
    said = decision_contents.of_review(objection, at=at)
    return _issued(objection, Stage.REVIEW, "复", said, actor=actor, at=at)


@transaction.atomic
def issue_further_decision(*, appeal_id: int, actor: Actor, at: datetime) -> DecisionDocument:
    """The same of what the committee decided about a further appeal. Raises NotFound, Denied, Conflict."""
    appeal = further.get_appeal(actor, appeal_id, lock=True)
    policies.issue_further(actor, appeal, earlier=selectors.further_document(appeal))
    said = decision_contents.of_further(appeal, at=at)
    return _issued(appeal.objection, Stage.FURTHER, "再", said, actor=actor, at=at)


def _issued(
    objection: Objection, stage: Stage, mark: str, said: dict[str, Any], *, actor: Actor, at: datetime
) -> DecisionDocument:
    province = objection.period.cycle.province
    document = DecisionDocument.objects.create(
        objection=objection, period=objection.period, office=objection.office, stage=stage,
        number=numbering.take_number(province, f"{province.short_name[:1]}移{mark}", timezone.localdate(at).year),
        content=said, content_sha256=sha256_of(said), issued_by_id=actor.user_id, issued_by_name=actor.name,
        issued_at=at,
    )  # fmt: skip
    event = DecisionIssued(
        subject=objections.subject_of(objection), stage=document.stage, number=document.number,
        content_sha256=document.content_sha256,
    )  # fmt: skip
    events.record(event, actor=actor, at=at)
    return document
