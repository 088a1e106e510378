"""The sheet that is downloaded: a row for each thing to fill in, the office's counties as columns, the stamp hidden."""

from collections.abc import Mapping, Sequence
from copy import copy
from dataclasses import dataclass, field
from datetime import date
from decimal import Decimal
from io import BytesIO
from typing import Any, cast

from django.utils.translation import gettext as _
from openpyxl import Workbook
from openpyxl.cell.cell import Cell
from openpyxl.styles import Alignment, Border, Font, NamedStyle, PatternFill, Protection, Side
from openpyxl.utils import get_column_letter
from openpyxl.worksheet.cell_range import CellRange
from openpyxl.worksheet.datavalidation import DataValidation
from openpyxl.worksheet.properties import PageSetupProperties
from openpyxl.worksheet.worksheet import Worksheet

from appraisal.reporting.rules import facts
from appraisal.reporting.rules.book.cells import COUNTY, NOTE, NOTHING, REASON, YES
from appraisal.reporting.rules.book.stamp import Stamp
from core.marking import AUTHOR
from core.sheets import STARTS
from core.workbooks import DIGITS, storable

KEYS, STAMP_SHEET = "anlan", "_anlan"
KEY_ROW, HEAD_ROW, FIRST_ROW = 3, 4, 5
VALUE = "value"  # the key of the column that the facts are in; each row's own key says which entry it is
FIXED = (("code", 9), ("name", 34), ("place", 26), ("unit", 8), ("last", 14))
FILLED = ((VALUE, 16), (NOTHING, 10), (REASON, 22), (NOTE, 36))
FIRST_FILLED = 2 + len(FIXED)
MERGED = (2, 3)  # code and name stand once for all rows of an indicator
Formats = Mapping[str, Any]
EDITABLE = PatternFill("solid", fgColor="FFFFFBE6")
LOCKED = PatternFill("solid", fgColor="FFF2F4F5")
HEAD = PatternFill("solid", fgColor="FFE7F1F4")
LINE = Side(style="thin", color="FFC9D3D8")


@dataclass(frozen=True)
class Block:
    """The rows of one indicator. last: path → last month's figure as text; texts: what is drafted (cells.texts_of)."""

    indicator_id: int
    code: str
    name: str
    unit: str
    places: Sequence[facts.Place]
    last: Mapping[str, str] = field(default_factory=dict)
    texts: Mapping[str, str] = field(default_factory=dict)
    takes_counties: bool = False
    can_be_nothing: bool = True


@dataclass(frozen=True)
class Layout:
    """title, hint: above the table; counties: code → name, one column each."""

    title: str
    hint: str
    blocks: Sequence[Block]
    counties: Mapping[str, str]


def at(page: Worksheet, row: int, column: int) -> Cell:
    """The cell of a place, which is there: nothing is written into the covered part of a merge."""
    return cast(Cell, page.cell(row, column))


def put(cell: Cell, text: str) -> None:
    """Write a text as a text, whatever it begins with, also once somebody edits the cell: a sheet must not compute what
    somebody typed. The cell has its style already."""
    cell.value = storable(text)
    if cell.value is not None:
        cell.data_type = "s"
    if text.startswith(STARTS):
        cell.quotePrefix = True


def rows_of(blocks: Sequence[Block]) -> list[list[Any]]:
    """[indicator id, path] of every row, in the order of the sheet."""
    return [[block.indicator_id, place.path] for block in blocks for place in block.places]


def write(layout: Layout, stamp: Stamp) -> bytes:
    """The workbook. Formats, drop-downs and merges are put where openpyxl writes them from: its own way of adding one
    looks through all that are there, which for 4,000 rows takes a minute."""
    book = Workbook()
    page = book.worksheets[0]
    page.title = stamp.sheet
    formats = _formats(book)
    columns = [*FIXED, *FILLED, *((f"{COUNTY}{code}", 11) for code in layout.counties)]
    _heads(page, layout, columns, formats)
    lists = _Lists(page)
    row = FIRST_ROW
    for block in layout.blocks:
        _block(page, row, block, list(layout.counties), lists, formats)
        row += len(block.places)
    page.protection.sheet = True
    page.protection.formatColumns = page.protection.formatRows = page.protection.formatCells = False
    page.freeze_panes = at(page, FIRST_ROW, FIRST_FILLED).coordinate
    page.page_setup.orientation, page.page_setup.fitToHeight = "landscape", 0
    page.sheet_properties.pageSetUpPr = PageSetupProperties(fitToPage=True)
    page.print_title_rows = f"{HEAD_ROW}:{HEAD_ROW}"
    hidden = book.create_sheet(STAMP_SHEET)
    hidden.sheet_state = "veryHidden"
    for number, piece in enumerate(stamp.pieces(), 1):
        put(at(hidden, number, 1), piece)
    book.properties.creator = AUTHOR
    out = BytesIO()
    book.save(out)
    return out.getvalue()


def _styles() -> list[NamedStyle]:
    border = Border(left=LINE, right=LINE, top=LINE, bottom=LINE)
    centred = Alignment(vertical="center", wrap_text=True)
    fields = [
        ("anlan_open", EDITABLE, False, None),
        ("anlan_open_day", EDITABLE, False, "yyyy-mm-dd"),
        ("anlan_shut", LOCKED, True, None),
        ("anlan_head", HEAD, True, None),
    ]
    made = []
    for name, fill, locked, number in fields:
        style = NamedStyle(name, fill=fill, border=border, alignment=centred, protection=Protection(locked=locked))
        if number:
            style.number_format = number
        if name == "anlan_head":
            style.font = Font(bold=True)
        made.append(style)
    return made


def _formats(book: Workbook) -> Formats:
    """Name of each style → what a cell of it bears."""
    found, scratch = {}, book.create_sheet()
    for style in _styles():
        book.add_named_style(style)
        at(scratch, 1, 1).style = style.name
        found[style.name] = copy(at(scratch, 1, 1)._style)  # type: ignore[attr-defined]
    book.remove(scratch)
    return found


def _dressed(page: Worksheet, row: int, column: int, format_: Any) -> Cell:
    cell = at(page, row, column)
    cell._style = copy(format_)  # type: ignore[attr-defined]
    return cell


def _heads(page: Worksheet, layout: Layout, columns: Sequence[tuple[str, int]], formats: Formats) -> None:
    words = {
        "code": _("编码"), "name": _("指标"), "place": _("填报项"), "unit": _("单位"), "last": _("上月"),
        VALUE: _("本月填报"), NOTHING: _("本月无发生"), REASON: _("无发生的原因"), NOTE: _("本月进展与差异说明"),
    }  # fmt: skip
    words |= {f"{COUNTY}{code}": name for code, name in layout.counties.items()}
    last = get_column_letter(1 + len(columns))
    for number, text in ((1, layout.title), (2, layout.hint)):
        put(at(page, number, 2), text)
        at(page, number, 2).alignment = Alignment(wrap_text=True, vertical="center")
        page.merge_cells(f"B{number}:{last}{number}")
    at(page, 1, 2).font = Font(bold=True, size=14)
    page.row_dimensions[2].height = 48
    page.row_dimensions[KEY_ROW].hidden = True
    page.column_dimensions["A"].hidden = True
    at(page, KEY_ROW, 1).value = KEYS
    for number, (key, width) in enumerate(columns, 2):
        at(page, KEY_ROW, number).value = key
        put(_dressed(page, HEAD_ROW, number, formats["anlan_head"]), words[key])
        page.column_dimensions[get_column_letter(number)].width = width


class _Lists:
    """The drop-downs of a sheet: one rule for all cells with the same choices."""

    def __init__(self, page: Worksheet) -> None:
        self.page = page
        self.rules: dict[str, DataValidation] = {}

    def offer(self, cell: Cell, choices: Sequence[str]) -> None:
        listed = ",".join(choices)
        if len(listed) > 250 or any("," in choice or '"' in choice for choice in choices):
            return  # longer than a rule can say; the upload checks it all the same
        if listed not in self.rules:
            rule = DataValidation(type="list", formula1=f'"{listed}"', allow_blank=True)
            rule.showErrorMessage = True
            rule.error = _("请从下拉列表中选择。")
            self.page.add_data_validation(rule)
            self.rules[listed] = rule
        self.rules[listed].sqref.ranges.add(CellRange(cell.coordinate))


def _block(page: Worksheet, top: int, block: Block, counties: Sequence[str], lists: _Lists, formats: Formats) -> None:
    words, shut = {"yes": _("有"), "no": _("无")}, formats["anlan_shut"]
    for offset, place in enumerate(block.places):
        row = top + offset
        at(page, row, 1).value = f"{block.indicator_id}:{place.path}"
        shown = (block.code, block.name, place.label, block.unit, block.last.get(place.path, ""))
        for number, text in enumerate(shown, 2):
            put(_dressed(page, row, number, shut), "" if offset and number in MERGED else text)
        cell = _dressed(page, row, FIRST_FILLED, formats["anlan_open_day" if place.kind == "date" else "anlan_open"])
        text = block.texts.get(place.path, "")
        if place.kind == "yes_no":
            lists.offer(cell, list(words.values()))
            put(cell, words.get(text, ""))
        elif place.kind == "choice":
            lists.offer(cell, place.choices)
            put(cell, text)
        elif text:
            _figure(cell, text, place.kind)
        for number in range(FIRST_FILLED + 1, FIRST_FILLED + len(FILLED) + len(counties)):
            _dressed(page, row, number, shut)
    _beside(page, top, block, counties, lists, formats["anlan_open"])
    if len(block.places) > 1:
        for number in (*MERGED, *range(FIRST_FILLED + 1, FIRST_FILLED + len(FILLED))):
            letter = get_column_letter(number)
            page.merged_cells.ranges.add(CellRange(f"{letter}{top}:{letter}{top + len(block.places) - 1}"))


def _beside(page: Worksheet, top: int, block: Block, counties: Sequence[str], lists: _Lists, format_: Any) -> None:
    """In the first row of an indicator: nothing to report and why, the explanation, the counties."""
    for number, (key, _width) in enumerate(FILLED[1:], FIRST_FILLED + 1):
        if key == NOTE or block.can_be_nothing:
            cell = _dressed(page, top, number, format_)
            text = block.texts.get(key, "")
            put(cell, _("是") if key == NOTHING and text == YES else text)
            if key == NOTHING:
                lists.offer(cell, [_("是")])
    if block.takes_counties:
        for number, code in enumerate(counties, FIRST_FILLED + len(FILLED)):
            cell = _dressed(page, top, number, format_)
            if text := block.texts.get(f"{COUNTY}{code}", ""):
                _figure(cell, text, "number")


def _figure(cell: Cell, text: str, kind: str) -> None:
    """A number as a number as long as a spreadsheet keeps all its digits, a day as a day; else the text."""
    if kind == "date" and (day := facts.as_date(text)) is not None:
        cell.value = date(day.year, day.month, day.day)
    elif kind == "number" and facts.NUMBER.fullmatch(text) and len(Decimal(text).as_tuple().digits) <= DIGITS:
        cell.value = Decimal(text)
    else:
        put(cell, text)
