"""Who files the forms in which a province's papers come out. Source: domain reference 2.2 step 21."""

from django.utils.translation import gettext as _

from appraisal.results.models import PaperForm
from appraisal.results.states import PaperFormState
from core.errors import Conflict, Denied
from core.policy import policy
from tenants.actors import Actor
from tenants.models import Role


@policy
def file(actor: Actor) -> None:
    """The bureau's appraisal administrator."""
    if not actor.at_province or not actor.has(Role.APPRAISAL_ADMIN):
        raise Denied(_("公文样式由省级考核管理员上传和停用。"))


@policy
def end(actor: Actor, form: PaperForm) -> None:
    """The same, while it is in force."""
    file(actor)
    if form.state != PaperFormState.IN_FORCE:
        raise Conflict(_("这份样式已于 %(day)s 停用。") % {"day": form.ended_at.date().isoformat()})  # type: ignore[union-attr]
