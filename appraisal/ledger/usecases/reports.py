"""Take in what an office hands over: immutable rows, in the transaction of the leader's signature."""

from collections.abc import Sequence
from dataclasses import dataclass, field
from datetime import datetime
from typing import Any

from django.db import transaction
from django.db.models import Max
from django.utils import timezone
from django.utils.translation import gettext as _

from appraisal.ledger.events.reports import ReportHandedOver
from appraisal.ledger.models import CurrentValue, Period, Report, ReportedValue
from appraisal.ledger.policies import reports as policies
from appraisal.ledger.selectors import pinning
from appraisal.ledger.selectors import reports as selectors
from appraisal.ledger.states import ValueState
from appraisal.ledger.usecases.claims import HandedClaim, receive_claims
from appraisal.library.models import Indicator
from core import events
from core.errors import Invalid
from tenants.actors import Actor

SOURCE = "report"


@dataclass(frozen=True)
class HandedValue:
    """One indicator as it is handed over; shapes as ledger.models.ReportedValue."""

    indicator_id: int
    fact: dict[str, Any] | None
    nothing_to_report: bool = False
    nothing_reason: str = ""
    narrative: str = ""
    county_lines: list[dict[str, str]] = field(default_factory=list)
    evidence: list[dict[str, Any]] = field(default_factory=list)
    entered_by_id: int | None = None
    entered_by_name: str = ""
    entered_at: datetime | None = None
    remarks: list[dict[str, Any]] = field(default_factory=list)


@transaction.atomic
def receive_report(
    *,
    period_id: int,
    values: Sequence[HandedValue],
    claims: Sequence[HandedClaim] = (),
    reporter_id: int | None,
    reporter_name: str,
    actor: Actor,
    at: datetime,
) -> Report:
    """Write a month's report (round 1) or what comes back after returns (round 2 …) into the record.

    actor signs. on_time: handed over on the period's due day (legal day) or before. Each value becomes the next
    version and waits for the province (SUBMITTED); how often it was returned is kept. claims: other figures beside
    those that a ledger published; they may be all that is handed over.
    Source: domain reference 2.2 step 6.
    Raises NotFound (no such period for this office), Denied (not a signer, a visitor), Conflict (period closed, a
    value that is not returned comes again), Invalid (nothing to hand over).
    """
    period = selectors.get_period(actor, period_id)
    on = timezone.localdate(at)
    policies.hand_over(actor, period, on)
    pinning.hold(period_ids=[period.pk])
    selectors.lock_participation(actor, period)
    current = selectors.current_values(actor, period, lock=True)
    codes = _codes(period, values) if values or not claims else {}
    for value in values:
        policies.replace(current.get(value.indicator_id), codes[value.indicator_id])
    report = _new_report(period, actor, at, reporter_id, reporter_name, on_time=on <= period.due_on)
    rows = _store(report, values, current, at)
    _put_in_force(rows, current)
    receive_claims(report, claims, current, actor=actor, at=at)
    events.record(
        ReportHandedOver(
            subject=f"ledger.report:{period.pk}:{actor.office.pk}",
            report_id=report.pk, period_id=period.pk, office_id=actor.office.pk,
            round=report.round, on_time=report.on_time, indicators=[codes[value.indicator_id] for value in values],
        ),
        actor=actor,
        at=at,
    )  # fmt: skip
    return report


def _codes(period: Period, values: Sequence[HandedValue]) -> dict[int, str]:
    """The code of each handed indicator, all of the period's scheme and each once."""
    if not values:
        raise Invalid(_("没有可报送的指标。"))
    asked = {value.indicator_id for value in values}
    rows = Indicator.objects.filter(version_id=period.cycle.version_id, pk__in=asked)
    codes = dict(rows.values_list("pk", "code"))
    if len(asked) < len(values) or asked - codes.keys():
        raise Invalid(_("报送的指标不属于本年度指标体系，或有重复。"))
    return codes


def _new_report(
    period: Period, actor: Actor, at: datetime, reporter_id: int | None, reporter_name: str, *, on_time: bool
) -> Report:
    last = Report.objects.filter(period=period, office=actor.office).aggregate(last=Max("round"))["last"] or 0
    return Report.objects.create(
        period=period, office=actor.office, round=last + 1, handed_over_at=at, on_time=on_time,
        reporter_id=reporter_id, reporter_name=reporter_name, signer_id=actor.user_id, signer_name=actor.name,
    )  # fmt: skip


def _store(
    report: Report, values: Sequence[HandedValue], current: dict[int, CurrentValue], at: datetime
) -> list[ReportedValue]:
    """The next version of each value; the province may have entered one in between, hence the lookup."""
    rows = ReportedValue.objects.filter(
        period_id=report.period_id, office_id=report.office_id, indicator_id__in=current.keys()
    )
    versions = dict(rows.values("indicator_id").annotate(last=Max("version")).values_list("indicator_id", "last"))
    return ReportedValue.objects.bulk_create(
        ReportedValue(
            period_id=report.period_id, office_id=report.office_id, indicator_id=value.indicator_id, report=report,
            version=versions.get(value.indicator_id, 0) + 1, source=SOURCE, fact=value.fact,
            nothing_to_report=value.nothing_to_report, nothing_reason=value.nothing_reason,
            narrative=value.narrative, county_lines=value.county_lines, evidence=value.evidence,
            entered_by_id=value.entered_by_id, entered_by_name=value.entered_by_name, entered_at=value.entered_at or at,
            remarks=value.remarks,
        )
        for value in values
    )  # fmt: skip


def _put_in_force(rows: list[ReportedValue], current: dict[int, CurrentValue]) -> None:
    new, again = [], []
    for row in rows:
        known = current.get(row.indicator_id)
        if known is None:
            new.append(
                CurrentValue(
                    period_id=row.period_id, office_id=row.office_id, indicator_id=row.indicator_id, value=row,
                    final_fact=row.fact,
                )
            )  # fmt: skip
            continue
        known.move(ValueState.SUBMITTED)
        known.value, known.final_fact = row, row.fact
        known.corrected, known.points_off, known.reason = False, 0, ""
        known.decided_by_id, known.decided_by_name, known.decided_at = None, "", None
        known.lock_version += 1
        again.append(known)
    CurrentValue.objects.bulk_create(new)
    CurrentValue.objects.bulk_update(
        again,
        [
            "value", "final_fact", "state", "corrected", "points_off", "reason",
            "decided_by_id", "decided_by_name", "decided_at", "lock_version",
        ],
    )  # fmt: skip


__all__ = ["HandedClaim", "HandedValue", "receive_report"]
