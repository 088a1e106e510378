"""Who may calculate, publish and see scores."""

from django.utils.translation import gettext as _

from appraisal.ledger.models import CurrentValue, Period, ScoreRun
from appraisal.ledger.states import CycleState, RunState, ValueState
from core.errors import Conflict, Denied, NotFound
from core.policy import policy
from tenants.actors import Actor
from tenants.models import Role

PUBLISHERS = (Role.APPRAISAL_ADMIN, Role.PRINCIPAL_LEADER, Role.LEADER_IN_CHARGE)


@policy
def calculate(actor: Actor, period: Period) -> None:
    """The bureau's appraisal administrator, in a running year. Source: domain reference 2.2 step 14."""
    _of_the_bureau(actor, period)
    if not actor.has(Role.APPRAISAL_ADMIN):
        raise Denied(_("只有省级考核管理员可以计算得分。"))
    if period.cycle.state != CycleState.RUNNING:
        raise Conflict(_("考核年度不在进行中，不能计算得分。"))
    if ScoreRun.objects.filter(period=period, state=RunState.RUNNING).exists():
        raise Conflict(_("本月正在计算得分，请等这一批算完。"))


@policy
def publish(actor: Actor, run: ScoreRun) -> None:
    """The administrator or a leader; everything verified; the newest run of its period.

    What came once the month was published cannot be verified any more, counts in no run and waits for nobody.
    """
    _of_the_bureau(actor, run.period)
    if not actor.has(*PUBLISHERS):
        raise Denied(_("只有省级考核管理员或领导可以核定得分。"))
    if run.state != RunState.DONE:
        raise Conflict(_("这一批现在是“%(state)s”，只有已算出的批次可以核定。") % {"state": run.get_state_display()})
    if ScoreRun.objects.filter(period=run.period, number__gt=run.number).exists():
        raise Conflict(_("本月已有更新的计算批次，请核定最新的一批。"))
    published = ScoreRun.objects.filter(period=run.period, state=RunState.PUBLISHED)
    waiting = CurrentValue.objects.filter(period=run.period, state=ValueState.SUBMITTED).count()
    if waiting and not published.exists():
        raise Conflict(_("还有 %(count)s 项填报待审核，审完并重新计算后才能核定。") % {"count": waiting})


def _of_the_bureau(actor: Actor, period: Period) -> None:
    if not actor.at_province or period.cycle.province_id != actor.office.pk:
        raise NotFound(_("没有这个考核期。"))
