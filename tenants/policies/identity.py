"""Providers of identity and links to them: the security administrator's, and one's own link."""

from django.utils.translation import gettext as _

from core.errors import Conflict, Denied
from core.policy import policy
from tenants.actors import Actor
from tenants.models import IdentityProvider, Role, User
from tenants.models.office import Level
from tenants.models.people import Duty
from tenants.states import ProviderState


@policy
def see_providers(actor: Actor) -> None:
    """Domain reference 5.2: how people sign in is the security administrator's; a prefecture uses its province's."""
    if not actor.has(Role.SEC_ADMIN):
        raise Denied(_("统一身份认证由安全管理员配置。"))
    if actor.home.level == Level.PREFECTURE:
        raise Denied(_("州市使用省级的统一身份认证，由省级安全管理员配置。"))


@policy
def edit_provider(actor: Actor, provider: IdentityProvider) -> None:
    """What is in use is not changed under the people who use it."""
    see_providers(actor)
    if provider.state != ProviderState.OFF:
        raise Conflict(_("身份认证服务正在使用，请先停用再修改。"))


@policy
def enable(actor: Actor, provider: IdentityProvider) -> None:
    see_providers(actor)
    if provider.state != ProviderState.OFF:
        raise Conflict(_("身份认证服务已经启用。"))


@policy
def disable(actor: Actor, provider: IdentityProvider) -> None:
    see_providers(actor)
    if provider.state != ProviderState.ON:
        raise Conflict(_("身份认证服务没有启用，不需要停用。"))


@policy
def link_person(actor: Actor, user: User) -> None:
    """For another; an administrator's account is linked by its person alone, who has given the password."""
    if not actor.has(Role.SEC_ADMIN):
        raise Denied(_("他人的身份关联由安全管理员办理。"))
    if actor.user_id == user.pk:
        raise Denied(_("自己的身份关联请在“我的账号”中办理。"))
    if not user.is_active:
        raise Conflict(_("账号已停用，不能关联。"))
    if user.duty != Duty.BUSINESS:
        raise Denied(_("管理员的账号由本人登录后自行关联。"))


@policy
def unlink_person(actor: Actor, user: User) -> None:
    if not actor.has(Role.SEC_ADMIN):
        raise Denied(_("他人的身份关联由安全管理员办理。"))
    if actor.user_id == user.pk:
        raise Denied(_("自己的身份关联请在“我的账号”中办理。"))
