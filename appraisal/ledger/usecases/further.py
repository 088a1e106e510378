"""An office appeals once to the committee against a decision; the bureau enters what the committee decides."""

from collections.abc import Sequence
from datetime import date, datetime
from decimal import Decimal
from typing import Any

from django.db import transaction
from django.utils import timezone
from django.utils.translation import gettext as _

from appraisal.ledger.events.further import FurtherAppealDecided, FurtherAppealFiled
from appraisal.ledger.models import FurtherAppeal
from appraisal.ledger.policies import further as policies
from appraisal.ledger.selectors import conflicts, further_days, objections, pinning
from appraisal.ledger.selectors import further as selectors
from appraisal.ledger.selectors.province_facts import evidence_of
from appraisal.ledger.states import FurtherAppealState
from appraisal.ledger.usecases import corrections
from appraisal.ledger.usecases.checks import checked_reason
from appraisal.ledger.usecases.objections import MINUTES
from core import events
from core.errors import Invalid
from tenants.actors import Actor


@transaction.atomic
def file_further_appeal(
    *, objection_id: int, grounds: str, evidence: Sequence[str], actor: Actor, at: datetime
) -> FurtherAppeal:
    """Appeal to the committee against the decision about one's objection, once.

    evidence: ids of files of the office (may be empty). Raises NotFound, Denied, Conflict (not decided, appealed
    already, all points came back, too late), Invalid (grounds too short). Source: domain reference 2.5; adr/0038.
    """
    objection = objections.lock_objection(actor, objection_id)  # of two at once one finds the other's
    on = timezone.localdate(at)
    selectors.check_filing(actor, objection, on=on)
    said = checked_reason(grounds, at, field="grounds")
    files = evidence_of(actor, list(evidence))
    due_on, derivation = further_days.decision_due(objection.office, on)
    appeal = FurtherAppeal.objects.create(
        objection=objection, period=objection.period, office=objection.office, grounds=said,
        evidence=list(files.values()), filed_by_id=actor.user_id, filed_by_name=actor.name, filed_at=at, due_on=due_on,
        derivation=derivation.as_json(),
    )  # fmt: skip
    event = FurtherAppealFiled(subject=objections.subject_of(objection), due_on=due_on.isoformat())
    events.record(event, actor=actor, at=at)
    return appeal


@transaction.atomic
def decide_further_appeal(
    *, appeal_id: int, upheld: bool, decision: str, met_on: date, minutes: str, fact: Any = None,
    points_off: Decimal | None = None, points: Decimal | None = None, actor: Actor, at: datetime,
) -> FurtherAppeal:  # fmt: skip
    """Enter what the committee decided, with the day of its meeting and the number of its minutes. It is final.

    Upheld, it corrects the value as the decision about an objection does (usecases.corrections); a new run scores it,
    published runs stay. Raises NotFound, Denied (also: they decided about the objection, sat on its panel, verified or
    entered the figure, or are tied to the office), Conflict (decided already), Invalid (no meeting, no minutes; upheld
    without, or rejected with a correction).
    """
    found = selectors.get_appeal(actor, appeal_id)
    pinning.hold_from(cycle_id=found.period.cycle_id, month=1)
    appeal = selectors.get_appeal(actor, appeal_id, lock=True)
    objection, on = appeal.objection, timezone.localdate(at)
    zeroed = conflicts.zeroed_by(objection, lock=True)
    policies.decide(actor, appeal, bar=selectors.bars_of(actor, [appeal], on=on).get(appeal.pk))
    said = checked_reason(decision, at, field="decision")
    filed = timezone.localdate(appeal.filed_at)
    if not filed <= met_on <= on:
        raise Invalid(
            _("委员会会议日期须在提出再申诉（%(filed)s）以后、今天以前。") % {"filed": filed.isoformat()},
            field="met_on",
        )
    if not minutes.strip() or len(minutes.strip()) > MINUTES:
        raise Invalid(_("请填写考核委员会会议纪要编号，最多 %(n)s 个字。") % {"n": MINUTES}, field="minutes")
    if upheld:
        reason = _("再申诉：%(decision)s") % {"decision": said}
        corrections.apply(objection, zeroed, fact, points_off, points, said, reason=reason, actor=actor, at=at)
    elif fact is not None or points_off is not None or points is not None:
        raise Invalid(_("维持复核决定时不能同时更正数值或扣分。"), field="upheld")
    appeal.move(FurtherAppealState.UPHELD if upheld else FurtherAppealState.REJECTED)
    appeal.met_on, appeal.minutes, appeal.decision = met_on, minutes.strip(), said
    appeal.decided_by_id, appeal.decided_by_name, appeal.decided_at = actor.user_id, actor.name, at
    appeal.save()
    events.record(
        FurtherAppealDecided(
            subject=objections.subject_of(objection), upheld=upheld, decision=said, met_on=met_on.isoformat(),
            minutes=appeal.minutes,
        ),
        actor=actor, at=at,
    )  # fmt: skip
    return appeal
