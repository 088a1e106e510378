"""Who may plan, do and finish a task on site, and who may rectify and close. Source: domain reference 2.2 step 13."""

from collections.abc import Collection

from django.utils.translation import gettext as _

from appraisal.inspections.models import Rectification, Task
from appraisal.inspections.policies.draws import BELOW, BUREAU, INSPECTORS, prepare
from appraisal.inspections.states import RectificationState, TaskState
from appraisal.ledger.models import Cycle
from appraisal.ledger.policies.verification import LEADERS
from core.errors import Conflict, Denied
from core.policy import policy
from tenants.actors import Actor
from tenants.models import Office, Role

ANSWERERS = (*LEADERS, Role.REPORTER, Role.ISSUER)


@policy
def see(actor: Actor) -> None:
    """The bureau, and whoever works on the appraisal in the prefecture inspected."""
    if not (actor.visiting or actor.has(*(BUREAU if actor.at_province else BELOW))):
        raise Denied(_("现场检查和整改由省局和各州市考核工作人员查看。"))


@policy
def plan(actor: Actor, cycle: Cycle) -> None:
    """The appraisal administrator of the province, in a running year."""
    if not actor.at_province or actor.province_id != cycle.province_id or not actor.has(Role.APPRAISAL_ADMIN):
        raise Denied(_("检查任务由本省的考核管理员安排。"))
    prepare(actor, cycle)


@policy
def send(tied: Collection[str]) -> None:
    """Nobody is sent where they have a tie. tied: the names of those who have one."""
    if tied:
        raise Conflict(_("%(names)s与该州市有回避关系，请改派他人。") % {"names": _("、").join(tied)})


@policy
def start(actor: Actor, task: Task) -> None:
    """One of its inspectors, before it has begun."""
    _on_site(actor, task)
    if task.state != TaskState.PLANNED:
        raise Conflict(_("任务现在是“%(state)s”，不能再开始。") % {"state": task.get_state_display()})


@policy
def work(actor: Actor, task: Task) -> None:
    """Its inspectors, while it is under way."""
    _on_site(actor, task)
    if task.state != TaskState.UNDERWAY:
        raise Conflict(_("任务现在是“%(state)s”，只有检查中的任务可以填写。") % {"state": task.get_state_display()})


@policy
def cancel(actor: Actor, task: Task) -> None:
    """The administrator, before it has begun."""
    plan(actor, task.cycle)
    if task.state != TaskState.PLANNED:
        raise Conflict(_("任务现在是“%(state)s”，只有待检查的任务可以取消。") % {"state": task.get_state_display()})


def _on_site(actor: Actor, task: Task) -> None:
    if not inspects(actor, task):
        raise Denied(_("现场检查由指派的检查人员填写。"))


def inspects(actor: Actor, task: Task) -> bool:
    """Was sent, and still has a role in which people are sent: what they did before they had another stays theirs."""
    return actor.at_province and actor.has(*INSPECTORS) and task.sent(actor.user_id)


@policy
def answer(actor: Actor, row: Rectification) -> None:
    """The prefecture itself, also when it is late: what is rectified late is rectified all the same."""
    if actor.visiting or actor.home.pk != row.office_id or actor.home.level != Office.Level.PREFECTURE:
        raise Denied(_("整改由被检查的州市答复。"))
    if not actor.has(*ANSWERERS):
        raise Denied(_("整改由本州市的填报人、签发人或领导答复。"))
    if row.state != RectificationState.OPEN:
        raise Conflict(_("这项整改现在是“%(state)s”，不能再答复。") % {"state": row.get_state_display()})


@policy
def judge(actor: Actor, row: Rectification) -> None:
    """The administrator or one of the task's inspectors, once there is an answer."""
    if not actor.at_province or not (actor.has(Role.APPRAISAL_ADMIN) or inspects(actor, row.task)):
        raise Denied(_("整改由省级考核管理员或该任务的检查人员销号、退回。"))
    if row.state != RectificationState.ANSWERED:
        raise Conflict(_("这项整改现在是“%(state)s”，只有待销号的可以办理。") % {"state": row.get_state_display()})
