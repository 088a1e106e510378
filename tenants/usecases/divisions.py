"""Divisions inside an office: added, renamed, closed with a day."""

from datetime import date, datetime

from django.db import transaction
from django.db.models import Max
from django.utils import timezone
from django.utils.translation import gettext as _

from core.errors import Conflict, Invalid
from tenants import events
from tenants.actors import Actor
from tenants.models import Division, Membership
from tenants.policies import offices as policies
from tenants.selectors import offices as selectors


def _check(office_id: int, name: str, name_en: str, *, but: int | None = None) -> None:
    if not name.strip() or len(name) > 40:
        raise Invalid(_("请填写处室名称，不超过 40 个字。"), field="name")
    if len(name_en) > 80:
        raise Invalid(_("英文名不超过 80 个字符。"), field="name_en")
    same = Division.objects.filter(office_id=office_id, name=name.strip(), valid_to__isnull=True).exclude(pk=but)
    if same.exists():
        raise Conflict(_("本机构已有处室“%(name)s”。") % {"name": name.strip()}, field="name")


@transaction.atomic
def add_division(
    *, office_id: int, name: str, name_en: str = "", valid_from: date | None = None, actor: Actor, at: datetime
) -> Division:
    """Set up a division from a day on (default today). Raises NotFound, Denied, Conflict (name exists), Invalid."""
    office = selectors.get_office(actor, office_id, lock=True)
    policies.edit_divisions(actor, office)
    _check(office.pk, name, name_en)
    last = Division.objects.filter(office=office).aggregate(last=Max("position"))["last"]
    division = Division.objects.create(
        office=office, name=name.strip(), name_en=name_en.strip(), position=0 if last is None else last + 1,
        valid_from=valid_from or timezone.localdate(at),
    )  # fmt: skip
    events.record(
        events.DivisionAdded(subject=events.office_subject(office.pk), division=division.name), actor=actor, at=at
    )
    return division


@transaction.atomic
def rename_division(*, division_id: int, name: str, name_en: str = "", actor: Actor, at: datetime) -> Division:
    """Correct or change a division's name. Raises NotFound, Denied, Conflict (closed, name exists), Invalid."""
    found = selectors.get_division(actor, division_id)
    selectors.get_office(actor, found.office_id, lock=True)
    division = selectors.get_division(actor, division_id, lock=True)
    policies.edit_division(actor, division)
    _check(division.office_id, name, name_en, but=division.pk)
    old, division.name, division.name_en = division.name, name.strip(), name_en.strip()
    division.save(update_fields=["name", "name_en"])
    events.record(
        events.DivisionRenamed(subject=events.office_subject(division.office_id), old_name=old, new_name=division.name),
        actor=actor,
        at=at,
    )
    return division


@transaction.atomic
def close_division(*, division_id: int, valid_to: date, actor: Actor, at: datetime) -> Division:
    """End a division with a day (its last one). People must have been moved first.

    Raises NotFound, Denied, Conflict (closed already, people in it), Invalid (valid_to before its start).
    """
    division = selectors.get_division(actor, division_id, lock=True)
    policies.edit_division(actor, division)
    if valid_to < division.valid_from:
        raise Invalid(_("撤销日期不能早于设立日期 %(day)s。") % {"day": division.valid_from}, field="valid_to")
    people = Membership.objects.filter(division=division).in_force(valid_to).values("user").distinct().count()
    if people:
        raise Conflict(_("“%(name)s”还有 %(n)s 人的角色，请先调整后再撤销。") % {"name": division.name, "n": people})
    division.valid_to = valid_to
    division.save(update_fields=["valid_to"])
    events.record(
        events.DivisionClosed(
            subject=events.office_subject(division.office_id), division=division.name, valid_to=valid_to
        ),
        actor=actor,
        at=at,
    )
    return division
