"""The three administrators keep the system; they neither do business nor see its data."""

from django.conf import settings
from django.utils.translation import gettext as _

from core.errors import Denied
from core.policy import policy
from tenants.actors import Actor
from tenants.models.people import ADMINISTRATORS


@policy
def enter(actor: Actor, module: str) -> None:
    """May the actor open a view of `module` at all? settings.BUSINESS_VIEWS says which are business.

    Source: domain reference 5.2 (system administrator: no business data; audit administrator: no other function).
    """
    if actor.roles <= set(ADMINISTRATORS) and module.startswith(tuple(settings.BUSINESS_VIEWS)):
        raise Denied(_("系统、安全、审计管理员不办理业务，也不查看业务数据。请由业务人员的账号办理。"))
