"""Who may propose, approve, withdraw and undo a mid-year amendment."""

from django.utils.translation import gettext as _

from appraisal.ledger.models import Amendment, Cycle, ScoreRun
from appraisal.ledger.policies import cycles
from appraisal.ledger.states import AmendmentState, CycleState, RunState
from core.errors import Conflict, Denied
from core.policy import policy
from tenants.actors import Actor
from tenants.models import Role

LEADERS = (Role.PRINCIPAL_LEADER, Role.LEADER_IN_CHARGE)


@policy
def propose(actor: Actor, cycle: Cycle) -> None:
    """The bureau's appraisal administrator, in a running year, one proposal at a time."""
    cycles.manage(actor)
    running(cycle)
    if Amendment.objects.filter(cycle=cycle, state=AmendmentState.PROPOSED).exists():
        raise Conflict(_("已有一项年中修订待批准，请先批准或撤回。"))


@policy
def approve(actor: Actor, amendment: Amendment) -> None:
    """A leader of the bureau who did not propose it, while no month from then on is pinned or being calculated."""
    lead(actor)
    running(amendment.cycle)
    if amendment.state != AmendmentState.PROPOSED:
        raise Conflict(_("这项修订现在是“%(state)s”，不能再批准。") % {"state": amendment.get_state_display()})
    if actor.user_id == amendment.proposed_by_id:
        raise Denied(_("提出修订的人不能自己批准，请由另一位领导批准。"))
    unpinned(amendment.cycle, amendment.from_month)


@policy
def withdraw(actor: Actor, amendment: Amendment) -> None:
    """The administrator, or a leader who sends it back."""
    if not actor.has(*LEADERS):
        cycles.manage(actor)
    lead_or_manage_at_province(actor)
    if amendment.state != AmendmentState.PROPOSED:
        raise Conflict(_("这项修订现在是“%(state)s”，不能撤回。") % {"state": amendment.get_state_display()})


@policy
def undo(actor: Actor, amendment: Amendment) -> None:
    """A leader: the newest one in force, while no month from then on is pinned or being calculated."""
    lead(actor)
    running(amendment.cycle)
    if amendment.state != AmendmentState.IN_FORCE:
        raise Conflict(_("这项修订现在是“%(state)s”，没有可以回退的。") % {"state": amendment.get_state_display()})
    later = Amendment.objects.filter(
        cycle_id=amendment.cycle_id, state=AmendmentState.IN_FORCE, number__gt=amendment.number
    )
    if later.exists():
        raise Conflict(_("后面还有生效的修订，请先回退最近的一项。"))
    unpinned(amendment.cycle, amendment.from_month)


def lead(actor: Actor) -> None:
    lead_or_manage_at_province(actor)
    if not actor.has(*LEADERS):
        raise Denied(_("年中修订由省级领导批准和回退。"))


def lead_or_manage_at_province(actor: Actor) -> None:
    if not actor.at_province:
        raise Denied(_("年中修订由省级办理，请在省级机构内办理。"))


def running(cycle: Cycle) -> None:
    """Raises Conflict outside a running year."""
    if cycle.state != CycleState.RUNNING:
        raise Conflict(_("%(cycle)s 不在进行中，不能修订指标体系。") % {"cycle": cycle.name})


def unpinned(cycle: Cycle, month: int) -> None:
    """Published scores never change, and a calculation under way must not change its scheme. Raises Conflict."""
    runs = ScoreRun.objects.filter(cycle_id=cycle.pk, period__month__gte=month)
    pinned = sorted(set(runs.filter(state=RunState.PUBLISHED).values_list("period__month", flat=True)))
    if pinned:
        months = _("、").join(map(str, pinned))
        raise Conflict(
            _("%(months)s 月的得分已经核定，不能再改它们的指标体系。请从之后的月份起修订。") % {"months": months}
        )
    if runs.filter(state=RunState.RUNNING).exists():
        raise Conflict(_("正在计算得分，请等算完再办理。"))
