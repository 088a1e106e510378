"""An office objects to a published score line or a listed item; the province upholds that with a correction, or not."""

from collections.abc import Sequence
from datetime import date, datetime
from decimal import Decimal
from typing import Any

from django.db import transaction
from django.utils import timezone
from django.utils.translation import gettext as _

from appraisal.ledger.events.objections import ObjectionDecided, ObjectionFiled
from appraisal.ledger.models import Objection
from appraisal.ledger.policies import objections as policies
from appraisal.ledger.rules.panels import Tally
from appraisal.ledger.selectors import conflicts, item_objections, panels, pinning
from appraisal.ledger.selectors import objections as selectors
from appraisal.ledger.selectors.province_facts import evidence_of
from appraisal.ledger.states import ObjectionState
from appraisal.ledger.usecases import corrections
from appraisal.ledger.usecases.checks import checked_reason
from core import events
from core.errors import Invalid
from tenants.actors import Actor

MINUTES = 60  # characters of a number of minutes, as the column takes


@transaction.atomic
def file_objection(*, line_id: int, grounds: str, evidence: Sequence[str], actor: Actor, at: datetime) -> Objection:
    """Object to one line of the own published scorecard, once per indicator and month.

    evidence: ids of files of the office (may be empty). The answer's due day is worked out at once, with its
    derivation in the event. Raises NotFound (not published, another office's), Denied, Conflict (too late, objected
    already, a later run is published), Invalid (grounds too short). Source: domain reference 2.2 step 16.
    """
    line = selectors.get_line(actor, line_id)
    on = timezone.localdate(at)
    selectors.check_filing(actor, line, on=on)
    said = checked_reason(grounds, at, field="grounds")
    files = evidence_of(actor, list(evidence))
    due_on, derivation = selectors.answer_due(line.card.office, on)
    objection = Objection.objects.create(
        line=line, period=line.card.run.period, office=line.card.office, grounds=said, evidence=list(files.values()),
        filed_by_id=actor.user_id, filed_by_name=actor.name, filed_at=at, answer_due_on=due_on,
    )  # fmt: skip
    events.record(
        ObjectionFiled(
            subject=selectors.subject_of(objection), indicator=line.indicator.code, month=line.card.run.period.month,
            answer_due_on=due_on.isoformat(), derivation=derivation.as_json(),
        ),
        actor=actor, at=at,
    )  # fmt: skip
    return objection


@transaction.atomic
def file_item_objection(
    *, adjustment_id: int, grounds: str, evidence: Sequence[str], actor: Actor, at: datetime
) -> Objection:
    """Object to a bonus, deduction or veto listed on the own newest published card, once.

    As `file_objection`; of two at once one finds the other's. Raises NotFound (not listed, another office's), Denied,
    Conflict (too late, objected already, taken back, a bonus that cannot be more), Invalid (grounds too short).
    """
    item = item_objections.get_item(actor, adjustment_id, lock=True)
    on = timezone.localdate(at)
    item_objections.check_filing(actor, item, on=on)
    said = checked_reason(grounds, at, field="grounds")
    files = evidence_of(actor, list(evidence))
    due_on, derivation = selectors.answer_due(item.card.office, on)
    period = item.card.run.period
    objection = Objection.objects.create(
        adjustment=item.row, card=item.card, period=period, office=item.card.office, grounds=said,
        evidence=list(files.values()), filed_by_id=actor.user_id, filed_by_name=actor.name, filed_at=at,
        answer_due_on=due_on,
    )  # fmt: skip
    events.record(
        ObjectionFiled(
            subject=selectors.subject_of(objection), item=item.row.code, month=period.month,
            answer_due_on=due_on.isoformat(), derivation=derivation.as_json(),
        ),
        actor=actor, at=at,
    )  # fmt: skip
    return objection


@transaction.atomic
def decide_objection(
    *, objection_id: int, upheld: bool, decision: str, heard_on: date, minutes: str, fact: Any = None,
    points_off: Decimal | None = None, points: Decimal | None = None, actor: Actor, at: datetime,
) -> Objection:  # fmt: skip
    """Uphold the objection with a corrected fact, other points off or both; or reject it. The decision says why.

    upheld: as the majority of the panel voted, all of whom have. heard_on, minutes: day of the panel's hearing, number
    of its minutes.

    The correction is a new Verification on the current value although the month is published; a new run (k + 1) then
    scores it, the published run stays. Raises NotFound, Denied (also: they verified or entered the figure, or are tied
    to the office), Conflict (decided already, a figure the system counts), Invalid (decision too short; upheld without,
    or rejected with a correction; fact or points out of shape).

    A line that counts 0 because of a false claim needs no correction: upheld, the claim's zero and its deduction are
    both taken back from runs from now on, by somebody else than who confirmed it. points: of an objection to an item,
    what it counts from now on; upheld without, a deduction or veto is struck.
    """
    found = selectors.get_objection(actor, objection_id)
    pinning.hold_from(cycle_id=found.period.cycle_id, month=1)
    objection = selectors.lock_objection(actor, objection_id)
    zeroed = conflicts.zeroed_by(objection, lock=True)
    on = timezone.localdate(at)
    bars, tally = conflicts.bars_of(actor, [objection], on=on), panels.tally_of(objection)
    policies.decide(actor, objection, bar=bars.get(objection.pk), tally=tally)
    said = checked_reason(decision, at, field="decision")
    _check_hearing(objection, tally, upheld=upheld, heard_on=heard_on, minutes=minutes, on=on)
    objection.heard_on, objection.minutes = heard_on, minutes.strip()
    if upheld:
        reason = _("申诉复核：%(decision)s") % {"decision": said}
        corrections.apply(objection, zeroed, fact, points_off, points, said, reason=reason, actor=actor, at=at)
    elif fact is not None or points_off is not None or points is not None:
        raise Invalid(_("维持原分时不能同时更正数值或扣分。"), field="upheld")
    objection.move(ObjectionState.UPHELD if upheld else ObjectionState.REJECTED)
    objection.decision, objection.decided_by_name, objection.decided_at = said, actor.name, at
    objection.decided_by_id = actor.user_id
    objection.save()
    events.record(
        ObjectionDecided(
            subject=selectors.subject_of(objection), upheld=upheld, decision=said, minutes=objection.minutes
        ),
        actor=actor, at=at,
    )  # fmt: skip
    return objection


def _check_hearing(objection: Objection, tally: Tally, *, upheld: bool, heard_on: date, minutes: str, on: date) -> None:
    if upheld != tally.upheld:
        raise Invalid(
            _("复核小组 %(seats)s 人中 %(n)s 人认为“%(state)s”，决定须与多数意见一致。")
            % {
                "seats": tally.seats, "n": tally.majority,
                "state": (ObjectionState.UPHELD if tally.upheld else ObjectionState.REJECTED).label,
            },
            field="upheld",
        )  # fmt: skip
    filed = timezone.localdate(objection.filed_at)
    if not filed <= heard_on <= on:
        raise Invalid(
            _("复核会日期须在提出申诉（%(filed)s）以后、今天以前。") % {"filed": filed.isoformat()}, field="heard_on"
        )
    if not minutes.strip() or len(minutes.strip()) > MINUTES:
        raise Invalid(_("请填写复核小组会议纪要编号，最多 %(n)s 个字。") % {"n": MINUTES}, field="minutes")
