"""Further appeals to the committee, asked with the actor first: what may be filed, what waits, who must keep away."""

from collections import defaultdict
from collections.abc import Collection, Iterable, Sequence
from dataclasses import dataclass
from datetime import date, timedelta
from typing import Any

from django.db.models import OuterRef, Q, QuerySet, Subquery
from django.utils.translation import gettext as _

from appraisal.ledger.models import FurtherAppeal, Objection, PanelSeat, ScoreLine
from appraisal.ledger.policies import further as policies
from appraisal.ledger.policies.objections import DECIDERS, FILERS, Bar, Why
from appraisal.ledger.selectors import conflicts, further_days, item_objections, objections, rescored
from appraisal.ledger.states import CycleState, FurtherAppealState, ObjectionState, RunState
from core.errors import NotFound
from core.workdays import Calendar, Derivation
from tenants.actors import Actor

LONGEST = timedelta(days=200)  # after a decision nobody can appeal any more: 60 working days are the most on offer


def appeals_for(actor: Actor) -> QuerySet[FurtherAppeal]:
    """Those of the objections that the actor may know of."""
    known = objections.objections_for(actor).select_related(None).order_by().values("pk")
    return FurtherAppeal.objects.filter(objection__in=known).select_related(
        "office__parent", "period__cycle__province", "objection__office", "objection__period__cycle",
        "objection__line__indicator__parent", "objection__line__card__run__period",
        "objection__line__card__run__cycle", "objection__adjustment", "objection__card__run__period",
        "objection__card__run__cycle",
    )  # fmt: skip


def get_appeal(actor: Actor, appeal_id: int, *, lock: bool = False) -> FurtherAppeal:
    """Raises NotFound."""
    rows = appeals_for(actor).filter(pk=appeal_id)
    if lock:
        list(rows.select_for_update(of=("self",), no_key=True))
    found = rows.first()
    if found is None:
        raise NotFound(_("没有这件再申诉。"))
    return found


def appeal_of(objection: Objection) -> FurtherAppeal | None:
    """That against the decision about an objection; None while there is none."""
    return FurtherAppeal.objects.filter(objection=objection).select_related("office__parent").first()


@dataclass(frozen=True)
class Filing:
    """Until when an objection's decision can be appealed against, how that day came about; refusal: why not."""

    last_day: date | None
    derivation: Derivation | None
    refusal: str | None


def filing_of(actor: Actor, objection: Objection, *, on: date) -> Filing:
    """For its page and the API."""
    day, how = _last_day(objection)
    return Filing(day, how, policies.file.reason(actor, objection, on=on, last_day=day, **_about(objection)))


def check_filing(actor: Actor, objection: Objection, *, on: date) -> None:
    """Raises the policy's refusal."""
    policies.file(actor, objection, on=on, last_day=_last_day(objection)[0], **_about(objection))


def _last_day(objection: Objection) -> tuple[date | None, Derivation | None]:
    return (None, None) if objection.decided_at is None else further_days.last_filing_day(objection)


def _about(objection: Objection) -> dict[str, Any]:
    return {"whole": whole(objection), "earlier": appeal_of(objection)}


def whole(objection: Objection) -> bool:
    """Whether all that was objected to has come back."""
    if objection.line is None:
        return item_objections.whole(objection)
    line = rescored.counting(objection)
    return line.score >= line.effective_points


def decide_refusal(actor: Actor, appeal: FurtherAppeal, *, on: date) -> str | None:
    """Why the actor may not enter the committee's decision; None when they may."""
    waiting = [appeal] if appeal.state == FurtherAppealState.OPEN else []
    return policies.decide.reason(actor, appeal, bar=bars_of(actor, waiting, on=on).get(appeal.pk))


def bars_of(actor: Actor, appeals: Iterable[FurtherAppeal], *, on: date) -> dict[int, Bar]:
    """appeal id → what bars the person who acts, with the names of up to three who can act instead.

    Empty for who enters no decisions. A constant number of queries, one where there are no appeals.
    """
    if not actor.user_id or not actor.at_province or not actor.has(*DECIDERS):
        return {}
    rows = list(appeals)
    if not rows:
        return {}
    names = conflicts.deciders(actor.home, on=on)
    barred = between(rows, {*names, actor.user_id}, on=on)
    return {
        pk: Bar(why[actor.user_id], tuple(name for person, name in names.items() if person not in why)[:3])
        for pk, why in barred.items() if actor.user_id in why
    }  # fmt: skip


def between(appeals: Iterable[FurtherAppeal], people: Collection[int], *, on: date) -> dict[int, dict[int, str]]:
    """appeal id → user id → why they must not handle it, of these people.

    Whoever must not judge the objection (selectors.conflicts.between), who decided about it, and who sat on its panel.
    """
    rows = list(appeals)
    found: dict[int, dict[int, str]] = defaultdict(dict)
    seats = PanelSeat.objects.filter(
        objection__in=[row.objection_id for row in rows], person_id__in=people, left_at__isnull=True
    )
    sat: dict[int, list[int]] = defaultdict(list)
    for objection_id, person in seats.values_list("objection_id", "person_id"):
        sat[objection_id].append(person)
    made = conflicts.between([row.objection for row in rows], people, on=on)
    for row in rows:
        mine = found[row.pk]
        decider = row.objection.decided_by_id
        if decider is not None and decider in people:
            mine[decider] = Why.DECIDED
        for person in sat[row.objection_id]:
            mine.setdefault(person, Why.HEARD)
        for person, why in made.get(row.objection_id, {}).items():
            mine.setdefault(person, why)
    return found


def open_to(actor: Actor, *, on: date, known: Sequence[FurtherAppeal] | None = None) -> QuerySet[FurtherAppeal]:
    """Further appeals whose decision this person of the bureau can enter; known: the open ones, if loaded already."""
    rows = appeals_for(actor).filter(state=FurtherAppealState.OPEN).order_by("due_on", "pk")
    if not actor.at_province or not actor.has(*DECIDERS):
        return rows.none()
    return rows.exclude(pk__in=list(bars_of(actor, rows if known is None else known, on=on)))


def open_both(actor: Actor) -> tuple[list[Objection], list[FurtherAppeal]]:
    """What is open of objections and of further appeals, in one query: every page of the bureau asks for both."""
    rows = objections.objections_for(actor).filter(
        Q(state=ObjectionState.OPEN) | Q(further_appeal__state=FurtherAppealState.OPEN)
    )
    first, second = [], []
    for row in rows.select_related("further_appeal"):
        if row.state == ObjectionState.OPEN:
            first.append(row)
        else:
            second.append(row.further_appeal)
    return first, second


def appealable(actor: Actor, *, on: date) -> QuerySet[Objection]:
    """The office's decided objections that it may still appeal against, as `policies.file` says. One query or two, and
    one for each decided objection to an item."""
    none = Objection.objects.none()
    if actor.at_province or actor.visiting or not actor.has(*FILERS):
        return none
    rows = objections.objections_for(actor).filter(
        decided_at__date__gte=on - LONGEST, further_appeal__isnull=True, office_id=actor.home.pk
    )
    rows = rows.exclude(state=ObjectionState.OPEN).exclude(period__cycle__state=CycleState.CLOSED)
    calendar = Calendar(actor.office.region_code)
    open_ = [
        row.pk for row in _scored(rows) if further_days.last_filing_day(row, calendar)[0] >= on and not _restored(row)
    ]
    return rows.filter(pk__in=open_).order_by("decided_at", "pk") if open_ else none


def _scored(rows: QuerySet[Objection]) -> QuerySet[Any]:
    """With what their line has in the newest published run of its month; by code, as in rescored."""
    lines = ScoreLine.objects.filter(
        card__run__period_id=OuterRef("period_id"), card__run__state=RunState.PUBLISHED,
        card__office_id=OuterRef("office_id"), indicator__code=OuterRef("line__indicator__code"),
    ).order_by("-card__run__number")  # fmt: skip
    return rows.annotate(now=Subquery(lines.values("score")[:1]), most=Subquery(lines.values("effective_points")[:1]))


def _restored(row: Any) -> bool:
    """Whether all that was objected to has come back; of an item in a query of its own."""
    if row.line_id is None:
        return item_objections.whole(row)
    return row.now is None or row.now >= row.most
