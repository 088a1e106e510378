"""Who follows the year's progress: the bureau all of its offices, an office itself."""

from django.utils.translation import gettext as _

from core.errors import Denied
from core.policy import policy
from tenants.actors import Actor
from tenants.models import duty_of
from tenants.models.people import Duty


@policy
def see(actor: Actor) -> None:
    """Everyone with business in the office, and the bureau on a visit; not the three administrators."""
    if not any(duty_of(role) == Duty.BUSINESS for role in actor.roles):
        raise Denied(_("动态跟踪供业务岗位查阅，三员账号不能查看。"))


@policy
def see_all(actor: Actor) -> None:
    """The bureau."""
    see(actor)
    if not actor.at_province:
        raise Denied(_("各州市的进度只对省级开放。本州市的进度请看自己的“动态跟踪”。"))
