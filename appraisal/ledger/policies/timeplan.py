"""Who lays down the months inside what a letter agrees on, and until when."""

from datetime import date

from django.utils.translation import gettext as _

from appraisal.ledger.models import TargetLetter
from appraisal.ledger.policies import cycles
from appraisal.ledger.policies.consultations import PROPOSERS
from appraisal.ledger.states import CycleState, LetterState
from core.errors import Conflict, Denied
from core.policy import policy
from tenants.actors import Actor


@policy
def lay_down(actor: Actor, letter: TargetLetter, own_until: date, on: date) -> None:
    """The office while it breaks the letter down, up to own_until; the bureau's administrator until the year is closed.

    Source: domain reference 2.2 step 5.
    """
    if actor.at_province:
        cycles.manage(actor)
    elif actor.visiting or actor.office.pk != letter.office_id:
        raise Denied(_("分月计划由%(office)s安排，请在该单位内办理。") % {"office": letter.office.label})
    elif not actor.has(*PROPOSERS):
        raise Denied(_("只有本单位主要领导、分管领导或考核管理员可以安排分月计划。"))
    if letter.state != LetterState.SIGNED:
        raise Conflict(_("责任书还没有双方签署，签署后再安排分月计划。"))
    if letter.cycle.state == CycleState.CLOSED:
        raise Conflict(_("%(cycle)s 已结束，分月计划不能再改。") % {"cycle": letter.cycle.name})
    if not actor.at_province and on > own_until:
        raise Conflict(
            _("本单位安排分月计划的时间已于 %(day)s 截止；确需调整的，请省级考核管理员办理。") % {"day": own_until}
        )
