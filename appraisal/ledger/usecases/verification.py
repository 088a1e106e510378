"""The province decides about handed-over values: verify, return, correct, take points off, reopen."""

from collections.abc import Callable, Sequence
from datetime import datetime
from decimal import Decimal
from typing import Any

from django.db import transaction
from django.db.models import F, OuterRef, Subquery
from django.utils import timezone
from django.utils.translation import gettext as _

from appraisal.ledger.events import verification as events_of
from appraisal.ledger.models import CurrentValue, ReportedValue, Verification
from appraisal.ledger.policies import verification as policies
from appraisal.ledger.rules import facts
from appraisal.ledger.selectors import owning
from appraisal.ledger.selectors import values as selectors
from appraisal.ledger.states import ValueState
from appraisal.ledger.usecases.checks import check_fact, checked_reason
from appraisal.ledger.usecases.province_facts import (
    FactRow,
    confirm_no_events,
    publish_facts,
    record_fact,
    record_facts,
)
from core import events
from core.errors import Conflict, Invalid, Refusal
from tenants.actors import Actor

Decision = Verification.Decision
LARGEST_BATCH = 1000
FOUR_PLACES = Decimal("0.0001")


@transaction.atomic
def verify_values(*, items: Sequence[tuple[int, int]], actor: Actor, at: datetime) -> list[CurrentValue]:
    """Accept values as they were reported: all of them or none, in a constant number of queries.

    items: (current value id, lock version as seen). Raises Invalid (nothing chosen, too many), NotFound, Denied (not a
    verifier of this province), Conflict (published month); when single values stand in the way, Conflict with `rows`
    [{id, label, message}], and nothing is verified.
    """
    seen = dict(items)
    if not seen:
        raise Invalid(_("请至少选一条数据。"), field="items")
    if len(seen) > LARGEST_BATCH:
        raise Invalid(_("一次最多通过 %(most)s 条，请分批办理。") % {"most": LARGEST_BATCH}, field="items")
    values = selectors.lock_values(actor, seen)
    for cycle in {value.period.cycle_id: value.period.cycle for value in values}.values():
        policies.handle(actor, cycle)

    bars = _bars(actor, at)

    def ask(value: CurrentValue) -> None:
        fresh(value, seen[value.pk])
        policies.verify(actor, value, published=value.published, bars=bars)

    each_of(values, ask)
    reported = Subquery(ReportedValue.objects.filter(pk=OuterRef("value_id")).values("fact")[:1])
    CurrentValue.objects.filter(pk__in=seen).update(
        state=ValueState.VERIFIED, final_fact=reported, decided_by_id=actor.user_id, decided_by_name=actor.name,
        decided_at=at, lock_version=F("lock_version") + 1,
    )  # fmt: skip
    Verification.objects.bulk_create(
        _decision(value, Decision.VERIFIED, value.value.fact, actor=actor, at=at) for value in values
    )
    for value in values:
        value.move(ValueState.VERIFIED)
        value.final_fact = value.value.fact
        value.decided(by=actor, at=at)
    events.record_all(
        [events_of.ValueVerified(subject=value.subject, version=value.value.version) for value in values],
        actor=actor, at=at,
    )  # fmt: skip
    return values


@transaction.atomic
def return_value(*, current_value_id: int, lock_version: int, reason: str, actor: Actor, at: datetime) -> CurrentValue:
    """Send one indicator, not the whole report, back to the office with a reason.

    Raises NotFound, Denied, Conflict (not waiting, entered by the province, published, decided by someone else
    meanwhile), Invalid (reason too short).
    """
    value = _load(actor, current_value_id, lock_version)
    policies.return_(actor, value, published=value.published, bars=_bars(actor, at))
    value.reason = checked_reason(reason, at)
    value.move(ValueState.RETURNED)
    value.times_returned += 1
    keep(value, Decision.RETURNED, actor=actor, at=at)
    events.record(
        events_of.ValueReturned(subject=value.subject, version=value.value.version, reason=value.reason),
        actor=actor, at=at,
    )  # fmt: skip
    return value


@transaction.atomic
def reopen_value(*, current_value_id: int, lock_version: int, reason: str, actor: Actor, at: datetime) -> CurrentValue:
    """Take a verification back while the month is not published: the value goes to the office again.

    What verification had changed (correction, points off) is dropped. It does not count as a return of the first
    submission, which had passed. Raises as return_value.
    """
    value = _load(actor, current_value_id, lock_version)
    policies.reopen(actor, value, published=value.published, bars=_bars(actor, at))
    value.reason = checked_reason(reason, at)
    value.move(ValueState.RETURNED)
    before = value.final_fact
    value.take_back()
    keep(value, Decision.REOPENED, actor=actor, at=at, before=before)
    events.record(
        events_of.ValueReopened(subject=value.subject, version=value.value.version, reason=value.reason),
        actor=actor, at=at,
    )  # fmt: skip
    return value


@transaction.atomic
def correct_value(
    *, current_value_id: int, lock_version: int, fact: Any, reason: str, actor: Actor, at: datetime
) -> CurrentValue:
    """Replace the reported value by the verifier's; both stay visible, the value is verified thereby.

    fact: as models.ReportedValue. Raises NotFound, Denied, Conflict (with the office, entered by the province,
    published, stale), Invalid (fact of the wrong shape or the same as now, reason too short).
    """
    value = _load(actor, current_value_id, lock_version)
    policies.correct(actor, value, published=value.published, bars=_bars(actor, at))
    rewrite(value, fact=fact, points_off=None, reason=reason, actor=actor, at=at)
    return value


@transaction.atomic
def take_points_off(
    *, current_value_id: int, lock_version: int, points: Decimal, reason: str, actor: Actor, at: datetime
) -> CurrentValue:
    """Set the points that verification takes off the indicator (not added to earlier ones); 0 gives them back.

    points: up to 4 decimals, at most the indicator's. Raises NotFound, Denied, Conflict (with the office, published,
    stale), Invalid (points out of bounds or as they are, reason too short).
    """
    value = _load(actor, current_value_id, lock_version)
    policies.change(actor, value, published=value.published, bars=_bars(actor, at))
    rewrite(value, fact=None, points_off=points, reason=reason, actor=actor, at=at)
    return value


def rewrite(
    value: CurrentValue, *, fact: Any, points_off: Decimal | None, reason: str, actor: Actor, at: datetime
) -> None:
    """Change what counts of a locked value: the fact, the points off, or both (None leaves each as it is).

    Shared by verification and the decision on an objection; asks no policy. Raises Invalid.
    """
    said = checked_reason(reason, at)
    before, off_before = value.final_fact, value.points_off
    if fact is not None:
        check_fact(value.indicator, fact)
        if facts.same(fact, before):
            raise Invalid(_("更正后的数值与现在的相同，无须更正。"), field="fact")
        value.final_fact = fact
        value.corrected = not facts.same(fact, value.value.fact)
    if points_off is not None:
        value.points_off = _checked_points(points_off, value)
    keeps = (fact is None and value.corrected) or (points_off is None and value.points_off > 0)
    value.reason = f"{value.reason}；{said}" if keeps and value.reason else said
    if value.state != ValueState.VERIFIED:
        value.move(ValueState.VERIFIED)
    keep(value, Decision.CORRECTED, actor=actor, at=at, before=before, reason=said)
    happened: list[events.Event] = []
    version = value.value.version
    if fact is not None:
        happened.append(
            events_of.ValueCorrected(subject=value.subject, version=version, before=before, after=fact, reason=said)
        )
    if points_off is not None:
        happened.append(
            events_of.PointsTakenOff(
                subject=value.subject, version=version, before=off_before, points=value.points_off, reason=said
            )
        )
    events.record_all(happened, actor=actor, at=at)


def _checked_points(points: Decimal, value: CurrentValue) -> Decimal:
    most = value.indicator.points
    if not points.is_finite() or points < 0 or points > most:
        raise Invalid(
            _("扣分须大于 0，且不超过该指标满分 %(most)s 分；填 0 为恢复。") % {"most": f"{most.normalize():f}"},
            field="points",
        )
    if points != points.quantize(FOUR_PLACES):
        raise Invalid(_("扣分最多四位小数。"), field="points")
    if points == value.points_off:
        message = _("现在没有扣分，无须恢复。") if not points else _("扣分与现在的相同，无须再扣。")
        raise Invalid(message, field="points")
    return points.quantize(FOUR_PLACES)


def _bars(actor: Actor, at: datetime) -> policies.Bars:
    return owning.bars(actor, on=timezone.localdate(at))


def _load(actor: Actor, value_id: int, seen: int) -> CurrentValue:
    """Locked. Who may not verify at all is told so before who was too slow."""
    value = selectors.lock_values(actor, [value_id])[0]
    policies.handle(actor, value.period.cycle)
    fresh(value, seen)
    return value


def fresh(value: CurrentValue, seen: int) -> None:
    """Raises Conflict when someone decided, or a new version came in, since the reader looked."""
    if value.lock_version == seen:
        return
    if value.state == ValueState.SUBMITTED or value.decided_at is None:
        raise Conflict(_("这条数据刚刚有了新的填报版本，请刷新后按新版本办理。"))
    raise Conflict(
        _("%(name)s 已于 %(at)s 把这条数据办理为“%(state)s”，请刷新后按最新状态办理。")
        % {
            "name": value.decided_by_name,
            "at": timezone.localtime(value.decided_at).strftime("%Y-%m-%d %H:%M"),
            "state": value.get_state_display(),
        }
    )


def each_of(values: Sequence[CurrentValue], ask: Callable[[CurrentValue], object]) -> None:
    """Ask about every value; raises the single refusal of a single value, or one Conflict with all rows."""
    rows, first = [], None
    for value in values:
        try:
            ask(value)
        except Refusal as refusal:
            first = first or refusal
            label = f"{value.office.label} {value.indicator.code}"
            rows.append({"id": value.pk, "label": label, "message": refusal.message})
    if first is None:
        return
    if len(values) == 1:
        raise first
    raise Conflict(
        _("%(bad)s 条不能通过，本批 %(all)s 条都没有办理。") % {"bad": len(rows), "all": len(values)}, rows=rows
    )


def _decision(
    value: CurrentValue, decision: str, after: Any, *, actor: Actor, at: datetime, before: Any = None, reason: str = ""
) -> Verification:
    return Verification(
        value=value.value, decision=decision, fact_before=value.value.fact if before is None else before,
        fact_after=after, points_off=value.points_off, reason=reason, by_id=actor.user_id, by_name=actor.name, at=at,
    )  # fmt: skip


def keep(
    value: CurrentValue, decision: str, *, actor: Actor, at: datetime, before: Any = None, reason: str = ""
) -> None:
    """Save a locked value that was decided about, and the decision beside it."""
    value.decided(by=actor, at=at)
    value.save()
    _decision(
        value, decision, value.final_fact, actor=actor, at=at, before=before, reason=reason or value.reason
    ).save()


__all__ = [
    "FactRow",
    "confirm_no_events",
    "correct_value",
    "each_of",
    "fresh",
    "keep",
    "publish_facts",
    "record_fact",
    "record_facts",
    "reopen_value",
    "return_value",
    "rewrite",
    "take_points_off",
    "verify_values",
]
