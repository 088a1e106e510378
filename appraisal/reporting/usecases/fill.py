"""Fill in: save values of a month. A draft may be incomplete; what is written must make sense."""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime
from decimal import Decimal
from typing import Any

from django.db import transaction
from django.utils import timezone
from django.utils.translation import gettext as _

from appraisal.ledger.rules.facts import same
from appraisal.ledger.selectors import reports as ledger
from appraisal.ledger.states import ValueState
from appraisal.library.models import Indicator
from appraisal.reporting import events, policies
from appraisal.reporting.models import CountyLine, DraftValue, MonthlyDraft
from appraisal.reporting.rules import facts
from appraisal.reporting.rules.changes import plain
from appraisal.reporting.selectors import sheet as selectors
from appraisal.reporting.selectors.entries import Entry, tidied, wrongs
from appraisal.reporting.selectors.sheet import Sheet
from appraisal.reporting.states import DraftState
from core import events as core_events
from core.errors import Conflict, Invalid
from core.postgres.copying import copy_rows, delete_rows
from tenants.actors import Actor

WRITTEN = [
    "fact", "narrative", "nothing_to_report", "nothing_reason", "lock_version", "changed_since_return", "updated_by_id",
    "updated_by_name", "updated_at",
]  # fmt: skip
AT_ONCE = 2000  # rows of one statement


@dataclass(frozen=True)
class Saved:
    """A value as it is stored now, in its month. warnings: what must be explained before it can be submitted."""

    value: DraftValue
    sheet: Sheet
    warnings: list[str] = field(default_factory=list)


@transaction.atomic
def save_value(
    *,
    period_id: int,
    indicator_id: int,
    fact: Mapping[str, Any] | None,
    nothing_to_report: bool = False,
    nothing_reason: str = "",
    narrative: str = "",
    county_lines: Sequence[Mapping[str, Any]] | None = None,
    lock_version: int = 0,
    quiet: bool = False,
    actor: Actor,
    at: datetime,
) -> Saved:
    """Save one indicator of the month's draft, complete or not; see `save_values`.

    fact: shape as ledger.models.ReportedValue, None while nothing is filled in. quiet: an automatic save, of which the
    timeline tells nothing (the audit rows do).
    """
    entry = Entry(indicator_id, fact, nothing_to_report, nothing_reason, narrative, county_lines, lock_version)
    return save_values(period_id=period_id, entries=[entry], quiet=quiet, actor=actor, at=at)[0]


@transaction.atomic
def save_values(
    *, period_id: int, entries: Sequence[Entry], quiet: bool = False, actor: Actor, at: datetime
) -> list[Saved]:
    """Save several indicators of the month's draft, all or none. The first save begins the draft.

    After a return by the province only what was returned can be saved, and the month is being filled in again.
    Raises NotFound (no such period or indicator here), Denied (no filler of this office, a visitor), Conflict (period
    closed, with the leader or the province, or saved by somebody else since `lock_version`: rows tell the differences),
    Invalid (rows: one {"indicator_id", "field", "message"} for each wrong field).
    """
    on = timezone.localdate(at)
    period = ledger.get_period(actor, period_id)
    demands = ledger.demands(actor, period)
    policies.fill(actor, period, demands.letter, on)
    draft = locked_draft(period_id)
    sheet = selectors.loaded(actor, period, draft, on=on, demands=demands)
    indicators = save_into(sheet, draft, entries, quiet=quiet, actor=actor, at=at)
    sheet.take(selectors.values_of(draft))
    return [Saved(sheet.values[row.pk], sheet, [wrong.message for wrong in sheet.warnings(row)]) for row in indicators]


def save_into(
    sheet: Sheet, draft: MonthlyDraft, entries: Sequence[Entry], *, quiet: bool = False, actor: Actor, at: datetime
) -> list[Indicator]:
    """`save_values` into a draft that is locked and a sheet that was loaded under that lock, by somebody who has been
    let in as a filler (policies.fill). The sheet's values are old afterwards. Raises NotFound, Conflict, Invalid."""
    indicators = [sheet.indicator(entry.indicator_id) for entry in entries]
    tidy = []
    for entry, indicator in zip(entries, indicators, strict=True):
        policies.edit(draft, indicator, sheet.demands.applies(indicator), sheet.current(indicator))
        tidy.append(tidied(entry))
    _refuse_wrong(sheet, indicators, tidy)
    for indicator, entry in zip(indicators, tidy, strict=True):
        _refuse_stale(sheet, indicator, entry)
    _write(sheet, draft, zip(indicators, tidy, strict=True), actor, at)
    if draft.state == DraftState.HANDED_OVER:
        draft.move(DraftState.FILLING)
        draft.save(update_fields=["state"])
    if not quiet:
        codes = [indicator.code for indicator in indicators]
        event = events.ValuesSaved(subject=subject(actor, sheet.period.pk), indicators=codes)
        core_events.record(event, actor=actor, at=at)
    return indicators


@transaction.atomic
def carry_over(*, period_id: int, actor: Actor, at: datetime) -> list[Saved]:
    """Begin every indicator that nobody has begun with what counts of last month; to be looked through and changed.

    Explanations, county lines and evidence are not carried over: they are of last month.
    Source: domain reference 7.1 item 9.
    Raises as `save_values`, and Conflict when there is nothing to carry over.
    """
    sheet = selectors.sheet(actor, period_id, on=timezone.localdate(at))
    policies.fill(actor, sheet.period, sheet.demands.letter, sheet.on)
    entries = [
        Entry(
            row.pk,
            facts.of_last_month(row, last.final_fact),
            nothing_to_report=last.final_fact is None,
            nothing_reason=last.value.nothing_reason if last.final_fact is None else "",
        )
        for row in sheet.waiting
        if row.pk not in sheet.values and (last := sheet.last(row)) is not None
    ]
    if not entries:
        raise Conflict(_("没有可沿用的：上月没有数据，或本月各项都已填写。"))
    return save_values(period_id=period_id, entries=entries, actor=actor, at=at)


def subject(actor: Actor, period_id: int) -> str:
    """What the events of a month are about."""
    return f"reporting.month:{actor.office.schema_name}:{period_id}"


def locked_draft(period_id: int) -> MonthlyDraft:
    """The mounted office's draft of a period, begun if need be, locked."""
    draft = selectors.draft_of(period_id, lock=True)
    if draft is None:
        MonthlyDraft.objects.get_or_create(period_id=period_id)
        draft = selectors.draft_of(period_id, lock=True)
    assert draft is not None
    return draft


def _refuse_wrong(sheet: Sheet, indicators: list[Indicator], given: list[Entry]) -> None:
    rows: list[dict[str, Any]] = [
        {"indicator_id": indicator.pk, "code": indicator.code, "field": wrong.field, "message": wrong.message}
        for indicator, entry in zip(indicators, given, strict=True)
        for wrong in wrongs(sheet, indicator, entry)
    ]
    if rows:
        raise Invalid(rows[0]["message"], field=rows[0]["field"], rows=rows)


def _refuse_stale(sheet: Sheet, indicator: Indicator, entry: Entry) -> None:
    known = sheet.values.get(indicator.pk)
    if known is None or known.lock_version == entry.lock_version:
        return
    moment = timezone.localtime(known.updated_at)
    raise Conflict(
        _("%(code)s 已由%(name)s于 %(time)s 保存过，与您看到的不是同一版本。请核对差异后再保存。")
        % {"code": indicator.code, "name": known.updated_by_name, "time": f"{moment:%m-%d %H:%M:%S}"},
        rows=differences(sheet, indicator, known, entry),
    )


def differences(sheet: Sheet, indicator: Indicator, known: DraftValue, entry: Entry) -> list[dict[str, str]]:
    """Field by field what is stored (theirs) and what comes in (yours), where they differ."""
    nothing = {True: _("本月无发生"), False: ""}
    pairs: list[tuple[str, str, Any, Any]] = [
        ("fact", _("填报值"), known.fact, entry.fact),
        ("nothing_reason", _("无发生的原因"), known.nothing_reason, entry.nothing_reason),
        ("narrative", _("说明"), known.narrative, entry.narrative),
        ("nothing_to_report", _("本月无发生"), nothing[known.nothing_to_report], nothing[entry.nothing_to_report]),
    ]
    if entry.county_lines is not None:
        theirs = {code: plain(quantity) for code, quantity in known.counties.items()}
        yours = {line["code"]: line["quantity"] for line in entry.county_lines if line["quantity"] is not None}
        pairs += [
            (f"county.{code}", sheet.counties.get(code, code), theirs.get(code, ""), yours.get(code, ""))
            for code in sorted(theirs.keys() | yours.keys())
        ]
    milestones = sheet.milestones(indicator)
    return [
        {
            "field": name,
            "label": label,
            "theirs": facts.described(indicator, one, milestones) if name == "fact" else str(one),
            "yours": facts.described(indicator, other, milestones) if name == "fact" else str(other),
        }
        for name, label, one, other in pairs
        if not same(one, other)
    ]


def _write(
    sheet: Sheet, draft: MonthlyDraft, pairs: Iterable[tuple[Indicator, Entry]], actor: Actor, at: datetime
) -> None:
    """All of them in at most four statements; of county lines only those that come, change or go."""
    made, kept = list[DraftValue](), list[DraftValue]()
    lines: list[tuple[DraftValue, Sequence[Mapping[str, Any]]]] = []
    for indicator, entry in pairs:
        current, known = sheet.current(indicator), sheet.values.get(indicator.pk)
        value = known or DraftValue(draft=draft, indicator=indicator, lock_version=0)
        value.fact, value.narrative = entry.fact, entry.narrative
        value.nothing_to_report, value.nothing_reason = entry.nothing_to_report, entry.nothing_reason
        value.lock_version += 1
        value.changed_since_return = current is not None and current.state == ValueState.RETURNED
        value.updated_by_id, value.updated_by_name, value.updated_at = actor.user_id or 0, actor.name, at
        (made if known is None else kept).append(value)
        if entry.county_lines is not None:
            lines.append((value, entry.county_lines))
    DraftValue.objects.bulk_create(made)
    # Of rows that are there, an upsert is the update that does not grow with the square of its rows.
    DraftValue.objects.bulk_create(
        kept, update_conflicts=True, unique_fields=["draft", "indicator"], update_fields=WRITTEN, batch_size=AT_ONCE
    )
    _write_lines(lines, {value.pk for value in kept})


def _write_lines(lines: Iterable[tuple[DraftValue, Sequence[Mapping[str, Any]]]], known: set[int]) -> None:
    """known: the values that were there before, with the county lines they had under the draft's lock."""
    gone, come = list[tuple[int, str]](), list[tuple[int, str, Decimal]]()
    for value, given in lines:
        before = value.counties if value.pk in known else {}
        after = {line["code"]: Decimal(line["quantity"]) for line in given if line["quantity"] is not None}
        gone += [(value.pk, code) for code in before if code not in after]
        come += [(value.pk, code, quantity) for code, quantity in after.items() if before.get(code) != quantity]
    delete_rows(CountyLine, ["value", "region_code"], gone)
    copy_rows(CountyLine, ["value", "region_code", "quantity"], come, unique=["value", "region_code"])
