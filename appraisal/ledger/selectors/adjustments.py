"""Bonus items, deduction items and vetoes of a year, and the dated list they are chosen from."""

from collections.abc import Callable, Collection
from dataclasses import dataclass
from datetime import date
from decimal import Decimal

from django.db.models import Q, QuerySet
from django.utils.translation import get_language
from django.utils.translation import gettext as _

from appraisal.ledger.models import Cycle, Objection, Participant, ScoreAdjustment, ScoreRun
from appraisal.ledger.rules import procedure
from appraisal.ledger.states import RunState
from appraisal.rules.parameters import in_force
from core.errors import NotFound
from tenants.actors import Actor
from tenants.models import Office


@dataclass(frozen=True)
class Item:
    """One item of the list. points: the most one case brings (0 for a veto); ceiling: best grade a veto leaves.

    basis, scope: of a veto, what it rests on and what it is for; empty where a province has not laid them down.
    """

    code: str
    kind: str
    name: str
    points: Decimal
    ceiling: str = ""
    basis: str = ""
    scope: str = ""

    @property
    def kind_label(self) -> str:
        return str(ScoreAdjustment.Kind(self.kind).label)


def items_on(day: date) -> dict[str, Item]:
    """The items in force on a day, by code, named in the reader's language."""
    name = "name_en" if (get_language() or "").startswith("en") else "name"
    items = [
        Item(code, row["kind"], row[name], Decimal(row["points"]))
        for code, row in procedure.adjustment_items(day).items()
    ]
    veto = ScoreAdjustment.Kind.VETO
    items += [
        Item(code, veto, row[name], Decimal(0), row["ceiling"], row.get("basis", ""), row.get("scope", ""))
        for code, row in in_force("vetoes", day).items()
    ]
    return {item.code: item for item in items}


def adjustments_for(actor: Actor) -> QuerySet[ScoreAdjustment]:
    """The bureau sees its province's (a visitor those of the office visited), an office its own."""
    rows = ScoreAdjustment.objects.select_related("cycle", "office", "indicator")
    if actor.home.level == Office.Level.PROVINCE:
        mine = rows.filter(cycle__province_id=actor.home.pk)
        return mine.filter(office=actor.office) if actor.visiting else mine
    return rows.filter(office=actor.office)


def get_adjustment(actor: Actor, adjustment_id: int) -> ScoreAdjustment:
    """One adjustment the actor may know of. Raises NotFound."""
    found = adjustments_for(actor).filter(pk=adjustment_id).first()
    if found is None:
        raise NotFound(_("没有这一项加扣分。"))
    return found


def lock_adjustment(actor: Actor, adjustment_id: int) -> ScoreAdjustment:
    """The same, locked."""
    list(adjustments_for(actor).filter(pk=adjustment_id).select_for_update(of=("self",), no_key=True))
    return get_adjustment(actor, adjustment_id)


def zeroing(objection: Objection, codes: Collection[str], *, lock: bool = False) -> list[ScoreAdjustment]:
    """The false claims, those that stand, by which these indicators count 0 in what the objection is about."""
    rows = ScoreAdjustment.objects.filter(
        office_id=objection.office_id, cycle_id=objection.period.cycle_id, from_month__lte=objection.period.month,
        revoked_at__isnull=True, indicator__code__in=codes,
    )  # fmt: skip
    rows = rows.select_related("cycle", "office", "indicator").order_by("pk")
    return list(rows.select_for_update(of=("self",), no_key=True) if lock else rows)


def cycles_of(actor: Actor) -> list[Cycle]:
    """The province's years, newest first."""
    return list(Cycle.objects.of_province(actor.province_id).order_by("-year"))


def get_cycle(actor: Actor, cycle_id: int) -> Cycle:
    """A year of the actor's province. Raises NotFound."""
    found = Cycle.objects.of_province(actor.province_id).filter(pk=cycle_id).first()
    if found is None:
        raise NotFound(_("没有这个考核年度。"))
    return found


def get_participant(cycle: Cycle, office_id: int) -> Participant:
    """An office that takes part. Raises NotFound."""
    found = Participant.objects.select_related("office").filter(cycle=cycle, office_id=office_id).first()
    if found is None:
        raise NotFound(_("这个州市不参加本年度考核。"))
    return found


def published_month_from(cycle: Cycle, month: int) -> int | None:
    """The last month, from `month` on, whose scores are published; None when there is none."""
    runs = ScoreRun.objects.filter(cycle=cycle, state=RunState.PUBLISHED, period__month__gte=month)
    return runs.order_by("-period__month").values_list("period__month", flat=True).first()


def year_end_month(cycle: Cycle) -> int:
    """The month whose score the year's result takes as the year-end score."""
    return int(in_force("annual_composite", date(cycle.year, 12, 31))["year_end_month"])


def counts_from(cycle: Cycle, month: int) -> int:
    """`month`, the first after it whose scores are not published; the year-end month once all of them are."""
    last = published_month_from(cycle, month)
    return month if last is None else min(last + 1, year_end_month(cycle))


def year_end_run(cycle: Cycle) -> int | None:
    """The number of the year-end month's published run, the last of them; None before there is one."""
    runs = ScoreRun.objects.filter(cycle=cycle, state=RunState.PUBLISHED, period__month=year_end_month(cycle))
    return runs.order_by("-number").values_list("number", flat=True).first()


def uncounted(cycle: Cycle) -> QuerySet[ScoreAdjustment]:
    """What was recorded, or taken back, after the year-end run was published: another run is to be published."""
    rows = ScoreAdjustment.objects.filter(cycle=cycle)
    number = year_end_run(cycle)
    if number is None:
        return rows.none()
    came = Q(after_run__gte=number)
    return rows.filter((came & Q(revoked_at__isnull=True)) | (Q(revoked_after_run__gte=number) & ~came))


# --- Whether the year still takes points ------------------------------------------------------------------------------

Decided = Callable[[Cycle], str | None]
_decided: list[Decided] = []


def register_decided(asked: Decided) -> Decided:
    """Have `asked` tell why a year takes no more points (its result is decided), None while it does."""
    _decided.append(asked)
    return asked


def decided(cycle: Cycle) -> str | None:
    """Why what is found now can no longer cost or bring points in this year; None while it can."""
    return next((why for asked in _decided if (why := asked(cycle))), None)
