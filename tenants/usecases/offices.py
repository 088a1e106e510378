"""Offices: taken in with a schema of their own, renamed with a date, suspended and opened again."""

from collections.abc import Callable
from datetime import date, datetime, timedelta
from typing import Any

from django.db import transaction
from django.db.models import Max
from django.utils import timezone
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from core import codes, jobs
from core import office as office_core
from core.errors import Conflict, Denied, Invalid
from core.models import Job
from core.postgres import owner
from tenants import events, logins, schemas
from tenants import selectors as actors
from tenants.actors import Actor
from tenants.models import Office, OfficeName, User
from tenants.models.office import Level, OfficeState
from tenants.policies import offices as policies
from tenants.selectors import offices as selectors
from tenants.usecases.second_person import About, Given, grave

ONBOARD = "tenants.onboard_office"
CHECKED = ("schema_name", "name", "short_name", "name_en", "region_code", "credit_code", "acts_for")
BELOW = {Level.PLATFORM: Level.PROVINCE, Level.PROVINCE: Level.PREFECTURE}


def _check_names(name: str, short_name: str, name_en: str) -> None:
    for value, field, most in ((name, "name", 60), (short_name, "short_name", 20), (name_en, "name_en", 80)):
        if not value.strip() or len(value) > most:
            raise Invalid(_("请填写，不超过 %(most)s 个字符。") % {"most": most}, field=field)


@transaction.atomic
def onboard_office(
    *, schema_name: str, name: str, short_name: str, name_en: str, region_code: str, valid_from: date,
    credit_code: str = "", acts_for: int | None = None, tile_col: int = 0, tile_row: int = 0, actor: Actor,
    at: datetime,
) -> Office:  # fmt: skip
    """Take an office in below the actor's own: its row, its name, its schema with tables and database role.

    The platform takes provinces in, and houses of prefectures (acts_for: id of the prefecture's own office; adr/0035);
    a province its prefectures, a house its counties. People follow: accounts by the system administrator, roles by the
    security administrator of the office above.
    Raises Denied, Invalid (schema_name, names, region_code, credit_code, acts_for), Conflict (schema_name taken; the
    prefecture has a house).
    """
    schema_name = _checked(actor, schema_name, name, short_name, name_en, region_code, credit_code, acts_for)
    with office_core.mounted(office_core.PUBLIC):  # their owner makes schemas, an office's role may not
        last = Office.objects.filter(parent=actor.home).aggregate(last=Max("position"))["last"]
        office = Office.objects.create(
            schema_name=schema_name, level=BELOW[Level(actor.home.level)], tier=_tier(actor, acts_for),
            acts_for_id=acts_for, parent=actor.home, name=name.strip(),
            short_name=short_name.strip(), name_en=name_en.strip(), region_code=region_code,
            credit_code=credit_code.strip().upper(), position=0 if last is None else last + 1, tile_col=tile_col,
            tile_row=tile_row, created_at=at,
        )  # fmt: skip
        OfficeName.objects.create(
            office=office, name=office.name, short_name=office.short_name, name_en=office.name_en, valid_from=valid_from
        )
        schemas.create_schema(office)
        logins.take_in(office)
    events.record(
        events.OfficeOnboarded(
            subject=events.office_subject(office.pk), schema_name=schema_name, office_name=office.name
        ),
        actor=actor,
        at=at,
    )
    return office


def take_in(*, actor: Actor, at: datetime, **given: Any) -> Office | Job:
    """The same now, or by a background job where the schemas have an owner whose login this process has not.

    What can be said now is refused now; raises as onboard_office does.
    """
    if owner.in_reach():
        return onboard_office(actor=actor, at=at, **given)
    given["schema_name"] = _checked(actor, **{name: given.get(name, "") for name in CHECKED})
    arguments = {name: value.isoformat() if isinstance(value, date) else value for name, value in given.items()}
    return jobs.want(ONBOARD, arguments=arguments, key=given["schema_name"], actor=actor, at=at)


@jobs.job(ONBOARD, label=gettext_lazy("建立机构"), by_owner=True)
def _onboard(job: Job, progress: Callable[..., None], valid_from: str, **given: Any) -> dict[str, Any]:
    at = timezone.now()
    office = onboard_office(valid_from=date.fromisoformat(valid_from), actor=who_wants(job, at), at=at, **given)
    return {"office": office.pk, "name": office.name}


def who_wants(job: Job, at: datetime) -> Actor:
    """Who wanted a job, in the office whose job it is, as they are now. Raises Denied when they are there no more."""
    with office_core.mounted(office_core.beside()):
        above = Office.objects.select_related("parent").get(schema_name=job.office)
        person = User.objects.filter(pk=job.wanted_by_id, is_active=True).first()
        actor = actors.actor_for(person, above, on=timezone.localdate(at)) if person else None
    if actor is None:
        raise Denied(_("%(name)s 现在已不是这个机构的人员，请由系统管理员重新提出。") % {"name": job.wanted_by_name})
    return actor


def _tier(actor: Actor, acts_for: int | None) -> Level:
    return Level.PREFECTURE if acts_for else Level.COUNTY if actor.home.down else BELOW[Level(actor.home.level)]


def _checked(
    actor: Actor, schema_name: str, name: str, short_name: str, name_en: str, region_code: str, credit_code: str,
    acts_for: int | None = None,
) -> str:  # fmt: skip
    """The path segment, when everything may be so. Raises as onboard_office does."""
    policies.onboard(actor)
    schema_name = schema_name.strip()
    if not office_core.valid_name(schema_name):
        raise Invalid(_("地址标识用小写字母开头，只含小写字母、数字和下划线，且不是保留字。"), field="schema_name")
    _check_names(name, short_name, name_en)
    _check_codes(actor, region_code, credit_code)
    if acts_for:
        _check_house(actor, acts_for, region_code)
    with office_core.mounted(office_core.beside()):
        if Office.objects.filter(schema_name__iexact=schema_name).exists():
            raise Conflict(_("地址标识 %(slug)s 已被使用。") % {"slug": schema_name}, field="schema_name")
    return schema_name


def _check_codes(actor: Actor, region_code: str, credit_code: str) -> None:
    if problem := codes.division_problem(region_code):
        raise Invalid(problem, field="region_code")
    if actor.home.level == Level.PROVINCE and not region_code.startswith(actor.home.territory):
        raise Invalid(_("行政区划代码不在本省范围内。"), field="region_code")
    if actor.home.down and codes.division_level(region_code) != Level.COUNTY:
        raise Invalid(_("行政区划代码 %(code)s 不是县级的。") % {"code": region_code}, field="region_code")
    if credit_code and (problem := codes.credit_code_problem(credit_code)):
        raise Invalid(problem, field="credit_code")


def _check_house(actor: Actor, office_id: int, region_code: str) -> None:
    """A house is the platform's to open, one for each prefecture, and has its territory."""
    policies.open_house(actor)
    with office_core.mounted(office_core.beside()):
        served = Office.objects.active().filter(pk=office_id, level=Level.PREFECTURE, tier=Level.PREFECTURE).first()
        if served is None:
            raise Invalid(_("请选择一个在用的州市机构。"), field="acts_for")
        if house := Office.objects.filter(acts_for=served).first():
            said = _("%(name)s 已有对县考核账套：%(house)s。") % {"name": served.name, "house": house.name}
            raise Conflict(said, field="acts_for")
    if region_code != served.region_code:
        said = _("对县考核账套与州市同一辖区，行政区划代码应为 %(code)s。") % {"code": served.region_code}
        raise Invalid(said, field="region_code")


@transaction.atomic
def rename_office(
    *, office_id: int, name: str, short_name: str, name_en: str, valid_from: date, reason: str, actor: Actor,
    at: datetime,
) -> Office:  # fmt: skip
    """Give an office another name from a day on, at the latest today; the old one stays in its history.

    Raises NotFound, Denied, Conflict (nothing changes; a later renaming exists), Invalid (names, valid_from, reason).
    """
    office = selectors.get_office(actor, office_id, lock=True)
    policies.rename(actor, office)
    _check_names(name, short_name, name_en)
    if not reason.strip() or len(reason) > 200:
        raise Invalid(_("请填写更名依据，不超过 200 个字。"), field="reason")
    if valid_from > timezone.localdate(at):
        raise Invalid(_("更名日期不能晚于今天；请到生效日再办理。"), field="valid_from")
    if (office.name, office.short_name, office.name_en) == (name.strip(), short_name.strip(), name_en.strip()):
        raise Conflict(_("名称没有变化。"), field="name")
    now_borne = OfficeName.objects.select_for_update().filter(office=office, valid_to__isnull=True).first()
    if now_borne is not None and valid_from <= now_borne.valid_from:
        raise Invalid(
            _("更名日期必须晚于现名称的起始日期 %(day)s。") % {"day": now_borne.valid_from}, field="valid_from"
        )
    if now_borne is not None:
        now_borne.valid_to = valid_from - timedelta(days=1)
        now_borne.save(update_fields=["valid_to"])
    old = office.name
    office.name, office.short_name, office.name_en = name.strip(), short_name.strip(), name_en.strip()
    office.save(update_fields=["name", "short_name", "name_en"])
    OfficeName.objects.create(
        office=office, name=office.name, short_name=office.short_name, name_en=office.name_en, valid_from=valid_from,
        reason=reason.strip(),
    )  # fmt: skip
    events.record(
        events.OfficeRenamed(
            subject=events.office_subject(office.pk), old_name=old, new_name=office.name, valid_from=valid_from,
            reason=reason.strip(),
        ),
        actor=actor,
        at=at,
    )  # fmt: skip
    return office


def _suspending(actor: Actor, given: Given) -> About:
    return about(actor, given, policies.suspend)


def _reactivating(actor: Actor, given: Given) -> About:
    return about(actor, given, policies.reactivate)


def about(actor: Actor, given: Given, policy: Callable[[Actor, Office], None]) -> About:
    """What a change of an office's state is about, asked as its use case will. Raises as `policy` does, NotFound."""
    office = selectors.get_office(actor, given["office_id"])
    policy(actor, office)
    return About(events.office_subject(office.pk), office.name)


@grave("suspend-office", label=gettext_lazy("停用机构"), about=_suspending)
@transaction.atomic
def suspend_office(*, office_id: int, reason: str, actor: Actor, at: datetime) -> Office:
    """Close an office to its people: they are told why and whom to ask, its jobs and schedules wait. What it wrote
    stays, and the office above goes on reading it. May need a second administrator (usecases.second_person).

    Raises NotFound, Denied (not from above), Conflict (not active), Invalid (reason).
    """
    office = selectors.get_office(actor, office_id, lock=True)
    policies.suspend(actor, office)
    return move_office(office, OfficeState.SUSPENDED, reason, events.OfficeSuspended, actor, at)


@grave("reactivate-office", label=gettext_lazy("恢复使用机构"), about=_reactivating)
@transaction.atomic
def reactivate_office(*, office_id: int, reason: str, actor: Actor, at: datetime) -> Office:
    """Open a suspended office again; what waits of its work is done. May need a second administrator.

    Raises NotFound, Denied (not from above), Conflict (not suspended; its schema is not open yet), Invalid (reason).
    """
    office = selectors.get_office(actor, office_id, lock=True)
    policies.reactivate(actor, office)
    if not schemas.is_open(office):
        raise Conflict(_("机构的数据还没有重新开放，请等后台任务完成后再恢复使用；数据已清除的机构不能恢复使用。"))
    return move_office(office, OfficeState.ACTIVE, reason, events.OfficeReactivated, actor, at)


def move_office(
    office: Office, state: OfficeState, reason: str, event: type[Any], actor: Actor, at: datetime
) -> Office:
    """Step to `state` and say so. Raises Invalid (reason), Conflict (no such step)."""
    reason = checked_reason(reason)
    office.move(state)
    office.state_reason = "" if state == OfficeState.ACTIVE else reason
    office.save(update_fields=["state", "state_reason"])
    events.record(event(subject=events.office_subject(office.pk), reason=reason), actor=actor, at=at)
    return office


def checked_reason(reason: str) -> str:
    """At most 200 characters, and some. Raises Invalid (reason)."""
    reason = reason.strip()
    if not reason or len(reason) > 200:
        raise Invalid(_("请填写原因，不超过 200 个字。"), field="reason")
    return reason
