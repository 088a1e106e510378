"""The working-day calendar of a region, kept by the system administrator of its level."""

from datetime import date, datetime

from django.db import transaction

from core.models import CalendarDay
from core.usecases import calendar
from tenants.actors import Actor
from tenants.policies import offices as policies


@transaction.atomic
def set_day(
    *, region_code: str, day: date, is_working: bool, name: str, source: str, actor: Actor, at: datetime
) -> CalendarDay:
    """Lay down one day. Raises Denied (not this region's system administrator), Invalid (region_code, name, source)."""
    policies.edit_calendar(actor, region_code)
    return calendar.set_day(
        region_code=region_code, day=day, is_working=is_working, name=name, source=source, can_edit=True,
        actor=actor, at=at,
    )  # fmt: skip


@transaction.atomic
def clear_day(*, region_code: str, day: date, actor: Actor, at: datetime) -> None:
    """Take back what is laid down for a day. Raises Denied, Invalid (day: nothing is laid down)."""
    policies.edit_calendar(actor, region_code)
    calendar.clear_day(region_code=region_code, day=day, can_edit=True, actor=actor, at=at)


@transaction.atomic
def import_year(*, region_code: str, year: int, text: str, source: str, actor: Actor, at: datetime) -> int:
    """Replace a year by pasted lines; returns how many days. Raises Denied, Invalid (source, text with rows)."""
    policies.edit_calendar(actor, region_code)
    return calendar.import_year(
        region_code=region_code, year=year, text=text, source=source, can_edit=True, actor=actor, at=at
    )
