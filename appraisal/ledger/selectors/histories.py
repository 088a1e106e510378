"""Everything about one value: its versions with what changed, every decision, the months before, the target."""

from dataclasses import dataclass, field
from decimal import Decimal
from typing import Any

from django.utils import timezone
from django.utils.translation import gettext as _

from appraisal.ledger.models import CurrentValue, ReportedValue, TargetMilestone, Verification
from appraisal.ledger.policies import verification as policies
from appraisal.ledger.policies.reports import of_ledger
from appraisal.ledger.rules import facts
from appraisal.ledger.rules.remarks import Remark
from appraisal.ledger.selectors import claims, evidence_marks, holding, outliers, owning, queue
from appraisal.ledger.selectors.claims import Line as ClaimLine
from appraisal.ledger.selectors.fact_text import describe, number_of
from appraisal.library.models import Indicator
from core import events
from core.models import EventRecord
from tenants.actors import Actor


@dataclass(frozen=True)
class Change:
    """What one version changed against the one before."""

    name: str
    before: str
    after: str


@dataclass(frozen=True)
class Version:
    """One handed-over (or entered) version. text: its fact in words; decisions: oldest first."""

    value: ReportedValue
    text: str
    changes: list[Change]
    decisions: list["Decision"]


@dataclass(frozen=True)
class Decision:
    """One decision with its facts in words. changed: the value was replaced."""

    row: Verification
    before: str
    after: str
    changed: bool


@dataclass(frozen=True)
class Month:
    """One month of the same office and indicator."""

    month: int
    value: CurrentValue
    text: str
    number: Decimal | None


@dataclass(frozen=True)
class History:
    """All that is known. refusals: decision → why not, None when the actor may.

    sentence: where a ledger published the figure, which one, as of when, what it counted; claims: beside it.
    scheme, letter: that held in the month; scored: where an amendment scores it, the indicators that read the value.
    """

    current: CurrentValue
    reported: str
    final: str
    target: str
    county_sum: str
    versions: list[Version]
    months: list[Month]
    timeline: list[EventRecord]
    refusals: dict[str, str | None]
    remarks: list[Remark]
    sentence: str = ""
    claims: list[ClaimLine] = field(default_factory=list)
    scheme: holding.Scheme | None = None
    letter: holding.Letter | None = None
    scored: list[Indicator] = field(default_factory=list)

    @property
    def numbers(self) -> list[Decimal | None]:
        return [month.number for month in self.months]


def history_of(
    actor: Actor, current: CurrentValue, *, row: queue.Row | None = None, scheme: holding.Scheme | None = None
) -> History:
    """For a value from selectors.values.get_value (it bears `published`). Seven queries, for the bureau ten; of a
    ledger's figure three more, of one with files three more for the bureau.

    row, scheme: the value's line of the queue and the month's scheme, where they are known: four queries less.
    """
    indicator = current.indicator
    office_id, indicator_id = current.office_id, current.indicator_id
    row = row or queue.rows_of([current], current.period)[0]
    scheme = scheme or holding.scheme_of(current.period)
    months = CurrentValue.objects.filter(
        office_id=office_id, indicator_id=indicator_id, period__cycle_id=current.period.cycle_id
    )
    months = months.select_related("period").order_by("period__month")
    return History(
        current=current,
        reported=row.reported,
        final=row.final,
        target=row.target,
        county_sum=_county_sum(current.value),
        versions=_versions(current),
        months=[
            Month(m.period.month, m, describe(indicator, m.final_fact), number_of(indicator, m.final_fact))
            for m in months
        ],
        timeline=events.timeline(current.subject),
        refusals=refusals(actor, current),
        remarks=[
            *current.value.remarked,
            *(outliers.about(current, timezone.localdate()) if actor.at_province else ()),
            *(evidence_marks.about(current) if actor.at_province else ()),
        ],
        sentence=claims.source_sentence(indicator, current.value) if of_ledger(current.value) else "",
        claims=claims.of_value(actor, current),
        scheme=scheme,
        letter=row.letter,
        scored=scheme.of(indicator),
    )


def refusals(actor: Actor, current: CurrentValue, bars: policies.Bars | None = None) -> dict[str, str | None]:
    """For each decision why not, None when the actor may: the same sentences on pages and in the API.

    bars: the actor's where they are known already, for lists.
    """
    published = current.published
    bars = owning.bars(actor, on=timezone.localdate()) if bars is None else bars
    return {
        "verify": policies.verify.reason(actor, current, published=published, bars=bars),
        "return": policies.return_.reason(actor, current, published=published, bars=bars),
        "correct": policies.correct.reason(actor, current, published=published, bars=bars),
        "points": policies.change.reason(actor, current, published=published, bars=bars),
        "reopen": policies.reopen.reason(actor, current, published=published, bars=bars),
    }


def milestones_of(current: CurrentValue) -> list[TargetMilestone]:
    """The letter's milestones of the value's indicator with the days that held in its month; [] for other methods."""
    return holding.milestones(current.period, current.office_id, current.indicator)


def _versions(current: CurrentValue) -> list[Version]:
    """Newest first."""
    rows = ReportedValue.objects.filter(
        period_id=current.period_id, office_id=current.office_id, indicator_id=current.indicator_id
    )
    indicator = current.indicator
    found: list[Version] = []
    before: ReportedValue | None = None
    for value in rows.select_related("report").prefetch_related("verifications").order_by("version"):
        decisions = [_decision(indicator, row) for row in sorted(value.verifications.all(), key=lambda row: row.pk)]
        changes = _changes(indicator, before, value) if before else []
        found.append(Version(value, describe(indicator, value.fact), changes, decisions))
        before = value
    return found[::-1]


def _decision(indicator: Indicator, row: Verification) -> Decision:
    return Decision(
        row,
        describe(indicator, row.fact_before),
        describe(indicator, row.fact_after),
        not facts.same(row.fact_before, row.fact_after),
    )


def _changes(indicator: Indicator, before: ReportedValue, after: ReportedValue) -> list[Change]:
    pairs = [
        (_("数值"), describe(indicator, before.fact), describe(indicator, after.fact)),
        (_("说明"), before.narrative, after.narrative),
        (_("分县"), _counties(before), _counties(after)),
        (_("佐证材料"), _files(before), _files(after)),
    ]
    return [Change(name, old or "–", new or "–") for name, old, new in pairs if old != new]


def _counties(value: ReportedValue) -> str:
    return _("，").join(f"{line['name']} {line['quantity']}" for line in value.county_lines)


def _files(value: ReportedValue) -> str:
    return _("、").join(str(file["name"]) for file in value.evidence)


def _county_sum(value: ReportedValue) -> str:
    """The sum of the county lines, exact; empty without lines."""
    quantities: list[Any] = [line.get("quantity") for line in value.county_lines]
    if not quantities:
        return ""
    return f"{sum((Decimal(str(quantity)) for quantity in quantities if quantity is not None), Decimal(0)):,f}"
