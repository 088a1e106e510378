"""Who breaks a letter down and lets the bureau know, and when."""

from django.utils.translation import gettext as _

from appraisal.ledger.models import TargetLetter
from appraisal.ledger.policies import cycles
from appraisal.ledger.states import CycleState, LetterState
from core.errors import Conflict, Denied
from core.policy import policy
from tenants.actors import Actor
from tenants.models import Role

CONFIRMERS = (Role.PRINCIPAL_LEADER, Role.LEADER_IN_CHARGE)


@policy
def watch(actor: Actor) -> None:
    """The bureau's own people see how far every office is."""
    cycles.read(actor)
    if not actor.at_province:
        raise Denied(_("各州市的分解情况由省级查看；本单位的见“责任清单”。"))


@policy
def break_down(letter: TargetLetter) -> None:
    """A letter that both have signed, until the year is closed."""
    if letter.state != LetterState.SIGNED:
        raise Conflict(_("责任书还没有双方签署，签署后再分解。"))
    if letter.cycle.state == CycleState.CLOSED:
        raise Conflict(_("%(cycle)s 已结束，责任清单不能再改。") % {"cycle": letter.cycle.name})


@policy
def release(actor: Actor, letter: TargetLetter, version: int, in_force: int) -> None:
    """A leader of the office itself, of the version that is in force. Source: domain reference 2.2 step 5."""
    if actor.visiting or actor.office.pk != letter.office_id or not actor.has(*CONFIRMERS):
        raise Denied(_("责任清单由本单位主要领导或分管领导确认。"))
    break_down(letter)
    if version != in_force:
        raise Conflict(
            _("责任书已调整为第 %(now)s 版，清单还是按第 %(then)s 版分解的。请按新版修改后再确认。")
            % {"now": in_force, "then": version}
        )
