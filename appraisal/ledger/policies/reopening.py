"""Who opens a closed month again for one office."""

from datetime import date

from django.utils.translation import gettext as _

from appraisal.ledger.models import Period
from appraisal.ledger.policies import cycles
from appraisal.ledger.states import CycleState
from core import months
from core.errors import Conflict, Denied
from core.policy import policy
from tenants.actors import Actor


@policy
def reopen(actor: Actor, period: Period, on: date, *, published: bool) -> None:
    """The province's appraisal administrator, once the month is closed and before its scores are published."""
    cycles.manage(actor)
    if actor.province_id != period.cycle.province_id:
        raise Denied(_("只有本省的考核管理员可以重开填报。"))
    if period.cycle.state != CycleState.RUNNING:
        raise Conflict(_("“%(cycle)s”不在进行中，不能重开填报。") % {"cycle": period.cycle.name})
    if on <= period.closes_on:
        raise Conflict(
            _("%(month)s 月填报到 %(closes)s 才截止，现在不用重开。")
            % {"month": months.named(period.month), "closes": period.closes_on}
        )
    if published:
        raise Conflict(_("本月得分已核定发布，不能重开填报。如确有错误，由州市提出申诉，异议成立后重新计算。"))
