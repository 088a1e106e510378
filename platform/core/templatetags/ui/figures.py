"""Figures as the house writes them. Unknown is “—”, minus is “−”, rounding is half up and only here, on the surface."""

from datetime import date, datetime
from decimal import ROUND_HALF_UP, Decimal
from typing import Any

from django.utils import timezone

from core import months
from core.templatetags.ui.library import register

UNKNOWN = "—"
MINUS = "−"


def decimal(value: Any) -> Decimal:
    """`value` as a Decimal; ints, strings and floats of a chart alike. Not a number: ValueError."""
    try:
        return value if isinstance(value, Decimal) else Decimal(str(value))
    except ArithmeticError as error:
        raise ValueError(f"not a number: {value!r}") from error


def shown(value: Any, digits: int, *, sign: bool = False) -> str:
    """A number with thousands separators, rounded half up to `digits`. A true zero has no sign."""
    if value is None or value == "":
        return UNKNOWN
    rounded = decimal(value).quantize(Decimal(1).scaleb(-digits), ROUND_HALF_UP)
    text = f"{abs(rounded):,.{digits}f}"
    if rounded < 0:
        return MINUS + text
    return f"+{text}" if sign and rounded > 0 else text


@register.filter
def money(value: Any, digits: int = 2) -> str:
    """An amount in 万元: `1,284.00`; `money:0` in overviews."""
    return shown(value, int(digits))


@register.filter
def amount(value: Any, digits: int = 0) -> str:
    """A count or any other number with thousands separators."""
    return shown(value, int(digits))


@register.filter
def score(value: Any) -> str:
    """Points with two decimals."""
    return shown(value, 2)


@register.filter
def rate(value: Any) -> str:
    """A percentage already times 100, one decimal, without the sign %."""
    return shown(value, 1)


@register.filter
def signed(value: Any, digits: int = 2) -> str:
    """A difference: `+0.34`, `−0.45`, `0.00`."""
    return shown(value, int(digits), sign=True)


@register.filter
def day(value: date | None) -> str:
    """`2026-11-05`; a moment counts as its day in the office's time zone."""
    return UNKNOWN if value is None else _local(value).strftime("%Y-%m-%d")


@register.filter
def short_day(value: date | None) -> str:
    """`11-05`, where the year is said elsewhere."""
    return UNKNOWN if value is None else _local(value).strftime("%m-%d")


@register.filter
def moment(value: datetime | None, pattern: str = "%m-%d %H:%M") -> str:
    """`11-05 10:26`; pass `%Y-%m-%d %H:%M` where the year matters."""
    return UNKNOWN if value is None else _local(value).strftime(pattern)


def _local(value: date) -> date:
    return timezone.localtime(value) if isinstance(value, datetime) and timezone.is_aware(value) else value


@register.filter
def month_name(value: int) -> str:
    """A month before 月 in a sentence: `9` in Chinese, `September` in English."""
    return months.named(value)


@register.filter
def month_short(value: int) -> str:
    """The same where there is little room: `9`, `Sep`."""
    return months.short(value)
