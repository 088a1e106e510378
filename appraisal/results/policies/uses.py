"""Who keeps the register of what results are used for. Source: domain reference 2.2 step 22, 2.6."""

from django.utils.translation import gettext as _

from appraisal.results.models import ResultUse, YearResult
from appraisal.results.policies.outcome import COMMITTEE, FILERS
from appraisal.results.states import ResultState, UseState
from core.errors import Conflict, Denied
from core.policy import policy
from tenants.actors import Actor


@policy
def record(actor: Actor, result: YearResult) -> None:
    """The administrator or a leader, from a locked result."""
    _bureau(actor)
    if result.state != ResultState.LOCKED:
        raise Conflict(_("结果锁定后才能运用；现在是“%(state)s”。") % {"state": result.get_state_display()})


@policy
def hand_in(actor: Actor, use: ResultUse) -> None:
    """The office that is to put things right, while it is asked for a plan."""
    if actor.visiting or actor.home.pk != use.office_id or not actor.has(*FILERS):
        raise Denied(_("整改方案由被要求整改的州市的填报人、签发人或领导报送。"))
    if use.kind != ResultUse.Kind.RECTIFICATION:
        raise Conflict(_("这一项不需要整改方案。"))
    if use.state != UseState.OPEN:
        raise Conflict(_("整改方案已报送或已办结；现在是“%(state)s”。") % {"state": use.get_state_display()})


@policy
def close(actor: Actor, use: ResultUse) -> None:
    """The bureau; a rectification after its plan."""
    _bureau(actor)
    if use.kind == ResultUse.Kind.RECTIFICATION and use.state == UseState.OPEN:
        raise Conflict(_("整改方案还没有报送，报送并整改后才能办结。"))
    if use.state not in (UseState.OPEN, UseState.HANDED_IN):
        raise Conflict(_("这一项已经结束：%(state)s。") % {"state": use.get_state_display()})


@policy
def cancel(actor: Actor, use: ResultUse) -> None:
    """The bureau, what has not ended."""
    _bureau(actor)
    if use.state not in (UseState.OPEN, UseState.HANDED_IN):
        raise Conflict(_("这一项已经结束：%(state)s。") % {"state": use.get_state_display()})


def _bureau(actor: Actor) -> None:
    if not actor.at_province or not actor.has(*COMMITTEE):
        raise Denied(_("结果运用由省级考核管理员和领导登记。"))
