"""What an office may object to beside its lines: the bonus, deductions and vetoes listed on its published card.

An item counts from its month on in every month's card; it is objected to once, on the newest card that lists it, within
the days that an objection to a line of that card has.
"""

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import date
from decimal import Decimal

from django.db.models import Q
from django.utils import timezone
from django.utils.translation import gettext as _

from appraisal.ledger.models import Objection, ScoreAdjustment, Scorecard
from appraisal.ledger.policies import objections as policies
from appraisal.ledger.rules import procedure
from appraisal.ledger.selectors import adjustments, listed_items
from appraisal.ledger.states import RunState
from appraisal.rules.adjustments import limits
from appraisal.rules.exact import plain
from core.errors import NotFound
from core.workdays import Calendar, Derivation, add_working_days
from tenants.actors import Actor

Kind = ScoreAdjustment.Kind


@dataclass(frozen=True)
class ListedItem:
    """A recorded item with the published card that lists it; last_day: to object to it, inclusive."""

    row: ScoreAdjustment
    card: Scorecard
    last_day: date
    derivation: Derivation
    earlier: Objection | None


def get_item(actor: Actor, adjustment_id: int, *, lock: bool = False) -> ListedItem:
    """An item on the newest published card of its office. Raises NotFound (not listed, another office's).

    lock: two that object to it at once go one after the other.
    """
    get = adjustments.lock_adjustment if lock else adjustments.get_adjustment
    row = get(actor, adjustment_id)
    card = newest_card(row.office_id, cycle_id=row.cycle_id)
    listed = listed_items.of_card(card) if card else []
    if card is None or not any(each.adjustment_id == row.pk for each in listed):
        raise NotFound(_("没有这条已核定的加扣分。"))
    last_day, derivation = last_filing_day(card)
    return ListedItem(row, card, last_day, derivation, earlier_objections([row]).get(row.pk))


def newest_card(office_id: int, *, cycle_id: int) -> Scorecard | None:
    """The office's card in the newest published run of a year. One query."""
    cards = Scorecard.objects.filter(office_id=office_id, run__cycle_id=cycle_id, run__state=RunState.PUBLISHED)
    cards = cards.select_related("office", "run__period__cycle", "run__cycle")
    return cards.order_by("-run__period__month", "-run__number").first()


def last_filing_day(card: Scorecard) -> tuple[date, Derivation]:
    """The last day, inclusive, to object to what a published card lists: as for its lines."""
    published = card.run.published_at
    assert published is not None  # newest_card gives published ones only
    day = timezone.localdate(published)
    return add_working_days(day, procedure.objection_days(day), Calendar(card.office.region_code))


def earlier_objections(rows: Iterable[ScoreAdjustment]) -> dict[int, Objection]:
    """adjustment id → the objection to it, or to the entry that it stands for. One query, none without items."""
    ids = {row.pk: {row.pk, row.corrects_id} - {None} for row in rows}
    if not ids:
        return {}
    asked = {each for mine in ids.values() for each in mine}
    found = {row.adjustment_id: row for row in Objection.objects.filter(adjustment_id__in=asked)}
    return {pk: found[each] for pk, mine in ids.items() for each in mine if each in found}


def most_points(row: ScoreAdjustment) -> Decimal:
    """The most one case of a bonus brings by the list of the day it was recorded; the cap of all, if not listed."""
    day = timezone.localdate(row.recorded_at)
    item = adjustments.items_on(day).get(row.code)
    return item.points if item is not None else Decimal(plain(limits(day).bonus_cap))


@dataclass(frozen=True)
class AboutItem:
    """Whether a listed item was objected to, and why the actor cannot object (None: they may)."""

    adjustment_id: int
    earlier: Objection | None
    refusal: str | None


def about_items(
    actor: Actor, card: Scorecard, items: Iterable[listed_items.Listed], *, on: date
) -> dict[int, AboutItem]:
    """adjustment id → that, for a published card: for the office itself, and for the bureau once it is objected to.

    A constant number of queries, none where the card lists nothing.
    """
    rows = [each.row for each in items if each.row is not None]
    if not rows or card.run.state != RunState.PUBLISHED:
        return {}
    earlier = earlier_objections(rows)
    if actor.home.pk != card.office_id:
        return {pk: AboutItem(pk, objection, None) for pk, objection in earlier.items()}
    newest = newest_card(card.office_id, cycle_id=card.run.cycle_id) or card
    last_day = last_filing_day(newest)[0]
    found = {}
    for row in rows:
        refusal = policies.file_item.reason(
            actor, row, card=card, on=on, last_day=last_day, superseded=newest.pk != card.pk,
            earlier=earlier.get(row.pk), most=most_points(row),
        )  # fmt: skip
        found[row.pk] = AboutItem(row.pk, earlier.get(row.pk), refusal)
    return found


def check_filing(actor: Actor, item: ListedItem, *, on: date) -> None:
    """Raises the policy's refusal when the actor cannot object to the item on that day."""
    policies.file_item(
        actor, item.row, card=item.card, on=on, last_day=item.last_day, superseded=False, earlier=item.earlier,
        most=most_points(item.row),
    )  # fmt: skip


# --- What became of an objected item ----------------------------------------------------------------------------------


def entries_of(objection: Objection) -> list[ScoreAdjustment]:
    """The objected entry and those that stand for it since, in their order. One query."""
    first = objection.adjustment_id
    rows = ScoreAdjustment.objects.filter(Q(pk=first) | Q(corrects=first) | Q(corrects__corrects=first))
    return list(rows.select_related("cycle", "office", "indicator").order_by("pk"))


def standing(objection: Objection, *, lock: bool = False) -> ScoreAdjustment | None:
    """The entry that counts now; None where it was taken back. lock: with all of them."""
    rows = entries_of(objection)
    if lock:
        ids = [row.pk for row in rows]
        list(ScoreAdjustment.objects.filter(pk__in=ids).select_for_update(of=("self",), no_key=True).order_by("pk"))
        rows = entries_of(objection)
    return next((row for row in reversed(rows) if row.revoked_at is None), None)


def whole(objection: Objection) -> bool:
    """Whether there is nothing left to object to: no deduction or veto stands, a bonus brings all it can."""
    row = standing(objection)
    if row is None:
        return objection.item.kind != Kind.BONUS
    return row.kind == Kind.BONUS and row.points >= most_points(row)


@dataclass(frozen=True)
class Counted:
    """How the item counts in one published run. points: None where it does not count any more."""

    card: Scorecard
    points: Decimal | None
    ceiling: str


def counted_in(objection: Objection, card: Scorecard) -> Counted:
    """As the card lists it. card.run is read."""
    ids = {row.pk for row in entries_of(objection)}
    listed = next((each for each in listed_items.of_card(card) if each.adjustment_id in ids), None)
    return Counted(card, listed.points if listed else None, listed.ceiling if listed else "")
