"""Who may read, edit, copy and publish indicator templates."""

from django.utils.translation import gettext as _

from appraisal.library.models import TemplateVersion
from appraisal.library.states import VersionState
from core.errors import Conflict, Denied
from core.policy import policy
from tenants.actors import Actor
from tenants.models import Role, duty_of
from tenants.models.people import Duty


@policy
def read(actor: Actor) -> None:
    """Everyone with a business role in the province or its prefectures; not the three administrators."""
    if not any(duty_of(role) == Duty.BUSINESS for role in actor.roles):
        raise Denied(_("指标体系供业务岗位查阅，三员账号不能查看。"))


@policy
def create(actor: Actor) -> None:
    """The bureau's appraisal administrator, in the bureau's own office."""
    if not actor.at_province:
        raise Denied(_("指标体系由省级制定，请在省级机构内办理。"))
    if not actor.has(Role.APPRAISAL_ADMIN):
        raise Denied(_("只有省级考核管理员可以制定指标体系。"))


@policy
def edit(actor: Actor, version: TemplateVersion) -> None:
    """A draft, by who may create one. Domain reference 2.2 step 3: what the party group approved is immutable."""
    create(actor)
    if version.state != VersionState.DRAFT:
        raise Conflict(_("%(version)s 已发布，不能再改。请复制为新草稿后修改。") % {"version": version.label})


@policy
def reassign(actor: Actor, version: TemplateVersion) -> None:
    """Give what is published to another division; in a draft the owner is a field like others."""
    create(actor)
    if version.state == VersionState.DRAFT:
        raise Conflict(_("%(version)s 还是草稿，责任处室直接在指标上修改。") % {"version": version.label})


@policy
def publish(actor: Actor, version: TemplateVersion) -> None:
    """Same person as editing; the decision itself is the party group's, its minutes number is required."""
    create(actor)
    if version.state != VersionState.DRAFT:
        raise Conflict(_("%(version)s 已发布，不必再次发布。") % {"version": version.label})


@policy
def see_rules(actor: Actor) -> None:
    """Everyone with a business role in the province or below: whoever is judged by the rules may read them."""
    if not any(duty_of(role) == Duty.BUSINESS for role in actor.roles):
        raise Denied(_("本省规则供业务岗位查阅，三员账号不能查看。"))


@policy
def lay_down(actor: Actor) -> None:
    """The bureau's appraisal administrator, in the bureau's own office; the decision is the party group's."""
    see_rules(actor)
    if not actor.at_province:
        raise Denied(_("规则由省级制定，请在省级机构内办理。"))
    if not actor.has(Role.APPRAISAL_ADMIN):
        raise Denied(_("只有省级考核管理员可以制定本省规则。"))
