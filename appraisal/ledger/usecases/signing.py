"""A signature asks for the password again: whoever found the desk unattended cannot sign."""

from django.utils.translation import gettext as _

from core.errors import Denied, Invalid
from tenants.actors import Actor
from tenants.models import User


def confirm_password(*, actor: Actor, password: str) -> None:
    """Return when the password is the actor's own. Raises Invalid (field password), Denied (the system itself)."""
    person = User.objects.filter(pk=actor.user_id, is_active=True).first()
    if person is None:
        raise Denied(_("签署要由本人办理。"))
    if not person.check_password(password):
        raise Invalid(_("密码不正确，没有签署。"), field="password")
