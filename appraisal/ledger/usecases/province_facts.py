"""Facts that the province (or a ledger) brings: one, a column of them, or “nothing happened” for many at once."""

from collections.abc import Callable, Sequence
from dataclasses import dataclass, replace
from datetime import date, datetime
from typing import Any

from django.db import transaction
from django.utils import timezone
from django.utils.translation import gettext as _

from appraisal.ledger.events.verification import FactRecorded
from appraisal.ledger.models import CurrentValue, Period, ReportedValue
from appraisal.ledger.policies import province_facts as policies
from appraisal.ledger.policies import ties
from appraisal.ledger.policies.reports import of_ledger
from appraisal.ledger.rules import facts
from appraisal.ledger.selectors import avoidance, pinning
from appraisal.ledger.selectors import province_facts as selectors
from appraisal.ledger.states import ValueState
from appraisal.ledger.usecases.checks import check_fact, checked_reason
from appraisal.ledger.usecases.claims_again import open_again
from appraisal.library.models import Indicator, Method
from core import events
from core.errors import Conflict, Invalid, NotFound, Refusal
from tenants.actors import Actor
from tenants.models import Office

PROVINCE = policies.PROVINCE


@dataclass(frozen=True)
class FactRow:
    """One office's fact. lock_version: of the value on the screen, None when there was none, -1: do not compare."""

    office_id: int
    fact: Any
    reason: str = ""
    evidence: tuple[str, ...] = ()
    lock_version: int | None = -1
    as_of: date | None = None


@transaction.atomic
def record_fact(
    *, period_id: int, office_id: int, indicator_id: int, fact: Any, source: str, reason: str,
    evidence: Sequence[str], actor: Actor, at: datetime, as_of: date | None = None,
) -> CurrentValue:  # fmt: skip
    """Enter one office's fact of a month; it counts as verified. A change is a new version, the old one stays.

    fact: as models.ReportedValue; source: "province", or the name of the ledger that publishes it (the actor is the
    system, or who keeps the ledger); reason: required for manual marks and for a change, of a ledger what it counted;
    evidence: ids of the office's stored files; as_of: the last day that a ledger counted, inclusive. A claim beside the
    ledger's figure stays; one that was accepted is asked again.
    Raises NotFound, Denied, Conflict (published month, indicator not entered by the province), Invalid.
    """
    row = FactRow(office_id, fact, reason, tuple(evidence), as_of=as_of)
    written = _record(period_id, indicator_id, [row], source, actor=actor, at=at)
    if not written:
        raise Invalid(_("数值与现在的相同，没有改动。"), field="fact")
    return written[0]


@transaction.atomic
def record_facts(
    *, period_id: int, indicator_id: int, rows: Sequence[FactRow], actor: Actor, at: datetime
) -> list[CurrentValue]:
    """Enter a column of the grid: all rows or none; rows that say what is there already are left alone.

    Returns the values written. Raises as record_fact; problems of single rows come as Invalid (or Conflict, when
    someone entered meanwhile) with `rows` [{id: office id, label, message, field}].
    """
    return _record(period_id, indicator_id, rows, PROVINCE, actor=actor, at=at)


@transaction.atomic
def confirm_no_events(
    *, period_id: int, indicator_id: int, reason: str, actor: Actor, at: datetime
) -> list[CurrentValue]:
    """Confirm for every office without an entry that nothing happened this month; a zero is never assumed in silence.

    For indicators that count events (DEDUCT, ADD). Raises as record_fact, and Conflict when nobody is missing.
    """
    period, indicator = _opened(actor, period_id, indicator_id, PROVINCE, at=at)
    if indicator.method not in facts.COUNTED:
        raise Conflict(_("只有按次加扣分的指标可以确认“无事项”，其他指标请逐项录入。"))
    said = checked_reason(reason, at)
    avoided = avoidance.avoided_by(actor, on=timezone.localdate(at))  # theirs are left to somebody else
    empty = [row for row in selectors.grid(period, indicator) if row.applicable and row.current is None]
    missing = [row for row in empty if row.participant.office_id not in avoided]
    if empty and not missing:
        ties.untied(actor, empty[0].office, avoided=avoided)
    if not missing:
        raise Conflict(_("各州市本月都已录入，没有需要确认的。"))
    nothing = facts.no_events(indicator.parameters)
    rows = [FactRow(entry.participant.office_id, nothing, said) for entry in missing]
    return _write(period, indicator, rows, PROVINCE, actor=actor, at=at)


@transaction.atomic
def publish_facts(
    *, period_id: int, indicator_id: int, rows: Sequence[FactRow], as_of: date, evidence: Sequence[str], actor: Actor,
    at: datetime,
) -> list[CurrentValue]:  # fmt: skip
    """Publish a ledger's figures of one indicator for a month: all rows or none; the office cannot type over them.

    as_of: the last day that the ledger counted, inclusive, up to today; evidence: ids of the bureau's files, what the
    ledger was read from, at least one when a person publishes; a row's reason says what was counted. Rows that say what
    is published already are left alone. Returns the values written. Source: domain reference 2.3 (data source), 2.2
    step 12. Raises NotFound, Denied (also: tied to an office), Conflict (no ledger's indicator, published month, not
    running), Invalid as record_facts (and as_of, evidence).
    """
    period, indicator = _opened(actor, period_id, indicator_id, "", at=at)
    on = timezone.localdate(at)
    if actor.user_id is not None:
        policies.impartial(avoidance.avoided_by(actor, on=on), [row.office_id for row in rows])
        if not evidence:
            raise Invalid(_("请附上台账导出的文件或打印件，州市会看到它。"), field="evidence")
    first = date(period.cycle.year, 1, 1)
    if not first <= as_of <= on:
        raise Invalid(
            _("数据截至日须在 %(first)s 至 %(last)s 之间。") % {"first": first.isoformat(), "last": on.isoformat()},
            field="as_of",
        )
    current = selectors.lock_current(period, indicator, [row.office_id for row in rows])
    given = [
        replace(row, as_of=as_of, evidence=tuple(evidence))
        for row in rows
        if not _is_published(row, current.get(row.office_id))
    ]
    return _write(period, indicator, given, indicator.data_source, actor=actor, at=at)


def _opened(actor: Actor, period_id: int, indicator_id: int, source: str, *, at: datetime) -> tuple[Period, Indicator]:
    """Period (locked: a month's entries queue up) and indicator, after asking the policy. source "": its own."""
    pinning.hold(period_ids=[period_id])
    period = selectors.get_period(actor, period_id, lock=True)
    indicator = selectors.get_indicator(period, indicator_id)
    if source == PROVINCE:
        policies.enter(actor, period, published=period.published)  # type: ignore[attr-defined]
        policies.entered_by_province(indicator)
    else:
        source = source or indicator.data_source
        policies.publish(
            actor, period, indicator, source, on=timezone.localdate(at),
            published=period.published,  # type: ignore[attr-defined]
        )  # fmt: skip
    return period, indicator


def _record(
    period_id: int, indicator_id: int, rows: Sequence[FactRow], source: str, *, actor: Actor, at: datetime
) -> list[CurrentValue]:
    period, indicator = _opened(actor, period_id, indicator_id, source, at=at)
    return _write(period, indicator, rows, source, actor=actor, at=at)


def _write(
    period: Period, indicator: Indicator, rows: Sequence[FactRow], source: str, *, actor: Actor, at: datetime
) -> list[CurrentValue]:
    entries = {entry.participant.office_id: entry for entry in selectors.grid(period, indicator)}
    if any(row.office_id not in entries for row in rows):
        raise NotFound(_("有州市不参加本年度考核。"))
    current = selectors.lock_current(period, indicator, [row.office_id for row in rows])
    evidence = selectors.evidence_of(actor, [file_id for row in rows for file_id in row.evidence])
    avoided = avoidance.avoided_by(actor, on=timezone.localdate(at)) if source == PROVINCE else {}
    _check_rows(rows, entries, current, indicator, at, lambda office: ties.untied(actor, office, avoided=avoided))
    changed = [row for row in rows if not _says_the_same(row, current.get(row.office_id))]
    values = ReportedValue.objects.bulk_create(
        ReportedValue(
            period=period, office_id=row.office_id, indicator=indicator, report=None, source=source, fact=row.fact,
            version=current[row.office_id].value.version + 1 if row.office_id in current else 1,
            narrative=row.reason.strip(), evidence=[evidence[file_id] for file_id in row.evidence],
            entered_by_id=actor.user_id, entered_by_name=actor.name, entered_at=at, as_of=row.as_of,
        )
        for row in changed
    )  # fmt: skip
    standing = [_stand(value, current.get(value.office_id), actor=actor, at=at) for value in values]
    CurrentValue.objects.bulk_create(value for value in standing if value.pk is None)
    CurrentValue.objects.bulk_update(
        (value for value in standing if value.value.version > 1),
        ["value", "state", "final_fact", "corrected", "points_off", "reason", "decided_by_id", "decided_by_name",
         "decided_at", "lock_version"],
    )  # fmt: skip
    if source != PROVINCE:
        open_again(standing, actor=actor, at=at)
    events.record_all(
        [
            FactRecorded(subject=now.subject, version=now.value.version, source=source, reason=now.value.narrative)
            for now in standing
        ],
        actor=actor, at=at,
    )  # fmt: skip
    return standing


def _stand(value: ReportedValue, current: CurrentValue | None, *, actor: Actor, at: datetime) -> CurrentValue:
    """The current value after this entry; a new version starts without points off."""
    now = current or CurrentValue(period=value.period, office_id=value.office_id, indicator=value.indicator)
    now.value = value
    now.state = ValueState.VERIFIED
    now.take_back()
    now.reason = ""
    now.decided(by=actor, at=at)
    return now


def _says_the_same(row: FactRow, current: CurrentValue | None) -> bool:
    """Held against what counts; of a ledger against what it published, whatever was decided beside it."""
    if current is None or row.evidence:
        return False
    return facts.same(row.fact, current.value.fact if of_ledger(current.value) else current.final_fact)


def _is_published(row: FactRow, current: CurrentValue | None) -> bool:
    """An office's own figure is replaced by the ledger's also where both say the same."""
    return current is not None and of_ledger(current.value) and facts.same(row.fact, current.value.fact)


def _check_rows(
    rows: Sequence[FactRow], entries: dict[int, selectors.Entry], current: dict[int, CurrentValue],
    indicator: Indicator, at: datetime, check_untied: Callable[[Office], None],
) -> None:  # fmt: skip
    """Raises the only row's own refusal, or one with all rows that cannot be taken."""
    refused: list[tuple[FactRow, Refusal]] = []
    for row in rows:
        try:
            now = current.get(row.office_id)
            if not _says_the_same(row, now):
                check_untied(entries[row.office_id].office)
            _check_row(row, entries[row.office_id], now, indicator, at)
        except Refusal as refusal:
            refused.append((row, refusal))
    if not refused:
        return
    if len(rows) == 1:
        raise refused[0][1]
    kind = Conflict if all(isinstance(refusal, Conflict) for _row, refusal in refused) else Invalid
    listed = [
        {
            "id": row.office_id, "label": entries[row.office_id].office.label, "message": refusal.message,
            "field": refusal.field,
        }
        for row, refusal in refused
    ]  # fmt: skip
    raise kind(_("%(bad)s 行不能保存，本次一行也没有保存。") % {"bad": len(listed)}, rows=listed)


def _check_row(
    row: FactRow, entry: selectors.Entry, current: CurrentValue | None, indicator: Indicator, at: datetime
) -> None:
    if not entry.applicable:
        raise Invalid(
            _("责任书写明该指标对%(office)s不适用：%(reason)s。")
            % {"office": entry.office.label, "reason": entry.not_applicable_reason},
            field="fact",
        )
    if row.lock_version != -1 and row.lock_version != (current.lock_version if current else None):
        name = current.decided_by_name if current else ""
        raise Conflict(_("%(name)s刚刚录入了这一行，请刷新后再改。") % {"name": name})
    check_fact(indicator, row.fact)
    changes = current is not None and not _says_the_same(row, current)
    if changes or indicator.method == Method.MANUAL:
        checked_reason(row.reason, at)
