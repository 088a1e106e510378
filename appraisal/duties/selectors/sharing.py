"""By what a target is shared out among counties, divisions or people."""

from collections.abc import Sequence
from datetime import date
from decimal import Decimal, InvalidOperation
from fractions import Fraction

from django.utils.translation import gettext as _

from appraisal.duties.models import Duty, ResponsibilityList
from appraisal.duties.rules.sums import Rule
from appraisal.duties.selectors import lists
from appraisal.duties.selectors.lists import Demand, Loaded
from appraisal.duties.selectors.parties import counties
from appraisal.duties.states import ListState
from appraisal.ledger.models import CurrentValue
from core.errors import Conflict, Invalid
from tenants.actors import Actor

Kind = Duty.Kind
EQUAL, POPULATION, LAST_YEAR = "EQUAL", "POPULATION", "LAST_YEAR"
WAYS = (EQUAL, POPULATION, LAST_YEAR)


def refs_of(actor: Actor, kind: str, tops: Sequence[Duty], *, on: date) -> list[str]:
    """Whom to share among: every county of the territory, or the divisions or people that have a line.

    Raises Invalid (no such kind), Conflict (nobody).
    """
    if kind not in Kind.values:
        raise Invalid(_("请选择分到科室、县还是个人。"), field="kind")
    refs = list(counties(actor, on=on)) if kind == Kind.COUNTY else [row.ref for row in tops if row.kind == kind]
    if not refs:
        raise Conflict(_("还没有可以分摊的对象，请先加上科室或人员。"))
    return refs


def weights(
    actor: Actor, row: ResponsibilityList, demand: Demand, kind: str, refs: Sequence[str], by: str
) -> list[Fraction]:
    """One weight for each of refs, not all 0. Raises Invalid (no such way), Conflict (nothing to go by)."""
    if by not in WAYS:
        raise Invalid(_("请选择平均、按人口或按上年。"), field="by")
    if by == EQUAL:
        return [Fraction(1)] * len(refs)
    if by == POPULATION:
        if kind != Kind.COUNTY:
            raise Invalid(_("只有分到县才能按人口。"), field="by")
        found = {code: Fraction(Decimal(str(people))) for code, people in row.population.items()}
        empty = _("还没有填各县的移民人口，请先在清单上填写。")
    else:
        found = last_year(actor, row, demand, kind)
        empty = _("没有上年的分县数据或责任清单，不能按上年分摊。")
    told = [found.get(ref, Fraction(0)) for ref in refs]
    if not any(told):
        raise Conflict(empty)
    return told


def last_year(actor: Actor, row: ResponsibilityList, demand: Demand, kind: str) -> dict[str, Fraction]:
    """ref → last year's figure: what the counties reported up to its last month, else what its list had agreed."""
    if kind == Kind.COUNTY and demand.rule == Rule.SUM and (reported := _reported(actor, row, demand.code)):
        return reported
    before = list_before(actor, row)
    if before is None:
        return {}
    rows = Duty.objects.filter(
        breakdown__list=before, breakdown__code=demand.code, kind=kind, under=None, year_target__gt=0
    )
    return {ref: Fraction(value) for ref, value in rows.values_list("ref", "year_target") if value is not None}


def _reported(actor: Actor, row: ResponsibilityList, code: str) -> dict[str, Fraction]:
    values = CurrentValue.objects.filter(
        office_id=actor.office.pk, period__cycle__year=row.letter.cycle.year - 1, indicator__code=code
    )
    lines = values.exclude(value__county_lines=[]).order_by("-period__month")
    found = {}
    for line in lines.values_list("value__county_lines", flat=True).first() or []:
        try:
            found[str(line["code"])] = max(Fraction(Decimal(str(line["quantity"]))), Fraction(0))
        except (InvalidOperation, KeyError):
            continue
    return found


def list_before(actor: Actor, row: ResponsibilityList) -> ResponsibilityList | None:
    """Last year's list as it was confirmed last."""
    rows = lists.lists_for(actor).filter(letter__cycle__year=row.letter.cycle.year - 1, state=ListState.CONFIRMED)
    return rows.first()


def owners_elsewhere(found: Loaded) -> dict[str, int]:
    """party → who answers for it in the list already, the first that is named."""
    owners: dict[str, int] = {}
    for duty in found.lines():
        if duty.owner_id is not None:
            owners.setdefault(duty.party, duty.owner_id)
    return owners
