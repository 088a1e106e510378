"""Bonus items, deduction items and vetoes: recorded with their basis, revoked with a reason, never edited."""

from collections.abc import Sequence
from datetime import datetime
from decimal import Decimal

from django.db import transaction
from django.utils import timezone
from django.utils.translation import gettext as _

from appraisal.ledger.events.adjustments import AdjustmentRecorded, AdjustmentRevoked
from appraisal.ledger.models import Cycle, ScoreAdjustment
from appraisal.ledger.policies import adjustments as policies
from appraisal.ledger.policies import ties
from appraisal.ledger.selectors import adjustments as selectors
from appraisal.ledger.selectors import avoidance, pinning
from appraisal.ledger.selectors.province_facts import evidence_of
from appraisal.ledger.usecases.checks import checked_reason
from appraisal.library.models import Indicator
from core import events, months
from core.errors import Conflict, Invalid
from tenants.actors import Actor
from tenants.models import Office

Kind = ScoreAdjustment.Kind


@transaction.atomic
def record_adjustment(
    *, cycle_id: int, office_id: int, from_month: int, code: str, points: Decimal | None, legal_basis: str,
    confirming_unit: str, evidence: Sequence[str], late_reason: str = "", actor: Actor, at: datetime,
) -> ScoreAdjustment:  # fmt: skip
    """Record one case of an item of the dated list; it counts from `from_month`'s score on.

    code: an item in force today; points: at most the item's, None for all of them (always None for a veto, which caps
    the grade and leaves the score alone); evidence: ids of files of the bureau, at least one. The sum's caps are the
    engine's. late_reason: asked for when scores are published from `from_month` on, which a veto may come after in any
    month, points in the year-end month alone and until the year's result is decided: the published run stays, the next
    one counts it. Source: domain reference 2.2 step 17, 2.3, 2.7 case 7. Raises NotFound, Denied, Conflict (year not
    running, bonus or deduction for another month that is published or a result that is decided), Invalid (`field`
    names it).
    """
    cycle = selectors.get_cycle(actor, cycle_id)
    policies.record(actor, cycle)
    selectors.get_participant(cycle, office_id)  # what is wrong with the item is told before files are looked for
    _item(code, at)
    files = evidence_of(actor, list(evidence))
    return enter(
        cycle=cycle, office_id=office_id, from_month=from_month, code=code, points=points, legal_basis=legal_basis,
        confirming_unit=confirming_unit, evidence=list(files.values()), late_reason=late_reason, actor=actor, at=at,
    )  # fmt: skip


def enter(
    *, cycle: Cycle, office_id: int, from_month: int, code: str, points: Decimal | None, legal_basis: str,
    confirming_unit: str, evidence: list[dict[str, object]], actor: Actor, at: datetime, late_reason: str = "",
    zeroes: Indicator | None = None,
) -> ScoreAdjustment:  # fmt: skip
    """The same for whoever has asked a policy of their own: a false claim that is confirmed (inspections).

    evidence: entries as they are kept; zeroes: the indicator that counts 0 from `from_month` on. Raises NotFound,
    Conflict, Invalid as `record_adjustment`.
    """
    pinning.hold_from(cycle_id=cycle.pk, month=from_month)
    participant = selectors.get_participant(cycle, office_id)
    check_untied(participant.office, actor, at)
    item = _item(code, at)
    published = _check_month(cycle, from_month, item)
    points = _points_of(item, points)
    if not evidence:
        raise Invalid(_("请附上认定文件，没有依据的加扣分不能登记。"), field="evidence")
    said = "" if published is None else checked_reason(late_reason, at, field="late_reason")
    adjustment = ScoreAdjustment.objects.create(
        cycle=cycle, office=participant.office, from_month=from_month, kind=item.kind, code=code, title=item.name,
        points=points, grade_ceiling=item.ceiling, legal_basis=_said(legal_basis, 200, "legal_basis", _("依据文件")),
        confirming_unit=_said(confirming_unit, 80, "confirming_unit", _("认定单位")), evidence=evidence,
        indicator=zeroes, recorded_by_id=actor.user_id, recorded_by_name=actor.name, recorded_at=at, late_reason=said,
        after_run=None if published is None else selectors.year_end_run(cycle),
    )  # fmt: skip
    events.record(
        AdjustmentRecorded(
            subject=f"ledger.adjustment:{adjustment.pk}", kind=item.kind, code=code,
            office=participant.office.schema_name, points=points, late_reason=said,
        ),
        actor=actor, at=at,
    )  # fmt: skip
    return adjustment


@transaction.atomic
def revoke_adjustment(*, adjustment_id: int, reason: str, actor: Actor, at: datetime) -> ScoreAdjustment:
    """Take an item back; it stays in the record and no longer counts in runs from now on. Published runs stay.

    Raises NotFound, Denied, Conflict (revoked already), Invalid (reason too short).
    """
    found = selectors.get_adjustment(actor, adjustment_id)
    pinning.hold_from(cycle_id=found.cycle_id, month=found.from_month)
    adjustment = selectors.lock_adjustment(actor, adjustment_id)
    policies.revoke(actor, adjustment)
    check_untied(adjustment.office, actor, at)
    take_back(adjustment, reason=checked_reason(reason, at, longest=200), actor=actor, at=at)
    return adjustment


def take_back(adjustment: ScoreAdjustment, *, reason: str, actor: Actor, at: datetime) -> None:
    """The same for whoever has asked a policy of their own: an objection to a false claim that is upheld."""
    Cycle.objects.locked().get(pk=adjustment.cycle_id)  # the year's result is decided before this, or notices it
    adjustment.revoke_reason = reason
    adjustment.revoked_at = at
    adjustment.revoked_after_run = selectors.year_end_run(adjustment.cycle)
    adjustment.save(update_fields=["revoke_reason", "revoked_at", "revoked_after_run"])
    events.record(
        AdjustmentRevoked(
            subject=f"ledger.adjustment:{adjustment.pk}", kind=adjustment.kind, code=adjustment.code,
            office=adjustment.office.schema_name, reason=adjustment.revoke_reason,
        ),
        actor=actor, at=at,
    )  # fmt: skip


def correct_item(
    row: ScoreAdjustment, points: Decimal | None, *, most: Decimal, reason: str, actor: Actor, at: datetime
) -> ScoreAdjustment | None:
    """What an upheld objection makes of an item, locked: taken back, and with points entered anew; asks no policy.

    points: what counts from runs from now on instead, less than before of a deduction, more of a bonus up to `most`;
    None strikes a deduction or a veto. Both entries stay on record. Raises Invalid.
    """
    _check_correction(row, points, most)
    take_back(row, reason=reason[:200], actor=actor, at=at)
    if points is None:
        return None
    made = ScoreAdjustment.objects.create(
        cycle=row.cycle, office=row.office, from_month=row.from_month, kind=row.kind, code=row.code, title=row.title,
        points=points, grade_ceiling=row.grade_ceiling, legal_basis=row.legal_basis,
        confirming_unit=row.confirming_unit, evidence=row.evidence, indicator=row.indicator,
        recorded_by_id=actor.user_id, recorded_by_name=actor.name, recorded_at=at, late_reason=reason,
        after_run=selectors.year_end_run(row.cycle), corrects=row,
    )  # fmt: skip
    events.record(
        AdjustmentRecorded(
            subject=f"ledger.adjustment:{made.pk}", kind=made.kind, code=made.code, office=row.office.schema_name,
            points=points, late_reason=reason,
        ),
        actor=actor, at=at,
    )  # fmt: skip
    return made


def _check_correction(row: ScoreAdjustment, points: Decimal | None, most: Decimal) -> None:
    if points is not None and not points.is_finite():
        raise Invalid(_("请填写数字。"), field="points")
    if row.kind == Kind.VETO and points is not None:
        raise Invalid(_("否决只限制等次，不扣分，请不要填写分值。"), field="points")
    if row.kind == Kind.BONUS and (points is None or not row.points < points <= most):
        raise Invalid(
            _("异议成立须写明应加的分值，大于现在的 %(now)s 分，最多 %(most)s 分。")
            % {"now": _short(row.points), "most": _short(most)},
            field="points",
        )
    if row.kind == Kind.DEDUCTION and points is not None and not 0 < points < row.points:
        raise Invalid(
            _("改为少扣的，须大于 0 分、少于现在的 %(now)s 分；全部撤销的，请不要填写分值。")
            % {"now": _short(row.points)},
            field="points",
        )


def _short(points: Decimal) -> str:
    return f"{points.normalize():f}"


def check_untied(office: Office, actor: Actor, at: datetime) -> None:
    """Raises Denied for who is tied to the office (domain reference 2.7 case 10). One policy, two queries."""
    ties.untied(actor, office, avoided=avoidance.avoided_by(actor, on=timezone.localdate(at)))


def _item(code: str, at: datetime) -> selectors.Item:
    item = selectors.items_on(timezone.localdate(at)).get(code)
    if item is None:
        raise Invalid(_("加扣分清单中没有“%(code)s”。") % {"code": code}, field="code")
    return item


def _check_month(cycle: Cycle, month: int, item: selectors.Item) -> int | None:
    """The last month, from this one on, whose scores are published; None: the item comes in time."""
    if not 1 <= month <= 12:
        raise Invalid(_("起算月份须在 1 至 12 之间。"), field="from_month")
    published = selectors.published_month_from(cycle, month)
    if published is None:
        return None
    Cycle.objects.locked().get(pk=cycle.pk)  # the year's result is decided before this, or notices what is entered
    # A veto may come to light late in any month, points in the year-end month: a new run of it is published beside the
    # old one.
    if item.kind == Kind.VETO:
        return published
    first = selectors.counts_from(cycle, month)
    if month != first:
        raise Conflict(
            _("%(month)s 月得分已核定发布，请从 %(next)s 月起计。")
            % {"month": months.named(published), "next": months.named(first)},
            field="from_month",
        )
    why = selectors.decided(cycle)
    if why is not None:
        raise Conflict(why, field="from_month")
    return published


def _points_of(item: selectors.Item, points: Decimal | None) -> Decimal:
    if item.kind == Kind.VETO:
        if points:
            raise Invalid(_("否决只限制等次，不扣分，请不要填写分值。"), field="points")
        return Decimal(0)
    if points is None:
        return item.points
    if not points.is_finite() or not 0 < points <= item.points:
        raise Invalid(
            _("“%(name)s”每次须大于 0 分，最多 %(most)s 分。") % {"name": item.name, "most": item.points},
            field="points",
        )
    return points


def _said(text: str, longest: int, field: str, label: str) -> str:
    text = text.strip()
    if not text:
        raise Invalid(_("请填写%(label)s。") % {"label": label}, field=field)
    if len(text) > longest:
        raise Invalid(_("%(label)s最多 %(longest)s 个字。") % {"label": label, "longest": longest}, field=field)
    return text
