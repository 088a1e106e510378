"""Who may calculate a year, and see it before it is public. Source: domain reference 2.2 steps 14–18."""

from django.utils.translation import gettext as _

from appraisal.ledger.models import Cycle
from appraisal.ledger.policies.verification import LEADERS
from appraisal.ledger.states import CycleState
from appraisal.results.models import YearRun
from appraisal.results.states import YearRunState
from core.errors import Conflict, Denied
from core.policy import policy
from tenants.actors import Actor
from tenants.models import Role

SEERS = (Role.APPRAISAL_ADMIN, Role.VERIFIER, Role.FUND_SUPERVISOR, *LEADERS)


@policy
def see(actor: Actor) -> None:
    """The bureau's people of the appraisal; prefectures see what was put to notice."""
    if not actor.at_province or not actor.has(*SEERS):
        raise Denied(_("年度考核的计算和拟定只对省级考核人员开放；公示后各州市可以查看结果。"))


@policy
def calculate(actor: Actor, cycle: Cycle) -> None:
    """The bureau's appraisal administrator, in a running year, one calculation at a time."""
    see(actor)
    if not actor.has(Role.APPRAISAL_ADMIN):
        raise Denied(_("只有省级考核管理员可以计算年度成绩。"))
    if cycle.state != CycleState.RUNNING:
        raise Conflict(_("考核年度不在进行中，不能计算年度成绩。"))
    if YearRun.objects.filter(cycle=cycle, state=YearRunState.RUNNING).exists():
        raise Conflict(_("正在计算年度成绩，请等这一批算完。"))
