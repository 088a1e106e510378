"""Objections and what filing and deciding one need, asked with the actor first."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date
from typing import Any

from django.db.models import Count, Q, QuerySet
from django.utils import timezone
from django.utils.translation import gettext as _

from appraisal.ledger.models import CurrentValue, Objection, ScoreLine, ScoreRun, TargetMilestone
from appraisal.ledger.models.reports import CurrentValueQuerySet
from appraisal.ledger.policies import objections as policies
from appraisal.ledger.rules import procedure
from appraisal.ledger.rules.panels import Tally
from appraisal.ledger.selectors import amendments, conflicts, holding, item_objections, listed_items, panels
from appraisal.ledger.selectors.fact_text import describe
from appraisal.ledger.selectors.listed_items import Listed
from appraisal.ledger.states import ObjectionState, RunState
from core.errors import NotFound
from core.models import EventRecord
from core.postgres.compiled import compiled
from core.workdays import Calendar, Derivation, add_working_days
from tenants.actors import Actor
from tenants.models import Office


def objections_for(actor: Actor) -> QuerySet[Objection]:
    """The bureau sees its province's (a visitor those of the office visited), an office its own."""
    rows = Objection.objects.select_related(
        "office", "period__cycle", "line__indicator__parent", "line__card__run__period", "line__card__run__cycle",
        "adjustment", "card__run__period", "card__run__cycle",
    )  # fmt: skip
    if actor.home.level == Office.Level.PROVINCE:
        mine = rows.filter(period__cycle__province_id=actor.home.pk)
        return mine.filter(office=actor.office) if actor.visiting else mine
    return rows.filter(office=actor.office)


def get_objection(actor: Actor, objection_id: int) -> Objection:
    """One objection the actor may know of. Raises NotFound."""
    found = objections_for(actor).filter(pk=objection_id).first()
    if found is None:
        raise NotFound(_("没有这件申诉。"))
    return found


def lock_objection(actor: Actor, objection_id: int) -> Objection:
    """The same, locked."""
    rows = objections_for(actor).filter(pk=objection_id).select_for_update(of=("self",), no_key=True)
    if not rows.exists():
        raise NotFound(_("没有这件申诉。"))
    return get_objection(actor, objection_id)


def get_line(actor: Actor, line_id: int) -> ScoreLine:
    """A line of a published card: the office's own, or any of the province for the bureau. Raises NotFound."""
    if actor.home.level == Office.Level.PROVINCE:
        found = _line_of_province.first(line_id, actor.home.pk)
    else:
        found = _line_of_office.first(line_id, actor.office.pk)
    if found is None:
        raise NotFound(_("没有这条已核定的得分。"))
    return found


def _published_lines() -> QuerySet[ScoreLine]:
    return ScoreLine.objects.select_related(
        "indicator__parent", "card__office", "card__run__period__cycle", "card__run__cycle"
    ).filter(card__run__state=RunState.PUBLISHED)


@compiled
def _line_of_province(line_id: int, province_id: int) -> QuerySet[ScoreLine]:
    return _published_lines().filter(pk=line_id, card__run__cycle__province_id=province_id)


@compiled
def _line_of_office(line_id: int, office_id: int) -> QuerySet[ScoreLine]:
    return _published_lines().filter(pk=line_id, card__office_id=office_id)


def last_filing_day(line: ScoreLine) -> tuple[date, Derivation]:
    """The last day, inclusive, to object to a line: working days after the day of publication."""
    published = line.card.run.published_at
    assert published is not None  # get_line gives published runs only
    day = timezone.localdate(published)
    return add_working_days(day, procedure.objection_days(day), Calendar(line.card.office.region_code))


def answer_due(office: Office, filed_on: date) -> tuple[date, Derivation]:
    """The last day, inclusive, to decide on an objection filed that day, by the province's calendar."""
    region = office.parent.region_code if office.parent else ""
    return add_working_days(filed_on, procedure.answer_days(filed_on), Calendar(region))


def earlier_objection(line: ScoreLine) -> Objection | None:
    """The objection of the same office to the same indicator and month, whatever the run."""
    run = line.card.run
    return Objection.objects.filter(
        office_id=line.card.office_id, period_id=run.period_id, line__indicator_id=line.indicator_id
    ).first()


def superseded(line: ScoreLine) -> bool:
    """Whether a later run of the month is published."""
    run = line.card.run
    later = ScoreRun.objects.filter(period_id=run.period_id, state=RunState.PUBLISHED, number__gt=run.number)
    return later.exists()


@dataclass(frozen=True)
class AboutLine:
    """Whether a line was objected to, and why the actor cannot object (None: they may)."""

    line_id: int
    earlier: Objection | None
    refusal: str | None


def about_line(actor: Actor, run: ScoreRun, line: ScoreLine, *, on: date) -> AboutLine | None:
    """For the line's own office and, once objected to, for the bureau; None where there is nothing to say."""
    if run.state != RunState.PUBLISHED:
        return None
    line = get_line(actor, line.pk)
    earlier = earlier_objection(line)
    own = actor.home.pk == line.card.office_id
    if not own:
        return AboutLine(line.pk, earlier, None) if earlier else None
    last_day = last_filing_day(line)[0]
    refusal = policies.file.reason(actor, line, on=on, last_day=last_day, superseded=superseded(line), earlier=earlier)
    return AboutLine(line.pk, earlier, refusal)


def check_filing(actor: Actor, line: ScoreLine, *, on: date) -> None:
    """Raises the policy's refusal when the actor cannot object to the line on that day."""
    policies.file(
        actor, line, on=on, last_day=last_filing_day(line)[0], superseded=superseded(line),
        earlier=earlier_objection(line),
    )  # fmt: skip


@dataclass(frozen=True)
class Filing:
    """A published card that the office may still object to. lines: each with its earlier objection or None.

    items: the same of bonus, deductions and vetoes that it lists and that can be objected to.
    """

    run: ScoreRun
    last_day: date
    derivation: Derivation
    lines: list[tuple[ScoreLine, Objection | None]]
    items: list[tuple[Listed, Objection | None]]


def open_filing(actor: Actor, *, on: date) -> Filing | None:
    """The newest published card, while its time to object runs: the lines that lost points, most first."""
    runs = ScoreRun.objects.filter(cycle__province_id=actor.province_id, state=RunState.PUBLISHED)
    run = runs.select_related("period", "cycle").order_by("-cycle__year", "-period__month", "-number").first()
    if run is None:
        return None
    rows = ScoreLine.objects.filter(card__run=run, card__office=actor.office)
    rows = rows.select_related("indicator__parent", "card__office", "card__run__period", "card__run__cycle")
    lost = [line for line in rows if line.score < line.effective_points]
    lines = sorted(lost, key=lambda line: (line.score - line.effective_points, line.indicator.position))
    card = item_objections.newest_card(actor.office.pk, cycle_id=run.cycle_id)
    listed = listed_items.of_card(card) if card and card.run_id == run.pk else []
    if card is None or not (lines or listed):
        return None
    last_day, derivation = item_objections.last_filing_day(card)
    if on > last_day:
        return None
    objected = Objection.objects.filter(office=actor.office, period_id=run.period_id)
    earlier = {row.scored_line.indicator_id: row for row in objected.filter(line__isnull=False).select_related("line")}
    about = item_objections.about_items(actor, card, listed, on=on)
    items = [
        (each, told.earlier)
        for each in listed
        if (told := about.get(each.adjustment_id or 0)) and (told.earlier or told.refusal is None)
    ]
    return Filing(run, last_day, derivation, [(line, earlier.get(line.indicator_id)) for line in lines], items)


def value_of(objection: Objection) -> CurrentValue | None:
    """The value that the objected line was scored from, as it stands now; None when nothing was reported."""
    if objection.line is None:
        return None
    return _values(objection).select_related("value", "indicator").first()


def shown_values(objection: Objection) -> dict[str, Any]:
    """For the page: current (value_of), what was reported and what counts, in words; of an item, what stands of it."""
    if objection.line is None:
        return {"standing": item_objections.standing(objection)}
    current = value_of(objection)
    return {
        "current": current,
        "reported": describe(current.indicator, current.value.fact) if current else "",
        "final": describe(current.indicator, current.final_fact) if current else "",
    }


def milestones_of(objection: Objection) -> list[TargetMilestone]:
    """The letter's milestones of the objected indicator with the days that held in its month."""
    return holding.milestones(objection.period, objection.office_id, amendments.asked_of(objection.scored_line))


def counts(actor: Actor) -> dict[str, int]:
    """How many objections there are in each state."""
    rows = objections_for(actor).select_related(None).order_by().values("state").annotate(n=Count("pk"))
    return {row["state"]: row["n"] for row in rows}


def current_of(objection: Objection) -> CurrentValue | None:
    """The same as value_of, locked."""
    return _values(objection).select_related("value", "indicator").locked().first()


def _values(objection: Objection) -> CurrentValueQuerySet:
    return CurrentValue.objects.filter(
        period_id=objection.period_id, office_id=objection.office_id,
        indicator=amendments.asked_of(objection.scored_line),
    )  # fmt: skip


def decide_refusal(actor: Actor, objection: Objection, *, on: date) -> str | None:
    """Why the actor may not decide about it; None when they may."""
    return decide_refusals(actor, [objection], on=on)[objection.pk]


def decide_refusals(actor: Actor, objections: Sequence[Objection], *, on: date) -> dict[int, str | None]:
    """objection id → the same, for a page of them in a constant number of queries. Shared by pages and API."""
    waiting = [row for row in objections if row.state == ObjectionState.OPEN]
    bars, tallies = conflicts.bars_of(actor, waiting, on=on), panels.tallies(waiting)
    return {
        row.pk: policies.decide.reason(actor, row, bar=bars.get(row.pk), tally=tallies.get(row.pk, Tally()))
        for row in objections
    }


def due_derivation(objection: Objection) -> Derivation | None:
    """How the answer's due day came about, as it was worked out at filing."""
    filed = EventRecord.objects.filter(subject=subject_of(objection), name="ObjectionFiled").first()
    stored: dict[str, Any] | None = filed.data.get("derivation") if filed else None
    return Derivation.of(stored) if stored else None


def subject_of(objection: Objection) -> str:
    return f"ledger.objection:{objection.pk}"


def open_to(actor: Actor, *, on: date, known: Sequence[Objection] | None = None) -> QuerySet[Objection]:
    """Objections that wait for this person: for a panel to be named, for their vote, for the decision on all votes.

    Annotated with `mine` (they have to vote) and `seated` (there is a panel). Not those that they must not judge. One
    query, and those of conflicts.bars_of where any is open; known: the open ones, where they are loaded already.
    """
    rows = panels.staged(objections_for(actor).filter(state=ObjectionState.OPEN), actor)
    rows = rows.exclude(pk__in=list(conflicts.bars_of(actor, rows if known is None else known, on=on)))
    return rows.filter(Q(mine=True) | Q(lacking=False)) if actor.has(*policies.DECIDERS) else rows.filter(mine=True)
