"""Who declares ties, and who ends them. Source: domain reference 2.7 case 10; features M15 (conflicts excluded)."""

from django.utils.translation import gettext as _

from appraisal.ledger.models import Tie
from appraisal.ledger.policies.verification import LEADERS, Avoided
from core.errors import Conflict, Denied
from core.policy import policy
from tenants.actors import Actor
from tenants.models import Office, Role

DECLARE = (Role.VERIFIER, Role.APPRAISAL_ADMIN, Role.INSPECTOR, Role.FUND_SUPERVISOR, Role.DIVISION_CHIEF, *LEADERS)


@policy
def see(actor: Actor) -> None:
    """Everybody of the bureau who may judge an office sees at least their own."""
    if not actor.at_province or not actor.has(*DECLARE):
        raise Denied(_("回避关系由省级核验、检查人员本人申报，考核管理员可以代为登记。"))


@policy
def declare(actor: Actor, person_id: int) -> None:
    """One's own; the administrator anybody's."""
    see(actor)
    if person_id != actor.user_id and not actor.has(Role.APPRAISAL_ADMIN):
        raise Denied(_("只能申报本人的回避关系，他人的由考核管理员登记。"))


@policy
def end(actor: Actor, tie: Tie) -> None:
    """The administrator, once, and never their own: nobody frees themselves."""
    see(actor)
    if not actor.has(Role.APPRAISAL_ADMIN):
        raise Denied(_("回避关系由考核管理员解除。"))
    if tie.person_id == actor.user_id:
        raise Denied(_("本人的回避关系须由另一位考核管理员解除。"))
    if tie.ended_at is not None:
        raise Conflict(_("这项回避关系已经解除（%(reason)s）。") % {"reason": tie.end_reason})


@policy
def untied(actor: Actor, office: Office, *, avoided: Avoided) -> None:
    """Nobody decides what an office they are tied to gains or loses."""
    if office.pk in avoided:
        raise Denied(
            _("您与%(office)s有回避关系（%(tie)s），须由另一人办理。")
            % {"office": office.label, "tie": Tie.Kind(avoided[office.pk]).label}
        )
