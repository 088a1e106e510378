"""The grid of one province-entered indicator in one month: every office with its fact."""

from dataclasses import dataclass
from datetime import date

from django.db.models import Count, Exists, OuterRef
from django.utils.translation import gettext as _

from appraisal.ledger.models import CurrentValue, Participant, Period, ScoreRun
from appraisal.ledger.policies.reports import TYPED
from appraisal.ledger.rules import procedure
from appraisal.ledger.selectors import holding
from appraisal.ledger.states import RunState
from appraisal.library.models import EnteredBy, Indicator, Method
from core import files
from core.errors import NotFound
from core.models import StoredFile
from tenants.actors import Actor
from tenants.models import Office


def get_period(actor: Actor, period_id: int, *, lock: bool = False) -> Period:
    """A period of the actor's province, annotated with `published`; locked: entries of one month queue up. NotFound."""
    mine = Period.objects.filter(cycle__province_id=actor.province_id)
    if lock and not mine.filter(pk=period_id).select_for_update(of=("self",), no_key=True).exists():
        raise NotFound(_("没有这个考核月份。"))
    runs = ScoreRun.objects.filter(period=OuterRef("pk"), state=RunState.PUBLISHED)
    period = mine.select_related("cycle").annotate(published=Exists(runs)).filter(pk=period_id).first()
    if period is None:
        raise NotFound(_("没有这个考核月份。"))
    return period


def get_indicator(period: Period, indicator_id: int) -> Indicator:
    """An indicator of the scheme in force in that period. Raises NotFound."""
    found = Indicator.objects.select_related("parent").filter(
        pk=indicator_id, version_id=period.cycle.version_id, parent__isnull=False
    )
    if (indicator := found.first()) is None:
        raise NotFound(_("本年度指标体系中没有这个指标。"))
    return indicator


def indicator_by_code(period: Period, code: str) -> Indicator:
    """The same by its code. Raises NotFound."""
    found = Indicator.objects.filter(version_id=period.cycle.version_id, code=code, parent__isnull=False).first()
    if found is None:
        raise NotFound(_("本年度指标体系中没有这个指标。"))
    return found


def indicators_of(period: Period) -> list[Indicator]:
    """The indicators that the province enters, in the scheme's order."""
    rows = Indicator.objects.filter(version_id=period.cycle.version_id, entered_by=EnteredBy.PROVINCE)
    return list(
        rows.exclude(method__in=["", Method.MILESTONE])
        .select_related("parent")
        .order_by("parent__position", "position")
    )


def ledger_indicators(period: Period, on: date) -> list[Indicator]:
    """The indicators whose figures ledgers publish (rules.procedure.ledger_publishers), in the scheme's order."""
    sources = list(procedure.ledger_publishers(on))
    rows = Indicator.objects.filter(version_id=period.cycle.version_id, data_source__in=sources, parent__isnull=False)
    rows = rows.exclude(method__in=["", Method.MILESTONE]).exclude(entered_by=EnteredBy.SYSTEM)
    return list(rows.select_related("parent").order_by("parent__position", "position"))


@dataclass(frozen=True)
class Entry:
    """One office's row. current: None while nothing is entered; before: last month's value."""

    participant: Participant
    applicable: bool
    not_applicable_reason: str
    current: CurrentValue | None
    before: CurrentValue | None

    @property
    def office(self) -> Office:
        return self.participant.office


def grid(period: Period, indicator: Indicator) -> list[Entry]:
    """All participants in official order with this month's and last month's value. Five queries."""
    participants = Participant.objects.in_month(period).select_related("office")
    values = CurrentValue.objects.filter(indicator=indicator, period__cycle_id=period.cycle_id)
    values = values.filter(period__month__in=[period.month, period.month - 1]).select_related("value", "period")
    found = {(value.office_id, value.period.month): value for value in values}
    excluded = holding.spared(period, indicator)
    return [
        Entry(
            participant,
            participant.office_id not in excluded,
            excluded.get(participant.office_id, ""),
            found.get((participant.office_id, period.month)),
            found.get((participant.office_id, period.month - 1)),
        )
        for participant in participants.order_by("office__position", "office_id")
    ]


def lock_current(period: Period, indicator: Indicator, office_ids: list[int]) -> dict[int, CurrentValue]:
    """The offices' current values of this month, locked, by office id."""
    rows = CurrentValue.objects.filter(period=period, indicator=indicator, office_id__in=office_ids)
    return {row.office_id: row for row in rows.select_related("value").order_by("pk").locked()}


def evidence_of(actor: Actor, file_ids: list[str]) -> dict[str, dict[str, object]]:
    """Files of the actor's office by id, as evidence entries, in the order in which they were chosen.

    They are not removed before this transaction ends.

    Raises NotFound when one is not there.
    """
    if not file_ids:
        return {}
    files.hold(file_ids)
    rows = StoredFile.objects.filter(office=actor.office.schema_name, pk__in=file_ids)
    found: dict[str, dict[str, object]] = {
        str(row.pk): {
            "id": str(row.pk), "name": row.name, "sha256": row.sha256, "size": row.size, "media_type": row.media_type
        }
        for row in rows
    }  # fmt: skip
    if len(found) != len({str(file_id) for file_id in file_ids}):
        raise NotFound(_("有佐证材料不存在，请重新上传后再选。"))
    return {key: found[key] for key in map(str, file_ids)}


def entered_counts(period: Period) -> dict[int, int]:
    """Indicator id → offices with a value this month, for the indicators the province enters."""
    rows = CurrentValue.objects.filter(period=period, indicator__entered_by=EnteredBy.PROVINCE).order_by()
    return {row["indicator_id"]: row["n"] for row in rows.values("indicator_id").annotate(n=Count("pk"))}


def published_counts(period: Period) -> dict[int, int]:
    """Indicator id → offices whose figure of this month a ledger has published. One query."""
    rows = CurrentValue.objects.filter(period=period).exclude(value__source__in=TYPED).order_by()
    return {row["indicator_id"]: row["n"] for row in rows.values("indicator_id").annotate(n=Count("pk"))}


def participant_count(period: Period) -> int:
    """How many offices take part."""
    return Participant.objects.in_month(period).count()
