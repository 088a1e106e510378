"""How many working days are left, and how the due day came about."""

from dataclasses import dataclass
from datetime import date, timedelta

from django.utils.translation import gettext as _

from appraisal.ledger.models import Period
from core.workdays import Calendar, Derivation, working_days_between
from tenants.actors import Actor

DAYS_SHOWN = 15


@dataclass(frozen=True)
class Day:
    """A day of the strip. kind: past, today, left (a working day left), due, off, later."""

    day: date
    kind: str

    @property
    def weekday(self) -> str:
        """One character (or letter) for the day of the week."""
        words = _("一 二 三 四 五 六 日").split()
        return words[self.day.weekday()]


@dataclass(frozen=True)
class Deadline:
    """Working days left after today up to the due day, how the due day came about, and the days around it."""

    due_on: date
    left: int
    derivation: str
    days: list[Day]

    @property
    def days_label(self) -> str:
        """The strip in words, for those who cannot see it."""
        return _("今日 %(today)s，截止 %(due)s，其间还有 %(left)s 个工作日") % {
            "today": next((each.day for each in self.days if each.kind == "today"), "—"),
            "due": self.due_on,
            "left": self.left,
        }


def deadline(actor: Actor, period: Period, on: date) -> Deadline:
    """The days up to the period's due day by the calendar of the office's region. At most two queries."""
    calendar = Calendar(actor.office.region_code).read(
        min(on.year, period.due_on.year), max(on.year, period.due_on.year)
    )
    left = working_days_between(on + timedelta(days=1), period.due_on, calendar)[0] if on < period.due_on else 0
    first = period.due_on.replace(day=1)
    days = [first + timedelta(days=offset) for offset in range(DAYS_SHOWN)]
    stored = (period.derivations or {}).get("due_on")
    return Deadline(
        due_on=period.due_on,
        left=left,
        derivation=str(Derivation.of(stored)) if stored else "",
        days=[Day(day, _kind(day, on, period.due_on, calendar)) for day in days],
    )


def _kind(day: date, on: date, due_on: date, calendar: Calendar) -> str:
    if day == on:
        return "today"
    if day == due_on:
        return "due"
    if not calendar.is_working(day):
        return "off"
    if day < on:
        return "past"
    return "left" if day < due_on else "later"
