"""Appraisal years, their participants and periods, asked with the actor first."""

from django.utils.translation import gettext as _

from appraisal.ledger.models import Cycle, Participant, Period
from appraisal.ledger.models.cycle import CycleQuerySet
from appraisal.ledger.policies import cycles as policies
from core.errors import NotFound
from tenants.actors import Actor
from tenants.models import Office


def subject_of(cycle_id: int) -> str:
    """What events about a cycle are recorded under."""
    return f"ledger.cycle:{cycle_id}"


def cycles_for(actor: Actor) -> CycleQuerySet:
    """The appraisal years of the actor's province, newest first. Raises Denied for accounts without business."""
    policies.read(actor)
    cycles = Cycle.objects.of_province(actor.province_id)
    return cycles.select_related("version__template", "province").order_by("-year")


def get_cycle(actor: Actor, cycle_id: int, *, lock: bool = False) -> Cycle:
    """One appraisal year. Raises NotFound for another province's."""
    cycles = cycles_for(actor).filter(pk=cycle_id)
    cycle = (cycles.locked() if lock else cycles).first()
    if cycle is None:
        raise NotFound(_("没有这个考核年度。"))
    return cycle


def latest_cycle(actor: Actor) -> Cycle | None:
    """The newest appraisal year, whatever its state; None before the first."""
    return cycles_for(actor).first()


def participants(cycle: Cycle) -> list[Participant]:
    """Who takes part, in official order, with their offices."""
    rows = Participant.objects.filter(cycle=cycle).select_related("office__parent")
    return list(rows.order_by("office__position", "office_id"))


def periods(cycle: Cycle) -> list[Period]:
    """The months in order."""
    return list(cycle.periods.order_by("month"))


def prefectures(province: Office) -> list[Office]:
    """The offices that must take part: the province's active prefectures, in official order."""
    return list(Office.objects.active().prefectures_of(province))


def refusals(actor: Actor, cycle: Cycle) -> dict[str, str | None]:
    """For each action the reason why not, or None."""
    prepare = policies.prepare.reason(actor, cycle)
    return {
        "set_peer_groups": prepare,
        "draft_letters": prepare,
        "make_periods": policies.schedule.reason(actor, cycle),
        "start": prepare,
        "set_difficulty": prepare,
    }
