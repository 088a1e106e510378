"""What an office had at a moment, taken out of a backup or an archive to look at. Domain reference 5.1 (三员分立).

Who may have one taken, and look at its rows, is who could take the office's archive or read its log anyway.
"""

from django.utils.translation import gettext as _

from core.errors import Conflict, Denied
from core.policy import policy
from tenants.actors import Actor
from tenants.models import Office, Role, Shadow
from tenants.models.office import Level
from tenants.models.people import ADMINISTRATORS
from tenants.states import ShadowState


@policy
def see_shadows(actor: Actor) -> None:
    """That there are any, of what moment, and how many rows differ: the office's administrators."""
    if actor.visiting or not actor.has(*ADMINISTRATORS):
        raise Denied(_("历史副本由系统、安全和审计管理员查看。"))


@policy
def take(actor: Actor, office: Office) -> None:
    """The office's own system administrator, those above it, the platform's."""
    see_shadows(actor)
    if not actor.has(Role.SYS_ADMIN):
        raise Denied(_("历史副本由系统管理员申请还原。"))
    if office.level == Level.PLATFORM:
        raise Denied(_("平台没有业务数据，不需要还原历史副本。"))
    if office.pk != actor.home.pk and office.parent_id != actor.home.pk and actor.home.level != Level.PLATFORM:
        raise Denied(_("历史副本由本机构或者上级的系统管理员申请还原。"))


@policy
def see_rows(actor: Actor, office: Office) -> None:
    """Row by row: the office's own administrators; from directly above its system administrator, as with archives."""
    see_shadows(actor)
    if office.pk == actor.home.pk:
        return
    if office.parent_id != actor.home.pk or not actor.has(Role.SYS_ADMIN):
        raise Denied(_("逐行的差异由本机构的管理员或者直接上级的系统管理员查看；您可以看到数量。"))


@policy
def drop(actor: Actor, shadow: Shadow) -> None:
    take(actor, shadow.office)
    if shadow.state not in (ShadowState.READY, ShadowState.FAILED):
        raise Conflict(_("历史副本现在是“%(state)s”，不能清除。") % {"state": ShadowState(shadow.state).label})


@policy
def put_back(actor: Actor, shadow: Shadow) -> None:
    """Asked for by the system administrator of the office itself; its security administrator confirms."""
    see_shadows(actor)
    if not actor.has(Role.SYS_ADMIN) or shadow.office_id != actor.home.pk:
        raise Denied(_("历史数据由本机构的系统管理员申请恢复，本机构的安全管理员批准。"))
    if shadow.state != ShadowState.READY:
        raise Conflict(_("历史副本现在是“%(state)s”，不能恢复。") % {"state": ShadowState(shadow.state).label})


@policy
def compare(actor: Actor, shadow: Shadow) -> None:
    """Anew, with what is in use by now."""
    take(actor, shadow.office)
    if shadow.state != ShadowState.READY:
        raise Conflict(_("历史副本现在是“%(state)s”，不能比较。") % {"state": ShadowState(shadow.state).label})
