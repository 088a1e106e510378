"""The three administrators keep the system; they neither do business nor see its data."""

from django.conf import settings
from django.utils.translation import gettext as _

from core.errors import Denied
from core.policy import policy
from tenants.actors import Actor
from tenants.models.people import ADMINISTRATORS
from tenants.states import OfficeState


@policy
def open_to(actor: Actor) -> None:
    """A closed office lets nobody of its own in, by page or API, and says why and whom to ask.

    Its people's own office counts: who looks into a suspended prefecture from its province reads on. An archived one is
    shut in the database as well (tenants.schemas.match_doors), to them too.
    """
    home = actor.home
    if actor.office.state == OfficeState.ARCHIVED and actor.visiting:
        raise Denied(
            _("%(office)s已归档，它的页面不再开放。公开的上报和得分在本机构的页面查看，其他数据从档案还原后查看。")
            % {"office": actor.office.full_label}
        )
    if home.state == OfficeState.ACTIVE:
        return
    raise Denied(
        _(
            "%(office)s%(state)s（%(reason)s），本机构人员不能进入。"
            "需要恢复使用的，请联系%(above)s的系统管理员。"
        )
        % {
            "office": home.full_label, "state": home.get_state_display(), "reason": home.state_reason or "—",
            "above": home.parent.full_label if home.parent else _("平台"),
        }
    )  # fmt: skip


@policy
def enter(actor: Actor, module: str) -> None:
    """May the actor open a view of `module` at all? Not in a closed office.

    settings.BUSINESS_VIEWS says which are business.

    Source: domain reference 5.2 (system administrator: no business data; audit administrator: no other function).
    """
    open_to(actor)
    if actor.roles <= set(ADMINISTRATORS) and module.startswith(tuple(settings.BUSINESS_VIEWS)):
        raise Denied(_("系统、安全、审计管理员不办理业务，也不查看业务数据。请由业务人员的账号办理。"))
