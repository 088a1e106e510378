"""Assigned matters, asked with the actor first."""

from datetime import date, timedelta
from typing import Any

from django.db.models import Q, QuerySet
from django.utils.translation import gettext as _

from appraisal.inspections.models import Matter
from appraisal.inspections.policies import matters as policies
from appraisal.inspections.policies.tasks import ANSWERERS
from appraisal.inspections.states import MatterState
from appraisal.ledger.rules import procedure
from appraisal.ledger.selectors import adjustments
from appraisal.ledger.states import CycleState
from core.errors import NotFound
from core.workdays import Calendar, Derivation, add_working_days
from tenants.actors import Actor
from tenants.models import Office, Role

OVERDUE = "OVERDUE"  # asked for as a state: a day was missed
LONGEST = timedelta(days=366)


def matters_for(actor: Actor) -> QuerySet[Matter]:
    """The bureau sees its province's (a visitor those of the office visited), an office its own."""
    rows = Matter.objects.select_related("cycle", "office__parent", "adjustment")
    rows = rows.filter(cycle__province_id=actor.province_id)
    whole = actor.home.level == Office.Level.PROVINCE and not actor.visiting
    return rows if whole else rows.filter(office=actor.office)


def get_matter(actor: Actor, matter_id: int, *, lock: bool = False) -> Matter:
    """One of them; locked first and read then. Raises NotFound."""
    rows = matters_for(actor).filter(pk=matter_id)
    if lock and not rows.select_for_update(of=("self",), no_key=True).values_list("pk"):
        raise NotFound(_("没有这件督办事项。"))
    found = rows.first()
    if found is None:
        raise NotFound(_("没有这件督办事项。"))
    return found


def late(on: date) -> Q:
    """Matter.overdue as a condition."""
    missed = Q(late_replies__gt=0) | Q(state=MatterState.OPEN, due_on__lt=on)
    return missed & ~Q(state=MatterState.WITHDRAWN)


def listed(actor: Actor, state: str, *, on: date) -> QuerySet[Matter]:
    """Those of a state, OVERDUE or all, what is due first."""
    rows = matters_for(actor)
    if state == OVERDUE:
        rows = rows.filter(late(on))
    elif state in MatterState.values:
        rows = rows.filter(state=state)
    return rows.order_by("-due_on", "-pk")


def counts(actor: Actor, *, on: date) -> dict[str, int]:
    """State, OVERDUE → how many. Two queries."""
    found = dict.fromkeys(MatterState.values, 0)
    for state in matters_for(actor).order_by().values_list("state", flat=True):
        found[state] += 1
    return found | {OVERDUE: matters_for(actor).filter(late(on)).count()}


def last_day(office: Office, asked: date, on: date) -> tuple[date, Derivation]:
    """The last day to reply when `asked` was: where the rule in force says so, the next working day of the office."""
    if procedure.matter(on)["day_off"] != "NEXT":
        return asked, Derivation("", {})
    return add_working_days(asked, 0, Calendar(office.region_code))


def counts_from(matter: Matter, day: date) -> int:
    """The month of the day that was missed, or the first after it whose scores are not published.

    The year-end month once all of them are, and for a day missed after the year's end.
    """
    if day.year > matter.cycle.year:
        return adjustments.year_end_month(matter.cycle)
    return adjustments.counts_from(matter.cycle, day.month if day.year == matter.cycle.year else 1)


def counts_late(matter: Matter, *, on: date) -> bool:
    """Whether the month it would count from is published: a reason is then asked for."""
    day = matter.day_missed(on)
    if day is None:
        return False
    return adjustments.published_month_from(matter.cycle, counts_from(matter, day)) is not None


def refusals(actor: Actor, matter: Matter, *, on: date) -> dict[str, str | None]:
    """For each action why not, None when the actor may. Shared by pages and API."""
    return {
        "reply": policies.reply.reason(actor, matter),
        "return": policies.judge.reason(actor, matter),
        "close": policies.judge.reason(actor, matter),
        "withdraw": policies.withdraw.reason(actor, matter),
        "deduct": policies.settle.reason(actor, matter, on=on),
        "spare": policies.settle.reason(actor, matter, on=on),
    }


def to_reply(actor: Actor) -> QuerySet[Matter]:
    """What this office has to reply to."""
    if actor.home.level != Office.Level.PREFECTURE or not actor.has(*ANSWERERS):
        return Matter.objects.none()
    return matters_for(actor).filter(state=MatterState.OPEN)


def to_judge(actor: Actor) -> QuerySet[Matter]:
    """Replies that wait for the bureau."""
    return _running(actor).filter(state=MatterState.ANSWERED)


def to_settle(actor: Actor, *, on: date) -> QuerySet[Matter]:
    """Overdue ones about which nobody has decided what they come to."""
    return _running(actor).filter(late(on), outcome="")


def _running(actor: Actor) -> QuerySet[Matter]:
    if not actor.at_province or not actor.has(Role.APPRAISAL_ADMIN):
        return Matter.objects.none()
    return matters_for(actor).filter(cycle__state=CycleState.RUNNING)


def derivation_of(matter: Matter) -> str:
    stored: dict[str, Any] = matter.derivation
    return str(Derivation.of(stored)) if stored.get("key") else _("交办时定下的最后一天")
