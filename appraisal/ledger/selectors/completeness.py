"""Completeness and punctuality: which office has handed over what, when, how often it came back."""

from dataclasses import dataclass
from datetime import datetime
from typing import Any

from django.db.models import Count, Min, Q

from appraisal.ledger.models import CurrentValue, Cycle, Participant, Period, Report
from appraisal.ledger.selectors import letters, owning
from appraisal.ledger.selectors.facts import last_day
from appraisal.ledger.states import ValueState
from appraisal.library.models import EnteredBy, Indicator
from tenants.models import Office


@dataclass(frozen=True)
class Standing:
    """One office in one month. expected: indicators it has to report; handed_over_at: of round 1, None when missing."""

    office: Office
    peer_group: int
    expected: int
    reported: int
    verified: int
    waiting: int
    returned: int
    rounds: int
    handed_over_at: datetime | None
    on_time: bool | None
    province_expected: int
    province_entered: int

    @property
    def missing(self) -> int:
        return max(self.expected - self.reported, 0)

    @property
    def complete(self) -> bool:
        return self.verified >= self.expected > 0

    @property
    def percent(self) -> int:
        return 100 * self.verified // self.expected if self.expected else 0


def standings(period: Period, owner: str = "") -> list[Standing]:
    """All participants in official order. Six queries, seven with changed letters, whatever their number.

    owner: only what this division confirms, as owning.asked.
    """
    mine = owning.asked(owner)
    participants = Participant.objects.in_month(period).select_related("office")
    reports: dict[int, dict[str, Any]] = {
        row["office_id"]: dict(row)
        for row in Report.objects.filter(period=period)
        .values("office_id")
        .annotate(
            rounds=Count("pk"),
            first=Min("handed_over_at", filter=Q(round=1)),
            punctual=Count("pk", filter=Q(round=1, on_time=True)),
        )
    }
    reported = Q(value__report__isnull=False)
    states: dict[int, dict[str, Any]] = {
        row["office_id"]: dict(row)
        for row in CurrentValue.objects.filter(mine, period=period)
        .values("office_id")
        .annotate(
            reported=Count("pk", filter=reported),
            verified=Count("pk", filter=reported & Q(state=ValueState.VERIFIED)),
            waiting=Count("pk", filter=reported & Q(state=ValueState.SUBMITTED)),
            returned=Count("pk", filter=reported & Q(state=ValueState.RETURNED)),
            entered=Count("pk", filter=Q(indicator__entered_by=EnteredBy.PROVINCE)),
        )
    }
    wanted = _wanted(period, owner)
    excluded = letters.spared(period.cycle_id, period.cycle.version_id, last_day(period), owner=owner)
    rows = []
    for participant in participants.order_by("office__position", "office_id"):
        key = participant.office_id
        report, state, out = reports.get(key), states.get(key, {}), excluded.get(key, {})
        rows.append(
            Standing(
                office=participant.office,
                peer_group=participant.peer_group,
                expected=wanted.get(EnteredBy.PREFECTURE, 0) - out.get(EnteredBy.PREFECTURE, 0),
                reported=state.get("reported", 0),
                verified=state.get("verified", 0),
                waiting=state.get("waiting", 0),
                returned=state.get("returned", 0),
                rounds=report["rounds"] if report else 0,
                handed_over_at=report["first"] if report else None,
                on_time=bool(report["punctual"]) if report else None,
                province_expected=wanted.get(EnteredBy.PROVINCE, 0) - out.get(EnteredBy.PROVINCE, 0),
                province_entered=state.get("entered", 0),
            )
        )
    return rows


def _wanted(period: Period, owner: str) -> dict[str, int]:
    of_owner = owning.asked(owner, "owner")
    rows = Indicator.objects.filter(of_owner, version_id=period.cycle.version_id, parent__isnull=False)
    return {row["entered_by"]: row["n"] for row in rows.order_by().values("entered_by").annotate(n=Count("pk"))}


def punctuality(cycle: Cycle) -> dict[int, dict[int, bool]]:
    """Office id → month → whether its first report of the month came in time. One query."""
    found: dict[int, dict[int, bool]] = {}
    rows = Report.objects.filter(period__cycle=cycle, round=1)
    for office_id, month, on_time in rows.values_list("office_id", "period__month", "on_time"):
        found.setdefault(office_id, {})[month] = on_time
    return found
