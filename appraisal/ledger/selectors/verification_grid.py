"""The verifiers' grid: one indicator of one month over all offices, reported, verified and final side by side."""

from dataclasses import dataclass

from django.utils.translation import gettext as _

from appraisal.ledger.models import CurrentValue, Period, ReportedValue
from appraisal.ledger.policies import verification as policies
from appraisal.ledger.selectors import holding, owning, queue
from appraisal.ledger.selectors.fact_text import describe
from appraisal.ledger.selectors.values import values_for, with_context
from appraisal.library.models import EnteredBy, Indicator, Method
from core.errors import NotFound
from tenants.actors import Actor


@dataclass(frozen=True)
class Line:
    """One office. target: due by now; before: last month's final; earlier: the version before, '' for the first.

    What the reporter was told and answered is with the value: `value.value.remarked`, `narrative`.
    """

    value: CurrentValue
    reported: str
    final: str
    target: str
    before: str
    earlier: str
    letter: holding.Letter | None = None


def indicators_of(period: Period) -> list[Indicator]:
    """What the prefectures report in one row of figures, in the scheme's order (milestones are decided one by one)."""
    rows = Indicator.objects.filter(version_id=period.cycle.version_id, entered_by=EnteredBy.PREFECTURE)
    rows = rows.exclude(method__in=["", Method.MILESTONE]).select_related("parent", "owner")
    return list(rows.order_by("parent__position", "position"))


def found_by(actor: Actor, rows: list[Indicator], bars: policies.Bars, owner: str = "") -> list[Indicator]:
    """Those that a verifier decides about, leaders find all of them; narrowed to a division where one is asked for."""
    looks_on = actor.has(*policies.LEADERS)
    return [
        row for row in rows
        if (looks_on or bars.owns(row.owner_id)) and owner in ("", str(row.owner_id or owning.NONE))
    ]  # fmt: skip


def indicator_in_force(actor: Actor, period: Period, code: str, bars: policies.Bars, owner: str) -> Indicator | None:
    """The one asked for, else the first; None where there are none. Raises NotFound for a code that is not there,
    Denied for one that another division confirms.
    """
    every = indicators_of(period)
    rows = found_by(actor, every, bars, owner)
    for row in every:
        if row.code == code and not actor.has(*policies.LEADERS):
            policies.own(actor, row, bars=bars)
    if code and any(row.code == code for row in every):
        return next(row for row in every if row.code == code)
    found = next((row for row in rows if row.code == code), None if code else next(iter(rows), None))
    if found is None and rows:
        raise NotFound(_("没有这个由州市填报的指标。"))
    return found


def lines(actor: Actor, period: Period, indicator: Indicator) -> list[Line]:
    """Every office that has handed the indicator over, in official order. A constant number of queries."""
    rows = with_context(values_for(actor)).filter(period=period, indicator=indicator, value__report__isnull=False)
    values = list(rows.order_by("office__position", "office_id"))
    told = {row.value.pk: row for row in queue.rows_of(values, period)}
    versions = {
        (row.office_id, row.version): row.fact
        for row in ReportedValue.objects.filter(period=period, indicator=indicator)
    }
    return [
        Line(
            value=value, reported=told[value.pk].reported, final=told[value.pk].final, target=told[value.pk].target,
            before=told[value.pk].before, letter=told[value.pk].letter,
            earlier=describe(indicator, versions.get((value.office_id, value.value.version - 1)))
            if value.value.version > 1 else "",
        )
        for value in values
    ]  # fmt: skip
