"""Who may hold a claim to be false, who is heard, who confirms. Source: domain reference 2.3 (falsified data)."""

from datetime import date

from django.utils.translation import gettext as _

from appraisal.inspections.models import FalseClaim
from appraisal.inspections.policies.draws import INSPECTORS
from appraisal.inspections.policies.tasks import ANSWERERS
from appraisal.inspections.states import ClaimState
from appraisal.ledger.models import Cycle
from appraisal.ledger.policies.verification import LEADERS
from appraisal.ledger.states import CycleState
from core.errors import Conflict, Denied
from core.policy import policy
from tenants.actors import Actor
from tenants.models import Office, Role

PROPOSERS = (*INSPECTORS, Role.APPRAISAL_ADMIN)
DECIDERS = (Role.APPRAISAL_ADMIN, *LEADERS)


@policy
def propose(actor: Actor, cycle: Cycle) -> None:
    """The bureau's inspectors, verifiers and administrator, in a running year."""
    if not actor.at_province or actor.province_id != cycle.province_id or not actor.has(*PROPOSERS):
        raise Denied(_("虚假填报由本省的核验、检查人员或考核管理员提出。"))
    if cycle.state != CycleState.RUNNING:
        raise Conflict(_("“%(cycle)s”不在进行中，不能再认定虚假填报。") % {"cycle": cycle.name})


@policy
def state(actor: Actor, claim: FalseClaim, *, on: date) -> None:
    """The prefecture itself, once, while it is heard."""
    if actor.visiting or actor.home.pk != claim.office_id or actor.home.level != Office.Level.PREFECTURE:
        raise Denied(_("只有被指的州市可以陈述申辩。"))
    if not actor.has(*ANSWERERS):
        raise Denied(_("陈述申辩由本州市的填报人、签发人或领导提出。"))
    _open(claim)
    if claim.stated_at is not None:
        raise Conflict(_("本州市已经陈述申辩。"))
    if on > claim.hear_until:
        raise Conflict(_("陈述申辩的期限已于 %(day)s 截止。") % {"day": claim.hear_until.isoformat()})


@policy
def confirm(actor: Actor, claim: FalseClaim, *, on: date) -> None:
    """Another person than who proposed, when the prefecture has been heard or has let its days pass."""
    drop(actor, claim)
    if actor.user_id == claim.proposed_by_id:
        raise Denied(_("由您提出的，须由另一个人确认。"))
    if claim.stated_at is None and on <= claim.hear_until:
        raise Conflict(_("州市还没有陈述申辩，%(day)s 以后才能确认。") % {"day": claim.hear_until.isoformat()})


@policy
def drop(actor: Actor, claim: FalseClaim) -> None:
    """The administrator or a leader of the province, whenever it is not decided."""
    if not actor.at_province or not actor.has(*DECIDERS):
        raise Denied(_("虚假填报由省级考核管理员或领导确认、撤销。"))
    if claim.cycle.state != CycleState.RUNNING:
        raise Conflict(_("“%(cycle)s”不在进行中，不能再认定虚假填报。") % {"cycle": claim.cycle.name})
    _open(claim)


def _open(claim: FalseClaim) -> None:
    if claim.state != ClaimState.HEARING:
        raise Conflict(
            _("%(name)s 已作出决定：%(state)s。") % {"name": claim.decided_by_name, "state": claim.get_state_display()}
        )
