"""Consultations on targets, asked with the actor first, and last year's actuals beside them."""

from decimal import Decimal, InvalidOperation
from typing import Any

from django.db.models import QuerySet
from django.utils.translation import gettext as _

from appraisal.ledger.models import Consultation, ConsultedFigure, CurrentValue, Cycle
from appraisal.ledger.policies import consultations as policies
from appraisal.ledger.policies import cycles as cycle_policies
from appraisal.ledger.states import ConsultationState, ValueState
from core.errors import NotFound
from core.models import EventRecord
from tenants.actors import Actor
from tenants.models import Office, Role

STEPS = ("first", "control", "second", "final")
BEFORE = {"control": "first", "second": "control", "final": "second"}
LARGEST = Decimal(10) ** 14


def subject_of(consultation_id: int) -> str:
    """What events about a consultation are recorded under."""
    return f"ledger.consultation:{consultation_id}"


def consultations_for(actor: Actor) -> QuerySet[Consultation]:
    """The bureau's of its province, an office's its own; the newest year first, in official order."""
    cycle_policies.read(actor)
    rows = Consultation.objects.filter(cycle__province_id=actor.province_id)
    if actor.home.level != Office.Level.PROVINCE:
        rows = rows.filter(office_id=actor.home.pk)
    rows = rows.select_related("cycle__province", "cycle__version", "office__parent")
    return rows.order_by("-cycle__year", "office__position", "office_id")


def get_consultation(actor: Actor, consultation_id: int, *, lock: bool = False) -> Consultation:
    """One consultation. Raises NotFound for another office's."""
    rows = consultations_for(actor).filter(pk=consultation_id)
    if lock:
        rows = rows.select_for_update(of=("self",), no_key=True)
    consultation = rows.first()
    if consultation is None:
        raise NotFound(_("没有这项目标商定。"))
    return consultation


def figures(consultation: Consultation) -> list[ConsultedFigure]:
    """One per indicator whose target the letter gives, in the order of the scheme, with `differing` set on each.

    differing: the steps whose figure or absence of one differs from the step before it.
    """
    rows = list(consultation.figures.select_related("indicator__parent").order_by("indicator__position"))
    sent = [step for step in STEPS if getattr(consultation, f"{step}_at") is not None]
    for row in rows:
        row.differing = {  # type: ignore[attr-defined]
            step for step in sent if step in BEFORE and getattr(row, step) != getattr(row, BEFORE[step])
        }
    return rows


def last_years_actuals(cycle: Cycle) -> dict[tuple[int, str], Decimal]:
    """(office id, indicator code) → last December's value (or the last month's with one), as verified or reported.

    Only single figures: what is scored by steps of several facts has no actual that a target could be held beside.
    """
    rows = (
        CurrentValue.objects.filter(period__cycle__province_id=cycle.province_id, period__cycle__year=cycle.year - 1)
        .exclude(state=ValueState.RETURNED)
        .order_by("period__month")
        .values_list("office_id", "indicator__code", "state", "final_fact", "value__fact")
    )
    found: dict[tuple[int, str], Decimal] = {}
    for office_id, code, state, final, reported in rows.iterator():
        fact = (final if state == ValueState.VERIFIED else reported) or {}
        try:
            value = Decimal(str(fact["value"]))
        except (KeyError, InvalidOperation):
            continue
        if value.is_finite() and abs(value) < LARGEST:
            found[office_id, code] = round(value, 4)
    return found


def mine(actor: Actor) -> Consultation | None:
    """The newest consultation of the office the actor is in."""
    return consultations_for(actor).filter(office_id=actor.office.pk).first()


def awaited_of_office(actor: Actor) -> QuerySet[Consultation]:
    """Those in which it is this office's turn, for whoever may send."""
    if actor.at_province or not actor.has(*policies.PROPOSERS):
        return Consultation.objects.none()
    return _awaited(ConsultationState.OPEN, ConsultationState.CONTROL).filter(office_id=actor.office.pk)


def awaited_of_bureau(actor: Actor) -> QuerySet[Consultation]:
    """Those that wait for the bureau's answer, for whoever keeps its years."""
    if not actor.at_province or not actor.has(Role.APPRAISAL_ADMIN):
        return Consultation.objects.none()
    rows = _awaited(ConsultationState.FIRST, ConsultationState.SECOND)
    return rows.filter(cycle__province_id=actor.office.pk).order_by("office__position", "office_id")


def _awaited(*states: ConsultationState) -> QuerySet[Consultation]:
    rows = Consultation.objects.filter(state__in=states, cycle__state=Cycle.State.PREPARING)
    return rows.select_related("cycle", "office").order_by("cycle__year")


def history(consultation: Consultation) -> list[EventRecord]:
    """What happened, newest first."""
    return list(EventRecord.objects.filter(subject=subject_of(consultation.pk)).order_by("-id")[:20])


def refusals(actor: Actor, consultation: Consultation) -> dict[str, str | None]:
    """The reason why this person cannot send the next step, or None."""
    return {"send": policies.send.reason(actor, consultation)}


def change(row: ConsultedFigure, step: str) -> dict[str, Any] | None:
    """{amount, percent} of a step's figure against last year's actual; None where one of them is missing or zero."""
    value, before = getattr(row, step), row.last_year
    if value is None or not before:
        return None
    return {"amount": value - before, "percent": (value - before) * 100 / before}
