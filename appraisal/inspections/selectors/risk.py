"""What is counted of the objects of a draw: corrections, late reports, leaps, months without inspection.

Every number is of the last months (`window_months`) up to the day of counting, out of the public record.
"""

from collections import defaultdict
from collections.abc import Iterable
from dataclasses import replace
from datetime import date
from decimal import Decimal, InvalidOperation
from typing import Any

from django.db.models import Count, Q
from django.utils import timezone

from appraisal.inspections.models import Draw, Task
from appraisal.inspections.policies.draws import INSPECTORS
from appraisal.inspections.rules import figures, risk
from appraisal.inspections.rules.risk import Measures
from appraisal.inspections.states import DrawState, TaskState
from appraisal.ledger.models import CurrentValue, Cycle, Participant, Period, Report, Verification
from appraisal.ledger.states import ValueState
from appraisal.rules import outliers
from appraisal.rules.parameters import in_force
from tenants.models import Membership, Office, Region

Leap = tuple[int, str, int, int]  # office id, indicator code, cycle id, month


def objects_of(draw: Draw, *, on: date) -> list[dict[str, Any]]:
    """The objects of the round's kind with their weights, as Draw.material keeps them, heaviest first."""
    rule = figures.in_force("risk_weights", on)
    offices = _offices(draw.cycle)
    measured = _measures(draw.cycle, offices, rule["window_months"], on)
    inspected = last_inspected(draw.province_id)
    found = [
        _object(key, office, label, replace(counted, months=_months(inspected.get(known), on)), rule)
        for key, known, office, label, counted in _counted(draw, offices, measured, on)
    ]
    return sorted(found, key=lambda row: (-row["weight"], row["key"]))


def _object(key: str, office: Office, label: str, measures: Measures, rule: dict[str, Any]) -> dict[str, Any]:
    weight, parts = risk.weigh(measures, rule)
    return {
        "key": key, "office": office.schema_name, "label": label, "weight": weight, "risk": parts, "left_out": "",
    }  # fmt: skip


def _offices(cycle: Cycle) -> list[Office]:
    rows = Participant.objects.filter(cycle=cycle).select_related("office")
    return [row.office for row in rows.order_by("office__position", "office_id")]


def _counted(
    draw: Draw, offices: list[Office], measured: "dict[int, Measures]", on: date
) -> Iterable[tuple[str, str, Office, str, Measures]]:
    """(key, what is looked up as inspected, office, label, measures) of every object."""
    if draw.kind == Draw.Kind.OFFICE:
        for office in offices:
            key = f"office:{office.schema_name}"
            yield key, key, office, office.name, measured[office.pk]
    elif draw.kind == Draw.Kind.COUNTY:  # what is counted of the prefecture holds for each of its counties
        rows = Region.objects.valid_on(on).filter(
            level="COUNTY", parent_code__in=[each.region_code for each in offices]
        )
        theirs: dict[str, list[tuple[str, str]]] = defaultdict(list)
        for parent, code, name in rows.order_by("code").values_list("parent_code", "code", "name"):
            theirs[parent].append((code, name))
        for office in offices:
            for code, name in theirs[office.region_code]:
                yield f"county:{code}", f"county:{code}", office, f"{office.short_name} {name}", measured[office.pk]
    else:
        yield from _values(draw, {office.pk: office for office in offices})


def _values(draw: Draw, offices: dict[int, Office]) -> Iterable[tuple[str, str, Office, str, Measures]]:
    """Verified values of the round's month: counted of the value itself, months of its office's indicator."""
    period = draw.period
    assert period is not None  # usecases.prepare_draw asks for the month
    rows = CurrentValue.objects.filter(period=period, state=ValueState.VERIFIED, value__report__isnull=False)
    rows = rows.filter(office_id__in=offices).select_related("indicator", "value__report")
    leaping = _leaps(draw.cycle_id, list(offices), draw.as_of)
    for value in rows.order_by("office__position", "office_id", "indicator__position", "pk"):
        office, code = offices[value.office_id], value.indicator.code
        key = f"value:{office.schema_name}:{code}"
        late = int(value.value.report is not None and not value.value.report.on_time)
        measures = Measures(
            corrected=int(value.corrected or value.points_off > 0), decided=1, late=late,
            outliers=int((office.pk, code, draw.cycle_id, period.month) in leaping),
        )  # fmt: skip
        yield f"{key}:{period.month:02d}", key, office, f"{office.short_name} {code} {value.indicator.name}", measures


def _measures(cycle: Cycle, offices: list[Office], window: int, on: date) -> dict[int, Measures]:
    """office id → what is counted of it in the window. Three queries, whatever the number of offices."""
    ids, since = [office.pk for office in offices], _months_before(on, window)
    decisions = Verification.objects.filter(value__office_id__in=ids, at__date__gt=since, at__date__lte=on)
    decided = {
        row["value__office_id"]: row
        for row in decisions.filter(decision__in=[Verification.Decision.VERIFIED, Verification.Decision.CORRECTED])
        .values("value__office_id")
        .annotate(
            decided=Count("value_id", distinct=True),
            corrected=Count("value_id", distinct=True, filter=Q(decision=Verification.Decision.CORRECTED)),
        )
    }
    reports = Report.objects.filter(office_id__in=ids, round=1, on_time=False)
    reports = reports.filter(handed_over_at__date__gt=since, handed_over_at__date__lte=on)
    late = dict(reports.values_list("office_id").annotate(n=Count("pk")).order_by())
    outliers: dict[int, int] = defaultdict(int)
    for office_id, *_ in _leaps(cycle.pk, ids, on):
        outliers[office_id] += 1
    nothing = {"decided": 0, "corrected": 0}
    return {
        pk: Measures(
            decided=decided.get(pk, nothing)["decided"], corrected=decided.get(pk, nothing)["corrected"],
            late=late.get(pk, 0), outliers=outliers.get(pk, 0),
        )
        for pk in ids
    }  # fmt: skip


def _leaps(cycle_id: int, office_ids: list[int], on: date) -> set[Leap]:
    """Where a figure of the year changed out of proportion (rules.outliers.leaps). One query."""
    rule = in_force("outlier", on)
    rows = CurrentValue.objects.filter(
        period__cycle_id=cycle_id, period__opens_on__lte=on, office_id__in=office_ids, final_fact__has_key="value"
    )
    months: dict[tuple[int, str], list[tuple[int, Decimal]]] = defaultdict(list)
    columns = rows.order_by("period__month").values_list(
        "office_id", "indicator__code", "period__month", "final_fact__value"
    )
    for office_id, code, month, text in columns:
        try:
            months[office_id, code].append((month, Decimal(str(text))))
        except InvalidOperation:  # what is no number cannot leap
            continue
    return {
        (office_id, code, cycle_id, month)
        for (office_id, code), figures_ in months.items()
        for month in outliers.leaps(figures_, rule)
    }


def last_inspected(province_id: int) -> dict[str, date]:
    """key of an object → the day it was last drawn, or inspected. A value: whatever the month."""
    rows = Draw.objects.filter(province_id=province_id, state=DrawState.DRAWN).order_by("drawn_at")
    found: dict[str, date] = {}
    for drawn_at, result in rows.values_list("drawn_at", "result"):
        for pair in result or []:
            key = pair["object"]
            found[key.rsplit(":", 1)[0] if key.startswith("value:") else key] = timezone.localdate(drawn_at)
    done = Task.objects.filter(cycle__province_id=province_id, state=TaskState.DONE).order_by("finished_at")
    for slug, key, finished_at in done.values_list("office__schema_name", "object_key", "finished_at"):
        day = timezone.localdate(finished_at)
        for known in {f"office:{slug}", key} - {""}:
            found[known] = max(day, found.get(known, day))
    return found


def _months(day: date | None, on: date) -> int | None:
    """Whole months from `day` to `on`."""
    if day is None:
        return None
    return max(0, (on.year - day.year) * 12 + on.month - day.month - (on.day < day.day))


def _months_before(day: date, months: int) -> date:
    year, month = divmod(day.year * 12 + day.month - 1 - months, 12)
    return date(year, month + 1, min(day.day, 28))


def inspectors_of(province: Office, *, on: date) -> list[dict[str, Any]]:
    """Who can be drawn: the bureau's inspectors, verifiers and fund supervisors, as Draw.material keeps them."""
    rows = Membership.objects.in_force(on).filter(office=province, role__in=INSPECTORS, user__is_active=True)
    found: dict[int, dict[str, Any]] = {}
    for row in rows.select_related("user", "division").order_by("user__name", "user_id"):
        found.setdefault(row.user_id, {
            "key": f"p{row.user_id}", "user_id": row.user_id, "name": row.user.name,
            "division": row.division.name if row.division else "", "chosen": True,
        })  # fmt: skip
    return list(found.values())


def months_with_values(cycle: Cycle, *, on: date) -> list[Period]:
    """The months whose verified values can be drawn from, newest first."""
    rows = Period.objects.filter(cycle=cycle, opens_on__lte=on, current_values__state=ValueState.VERIFIED)
    return list(rows.distinct().order_by("-month"))
