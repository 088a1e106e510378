"""Who may try a scheme on a run. Taking the trial over into a draft is the library's to allow."""

from django.utils.translation import gettext as _

from appraisal.ledger.models import ScoreRun
from appraisal.ledger.states import RunState
from core.errors import Conflict, Denied
from core.policy import policy
from tenants.actors import Actor
from tenants.models import Role

OFFICERS = (Role.APPRAISAL_ADMIN, Role.VERIFIER, Role.PRINCIPAL_LEADER, Role.LEADER_IN_CHARGE)


@policy
def use(actor: Actor, run: ScoreRun) -> None:
    """The bureau's officers, on a run that has been calculated. Source: domain reference M2."""
    if not actor.at_province:
        raise Denied(_("沙盘推演要用全省各州市的数据，只对省级开放。"))
    if not actor.has(*OFFICERS):
        raise Denied(_("只有省级考核管理员、审核人和领导可以做沙盘推演。"))
    if run.state not in (RunState.DONE, RunState.PUBLISHED):
        raise Conflict(_("这一批现在是“%(state)s”，算出以后才能用它的数据推演。") % {"state": run.get_state_display()})
