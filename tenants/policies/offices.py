"""The office tree, divisions and the working-day calendar. Each office is kept by the one above it."""

from django.utils.translation import gettext as _
from django.utils.translation import pgettext

from core.errors import Conflict, Denied
from core.policy import policy
from tenants.actors import Actor
from tenants.models import Division, Office, Role
from tenants.models.office import Level, OfficeState


def _system_administrator(actor: Actor) -> None:
    if not actor.has(Role.SYS_ADMIN):
        raise Denied(_("机构由系统管理员管理。"))


@policy
def see_offices(actor: Actor) -> None:
    _system_administrator(actor)


@policy
def onboard(actor: Actor) -> None:
    """The platform takes provinces in, and houses of prefectures; a province its prefectures, a house its counties."""
    _system_administrator(actor)
    if actor.home.level not in (Level.PLATFORM, Level.PROVINCE):
        raise Denied(pgettext("tier", "机构由上级建立。州市考核所辖县区的账套由平台建立，请联系平台的系统管理员。"))


@policy
def open_house(actor: Actor) -> None:
    """A house belongs to no province: its counties' figures are the prefecture's."""
    _system_administrator(actor)
    if actor.home.level != Level.PLATFORM:
        raise Denied(_("对县考核账套由平台的系统管理员建立。"))


@policy
def rename(actor: Actor, office: Office) -> None:
    """A province renames itself and its prefectures; a prefecture is renamed by its province."""
    _system_administrator(actor)
    own = office.pk == actor.home.pk and actor.home.level != Level.PREFECTURE
    if not own and office.parent_id != actor.home.pk:
        raise Denied(_("机构名称由上级系统管理员变更。"))


@policy
def suspend(actor: Actor, office: Office) -> None:
    _above(actor, office)
    if office.state != OfficeState.ACTIVE:
        raise Conflict(_("机构%(state)s，不需要停用。") % {"state": office.get_state_display()})


@policy
def reactivate(actor: Actor, office: Office) -> None:
    _above(actor, office)
    if office.state == OfficeState.ARCHIVED:
        raise Conflict(_("机构已归档；请先恢复档案，再恢复使用。"))
    if office.state != OfficeState.SUSPENDED:
        raise Conflict(_("机构正在使用，不需要恢复。"))


@policy
def archive(actor: Actor, office: Office) -> None:
    """Only what is suspended: nothing may change while it is packed."""
    _above(actor, office)
    if office.state == OfficeState.ARCHIVED:
        raise Conflict(_("机构已归档。"))
    if office.state != OfficeState.SUSPENDED:
        raise Conflict(_("机构正在使用；请先停用，再归档。"))


@policy
def reopen(actor: Actor, office: Office) -> None:
    _above(actor, office)
    if office.state != OfficeState.ARCHIVED:
        raise Conflict(_("机构没有归档，不需要恢复档案。"))


@policy
def see_archives(actor: Actor, office: Office) -> None:
    """An archive holds all that the office had; whoever may close it may take it."""
    _above(actor, office)


def _above(actor: Actor, office: Office) -> None:
    _system_administrator(actor)
    if office.parent_id != actor.home.pk:
        raise Denied(_("机构只能由上级系统管理员停用、恢复或归档。"))


@policy
def reanchor(actor: Actor) -> None:
    """The platform keeps the installation, its backups and what is anchored."""
    _system_administrator(actor)
    if actor.home.level != Level.PLATFORM:
        raise Denied(_("审计锚点由平台的系统管理员处理。"))


@policy
def edit_divisions(actor: Actor, office: Office) -> None:
    """Of one's own office and of those directly below."""
    _system_administrator(actor)
    if office.pk != actor.home.pk and office.parent_id != actor.home.pk:
        raise Denied(_("这个机构不由您所在的机构管理。"))


@policy
def edit_division(actor: Actor, division: Division) -> None:
    edit_divisions(actor, division.office)
    if division.valid_to is not None:
        raise Conflict(_("处室已经撤销，不能再改。"))


@policy
def change_map(actor: Actor) -> None:
    """A province keeps the counties of its territory; to which prefecture they belong decides what is asked of whom."""
    _system_administrator(actor)
    if actor.home.level != Level.PROVINCE or actor.home.tier != Level.PROVINCE:
        raise Denied(pgettext("tier", "县级区划的变更由省级系统管理员登记。"))


@policy
def edit_calendar(actor: Actor, region_code: str) -> None:
    """The platform keeps the national days, a province those of its territory, a prefecture or county its own."""
    if not actor.has(Role.SYS_ADMIN):
        raise Denied(_("工作日历由系统管理员维护。"))
    territory = actor.home.territory
    own = region_code.startswith(territory) if territory else actor.home.level == Level.PLATFORM and not region_code
    if not own:
        raise Denied(_("这个地区的日历由对应层级的系统管理员维护。"))


@policy
def see_calendar(actor: Actor) -> None:
    """Everybody with business in the office: deadlines rest on it."""
    if not actor.roles:
        raise Denied(_("工作日历只对本机构人员开放。"))
