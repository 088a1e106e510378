"""Periods follow the calendar."""

from appraisal.ledger.usecases import cycles
from core.events import subscribe
from core.models import EventRecord
from core.usecases.calendar import CalendarDayCleared, CalendarDaySet, CalendarYearImported


@subscribe(CalendarDaySet)
@subscribe(CalendarDayCleared)
@subscribe(CalendarYearImported)
def periods_follow_the_calendar(
    event: CalendarDaySet | CalendarDayCleared | CalendarYearImported, record: EventRecord
) -> None:
    """Due days that are still ahead move with the holidays."""
    region = event.subject.removeprefix("core.calendar:")
    cycles.follow_calendar(region_code="" if region == "CN" else region, at=record.at)
