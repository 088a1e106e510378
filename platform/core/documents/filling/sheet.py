"""An Excel form: cells keep format, width and height; the rows under a repeated one move down with what they merge."""

import io
from collections.abc import Iterator, Mapping
from copy import copy
from datetime import datetime
from decimal import Decimal
from typing import TYPE_CHECKING, Any

from openpyxl import load_workbook
from openpyxl.cell.cell import MergedCell
from openpyxl.worksheet.cell_range import CellRange

from core.documents.filling.places import PLACE, place_of, places_in, put
from core.documents.packing import packed
from core.sheets import cell as harmless
from core.workbooks import storable

if TYPE_CHECKING:
    from core.documents.filling import Value, Words

MADE = datetime(1980, 1, 1)  # noqa: DTZ001 the wall clock of a file's properties: fixed, so that equal books are equal


def texts(form: bytes) -> Iterator[str]:
    """What each cell with a text says, in order."""
    for row in rows(form):
        yield from row


def rows(form: bytes) -> Iterator[list[str]]:
    """The texts of each row of each sheet."""
    for sheet in load_workbook(io.BytesIO(form)).worksheets:
        for row in sheet.iter_rows():
            yield [cell.value for cell in row if isinstance(cell.value, str)]


def filled(form: bytes, words: "Words") -> bytes:
    """The form with its places filled: a cell that holds a number's place alone becomes that number."""
    book = load_workbook(io.BytesIO(form))
    for sheet in book.worksheets:
        for number in range(sheet.max_row, 0, -1):  # from below, so that what is not yet looked at stays where it is
            name = _list_in(sheet, number)
            if name:
                _repeat(sheet, number, words.lists.get(name) or [{}], name)
        for row in sheet.iter_rows():
            for cell in row:
                _fill(cell, words.single, of="")
    book.properties.created = book.properties.modified = MADE
    out = io.BytesIO()
    book.save(out)
    return packed(out.getvalue())


def _list_in(sheet: Any, number: int) -> str:
    said = (cell.value for cell in sheet[number] if isinstance(cell.value, str))
    return next((place.list for text in said for place in places_in(text) if place.list), "")


def _repeat(sheet: Any, number: int, given: Any, name: str) -> None:
    more = len(given) - 1
    cells = [cell for cell in sheet[number] if not isinstance(cell, MergedCell)]
    drawn = [(cell.column, cell.value, copy(cell._style)) for cell in cells]
    height = sheet.row_dimensions[number].height
    beside = [each for each in sheet.merged_cells.ranges if each.min_row == each.max_row == number]
    if more:
        _make_room(sheet, number, more)
    for place, values in enumerate(given):
        row = number + place
        sheet.row_dimensions[row].height = height
        for column, value, style in drawn:
            cell = sheet.cell(row, column)
            cell.value, cell._style = value, copy(style)
            _fill(cell, values, of=name)
        for each in beside if place else []:
            sheet.merge_cells(start_row=row, end_row=row, start_column=each.min_col, end_column=each.max_col)


def _make_room(sheet: Any, number: int, more: int) -> None:
    """Move everything under a row down, with merged cells, heights and formulas that point to what moved."""
    under = [each for each in sheet.merged_cells.ranges if each.min_row > number]
    for each in under:
        sheet.merged_cells.remove(each)
    heights = {row: sheet.row_dimensions[row].height for row in range(number + 1, sheet.max_row + 1)}
    if sheet.max_row > number:
        moved = CellRange(min_row=number + 1, max_row=sheet.max_row, min_col=1, max_col=sheet.max_column)
        sheet.move_range(moved, rows=more, translate=True)
    for row, height in heights.items():
        sheet.row_dimensions[row + more].height = height
    for each in under:
        each.shift(row_shift=more)
        sheet.merged_cells.add(each)


def _fill(cell: Any, values: Mapping[str, "Value"], *, of: str) -> None:
    text = cell.value
    if not isinstance(text, str) or "{{" not in text:
        return
    alone = PLACE.fullmatch(text.strip())
    if alone and place_of(alone[1]).list == of:
        value = values.get(place_of(alone[1]).column)
        number = isinstance(value, int | Decimal) and not isinstance(value, bool)
        cell.value = value if number or value is None else storable(harmless(value))
        return
    said = put(
        text,
        lambda place: str(values.get(place.column) or "") if place.list == of else f"{{{{{place.name}}}}}",
    )
    cell.value = storable(harmless(said)) if "{{" not in said else said
