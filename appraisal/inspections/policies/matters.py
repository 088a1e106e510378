"""Who assigns a matter, who replies, who returns, closes and withdraws it, and who takes points off for a late one.

Source: domain reference 2.2 step 9 (督办: item, deadline, reply; overdue feeds deductions).
"""

from datetime import date

from django.utils.translation import gettext as _

from appraisal.inspections.models import Matter
from appraisal.inspections.policies.draws import BELOW, BUREAU
from appraisal.inspections.policies.tasks import ANSWERERS
from appraisal.inspections.states import MatterState
from appraisal.ledger.models import Cycle
from appraisal.ledger.states import CycleState
from core.errors import Conflict, Denied
from core.policy import policy
from tenants.actors import Actor
from tenants.models import Office, Role


@policy
def see(actor: Actor) -> None:
    """The bureau, and whoever works on the appraisal in the office that was asked."""
    if not (actor.visiting or actor.has(*(BUREAU if actor.at_province else BELOW))):
        raise Denied(_("督办事项由省局和各州市考核工作人员查看。"))


@policy
def assign(actor: Actor, cycle: Cycle) -> None:
    """The appraisal administrator of the province, in a running year."""
    if not actor.at_province or actor.province_id != cycle.province_id or not actor.has(Role.APPRAISAL_ADMIN):
        raise Denied(_("督办事项由本省的考核管理员交办、办理。"))
    if cycle.state != CycleState.RUNNING:
        raise Conflict(_("“%(cycle)s”不在进行中，不能再办理督办事项。") % {"cycle": cycle.name})


@policy
def reply(actor: Actor, matter: Matter) -> None:
    """The office itself, also when it is late: a late reply is a reply."""
    if actor.visiting or actor.home.pk != matter.office_id or actor.home.level != Office.Level.PREFECTURE:
        raise Denied(_("督办事项由承办的州市回复。"))
    if not actor.has(*ANSWERERS):
        raise Denied(_("督办事项由本州市的填报人、签发人或领导回复。"))
    if matter.state != MatterState.OPEN:
        raise Conflict(_("这件督办现在是“%(state)s”，不能再回复。") % {"state": matter.get_state_display()})


@policy
def judge(actor: Actor, matter: Matter) -> None:
    """Return or close what was replied."""
    assign(actor, matter.cycle)
    if matter.state != MatterState.ANSWERED:
        raise Conflict(_("这件督办现在是“%(state)s”，只有待办结的可以办理。") % {"state": matter.get_state_display()})


@policy
def withdraw(actor: Actor, matter: Matter) -> None:
    """While it waits for a reply, and no points were taken off for it."""
    assign(actor, matter.cycle)
    if matter.state != MatterState.OPEN:
        raise Conflict(_("这件督办现在是“%(state)s”，只有待回复的可以撤回。") % {"state": matter.get_state_display()})
    if matter.outcome == Matter.Outcome.DEDUCTED:
        raise Conflict(_("这件督办已经扣分，不能撤回；确有错误的，先在“加扣分与否决”中撤销扣分。"))


@policy
def settle(actor: Actor, matter: Matter, *, on: date) -> None:
    """Decide what an overdue matter comes to: once, points off or none."""
    assign(actor, matter.cycle)
    if matter.outcome:
        raise Conflict(
            _("这件督办的逾期已由 %(name)s 处理：%(outcome)s。")
            % {"name": matter.outcome_by_name, "outcome": matter.get_outcome_display()}
        )
    if not matter.overdue(on):
        raise Conflict(_("这件督办没有逾期，不扣分。"))
