"""The sheet: everything of one office's month, loaded at once in a constant number of queries."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import date
from decimal import Decimal
from functools import cached_property
from typing import Any

from django.db.models import QuerySet
from django.utils.translation import gettext as _

from appraisal.ledger.models import CurrentValue, FactClaim, PeerChange, Period, TargetMilestone
from appraisal.ledger.policies.reports import of_ledger
from appraisal.ledger.rules.facts import same
from appraisal.ledger.selectors import claims as ledger_claims
from appraisal.ledger.selectors import outliers
from appraisal.ledger.selectors import reports as ledger
from appraisal.ledger.selectors.counties import Own, own_figures
from appraisal.ledger.selectors.facts import last_day
from appraisal.ledger.states import ValueState
from appraisal.library.models import Indicator
from appraisal.reporting.models import CountyLine, DraftEvidence, DraftValue, MonthlyDraft
from appraisal.reporting.rules import changes, facts
from appraisal.reporting.rules.changes import Change
from appraisal.reporting.rules.counties import Apart, Mismatch, apart, mismatch
from appraisal.reporting.rules.facts import Wrong
from appraisal.reporting.selectors import remarks
from core.errors import NotFound
from core.postgres.compiled import compiled
from tenants.actors import Actor
from tenants.models import Region


@dataclass(frozen=True)
class Sheet:
    """One month of one office: what is asked, what is drafted, what was handed over. on: the legal day."""

    period: Period
    on: date
    indicators: dict[int, Indicator]
    demands: ledger.Demands
    draft: MonthlyDraft | None
    values: dict[int, DraftValue]
    history: dict[int, dict[int, CurrentValue | ledger.Past]]
    counties: dict[str, str] = field(default_factory=dict)
    peers: dict[int, PeerChange] = field(default_factory=dict)  # how the group moved in the month before
    own: dict[str, dict[str, Own]] = field(default_factory=dict)  # code → county: what the counties report themselves
    claims: dict[int, DraftValue] = field(default_factory=dict)  # drafted beside a ledger's figures
    claimed: dict[int, FactClaim] = field(default_factory=dict)  # the newest of each that was handed over

    def take(self, drafted: Mapping[int, DraftValue]) -> None:
        """What is drafted now, each where it belongs: reported by the office, or claimed beside a ledger's figure."""
        self.values.clear()
        self.claims.clear()
        for pk, value in drafted.items():
            if value.claims_against_id is not None:
                self.claims[pk] = value
            elif pk not in self.indicators or self.from_ledger(self.indicators[pk]) is None:
                self.values[pk] = value

    def indicator(self, indicator_id: int) -> Indicator:
        """One of the month's indicators. Raises NotFound."""
        if indicator_id not in self.indicators:
            raise NotFound(_("本月填报的指标中没有这一项。"))
        return self.indicators[indicator_id]

    @cached_property
    def asked(self) -> list[Indicator]:
        """The indicators that the office reports on: the prefecture's, and applicable by its letter."""
        return [row for row in self.indicators.values() if self.demands.applies(row)]

    @cached_property
    def waiting(self) -> list[Indicator]:
        """What is left to hand over: never handed over, or returned."""
        return [row for row in self.asked if self.to_hand_over(row)]

    @cached_property
    def handing(self) -> list[Indicator]:
        """What a signature hands over now: everything new, and of the returned what was worked on."""
        return [
            row
            for row in self.waiting
            if row.pk in self.values and (not self.current(row) or self.values[row.pk].changed_since_return)
        ]

    @cached_property
    def claiming(self) -> list[Indicator]:
        """Where a claim is drafted that nobody has handed over."""
        return [row for row in self.asked if row.pk in self.claims and not self.claim_handed(row)]

    def claim_handed(self, indicator: Indicator) -> bool:
        """Whether the drafted claim is in the record already."""
        drafted, handed = self.claims.get(indicator.pk), self.claimed.get(indicator.pk)
        return drafted is not None and handed is not None and handed.value_id == drafted.claims_against_id

    def drafted(self, indicator: Indicator) -> DraftValue | None:
        """What is drafted of it, reported or claimed."""
        return self.values.get(indicator.pk) or self.claims.get(indicator.pk)

    def from_ledger(self, indicator: Indicator) -> CurrentValue | None:
        """This month's value where a ledger published it."""
        current = self.current(indicator)
        return current if current is not None and of_ledger(current.value) else None

    def to_hand_over(self, indicator: Indicator) -> bool:
        current = self.current(indicator)
        return current is None or current.state == ValueState.RETURNED

    def current(self, indicator: Indicator) -> CurrentValue | None:
        """Where this month's handed-over value stands; None before the handing-over."""
        return self._whole(indicator, self.period.month)

    def last(self, indicator: Indicator) -> CurrentValue | None:
        """What counts of the month before; None when nothing was handed over."""
        return self._whole(indicator, self.period.month - 1)

    def _whole(self, indicator: Indicator, month: int) -> CurrentValue | None:
        value = self.history.get(indicator.pk, {}).get(month)
        return value if isinstance(value, CurrentValue) else None

    def milestones(self, indicator: Indicator) -> list[TargetMilestone]:
        return self.demands.milestones.get(indicator.pk, [])

    def number(self, indicator: Indicator, value: Any) -> Decimal | None:
        """The one number of a draft's or a reported value; 0 where there is nothing to report."""
        if value is None:
            return None
        if value.nothing_to_report:
            return Decimal(0)
        return facts.main_number(indicator, value.fact)

    def last_number(self, indicator: Indicator) -> Decimal | None:
        """Last month's number, as verification left it."""
        last = self.last(indicator)
        if last is None:
            return None
        if last.final_fact is None:
            return Decimal(0)
        return facts.main_number(indicator, last.final_fact)

    def change(self, indicator: Indicator) -> Change | None:
        """This month's draft against last month."""
        target = self.demands.targets.get(indicator.pk)
        now = self.number(indicator, self.values.get(indicator.pk))
        year_target = target.year_target if target else None
        return changes.change(indicator, now, self.last_number(indicator), year_target, self.on)

    def takes_counties(self, indicator: Indicator) -> bool:
        return indicator.pk in self._by_county

    @cached_property
    def _by_county(self) -> set[int]:
        return {row.pk for row in self.indicators.values() if facts.additive(row, self.on)} if self.counties else set()

    def needs_evidence(self, indicator: Indicator) -> bool:
        """Where the scheme asks for evidence: unless nothing happened, or all is as it was handed over last month."""
        value = self.values.get(indicator.pk)
        if not indicator.evidence or value is None or value.nothing_to_report or value.fact is None:
            return False
        if indicator.method in facts.COUNTED and not self.number(indicator, value):
            return False
        last = self.last(indicator)
        return last is None or not same(last.value.fact, value.fact)

    @cached_property
    def remarks(self) -> remarks.Remarks:
        """What the system remarks on the drafted values, indicator id by indicator id."""
        found = remarks.checks_of(self)
        for more in (remarks.counties_of(self), remarks.outliers_of(self)):
            for pk, told in more.items():
                found[pk].extend(told)
        return found

    def explanation(self, indicator: Indicator) -> str:
        """What the draft says about a value in words."""
        value = self.values.get(indicator.pk)
        if value is None:
            return ""
        return value.nothing_reason if value.nothing_to_report else value.narrative

    def warnings(self, indicator: Indicator) -> list[Wrong]:
        """Soft checks: what an explanation must go with and does not yet, and what disagrees with other figures."""
        return [*self._change_unexplained(indicator), *remarks.wrongs_of(self, indicator)]

    def _change_unexplained(self, indicator: Indicator) -> list[Wrong]:
        value, change = self.values.get(indicator.pk), self.change(indicator)
        if value is None or change is None or not change.reason:
            return []
        field_name = "nothing_reason" if value.nothing_to_report else "narrative"
        if changes.explained(self.explanation(indicator), self.on):
            return []
        asked = _("%(reason)s请说明原因（至少 %(least)s 个字）。") % {
            "reason": change.reason, "least": changes.characters(self.on),
        }  # fmt: skip
        return [Wrong(field_name, asked, missing=True)]

    def lacking(self, indicator: Indicator) -> list[Wrong]:
        """All that keeps one indicator from being handed over; empty when it is complete."""
        value, current = self.values.get(indicator.pk), self.current(indicator)
        if value is None:
            return [Wrong("value", _("还没有填报。"), missing=True)]
        if current is not None and not value.changed_since_return:
            return [Wrong("value", _("省级退回后还没有修改。"), missing=True)]
        if value.nothing_to_report:
            return self.warnings(indicator)
        found = facts.wrongs(indicator, value.fact, self.milestones(indicator), on=self.on)
        if self.needs_evidence(indicator) and not value.files:
            found.append(
                Wrong("evidence", _("缺少证据：%(evidence)s。") % {"evidence": indicator.evidence}, missing=True)
            )
        return found + self.warnings(indicator)

    def all_lacking(self) -> list[dict[str, Any]]:
        """Everything that keeps what is left to hand over from being submitted, indicator by indicator."""
        return [
            {
                "indicator_id": row.pk,
                "code": row.code,
                "name": row.label,
                "field": wrong.field,
                "message": wrong.message,
            }
            for row in (*self.waiting, *self.claiming)
            for wrong in (self.claim_lacking(row) if row in self.claiming else self.lacking(row))
        ]

    def claim_lacking(self, indicator: Indicator) -> list[Wrong]:
        """What keeps a drafted claim from being handed over: the ledger says the same by now."""
        current, value = self.from_ledger(indicator), self.claims[indicator.pk]
        if current is None or not same(value.fact, current.value.fact):
            return []
        return [Wrong("claim", _("台账现在的数已与另报数相同，请撤回另报。"))]

    def counties_mismatch(self, indicator: Indicator) -> Mismatch | None:
        """The county lines against the value; None while there is no value to compare with."""
        value, current = self.values.get(indicator.pk), self.current(indicator)
        if value is None or value.nothing_to_report or not self.takes_counties(indicator):
            return None
        handed = None
        if current is not None and current.value.county_lines:
            handed = {line["code"]: Decimal(line["quantity"]) for line in current.value.county_lines}
        return mismatch(value.counties, self.counties, self.number(indicator, value), handed)

    def own_of(self, indicator: Indicator) -> dict[str, Own]:
        """County code → what the county itself reports of an indicator of the same code and unit."""
        if not self.takes_counties(indicator):
            return {}
        told = self.own.get(indicator.code, {})
        return {code: each for code, each in told.items() if code in self.counties and each.unit == indicator.unit}

    def own_number(self, indicator: Indicator, own: Own) -> Decimal | None:
        """The one number of it; None where the county has not reported."""
        if not own.reported:
            return None
        return Decimal(0) if own.fact is None else facts.main_number(indicator, own.fact)

    def counties_apart(self, indicator: Indicator) -> Apart | None:
        """The county lines against what the counties report themselves."""
        value, told = self.values.get(indicator.pk), self.own_of(indicator)
        if value is None or value.nothing_to_report or not told:
            return None
        own = {code: (self.own_number(indicator, each), each.final) for code, each in told.items()}
        return apart(value.counties, self.counties, own)


def sheet(actor: Actor, period_id: int, *, on: date) -> Sheet:
    """The month of the actor's office, for reading. Raises NotFound. About a dozen queries, whatever the size."""
    return loaded(actor, ledger.get_period(actor, period_id), draft_of(period_id), on=on)


def loaded(
    actor: Actor,
    period: Period,
    draft: MonthlyDraft | None,
    *,
    on: date,
    demands: ledger.Demands | None = None,
) -> Sheet:
    """The sheet around a period and a draft (perhaps demands) that the caller has, the draft perhaps locked.

    Where a ledger has published, what somebody had begun to fill in does not count; what is claimed stands beside it.
    """
    found = Sheet(
        period=period,
        on=on,
        indicators={row.pk: row for row in ledger.reported_indicators(period)},
        demands=demands or ledger.demands(actor, period),
        draft=draft,
        values={},
        history=ledger.history(actor, period),
        counties=counties_of(actor, period),
        peers=outliers.told_of_peers(actor, period),
        own=own_figures(actor.office.pk, period.cycle.year, period.month),
    )
    found.take(values_of(draft))
    if any(found.from_ledger(row) for row in found.indicators.values()):
        found.claimed.update(ledger_claims.of_month(actor.office, period))
    return found


def draft_of(period_id: int, *, lock: bool = False) -> MonthlyDraft | None:
    """The mounted office's draft of a period, or None while nobody has begun."""
    if lock:
        return MonthlyDraft.objects.select_for_update(of=("self",), no_key=True).filter(period_id=period_id).first()
    return _draft.first(period_id)


@compiled
def _draft(period_id: int) -> QuerySet[MonthlyDraft]:
    return MonthlyDraft.objects.filter(period_id=period_id)


def values_of(draft: MonthlyDraft | None) -> dict[int, DraftValue]:
    """The values of a draft by indicator id, with county lines and evidence. Three queries.

    Not by prefetch_related: it makes a query for each of the rows before it fetches all at once, and an object of each
    county line, which for a month of thousands of lines took most of the time.
    """
    if draft is None:
        return {}
    rows = {row.pk: row for row in _values(draft.pk)}
    for row in rows.values():
        row.counties, row.files = {}, []
    for value_id, code, quantity in _lines(draft.pk):
        if value_id in rows:  # somebody may have begun another between the queries
            rows[value_id].counties[code] = quantity
    for evidence in _evidence(draft.pk):
        if evidence.value_id in rows:
            rows[evidence.value_id].files.append(evidence)
    return {row.indicator_id: row for row in rows.values()}


@compiled
def _values(draft_id: int) -> QuerySet[DraftValue]:
    return DraftValue.objects.filter(draft_id=draft_id).select_related("claims_against")


@compiled
def _lines(draft_id: int) -> QuerySet[CountyLine, tuple[int, str, Decimal]]:
    rows = CountyLine.objects.filter(value__draft_id=draft_id)
    return rows.values_list("value_id", "region_code", "quantity").order_by("value_id", "region_code")


@compiled
def _evidence(draft_id: int) -> QuerySet[DraftEvidence]:
    return DraftEvidence.objects.filter(value__draft_id=draft_id).select_related("file").order_by("id")


def counties_of(actor: Actor, period: Period) -> dict[str, str]:
    """The counties of the office's territory at the end of the month: code → name, in the order of codes."""
    if not actor.office.region_code:
        return {}
    return dict(_counties(actor.office.region_code, last_day(period)))


@compiled
def _counties(region_code: str, on: date) -> QuerySet[Region, tuple[str, str]]:
    return Region.objects.counties_of(region_code).valid_on(on).values_list("code", "name")
