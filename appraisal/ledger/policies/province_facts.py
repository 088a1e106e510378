"""Who may enter the facts that the province itself brings. Source: domain reference 2.2 step 12 (one data owner)."""

from collections.abc import Collection
from datetime import date

from django.utils.translation import gettext as _

from appraisal.ledger.models import Period
from appraisal.ledger.policies import verification
from appraisal.ledger.rules import procedure
from appraisal.ledger.states import CycleState
from appraisal.library.models import EnteredBy, Indicator, Method
from appraisal.library.models.words import source_label
from core.errors import Conflict, Denied
from core.policy import policy
from tenants.actors import Actor
from tenants.models import Office, Role

PROVINCE = "province"
PUBLISHERS: dict[str, tuple[Role, ...]] = {
    "": (), "ADMIN": (Role.APPRAISAL_ADMIN,), "SUPERVISORS": (Role.FUND_SUPERVISOR, Role.APPRAISAL_ADMIN),
}  # fmt: skip
LOOKING_ON = (*verification.VERIFIERS, *verification.LEADERS, Role.FUND_SUPERVISOR)


@policy
def enter(actor: Actor, period: Period, *, published: bool) -> None:
    """As verification; and only while the month's scores are not published."""
    verification.handle(actor, period.cycle)
    if published:
        raise Conflict(_("本月得分已核定发布，不能再录入。如确有错误，由州市提出申诉，异议成立后重新计算。"))


@policy
def see_ledgers(actor: Actor) -> None:
    """What the ledgers have published: the bureau's people who verify, supervise or lead."""
    if not actor.at_province or not actor.has(*LOOKING_ON):
        raise Denied(_("台账数据由省级考核管理员和资金监督员发布，核验人和领导可以查看。"))


@policy
def publish(actor: Actor, period: Period, indicator: Indicator, source: str, *, on: date, published: bool) -> None:
    """A ledger publishes the facts of its own indicators inside the province: the system does, or who keeps it.

    on: the day whose division of duties counts (rules.procedure.ledger_publishers).
    """
    if actor.user_id is not None:
        _keeps(actor, period, source, on)
    elif actor.home.level == Office.Level.PLATFORM or actor.province_id != period.cycle.province_id:
        raise Denied(_("台账数据由系统发布，不能以个人名义录入。"))
    if indicator.data_source != source:
        raise Conflict(_("指标 %(code)s 的数据来源不是“%(source)s”。") % {"code": indicator.code, "source": source})
    if published:
        raise Conflict(_("本月得分已核定发布，不能再更新台账数据。"))


def _keeps(actor: Actor, period: Period, source: str, on: date) -> None:
    roles = PUBLISHERS[procedure.ledger_publishers(on).get(source, "")]
    if not actor.at_province or actor.province_id != period.cycle.province_id or not actor.has(*roles):
        if not roles:
            raise Denied(_("台账数据由系统发布，不能以个人名义录入。"))
        named = _("、").join(str(Role(role).label) for role in roles)
        raise Denied(_("%(ledger)s的数据由省级%(roles)s发布。") % {"ledger": source_label(source), "roles": named})
    if period.cycle.state != CycleState.RUNNING:
        raise Conflict(_("“%(cycle)s”不在进行中，不能再发布台账数据。") % {"cycle": period.cycle.name})


@policy
def impartial(avoided: Collection[int], offices: Collection[int]) -> None:
    """Who is tied to an office (2.7 case 10) publishes nothing about it. avoided, offices: ids."""
    if set(avoided) & set(offices):
        raise Denied(_("您与其中的州市有回避关系，这些州市的台账数据须由另一个人发布；请去掉这几行后再发布其余各行。"))


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
