"""Objections and what filing and deciding one need, asked with the actor first."""

from datetime import date
from typing import Any

from django.db.models import QuerySet
from django.utils import timezone
from django.utils.translation import gettext as _

from appraisal.ledger.models import CurrentValue, Objection, ScoreLine, ScoreRun
from appraisal.ledger.policies import objections as policies
from appraisal.ledger.rules import procedure
from appraisal.ledger.states import ObjectionState, RunState
from core.errors import NotFound
from core.models import EventRecord
from core.workdays import Calendar, Derivation, add_working_days
from tenants.actors import Actor
from tenants.models import Office


def objections_for(actor: Actor) -> QuerySet[Objection]:
    """The bureau sees its province's (a visitor those of the office visited), an office its own."""
    rows = Objection.objects.select_related(
        "office", "period__cycle", "line__indicator__parent", "line__card__run__period", "line__card__run__cycle"
    )
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
    rows = ScoreLine.objects.select_related(
        "indicator__parent", "card__office", "card__run__period__cycle", "card__run__cycle"
    ).filter(card__run__state=RunState.PUBLISHED)
    if actor.home.level == Office.Level.PROVINCE:
        rows = rows.filter(card__run__cycle__province_id=actor.home.pk)
    else:
        rows = rows.filter(card__office=actor.office)
    found = rows.filter(pk=line_id).first()
    if found is None:
        raise NotFound(_("没有这条已核定的得分。"))
    return found


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


def filing_refusal(actor: Actor, line: ScoreLine, *, on: date) -> str | None:
    """Why the actor cannot object to the line, None when they can: what the button and the API show."""
    return policies.file.reason(
        actor, line, on=on, last_day=last_filing_day(line)[0], superseded=superseded(line),
        earlier=earlier_objection(line),
    )  # fmt: skip


def current_of(objection: Objection) -> CurrentValue | None:
    """The value that the objected line was scored from, as it stands now, locked; None when nothing was reported."""
    rows = CurrentValue.objects.filter(
        period_id=objection.period_id, office_id=objection.office_id, indicator_id=objection.line.indicator_id
    )
    return rows.select_related("value", "indicator").locked().first()


def due_derivation(objection: Objection) -> Derivation | None:
    """How the answer's due day came about, as it was worked out at filing."""
    filed = EventRecord.objects.filter(subject=subject_of(objection), name="ObjectionFiled").first()
    stored: dict[str, Any] | None = filed.data.get("derivation") if filed else None
    return Derivation.of(stored) if stored else None


def subject_of(objection: Objection) -> str:
    return f"ledger.objection:{objection.pk}"


def open_count(actor: Actor) -> int:
    """Objections that wait for a decision."""
    return objections_for(actor).filter(state=ObjectionState.OPEN).count()
