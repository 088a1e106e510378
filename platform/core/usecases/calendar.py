"""Laying down which days are working days: one day, a whole year, or the years that chinesecalendar knows."""

import re
import unicodedata
from collections.abc import Iterable
from dataclasses import dataclass
from datetime import date, datetime
from typing import Any

import chinese_calendar
from django.db import transaction
from django.utils.translation import gettext as _
from django.utils.translation import gettext_noop

from core import events
from core.errors import Denied, Invalid
from core.models import CalendarDay

NAMES = {
    "New Year's Day": gettext_noop("元旦"),
    "Spring Festival": gettext_noop("春节"),
    "Tomb-sweeping Day": gettext_noop("清明节"),
    "Labour Day": gettext_noop("劳动节"),
    "Dragon Boat Festival": gettext_noop("端午节"),
    "Mid-autumn Festival": gettext_noop("中秋节"),
    "National Day": gettext_noop("国庆节"),
    "Anti-Fascist 70th Day": gettext_noop("抗战胜利纪念日"),
}
DAY = re.compile(r"^(\d{4})\s*[-/.年]\s*(\d{1,2})\s*[-/.月]\s*(\d{1,2})\s*日?$")
WORKING = {"班", "上班", "工作日", "补班", "调休上班", "working", "work", "1", "true"}
OFF = {"休", "放假", "休息", "休息日", "节假日", "holiday", "off", "0", "false"}
REGION = re.compile(r"^(\d{6}|\d{9}|\d{12})?$")
MOST_ROWS = 366


@dataclass(frozen=True, kw_only=True)
class CalendarDaySet(events.Event):
    """A day was laid down as working or off."""

    day: date
    is_working: bool
    day_name: str
    source: str


@dataclass(frozen=True, kw_only=True)
class CalendarDayCleared(events.Event):
    """What was laid down for a day was taken back; the plain week or the wider region holds again."""

    day: date


@dataclass(frozen=True, kw_only=True)
class CalendarYearImported(events.Event):
    """All days of one year and region were replaced."""

    year: int
    days: int
    source: str


def subject(region_code: str) -> str:
    """What events about a region's calendar are about."""
    return f"core.calendar:{region_code or 'CN'}"


def days_of(region_code: str, year: int) -> list[CalendarDay]:
    """The rows laid down for exactly this region in a year, by date. '' is the whole country."""
    return list(CalendarDay.objects.filter(region_code=region_code, day__year=year).order_by("day"))


def _check(region_code: str, can_edit: bool) -> None:
    if not can_edit:
        raise Denied(_("您不能修改这个地区的工作日历。"))
    if not REGION.match(region_code):
        raise Invalid(_("地区代码应为 6、9 或 12 位数字；全国日历留空。"), field="region_code")


def _check_texts(name: str, source: str) -> None:
    if not name.strip() or len(name) > 60:
        raise Invalid(_("请填写这一天的名称或原因，不超过 60 个字。"), field="name")
    if not source.strip() or len(source) > 200:
        raise Invalid(_("请填写依据（通知或决定），不超过 200 个字。"), field="source")


@transaction.atomic
def set_day(
    *, region_code: str, day: date, is_working: bool, name: str, source: str, can_edit: bool, actor: Any, at: datetime
) -> CalendarDay:
    """Lay down one day for a region; what was laid down for it before is replaced.

    can_edit: decided by the caller, who knows the roles. Raises Denied, Invalid (region_code, name, source).
    """
    _check(region_code, can_edit)
    _check_texts(name, source)
    row, _made = CalendarDay.objects.update_or_create(
        region_code=region_code,
        day=day,
        defaults={"is_working": is_working, "name": name.strip(), "source": source.strip()},
    )
    events.record(
        CalendarDaySet(
            subject=subject(region_code), day=day, is_working=is_working, day_name=row.name, source=row.source
        ),
        actor=actor,
        at=at,
    )
    return row


@transaction.atomic
def clear_day(*, region_code: str, day: date, can_edit: bool, actor: Any, at: datetime) -> None:
    """Take back what is laid down for a day. Raises Denied, Invalid (field `day`: nothing is laid down)."""
    _check(region_code, can_edit)
    gone, _kinds = CalendarDay.objects.filter(region_code=region_code, day=day).delete()
    if not gone:
        raise Invalid(_("%(day)s 没有单独规定，按平常的星期执行。") % {"day": day}, field="day")
    events.record(CalendarDayCleared(subject=subject(region_code), day=day), actor=actor, at=at)


@transaction.atomic
def import_year(
    *, region_code: str, year: int, text: str, source: str, can_edit: bool, actor: Any, at: datetime
) -> int:
    """Replace all days of a year and region by pasted lines `date, 班/休, name`; returns how many.

    Separators: comma (also ，), semicolon, tab. A first line without a date is taken for the header. All or nothing.
    Raises Denied, Invalid (fields region_code, source, text; `rows` names each bad line: {row, message}).
    """
    _check(region_code, can_edit)
    if not source.strip() or len(source) > 200:
        raise Invalid(_("请填写依据（通知或决定），不超过 200 个字。"), field="source")
    days = _parsed(text, year)
    CalendarDay.objects.filter(region_code=region_code, day__year=year).delete()
    CalendarDay.objects.bulk_create(
        CalendarDay(region_code=region_code, day=day, is_working=is_working, name=name, source=source.strip())
        for day, (is_working, name) in sorted(days.items())
    )
    events.record(
        CalendarYearImported(subject=subject(region_code), year=year, days=len(days), source=source.strip()),
        actor=actor,
        at=at,
    )
    return len(days)


def _parsed(text: str, year: int) -> dict[date, tuple[bool, str]]:
    days: dict[date, tuple[bool, str]] = {}
    wrong: list[dict[str, Any]] = []
    lines = [(number, line) for number, line in enumerate(text.splitlines(), start=1) if line.strip()]
    for position, (number, line) in enumerate(lines):
        cells = [cell.strip().strip('"') for cell in re.split(r"[,，;；\t]", unicodedata.normalize("NFKC", line))]
        if position == 0 and not DAY.match(cells[0]):
            continue
        try:
            day, is_working, name = _line(cells, year)
            if day in days:
                raise Invalid(_("%(day)s 出现了两次。") % {"day": day})
            days[day] = (is_working, name)
        except Invalid as refusal:
            wrong.append({"row": number, "message": refusal.message})
    if wrong:
        first = wrong[0]
        raise Invalid(
            _("有 %(count)s 行不能导入，一行也没有保存。第 %(row)s 行：%(message)s")
            % {"count": len(wrong), "row": first["row"], "message": first["message"]},
            field="text",
            rows=wrong,
        )
    if not days:
        raise Invalid(_("没有可导入的行。每行写：日期，班或休，名称。"), field="text")
    if len(days) > MOST_ROWS:
        raise Invalid(_("一年最多 366 行。"), field="text")
    return days


def _line(cells: list[str], year: int) -> tuple[date, bool, str]:
    match = DAY.match(cells[0])
    try:
        day = date(*(int(part) for part in match.groups())) if match else None
    except ValueError:
        day = None
    if day is None:
        raise Invalid(_("“%(text)s”不是日期，请写成 2027-01-01。") % {"text": cells[0][:20]})
    if day.year != year:
        raise Invalid(_("%(day)s 不在 %(year)s 年。") % {"day": day, "year": year})
    kind = cells[1].lower() if len(cells) > 1 else ""
    if kind not in WORKING | OFF:
        raise Invalid(_("第二列应写“班”或“休”，现在是“%(text)s”。") % {"text": kind[:20]})
    name = cells[2] if len(cells) > 2 else ""
    if not name or len(name) > 60:
        raise Invalid(_("第三列应写名称，例如“国庆节”，不超过 60 个字。"))
    return day, kind in WORKING, name


def notice_days() -> Iterable[tuple[date, bool, str, str]]:
    """(day, is working, name, source) of every day laid down nationally that chinesecalendar knows (2004–2026)."""
    for table, is_working in ((chinese_calendar.holidays, False), (chinese_calendar.workdays, True)):
        for day, english in table.items():
            # New Year's days at the end of December belong to the next year's notice.
            year = day.year + 1 if day.month == 12 and english == "New Year's Day" else day.year
            yield (
                day,
                is_working,
                NAMES[english],
                f"国务院办公厅关于{year}年部分节假日安排的通知（chinesecalendar 录入）",
            )


@transaction.atomic
def seed_calendar() -> int:
    """Lay down the national days of 2004–2026; rows that exist stay as they are. Returns how many were added."""
    existing = set(CalendarDay.objects.filter(region_code="").values_list("day", flat=True))
    rows = [
        CalendarDay(region_code="", day=day, is_working=is_working, name=name, source=source)
        for day, is_working, name, source in sorted(notice_days())
        if day not in existing
    ]
    CalendarDay.objects.bulk_create(rows)
    return len(rows)
