"""Letters: what waits for a signature, and periods that follow the calendar."""

from datetime import datetime

from appraisal.ledger.selectors import consultations, letters
from appraisal.ledger.usecases import cycles
from core.events import subscribe
from core.models import EventRecord
from core.usecases.calendar import CalendarDayCleared, CalendarDaySet, CalendarYearImported
from tenants.actors import Actor
from tenants.menu import counter


@counter("letter")
def letters_to_sign(actor: Actor, at: datetime) -> int:
    """Letters that wait for this person's signature, and targets that wait for the office's word."""
    return letters.awaiting_signature(actor) + consultations.awaiting(actor)


@subscribe(CalendarDaySet)
@subscribe(CalendarDayCleared)
@subscribe(CalendarYearImported)
def periods_follow_the_calendar(
    event: CalendarDaySet | CalendarDayCleared | CalendarYearImported, record: EventRecord
) -> None:
    """Due days that are still ahead move with the holidays."""
    region = event.subject.removeprefix("core.calendar:")
    cycles.follow_calendar(region_code="" if region == "CN" else region, at=record.at)
