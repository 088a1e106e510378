"""Who breaks the letter down, who confirms, who hands in; asked by pages and API alike."""

from django.utils.translation import gettext as _

from appraisal.duties.models import Duty, ResponsibilityList
from appraisal.duties.states import ListState
from appraisal.ledger.models import TargetLetter
from appraisal.ledger.policies.decompositions import CONFIRMERS, break_down
from core.errors import Conflict, Denied
from core.policy import policy
from tenants.actors import Actor
from tenants.models import Role, duty_of
from tenants.models.office import Level
from tenants.models.people import Duty as Work

PLANNERS = (Role.REPORTER, Role.DIVISION_CHIEF, Role.DIVISION_ADMIN, Role.APPRAISAL_ADMIN)
RETURNERS = (*CONFIRMERS, Role.DIVISION_CHIEF)
VISITORS = (Role.PRINCIPAL_LEADER, Role.LEADER_IN_CHARGE, Role.APPRAISAL_ADMIN, Role.VERIFIER, Role.FUND_SUPERVISOR)


@policy
def see(actor: Actor) -> None:
    """Everybody with business in the office; of the bureau, on a visit, who appraises."""
    if actor.office.level != Level.PREFECTURE:
        raise Denied(_("责任清单由州市分解和存放；各州市的分解情况见“任务下达”。"))
    if actor.visiting:
        if not actor.roles.intersection(VISITORS):
            raise Denied(_("您在省级的角色不能查看州市的责任清单。"))
    elif not at_home_in_business(actor):
        raise Denied(_("责任清单供业务岗位查阅，三员账号不能查看。"))


def at_home_in_business(actor: Actor) -> bool:
    """Whether they have business in the office they are in, and are no visitor."""
    return not actor.visiting and any(duty_of(role) == Work.BUSINESS for role in actor.roles)


@policy
def plan(actor: Actor) -> None:
    """Reporters and chiefs of divisions of the office itself."""
    see(actor)
    _at_home(actor)
    if not actor.has(*PLANNERS):
        raise Denied(_("只有填报人、科室负责人、科室管理员和考核管理员可以分解任务。"))


@policy
def begin(actor: Actor, letter: TargetLetter | None, working: ResponsibilityList | None) -> None:
    """A list for the signed letter, one at a time. Source: domain reference 2.2 step 5."""
    plan(actor)
    if letter is None:
        raise Conflict(_("还没有收到目标责任书，签署后再分解。"))
    break_down(letter)
    if working is not None:
        raise Conflict(_("第 %(n)s 版清单还没有确认，请在它上面修改。") % {"n": working.number})


@policy
def edit(actor: Actor, row: ResponsibilityList) -> None:
    """While it is a draft."""
    plan(actor)
    break_down(row.letter)
    if row.state == ListState.SUBMITTED:
        raise Conflict(_("清单已提交待确认；要修改，请领导先退回。"))
    if row.state != ListState.DRAFT:
        raise Conflict(_("清单已经确认，不能再改；要调整，请起草新版。"))


@policy
def drop(actor: Actor, row: ResponsibilityList) -> None:
    """A draft alone: what waits for a leader is sent back first, what was handed out stays."""
    plan(actor)
    if row.state == ListState.SUBMITTED:
        raise Conflict(_("清单已提交待确认，不能删除；请领导先退回。"))
    if row.state != ListState.DRAFT:
        raise Conflict(_("清单已经确认并下达，不能删除；要调整，请起草新版。"))


@policy
def confirm(actor: Actor, row: ResponsibilityList) -> None:
    """A leader of the office itself, and not who submitted it."""
    see(actor)
    _at_home(actor)
    if not actor.has(*CONFIRMERS):
        raise Denied(_("责任清单由本单位主要领导或分管领导确认。"))
    break_down(row.letter)
    if row.state != ListState.SUBMITTED:
        raise Conflict(_("清单现在是“%(state)s”，没有等待确认的内容。") % {"state": row.get_state_display()})
    if row.submitted_by_id == actor.user_id:
        raise Denied(_("提交人不能确认自己提交的清单，请由另一位领导确认。"))


@policy
def deliver(actor: Actor, duty: Duty, done: bool) -> None:
    """Who answers for it, while the list is in force."""
    see(actor)
    _at_home(actor)
    if duty.owner_id != actor.user_id:
        raise Denied(_("这项任务由%(name)s负责，由本人报送成果。") % {"name": duty.owner_name})
    _in_force(duty)
    if done:
        raise Conflict(_("这项任务已报送成果；要更正，请负责人退回后再报。"))


@policy
def return_(actor: Actor, duty: Duty, done: bool) -> None:
    """A leader or chief of a division asks for it again; nobody their own."""
    see(actor)
    _at_home(actor)
    if not actor.has(*RETURNERS):
        raise Denied(_("成果由本单位领导或科室负责人退回。"))
    if duty.owner_id == actor.user_id:
        raise Denied(_("不能退回自己报送的成果，请由另一位负责人办理。"))
    _in_force(duty)
    if not done:
        raise Conflict(_("这项任务还没有报送成果，不需要退回。"))


def _at_home(actor: Actor) -> None:
    if actor.visiting:
        raise Denied(_("您以省级身份查看%(office)s，只读。") % {"office": actor.office.label})


def _in_force(duty: Duty) -> None:
    if duty.breakdown.list.state != ListState.CONFIRMED:
        raise Conflict(_("这项任务所在的清单不是现行清单，请在现行清单上办理。"))
