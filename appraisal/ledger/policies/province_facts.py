"""Who may enter the facts that the province itself brings. Source: domain reference 2.2 step 12 (one data owner)."""

from django.utils.translation import gettext as _

from appraisal.ledger.models import Period
from appraisal.ledger.policies import verification
from appraisal.library.models import EnteredBy, Indicator, Method
from core.errors import Conflict, Denied
from core.policy import policy
from tenants.actors import Actor
from tenants.models import Office

PROVINCE = "province"


@policy
def enter(actor: Actor, period: Period, *, published: bool) -> None:
    """As verification; and only while the month's scores are not published."""
    verification.handle(actor, period.cycle)
    if published:
        raise Conflict(_("本月得分已核定发布，不能再录入。如确有错误，由州市提出申诉，异议成立后重新计算。"))


@policy
def publish(actor: Actor, period: Period, indicator: Indicator, source: str, *, published: bool) -> None:
    """A ledger publishes the facts of its own indicators, in the name of the system, inside the province."""
    at_home = actor.user_id is None and actor.home.level != Office.Level.PLATFORM
    if not at_home or actor.province_id != period.cycle.province_id:
        raise Denied(_("台账数据由系统发布，不能以个人名义录入。"))
    if indicator.data_source != source:
        raise Conflict(_("指标 %(code)s 的数据来源不是“%(source)s”。") % {"code": indicator.code, "source": source})
    if published:
        raise Conflict(_("本月得分已核定发布，不能再更新台账数据。"))


@policy
def entered_by_province(indicator: Indicator) -> None:
    """What the offices report or the system counts is not typed in here."""
    if indicator.entered_by != EnteredBy.PROVINCE:
        raise Conflict(
            _("指标 %(code)s 是“%(who)s”，不由省级录入。")
            % {"code": indicator.code, "who": indicator.get_entered_by_display()}
        )
    if indicator.method == Method.MILESTONE:
        raise Conflict(_("节点类指标按责任书节点逐项办理，不能成列录入；请改为州市填报。"))
