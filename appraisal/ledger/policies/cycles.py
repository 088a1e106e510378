"""Who may prepare, start and read an appraisal year."""

from django.utils.translation import gettext as _

from appraisal.ledger.models import Cycle
from appraisal.ledger.states import CycleState
from core.errors import Conflict, Denied, NotFound
from core.policy import policy
from tenants.actors import Actor
from tenants.models import Role, duty_of
from tenants.models.people import Duty


@policy
def read(actor: Actor) -> None:
    """Everyone with a business role in the province or its prefectures; not the three administrators."""
    if not any(duty_of(role) == Duty.BUSINESS for role in actor.roles):
        raise Denied(_("考核资料供业务岗位查阅，三员账号不能查看。"))


@policy
def manage(actor: Actor) -> None:
    """The bureau's appraisal administrator, in the bureau's own office."""
    if not actor.at_province:
        raise Denied(_("考核年度由省级组织，请在省级机构内办理。"))
    if not actor.has(Role.APPRAISAL_ADMIN):
        raise Denied(_("只有省级考核管理员可以组织考核年度。"))


@policy
def prepare(actor: Actor, cycle: Cycle) -> None:
    """Participants, groups and letters are settled before the year starts. Source: domain reference 2.2 step 4."""
    manage(actor)
    if cycle.state != CycleState.PREPARING:
        raise Conflict(_("%(cycle)s 已启动，分组和参加单位不能再改。") % {"cycle": cycle.name})


@policy
def see_difficulty(actor: Actor, cycle: Cycle) -> None:
    """The bureau always; the prefectures once groups and coefficients are published."""
    read(actor)
    if not actor.at_province and cycle.difficulty_published_at is None:
        raise NotFound(_("分组和难度系数还没有公布。"))


@policy
def schedule(actor: Actor, cycle: Cycle) -> None:
    """Periods may follow the calendar until the year is closed."""
    manage(actor)
    if cycle.state == CycleState.CLOSED:
        raise Conflict(_("%(cycle)s 已结束，填报期不能再改。") % {"cycle": cycle.name})
