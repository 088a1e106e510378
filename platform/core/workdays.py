"""Working days by the calendar of a region, each answer with the derivation that led to it.

A calendar reads the table of laid-down days (core.models.CalendarDay) once per span of years, never per day. The
most specific row wins: county over prefecture over province over the whole country; without a row the plain week
holds. In a year for which no national notice is entered yet, every derivation says so.
"""

from collections.abc import Callable, Iterable
from dataclasses import dataclass, field
from datetime import date, timedelta
from typing import Any

from django.utils.functional import Promise
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from core import months

ONE_DAY = timedelta(days=1)
WEEKDAYS = (
    gettext_lazy("周一"),
    gettext_lazy("周二"),
    gettext_lazy("周三"),
    gettext_lazy("周四"),
    gettext_lazy("周五"),
    gettext_lazy("周六"),
    gettext_lazy("周日"),
)
SHOWN = 8  # days listed at each end of a long derivation
LONGEST = 3660  # days that a search goes at most; a calendar without working days is a mistake in the data


@dataclass(frozen=True)
class Mark:
    """What is laid down for a day: working or not, its name, the notice or decision."""

    is_working: bool
    name: str
    source: str


Loader = Callable[[str, int, int], dict[date, tuple[bool, Mark]]]


@dataclass(frozen=True)
class Derivation:
    """How a date came about: `key` names the sentence, `values` are JSON-able. str() renders it, translated."""

    key: str
    values: dict[str, Any] = field(default_factory=dict)

    def as_json(self) -> dict[str, Any]:
        return {"key": self.key, "values": self.values}

    @classmethod
    def of(cls, stored: dict[str, Any]) -> "Derivation":
        """The derivation that `as_json` gave."""
        return cls(stored["key"], stored["values"])

    def __str__(self) -> str:
        return _SENTENCES[self.key](self.values)


class Calendar:
    """The working days of one region ('' is the whole country). Reads further years when they are asked for."""

    def __init__(self, region_code: str = "", *, loader: "Loader | None" = None) -> None:
        self.region_code = region_code
        self._loader = loader or load_days
        self._marks: dict[date, Mark] = {}
        self._noticed: set[int] = set()
        self._years: set[int] = set()

    def read(self, first: int, last: int) -> "Calendar":
        """Read the years first … last in one query, those that are not read yet."""
        missing = sorted(set(range(first, last + 1)) - self._years)
        if missing:
            for day, (national, mark) in self._loader(self.region_code, missing[0], missing[-1]).items():
                self._marks[day] = mark
                if national and (day.month, day.day) == (10, 1):  # National Day is in every year's notice
                    self._noticed.add(day.year)
            self._years.update(range(missing[0], missing[-1] + 1))
        return self

    def mark(self, day: date) -> Mark | None:
        """What is laid down for the day, None when the plain week holds."""
        if day.year not in self._years:
            self.read(day.year - 1, day.year + 1)
        return self._marks.get(day)

    def is_working(self, day: date) -> bool:
        mark = self.mark(day)
        return mark.is_working if mark is not None else day.weekday() < 5

    def has_notice(self, year: int) -> bool:
        """Whether the national holiday notice of that year is entered."""
        if year not in self._years:
            self.read(year - 1, year + 1)
        return year in self._noticed

    def why_off(self, day: date) -> str:
        """Why the day is off: the holiday's name, else the day of the week (by number, for the derivation)."""
        mark = self.mark(day)
        return mark.name if mark is not None and mark.name else f"weekday:{day.weekday()}"


REGION_LEVELS = 5  # country, province, prefecture, county, and a code longer than six digits


def load_days(region_code: str, first: int, last: int) -> dict[date, tuple[bool, Mark]]:
    """day → (whether a national row exists, the mark in force) for the years first … last. One query."""
    from core.models.calendar import laid_down  # there are no models while this module is read

    chain = region_chain(region_code)
    levels = chain + chain[-1:] * (REGION_LEVELS - len(chain))
    return _in_force(chain, laid_down(*levels, date(first, 1, 1), date(last, 12, 31)))


Laid = tuple[date, str, bool, str, str]  # day, region, whether working, name, source


def _in_force(chain: list[str], rows: Iterable[Laid]) -> dict[date, tuple[bool, Mark]]:
    """Of the rows of a chain of regions the most specific one of each day."""
    found: dict[date, tuple[bool, Mark]] = {}
    rank: dict[date, int] = {}
    for day, code, is_working, name, source in rows:
        national = code == "" or found.get(day, (False,))[0]
        if day not in found or chain.index(code) > rank[day]:
            rank[day] = chain.index(code)
            found[day] = (national, Mark(is_working, name, source))
        else:
            found[day] = (national, found[day][1])
    return found


def calendars_of(region_codes: Iterable[str], first: int, last: int) -> dict[str, Calendar]:
    """The calendars of many regions with the years first … last read, in one query for all of them."""
    from core.models.calendar import CalendarDay  # there are no models while this module is read

    chains = {code: region_chain(code) for code in region_codes}
    asked = CalendarDay.objects.filter(
        region_code__in={code for chain in chains.values() for code in chain},
        day__gte=date(first, 1, 1), day__lte=date(last, 12, 31),
    )  # fmt: skip
    rows = list(asked.order_by("day").values_list("day", "region_code", "is_working", "name", "source"))

    def of(code: str) -> Calendar:
        chain = chains[code]
        calendar = Calendar(code, loader=lambda *_span: _in_force(chain, [row for row in rows if row[1] in chain]))
        calendar.read(first, last)._loader = load_days  # for further years
        return calendar

    return {code: of(code) for code in chains}


def region_chain(region_code: str) -> list[str]:
    """From the country to the region itself: "530102" → ["", "530000", "530100", "530102"]."""
    chain = [""]
    if region_code:
        for code in (region_code[:2] + "0000", region_code[:4] + "00", region_code[:6], region_code):
            if code not in chain:
                chain.append(code)
    return chain


def add_working_days(start: date, n: int, calendar: Calendar) -> tuple[date, Derivation]:
    """The n-th working day after `start` (n ≥ 1; start itself does not count); n = 0: start, or the next working day.

    A negative n counts backwards in the same way.
    """
    step = ONE_DAY if n >= 0 else -ONE_DAY
    day = start if n == 0 else start + step
    counted: list[date] = []
    skipped: list[date] = []
    for _unused in range(LONGEST):
        if calendar.is_working(day):
            counted.append(day)
            if len(counted) >= abs(n):
                break
        else:
            skipped.append(day)
        day += step
    else:
        raise ValueError(f"no {n} working days within {LONGEST} days of {start}: is the calendar filled wrongly?")
    key = "working-days-after" if n > 0 else "working-days-before" if n < 0 else "working-day-on-or-after"
    values = {"start": start.isoformat(), "n": abs(n), **_walk(day, counted, skipped, calendar, start)}
    return day, Derivation(key, values)


def nth_working_day(year: int, month: int, n: int, calendar: Calendar) -> tuple[date, Derivation]:
    """The n-th working day of a month (n ≥ 1), or its |n|-th from the end (n ≤ -1: -1 is the last one).

    Raises ValueError when the month has fewer working days, or n is 0.
    """
    days = [
        day for day in (date(year, month, 1) + timedelta(days=offset) for offset in range(31)) if day.month == month
    ]
    if n < 0:
        days.reverse()
    counted: list[date] = []
    skipped: list[date] = []
    for day in days:
        if not calendar.is_working(day):
            skipped.append(day)
            continue
        counted.append(day)
        if len(counted) == abs(n):
            key = "nth-working-day" if n > 0 else "nth-last-working-day"
            values = {"n": abs(n), "year": year, "month": month, **_walk(day, counted, skipped, calendar, days[0])}
            return day, Derivation(key, values)
    raise ValueError(f"{year}-{month:02d} has no working day number {n}")


def working_days_between(a: date, b: date, calendar: Calendar) -> tuple[int, Derivation]:
    """How many working days from a to b, both included; 0 when b lies before a."""
    days = [a + timedelta(days=offset) for offset in range((b - a).days + 1)]
    calendar.read(a.year, max(a.year, b.year))
    counted = [day for day in days if calendar.is_working(day)]
    skipped = [day for day in days if not calendar.is_working(day)]
    values = {"from": a.isoformat(), "to": b.isoformat(), "n": len(counted), **_walk(b, counted, skipped, calendar, a)}
    return len(counted), Derivation("working-days-between", values)


def _walk(day: date, counted: list[date], skipped: list[date], calendar: Calendar, start: date) -> dict[str, Any]:
    """The JSON-able account of a walk over days: what counted, what did not and why, which notices are missing."""
    made_up = [(one, calendar.mark(one)) for one in counted if one.weekday() >= 5]
    years = {one.year for one in (*counted, *skipped, day, start)}
    return {
        "day": day.isoformat(),
        "region": calendar.region_code,
        "counted": [one.isoformat() for one in counted],
        "skipped": [{"day": one.isoformat(), "why": calendar.why_off(one)} for one in skipped],
        "made_up": [{"day": one.isoformat(), "why": mark.name if mark else ""} for one, mark in made_up],
        "no_notice": sorted(year for year in years if not calendar.has_notice(year)),
    }


# --- Sentences ---------------------------------------------------------------------------------------------------


def _why(text: str) -> "str | Promise":
    return WEEKDAYS[int(text[8:])] if text.startswith("weekday:") else _(text)


def _listed(parts: list[str]) -> str:
    if len(parts) > 2 * SHOWN:
        parts = [*parts[:SHOWN], "…", *parts[-SHOWN:]]
    return _("、").join(parts)


def _groups(days: Iterable[dict[str, str]]) -> list[str]:
    """Neighbouring days off for the same reason as one: "10-01 至 10-07（国庆节）"."""
    groups: list[tuple[str, date, date]] = []
    for entry in sorted(days, key=lambda item: item["day"]):
        day, why = date.fromisoformat(entry["day"]), entry["why"]
        if groups and groups[-1][0] == why and groups[-1][2] + ONE_DAY == day:
            groups[-1] = (why, groups[-1][1], day)
        else:
            groups.append((why, day, day))
    single, span = _("%(day)s（%(why)s）"), _("%(day)s 至 %(last)s（%(why)s）")
    return [
        (single if first == last else span) % {"day": f"{first:%m-%d}", "last": f"{last:%m-%d}", "why": _why(why)}
        for why, first, last in groups
    ]


def _account(values: dict[str, Any]) -> str:
    """The common tail: the days that counted, those that did not, the make-up days, the missing notices."""
    said = []
    if values["counted"]:
        said.append(_("计入 %(days)s") % {"days": _listed([day[5:] for day in sorted(values["counted"])])})
    if values["skipped"]:
        said.append(_("跳过 %(days)s") % {"days": _listed(_groups(values["skipped"]))})
    if values["made_up"]:
        said.append(
            _("其中 %(days)s 为调休上班") % {"days": _listed([entry["day"][5:] for entry in values["made_up"]])}
        )
    return _("；").join(said)


def _notice(values: dict[str, Any]) -> str:
    if not values["no_notice"]:
        return ""
    return _("%(years)s 年的放假安排尚未公布，暂按周末休息推算，公布后可能变动。") % {
        "years": _("、").join(str(year) for year in values["no_notice"])
    }


def _sentence(head: str, values: dict[str, Any], *, tail: str | None = None) -> str:
    end = _("故为 %(day)s。") % {"day": values["day"]} if tail is None else tail
    account = _account(values)
    text = _("%(head)s：%(account)s；%(end)s") if account else _("%(head)s：%(end)s")
    return text % {"head": head, "account": account, "end": end} + _notice(values)


def _nth(values: dict[str, Any]) -> str:
    head = _("%(year)s 年 %(month)s 月第 %(n)s 个工作日") % {**values, "month": months.named(values["month"])}
    return _sentence(head, values)


def _nth_last(values: dict[str, Any]) -> str:
    head = _("%(year)s 年 %(month)s 月倒数第 %(n)s 个工作日") % {**values, "month": months.named(values["month"])}
    return _sentence(head, values)


def _after(values: dict[str, Any]) -> str:
    head = _("%(start)s 之后第 %(n)s 个工作日") % values
    return _sentence(head, values)


def _before(values: dict[str, Any]) -> str:
    return _sentence(_("%(start)s 之前第 %(n)s 个工作日") % values, values)


def _on_or_after(values: dict[str, Any]) -> str:
    return _sentence(_("%(start)s 当日或其后的首个工作日") % values, values)


def _between(values: dict[str, Any]) -> str:
    head = _("%(from)s 至 %(to)s（含首尾）") % values
    return _sentence(head, values, tail=_("共 %(n)s 个工作日。") % values)


_SENTENCES: dict[str, Callable[[dict[str, Any]], str]] = {
    "nth-working-day": _nth,
    "nth-last-working-day": _nth_last,
    "working-days-after": _after,
    "working-days-before": _before,
    "working-day-on-or-after": _on_or_after,
    "working-days-between": _between,
}
