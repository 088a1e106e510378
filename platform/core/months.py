"""Months in sentences: Chinese counts them and adds 月 itself, English has names."""

from django.utils.dates import MONTHS
from django.utils.translation import get_language


def named(month: int | str) -> str:
    """`9` in Chinese, `September` in English; a number that is no month stays as it is."""
    if (get_language() or "").startswith("zh"):
        return str(month)
    return str(MONTHS.get(int(month), month)) if str(month).isdigit() else str(month)


def short(month: int | str) -> str:
    """`9` in Chinese, `Sep` in English: for tabs, columns and axes."""
    return named(month)[:3]
