"""Claims that are held to be false, asked with the actor first."""

from datetime import date
from typing import Any

from django.db.models import Q, QuerySet
from django.utils.translation import gettext as _

from appraisal.inspections.models import FalseClaim, Finding
from appraisal.inspections.policies import claims as policies
from appraisal.inspections.policies.tasks import ANSWERERS
from appraisal.inspections.states import ClaimState
from appraisal.ledger.models import Cycle
from appraisal.ledger.rules import procedure
from appraisal.ledger.selectors import adjustments
from appraisal.ledger.states import CycleState
from core.errors import NotFound
from core.workdays import Calendar, Derivation, add_working_days
from tenants.actors import Actor
from tenants.models import Office


def claims_for(actor: Actor) -> QuerySet[FalseClaim]:
    """The bureau sees its province's (a visitor those of the office visited), a prefecture its own."""
    rows = FalseClaim.objects.select_related("cycle", "office__parent", "indicator", "finding", "adjustment")
    rows = rows.filter(cycle__province_id=actor.province_id)
    whole = actor.home.level == Office.Level.PROVINCE and not actor.visiting
    return rows if whole else rows.filter(office=actor.office)


def get_claim(actor: Actor, claim_id: int, *, lock: bool = False) -> FalseClaim:
    """One of them; locked first and read then. Raises NotFound."""
    rows = claims_for(actor).filter(pk=claim_id)
    if lock and not rows.select_for_update(of=("self",), no_key=True).values_list("pk"):
        raise NotFound(_("没有这件虚假填报认定。"))
    found = rows.first()
    if found is None:
        raise NotFound(_("没有这件虚假填报认定。"))
    return found


def get_finding(cycle: Cycle, office_id: int, finding_id: int) -> Finding:
    """A finding of an inspection of that office and year. Raises NotFound."""
    found = Finding.objects.filter(pk=finding_id, task__cycle=cycle, task__office_id=office_id).first()
    if found is None:
        raise NotFound(_("没有这条检查发现。"))
    return found


def hearing(office: Office, on: date) -> tuple[date, Derivation]:
    """The last day on which the prefecture is heard: working days by its own calendar."""
    return add_working_days(on, procedure.false_claim(on)["hearing_days"], Calendar(office.region_code))


def counts_from(claim: FalseClaim) -> int:
    """The claimed month, or the first after it whose scores are not published; the year-end month once all are."""
    return adjustments.counts_from(claim.cycle, claim.month)


def refusals(actor: Actor, claim: FalseClaim, *, on: date) -> dict[str, str | None]:
    """For each action why not, None when the actor may. Shared by pages and API."""
    return {
        "state": policies.state.reason(actor, claim, on=on),
        "confirm": policies.confirm.reason(actor, claim, on=on),
        "drop": policies.drop.reason(actor, claim),
    }


def waiting(actor: Actor, *, on: date) -> QuerySet[FalseClaim]:
    """Claims that wait for this person: to state its side while it is heard, or, once it was heard, to decide."""
    rows = claims_for(actor).filter(state=ClaimState.HEARING)
    if actor.at_province and actor.has(*policies.DECIDERS):
        heard = Q(stated_at__isnull=False) | Q(hear_until__lt=on)
        return rows.filter(heard, cycle__state=CycleState.RUNNING).exclude(proposed_by_id=actor.user_id or 0)
    if actor.home.level == Office.Level.PREFECTURE and actor.has(*ANSWERERS):
        return rows.filter(stated_at__isnull=True, hear_until__gte=on)
    return rows.none()


def derivation_of(claim: FalseClaim) -> Derivation:
    stored: dict[str, Any] = claim.derivation
    return Derivation.of(stored)
