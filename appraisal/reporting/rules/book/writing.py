"""The sheet that is downloaded: a row for each thing to fill in, the office's counties as columns, the stamp hidden."""

import re
import zipfile
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from datetime import date
from decimal import Decimal
from io import BytesIO
from typing import Any, NamedTuple, cast
from xml.sax.saxutils import escape, quoteattr

from django.utils.translation import gettext as _
from openpyxl import Workbook
from openpyxl.cell.cell import Cell
from openpyxl.styles import Alignment, Border, Font, NamedStyle, PatternFill, Protection, Side
from openpyxl.utils import get_column_letter
from openpyxl.utils.datetime import to_excel
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
LONGEST_LIST = 250  # characters of a drop-down: a rule takes 255
TABLE = "xl/worksheets/sheet1.xml"
DIMENSION = re.compile(r'<dimension ref="[^"]*"')
RETURN = {"\r": "&#13;"}
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


class Format(NamedTuple):
    """Where a cell's looks stand among the workbook's: as they are, and for a text that must stay one."""

    plain: int
    quoted: int


Formats = Mapping[str, Format]


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
    """The workbook. openpyxl writes all but the rows of the table: an object for each of 80,000 cells took most of a
    download's time."""
    book = Workbook()
    page = book.worksheets[0]
    page.title = stamp.sheet
    formats = _formats(book)
    columns = [*FIXED, *FILLED, *((f"{COUNTY}{code}", 11) for code in layout.counties)]
    _heads(page, layout, columns)
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
    table = _Table(formats, layout.counties, len(columns))
    for block in layout.blocks:
        table.add(block)
    return _with_rows(out, table)


def _with_rows(skeleton: BytesIO, table: "_Table") -> bytes:
    """The workbook with the rows of the table behind its heads."""
    out = BytesIO()
    with zipfile.ZipFile(skeleton) as source, zipfile.ZipFile(out, "w", zipfile.ZIP_DEFLATED) as target:
        for entry in source.infolist():
            content = source.read(entry)
            target.writestr(entry, table.put_into(content.decode()).encode() if entry.filename == TABLE else content)
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
    """Name of each style → where the looks of its cells stand."""
    found, scratch = {}, book.create_sheet()
    for number, style in enumerate(_styles(), 1):
        book.add_named_style(style)
        cell = at(scratch, number, 1)
        cell.style = style.name
        plain = cell.style_id
        cell.quotePrefix = True
        found[style.name] = Format(plain, cell.style_id)
    book.remove(scratch)
    return found


def _heads(page: Worksheet, layout: Layout, columns: Sequence[tuple[str, int]]) -> None:
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
        at(page, HEAD_ROW, number).style = "anlan_head"
        put(at(page, HEAD_ROW, number), words[key])
        page.column_dimensions[get_column_letter(number)].width = width


class _Table:
    """The rows of the table as a sheet's part says them, with merges and drop-downs (one rule for all cells with the
    same choices). Source: ECMA-376 part 1, 18.3.1.99 (its order)."""

    def __init__(self, formats: Formats, counties: Mapping[str, str], width: int) -> None:
        self.open, self.day, self.shut = (formats[f"anlan_{name}"] for name in ("open", "open_day", "shut"))
        self.counties = list(counties)
        self.letters = [get_column_letter(number) for number in range(1, 2 + width)]
        self.filled = self.letters[FIRST_FILLED - 1]
        self.beside = self.letters[FIRST_FILLED : FIRST_FILLED + len(FILLED) - 1]
        self.row = FIRST_ROW - 1
        self.rows: list[str] = []
        self.merges: list[str] = []
        self.offered: dict[str, list[str]] = {}
        self.words = {"yes": _("有"), "no": _("无")}
        self.yes = _("是")

    def add(self, block: Block) -> None:
        """The rows of one indicator."""
        top = self.row + 1
        for offset, place in enumerate(block.places):
            self.row = row = top + offset
            shown = ("", "") if offset else (block.code, block.name)
            cells = [_said(f"A{row}", 0, f"{block.indicator_id}:{place.path}")]
            for letter, text in zip(
                self.letters[1:], (*shown, place.label, block.unit, block.last.get(place.path, "")), strict=False
            ):
                cells.append(_cell(f"{letter}{row}", self.shut, text))
            cells.append(self._value(f"{self.filled}{row}", place, block.texts.get(place.path, "")))
            cells += self._shut(row) if offset else self._first(row, block)
            self.rows.append(f'<row r="{row}">{"".join(cells)}</row>')
        if len(block.places) > 1:
            merged = (*(self.letters[number - 1] for number in MERGED), *self.beside)
            self.merges += [f'<mergeCell ref="{letter}{top}:{letter}{self.row}"/>' for letter in merged]

    def _value(self, ref: str, place: facts.Place, text: str) -> str:
        if place.kind == "yes_no":
            self._offer(ref, list(self.words.values()))
            text = self.words.get(text, "")
        elif place.kind == "choice":
            self._offer(ref, place.choices)
        return _figure(ref, self.day if place.kind == "date" else self.open, text, place.kind)

    def _shut(self, row: int) -> list[str]:
        return [f'<c r="{letter}{row}" s="{self.shut.plain}"/>' for letter in self.letters[FIRST_FILLED:]]

    def _first(self, row: int, block: Block) -> list[str]:
        """In the first row of an indicator: nothing to report and why, the explanation, the counties."""
        cells = []
        for letter, (key, _width) in zip(self.beside, FILLED[1:], strict=True):
            ref, text = f"{letter}{row}", block.texts.get(key, "")
            if key != NOTE and not block.can_be_nothing:
                cells.append(_cell(ref, self.shut))
                continue
            if key == NOTHING:
                self._offer(ref, [self.yes])
                text = self.yes if text == YES else text
            cells.append(_cell(ref, self.open, text))
        for letter, code in zip(self.letters[FIRST_FILLED + len(self.beside) :], self.counties, strict=True):
            ref = f"{letter}{row}"
            text = block.texts.get(f"{COUNTY}{code}", "")
            cells.append(_figure(ref, self.open, text, "number") if block.takes_counties else _cell(ref, self.shut))
        return cells

    def _offer(self, ref: str, choices: Sequence[str]) -> None:
        listed = ",".join(choices)
        if len(listed) > LONGEST_LIST or any("," in choice or '"' in choice for choice in choices):
            return  # longer than a rule can say; the upload checks it all the same
        self.offered.setdefault(listed, []).append(ref)

    def put_into(self, part: str) -> str:
        """The part of the sheet that has the heads, with these rows, merges and drop-downs."""
        error = quoteattr(_("请从下拉列表中选择。"))
        lists = [
            f'<dataValidation type="list" allowBlank="1" showErrorMessage="1" error={error} sqref="{" ".join(refs)}">'
            f"<formula1>{escape(chr(34) + listed + chr(34))}</formula1></dataValidation>"
            for listed, refs in self.offered.items()
        ]
        rules = f'<dataValidations count="{len(lists)}">{"".join(lists)}</dataValidations>' if lists else ""
        whole = f'<dimension ref="A1:{self.letters[-1]}{max(self.row, HEAD_ROW)}"'
        part = DIMENSION.sub(whole, part, count=1)
        for old, new in (
            ("</sheetData>", f"{''.join(self.rows)}</sheetData>"),
            ('<mergeCells count="2">', f'<mergeCells count="{2 + len(self.merges)}">'),
            ("</mergeCells>", f"{''.join(self.merges)}</mergeCells>{rules}"),
        ):
            if part.count(old) != 1:
                raise ValueError(f"the sheet is not laid out as expected: {old}")
            part = part.replace(old, new)
        return part


def _cell(ref: str, format_: Format, text: str = "") -> str:
    """A text as `put` writes it."""
    return _said(ref, format_.quoted if text.startswith(STARTS) else format_.plain, text)


def _said(ref: str, looks: int, text: str) -> str:
    if not text:
        return f'<c r="{ref}" s="{looks}"/>'
    shown = escape(storable(text), RETURN)
    return f'<c r="{ref}" s="{looks}" t="inlineStr"><is><t xml:space="preserve">{shown}</t></is></c>'


def _figure(ref: str, format_: Format, text: str, kind: str) -> str:
    """A number as a number as long as a spreadsheet keeps all its digits, a day as a day; else the text."""
    if text and kind == "date" and (day := facts.as_date(text)) is not None:
        return f'<c r="{ref}" s="{format_.plain}"><v>{to_excel(date(day.year, day.month, day.day))}</v></c>'
    if text and kind == "number" and facts.NUMBER.fullmatch(text) and len(Decimal(text).as_tuple().digits) <= DIGITS:
        return f'<c r="{ref}" s="{format_.plain}"><v>{Decimal(text)}</v></c>'
    return _cell(ref, format_, text)
