"""What one cell says: its kind, its canonical text, and what people and programs write for it."""

import re
import unicodedata
from collections.abc import Iterable, Mapping, Sequence
from datetime import date, timedelta
from decimal import Decimal, InvalidOperation
from enum import StrEnum
from typing import Any

from django.utils.translation import gettext as _

from appraisal.library.models import Indicator
from appraisal.reporting.rules import facts
from core import workbooks

NOTHING, REASON, NOTE, COUNTY = "nothing", "reason", "note", "county."
YES, NO = "yes", "no"
FIRST_DAY = date(1899, 12, 30)  # from which spreadsheets count days
DAYS = (36526, 73050)  # of 2000-01-01 and 2099-12-31: a number outside is no day
DAY = re.compile(r"(\d{4})\s*[-/.年]\s*(\d{1,2})\s*[-/.月]\s*(\d{1,2})\s*日?")
WORDS = {
    YES: {"是", "有", "yes", "y", "true", "1", "√", "✓"},
    NO: {"否", "无", "没有", "no", "n", "false", "0", "×"},
}


class Kind(StrEnum):
    NUMBER = "number"
    DATE = "date"
    YES_NO = "yes_no"
    CHOICE = "choice"
    FLAG = "flag"
    TEXT = "text"


class Unreadable(Exception):
    """What stands in the cell cannot be taken for what is asked; its sentence says what to do."""


def kinds_of(places: Iterable[facts.Place], counties: Iterable[str] = ()) -> dict[str, Kind]:
    """key → kind of everything that may be filled in of an indicator, in the order of the sheet."""
    found = {place.path: Kind(place.kind) for place in places}
    found |= {NOTHING: Kind.FLAG, REASON: Kind.TEXT, NOTE: Kind.TEXT}
    return found | {f"{COUNTY}{code}": Kind.NUMBER for code in counties}


def texts_of(
    fact: Mapping[str, Any] | None, nothing: bool, reason: str, note: str, counties: Mapping[str, str]
) -> dict[str, str]:
    """key → canonical text of what is drafted; only what is not empty. counties: code → quantity as text."""
    found = {path: _canonical(value) for path, value in facts.flat(fact).items()}
    found |= {NOTHING: YES if nothing else "", REASON: reason, NOTE: note}
    found |= {f"{COUNTY}{code}": text for code, text in counties.items()}
    return {key: text for key, text in found.items() if text}


def _canonical(value: Any) -> str:
    return (YES if value else NO) if isinstance(value, bool) else str(value)


def same(kind: Kind, one: str, other: str) -> bool:
    """Whether two texts of a cell say the same: numbers as numbers (12.50 is 12.5), texts line by line."""
    if one == other:
        return True
    if kind == Kind.NUMBER:
        try:
            return Decimal(one) == Decimal(other)
        except InvalidOperation:
            return False
    return kind == Kind.TEXT and _lines(one) == _lines(other)


def _lines(text: str) -> list[str]:
    return [line.strip() for line in text.strip().splitlines()]


def said(kind: Kind, cell: workbooks.Cell | None, choices: Sequence[str] = ()) -> str:
    """The canonical text of a cell as a program has written it; '' of an empty one. Raises Unreadable."""
    if cell is None:
        return ""
    if cell.kind == "error":
        raise Unreadable(_("单元格是错误值 %(value)s，请改成数值或文字。") % {"value": cell.text[:20]})
    if cell.formula and not cell.text:
        raise Unreadable(_("单元格是公式，但文件里没有计算结果。请用 Office 或 WPS 打开、保存一次，或者改填数值。"))
    if kind == Kind.TEXT:
        return _text(cell)
    text = unicodedata.normalize("NFKC", _text(cell)).strip()
    if not text:
        return ""
    match kind:
        case Kind.NUMBER:
            return _number(cell, text)
        case Kind.DATE:
            return _date(cell, text)
        case Kind.YES_NO | Kind.FLAG:
            return _answer(kind, text)
        case _:
            return text


def _text(cell: workbooks.Cell) -> str:
    if cell.kind == "number":
        return workbooks.decimal_text(cell.text)
    if cell.kind == "bool":
        return YES if cell.text == "1" else NO
    return cell.text.replace("\r\n", "\n").replace("\r", "\n").strip()


def _number(cell: workbooks.Cell, text: str) -> str:
    """As facts.cleaned takes it; what is no number stays as it is and is told by the checks of the fact."""
    if cell.kind == "bool":
        raise Unreadable(_("这里应填数值，单元格里是“是/否”。"))
    if cell.kind == "date":
        raise Unreadable(
            _("这里应填数值，单元格里是日期 %(value)s（表格程序会把 3-1 变成日期）。请把格式改为“常规”，再填数值。")
            % {"value": text}
        )
    return str((facts.cleaned({"value": text}) or {"value": ""})["value"])


def _date(cell: workbooks.Cell, text: str) -> str:
    wrong = Unreadable(_("“%(value)s”不是日期，请写成 2026-05-31 的样子。") % {"value": text[:20]})
    if cell.kind == "number":  # a day whose cell has lost its format
        try:
            days = int(Decimal(cell.text))
        except (ArithmeticError, ValueError):
            days = 0
        if not DAYS[0] <= days <= DAYS[1]:
            raise wrong
        return (FIRST_DAY + timedelta(days=days)).isoformat()
    if cell.kind == "date":
        text = text.partition(" ")[0]
    found = DAY.fullmatch(text)
    try:
        day = date(*map(int, found.groups())) if found else None
    except ValueError:
        day = None
    if cell.kind == "date" and (day is None or not DAYS[0] <= (day - FIRST_DAY).days <= DAYS[1]):
        raise wrong  # a 5 typed into a cell for days is one of the year 1900
    return day.isoformat() if day else text  # the checks of the fact say what is wrong with a text


def _answer(kind: Kind, text: str) -> str:
    plain = text.lower()
    if plain in WORDS[YES] or plain == _("是").lower() or plain == _("有").lower():
        return YES
    if plain in WORDS[NO] or plain == _("否").lower() or plain == _("无").lower():
        return NO if kind == Kind.YES_NO else ""
    asked = (
        _("“%(value)s”看不懂，请选“有”或“无”。") if kind == Kind.YES_NO else _("“%(value)s”看不懂，请选“是”或留空。")
    )
    raise Unreadable(asked % {"value": text[:20]})


def fact_of(indicator: Indicator, texts: Mapping[str, str], places: Sequence[facts.Place]) -> dict[str, Any]:
    """The fact that the texts of its cells make, empty ones as None."""
    answers = {YES: True, NO: False}
    kinds = {place.path: place.kind for place in places}
    entries: dict[str, Any] = {path: texts.get(path) or None for path in kinds}
    entries |= {path: text for path, text in texts.items() if path not in entries and _belongs(path)}
    return facts.whole(
        indicator,
        {path: answers.get(text) if kinds.get(path) == Kind.YES_NO else text for path, text in entries.items()},
    )


def _belongs(path: str) -> bool:
    """Part of the fact though the sheet has no cell for it (a panel's tenth mark)."""
    return path not in (NOTHING, REASON, NOTE) and not path.startswith(COUNTY)
