"""Who may record bonus items, deduction items and vetoes. Source: domain reference 2.2 step 17, 2.3."""

from django.utils.translation import gettext as _

from appraisal.ledger.models import Cycle, ScoreAdjustment
from appraisal.ledger.policies.verification import LEADERS
from appraisal.ledger.states import CycleState
from core.errors import Conflict, Denied
from core.policy import policy
from tenants.actors import Actor
from tenants.models import Role


@policy
def see(actor: Actor) -> None:
    """The bureau's appraisal administrator, and its leaders, who look on."""
    if not actor.at_province or not actor.has(Role.APPRAISAL_ADMIN, *LEADERS):
        raise Denied(_("加扣分与否决由省级考核管理员登记，领导可以查看。"))


@policy
def record(actor: Actor, cycle: Cycle) -> None:
    """The appraisal administrator of the province, in a running year."""
    if not actor.at_province or actor.province_id != cycle.province_id or not actor.has(Role.APPRAISAL_ADMIN):
        raise Denied(_("只有本省的考核管理员可以登记或撤销加扣分与否决。"))
    if cycle.state != CycleState.RUNNING:
        raise Conflict(_("“%(cycle)s”不在进行中，不能再登记加扣分。") % {"cycle": cycle.name})


@policy
def revoke(actor: Actor, adjustment: ScoreAdjustment) -> None:
    """Once, by the same people."""
    record(actor, adjustment.cycle)
    if adjustment.revoked_at is not None:
        raise Conflict(_("这一项已经撤销（%(reason)s）。") % {"reason": adjustment.revoke_reason})
