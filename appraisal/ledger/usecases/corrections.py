"""What an upheld objection, or an upheld further appeal, corrects: the value, the claims that make it 0, or an item."""

from collections.abc import Sequence
from datetime import datetime
from decimal import Decimal
from typing import Any

from django.utils.translation import gettext as _

from appraisal.ledger.events.verification import ValueVerified
from appraisal.ledger.models import CurrentValue, Objection, ReportedValue, ScoreAdjustment, Verification
from appraisal.ledger.rules import facts
from appraisal.ledger.selectors import amendments, item_objections
from appraisal.ledger.selectors import objections as selectors
from appraisal.ledger.states import ValueState
from appraisal.ledger.usecases.adjustments import correct_item, take_back
from appraisal.ledger.usecases.verification import keep, rewrite
from appraisal.library.models import EnteredBy
from core import events
from core.errors import Conflict, Invalid
from tenants.actors import Actor


def apply(
    objection: Objection, zeroed: Sequence[ScoreAdjustment], fact: Any, points_off: Decimal | None,
    points: Decimal | None, said: str, *, reason: str, actor: Actor, at: datetime,
) -> None:  # fmt: skip
    """Whichever of the two below the objection is about. Raises as they do."""
    if objection.line is None:
        correct_listed(objection, fact, points_off, points, reason=reason, actor=actor, at=at)
    elif points is not None:
        raise Invalid(_("对指标得分的申诉不能更正加扣分的分值。"), field="points")
    else:
        correct(objection, zeroed, fact, points_off, said, reason=reason, actor=actor, at=at)


def correct(
    objection: Objection, zeroed: Sequence[ScoreAdjustment], fact: Any, points_off: Decimal | None, said: str, *,
    reason: str, actor: Actor, at: datetime,
) -> None:  # fmt: skip
    """Correct what an objected line is scored from, as it was decided; asks no policy.

    zeroed: the false claims that make it count 0, locked: they are taken back, and then nothing else has to change.
    said: the decision; reason: the same as it stands with the value. Raises Conflict (several reported figures make the
    line, or the system counts it), Invalid (nothing to correct; fact or points out of shape).
    """
    for row in zeroed:
        take_back(row, reason=reason[:200], actor=actor, at=at)
    if fact is not None or points_off is not None or not zeroed:
        _rewrite(objection, fact, points_off, said, reason, actor=actor, at=at)


def correct_listed(
    objection: Objection, fact: Any, points_off: Decimal | None, points: Decimal | None, *, reason: str, actor: Actor,
    at: datetime,
) -> None:  # fmt: skip
    """Strike or correct an objected bonus, deduction or veto, as it was decided; asks no policy.

    points: what it counts from now on, None to strike it. What was taken back meanwhile stays so. Raises Invalid.
    """
    if fact is not None or points_off is not None:
        raise Invalid(_("对加扣分或否决的申诉不能更正指标的数值或核验扣分。"), field="fact")
    row = item_objections.standing(objection, lock=True)
    if row is not None:
        most = item_objections.most_points(objection.item)
        correct_item(row, points, most=most, reason=reason, actor=actor, at=at)
    elif points is not None:
        raise Invalid(_("这一项已经撤销，不再计入，请不要填写分值。"), field="points")


def _rewrite(
    objection: Objection, fact: Any, points_off: Decimal | None, said: str, reason: str, *, actor: Actor, at: datetime
) -> None:
    if fact is None and points_off is None:
        raise Invalid(_("异议成立须写明更正后的数值，或调整后的扣分。"), field="fact")
    indicator = amendments.asked_of(objection.scored_line)
    if amendments.is_merged(objection.scored_line):
        raise Conflict(
            _("“%(name)s”由几项合并计分，不能更正合并后的数。请维持原分并说明，或退回有误的那一项。")
            % {"name": objection.scored_line.indicator.label}
        )
    if indicator.entered_by == EnteredBy.SYSTEM:
        raise Conflict(_("“%(name)s”由系统按记录计算，不能直接改数；请维持原分并说明。") % {"name": indicator.label})
    current = selectors.current_of(objection)
    if current is None:
        current = _first_value(objection, fact, said, actor=actor, at=at)
    elif current.state == ValueState.RETURNED:
        current.move(ValueState.SUBMITTED)  # the objection brings the value back before the province
    elif current.state == ValueState.SUBMITTED and fact is None:
        raise Invalid(_("这项数据在本月核定以后才报来，没有计分；异议成立须写明应计的数值。"), field="fact")
    if current.state == ValueState.SUBMITTED and points_off is None and facts.same(fact, current.final_fact):
        _as_reported(current, reason, actor=actor, at=at)
    else:
        rewrite(current, fact=fact, points_off=points_off, reason=reason, actor=actor, at=at)


def _as_reported(current: CurrentValue, reason: str, *, actor: Actor, at: datetime) -> None:
    """What came, or came back, once the month was published was right: it counts from the next run on."""
    current.move(ValueState.VERIFIED)
    current.reason = reason
    keep(current, Verification.Decision.VERIFIED, actor=actor, at=at)
    events.record(ValueVerified(subject=current.subject, version=current.value.version), actor=actor, at=at)


def _first_value(objection: Objection, fact: Any, said: str, *, actor: Actor, at: datetime) -> CurrentValue:
    """A value for what had not been reported: nothing by the office, then the decision's fact as its correction."""
    if fact is None:
        raise Invalid(_("这项指标本月没有填报数据，异议成立须写明应计的数值。"), field="fact")
    indicator = amendments.asked_of(objection.scored_line)
    value = ReportedValue.objects.create(
        period=objection.period, office=objection.office, indicator=indicator, report=None, version=1,
        source="objection", fact=None, nothing_to_report=True, nothing_reason=_("本月未报，申诉复核后计入"),
        narrative=said, entered_by_id=actor.user_id, entered_by_name=actor.name, entered_at=at,
    )  # fmt: skip
    return CurrentValue(period=objection.period, office=objection.office, indicator=indicator, value=value)
