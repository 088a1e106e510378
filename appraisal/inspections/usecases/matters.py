"""Assigned matters (督办): assigned with a day, replied to, returned or closed; a missed day comes to points off, once.

Source: domain reference 2.2 steps 9 and 17, ledger params/matter.yaml.
"""

from collections.abc import Sequence
from datetime import date, datetime

from django.db import transaction
from django.utils import timezone
from django.utils.translation import gettext as _

from appraisal.inspections.events import matters as events_of
from appraisal.inspections.models import Matter, MatterStep
from appraisal.inspections.policies import matters as policies
from appraisal.inspections.selectors import draws
from appraisal.inspections.selectors import matters as selectors
from appraisal.inspections.selectors import tasks as offices
from appraisal.inspections.states import MatterState
from appraisal.ledger.rules import procedure
from appraisal.ledger.selectors import pinning
from appraisal.ledger.selectors.province_facts import evidence_of
from appraisal.ledger.usecases.adjustments import enter
from appraisal.ledger.usecases.checks import checked_reason
from core import events
from core.errors import Invalid
from tenants.actors import Actor

Kind, Outcome = MatterStep.Kind, Matter.Outcome
MOST_OFFICES = 200


@transaction.atomic
def assign_matter(
    *, cycle_id: int, office_ids: Sequence[int], title: str, text: str, basis: str, due_on: date,
    evidence: Sequence[str] = (), actor: Actor, at: datetime,
) -> list[Matter]:  # fmt: skip
    """Assign a matter to offices that take part, one row each; all of them or none.

    due_on: last day to reply, from today on and within a year; a day off moves to the next working day where the rule
    says so. evidence: ids of the bureau's files. Raises NotFound, Denied, Conflict (year not running), Invalid.
    """
    cycle = draws.get_cycle(actor, cycle_id)
    policies.assign(actor, cycle)
    wanted = list(dict.fromkeys(office_ids))
    if not wanted or len(wanted) > MOST_OFFICES:
        raise Invalid(_("请选择承办的州市。"), field="office_ids")
    named = [offices.get_participant(cycle, office_id) for office_id in wanted]
    on = timezone.localdate(at)
    said = {"title": _short(title, 120, "title", _("事项")), "basis": _short(basis, 200, "basis", _("依据"))}
    said["text"] = checked_reason(text, at, field="text")
    _check_day(due_on, on)
    files = list(evidence_of(actor, list(evidence)).values())
    made = []
    for office in named:
        last, derivation = selectors.last_day(office, due_on, on)
        made.append(
            Matter(
                cycle=cycle, office=office, **said, evidence=files, due_on=last, first_due_on=last,
                derivation=derivation.as_json(), assigned_by_id=actor.user_id, assigned_by_name=actor.name,
                assigned_at=at,
            )
        )  # fmt: skip
    Matter.objects.bulk_create(made)
    events.record_all(
        [
            events_of.MatterAssigned(
                subject=row.subject, office=row.office.schema_name, title=row.title, due_on=row.due_on.isoformat()
            )
            for row in made
        ],
        actor=actor, at=at,
    )  # fmt: skip
    return made


@transaction.atomic
def reply(*, matter_id: int, text: str, evidence: Sequence[str] = (), actor: Actor, at: datetime) -> Matter:
    """The office says what was done, with files; after its day it is taken and marked.

    Raises NotFound, Denied (another office, another role), Conflict (replied, ended), Invalid (text too short).
    """
    matter = selectors.get_matter(actor, matter_id, lock=True)
    policies.reply(actor, matter)
    said = checked_reason(text, at, field="text")
    late = matter.waits_late(timezone.localdate(at))
    _step(matter, Kind.REPLY, said, evidence, actor, at)
    matter.move(MatterState.ANSWERED)
    if late:
        matter.late_replies += 1
        matter.missed_on = matter.missed_on or matter.due_on
    matter.save(update_fields=["state", "late_replies", "missed_on"])
    _record(events_of.MatterReplied(subject=matter.subject, office=matter.office.schema_name, late=late), actor, at)
    return matter


@transaction.atomic
def return_(
    *, matter_id: int, reason: str, due_on: date, evidence: Sequence[str] = (), actor: Actor, at: datetime
) -> Matter:
    """What was replied does not do: back to the office with the reason and a new day.

    Raises NotFound, Denied, Conflict (no reply, ended), Invalid (reason too short, day past or too far).
    """
    matter = selectors.get_matter(actor, matter_id, lock=True)
    policies.judge(actor, matter)
    said = checked_reason(reason, at)
    on = timezone.localdate(at)
    _check_day(due_on, on)
    matter.due_on, derivation = selectors.last_day(matter.office, due_on, on)
    matter.derivation = derivation.as_json()
    _step(matter, Kind.RETURN, said, evidence, actor, at)
    matter.move(MatterState.OPEN)
    matter.times_returned += 1
    matter.save(update_fields=["state", "times_returned", "due_on", "derivation"])
    _record(
        events_of.MatterReturned(
            subject=matter.subject, office=matter.office.schema_name, reason=said, due_on=matter.due_on.isoformat()
        ),
        actor, at,
    )  # fmt: skip
    return matter


@transaction.atomic
def close(*, matter_id: int, text: str, actor: Actor, at: datetime) -> Matter:
    """The reply does. Raises NotFound, Denied, Conflict (no reply, ended), Invalid (text too short)."""
    matter = selectors.get_matter(actor, matter_id, lock=True)
    policies.judge(actor, matter)
    _end(matter, MatterState.CLOSED, Kind.CLOSE, checked_reason(text, at, field="text"), actor, at)
    _record(events_of.MatterClosed(subject=matter.subject, office=matter.office.schema_name), actor, at)
    return matter


@transaction.atomic
def withdraw(*, matter_id: int, reason: str, actor: Actor, at: datetime) -> Matter:
    """It should not have been assigned: no reply, no points off. Raises NotFound, Denied, Conflict, Invalid."""
    matter = selectors.get_matter(actor, matter_id, lock=True)
    policies.withdraw(actor, matter)
    said = checked_reason(reason, at)
    _end(matter, MatterState.WITHDRAWN, Kind.WITHDRAW, said, actor, at)
    _record(events_of.MatterWithdrawn(subject=matter.subject, office=matter.office.schema_name, reason=said), actor, at)
    return matter


@transaction.atomic
def deduct(
    *, matter_id: int, confirming_unit: str, evidence: Sequence[str], late_reason: str = "", actor: Actor, at: datetime
) -> Matter:
    """Take the dated item's points off for a missed day, once, from the month of that day on that is not published.

    confirming_unit: who confirmed it (domain reference 2.2 step 17); evidence: ids of the bureau's files, at least one
    unless the matter has some. late_reason: asked for once every month is published; it then counts from the year-end
    month. Raises NotFound, Denied, Conflict (in time, decided already, the year's result is decided), Invalid.
    """
    on = timezone.localdate(at)
    found = selectors.get_matter(actor, matter_id)
    pinning.hold_from(cycle_id=found.cycle_id, month=1)  # no month of the year is published meanwhile
    matter = selectors.get_matter(actor, matter_id, lock=True)
    policies.settle(actor, matter, on=on)
    day = matter.day_missed(on)
    assert day is not None, "only an overdue one is settled"
    month = selectors.counts_from(matter, day)
    rule = procedure.matter(on)
    files = [*matter.evidence, *evidence_of(actor, list(evidence)).values()]
    basis = f"{matter.basis}；{rule['basis']}"
    matter.adjustment = enter(
        cycle=matter.cycle, office_id=matter.office_id, from_month=month, code=rule["item"], points=None,
        legal_basis=basis if len(basis) <= 200 else rule["basis"], confirming_unit=confirming_unit, evidence=files,
        late_reason=late_reason, actor=actor, at=at,
    )  # fmt: skip
    _settle(matter, Outcome.DEDUCTED, "", actor, at)
    _record(
        events_of.MatterDeducted(
            subject=matter.subject, office=matter.office.schema_name, adjustment=matter.adjustment.pk, from_month=month
        ),
        actor, at,
    )  # fmt: skip
    return matter


@transaction.atomic
def spare(*, matter_id: int, reason: str, actor: Actor, at: datetime) -> Matter:
    """No points off for a missed day, with the reason. Raises as `deduct`, but for the months."""
    matter = selectors.get_matter(actor, matter_id, lock=True)
    policies.settle(actor, matter, on=timezone.localdate(at))
    _settle(matter, Outcome.SPARED, checked_reason(reason, at, longest=200), actor, at)
    _record(
        events_of.MatterSpared(
            subject=matter.subject, office=matter.office.schema_name, reason=matter.outcome_reason
        ),
        actor, at,
    )  # fmt: skip
    return matter


def _settle(matter: Matter, outcome: str, reason: str, actor: Actor, at: datetime) -> None:
    matter.outcome, matter.outcome_reason = outcome, reason
    matter.outcome_by_name, matter.outcome_at = actor.name, at
    matter.save(update_fields=["outcome", "outcome_reason", "outcome_by_name", "outcome_at", "adjustment"])


def _end(matter: Matter, to: MatterState, kind: str, said: str, actor: Actor, at: datetime) -> None:
    _step(matter, kind, said, (), actor, at)
    matter.move(to)
    matter.ended_by_name, matter.ended_at = actor.name, at
    matter.save(update_fields=["state", "ended_by_name", "ended_at"])


def _step(matter: Matter, kind: str, text: str, evidence: Sequence[str], actor: Actor, at: datetime) -> None:
    files = evidence_of(actor, list(evidence))
    MatterStep.objects.create(
        matter=matter, kind=kind, text=text, evidence=list(files.values()), due_on=matter.due_on,
        by_id=actor.user_id, by_name=actor.name, at=at,
    )  # fmt: skip


def _record(event: events.Event, actor: Actor, at: datetime) -> None:
    events.record(event, actor=actor, at=at)


def _check_day(day: date, on: date) -> None:
    if not on <= day <= on + selectors.LONGEST:
        raise Invalid(
            _("回复期限须在 %(first)s 至 %(last)s 之间。")
            % {"first": on.isoformat(), "last": (on + selectors.LONGEST).isoformat()},
            field="due_on",
        )


def _short(text: str, longest: int, field: str, label: str) -> str:
    text = text.strip()
    if not text:
        raise Invalid(_("请填写%(label)s。") % {"label": label}, field=field)
    if len(text) > longest:
        raise Invalid(_("%(label)s最多 %(longest)s 个字。") % {"label": label, "longest": longest}, field=field)
    return text


__all__ = ["assign_matter", "close", "deduct", "reply", "return_", "spare", "withdraw"]
