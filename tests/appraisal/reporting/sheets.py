"""Filling in a downloaded month as a person would, with another program than the product's reader."""

from io import BytesIO
from typing import Any

from django.core.files.uploadedfile import SimpleUploadedFile
from openpyxl import load_workbook
from openpyxl.workbook import Workbook
from openpyxl.worksheet.worksheet import Worksheet

XLSX = "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet"
KEY_ROW = 3


def opened(content: bytes) -> Workbook:
    return load_workbook(BytesIO(content))


def saved(book: Workbook) -> bytes:
    out = BytesIO()
    book.save(out)
    return out.getvalue()


def place(page: Worksheet, indicator_id: int, key: str) -> str:
    """The cell ("G7") of an indicator's entry: a path, nothing, reason, note or county.<code>."""
    rows = {str(page.cell(row, 1).value): row for row in range(KEY_ROW + 1, page.max_row + 1)}
    columns = {str(page.cell(KEY_ROW, column).value): column for column in range(2, page.max_column + 1)}
    if key in columns and key not in ("value",):
        row = next(number for name, number in rows.items() if name.startswith(f"{indicator_id}:"))
        return page.cell(row, columns[key]).coordinate
    return page.cell(rows[f"{indicator_id}:{key}"], columns["value"]).coordinate


def filled(content: bytes, cells: dict[tuple[int, str], Any]) -> bytes:
    """The sheet with these cells changed. cells: (indicator id, key) → what a person types."""
    book = opened(content)
    page = book["填报"]
    for (indicator_id, key), typed in cells.items():
        page[place(page, indicator_id, key)] = typed
    return saved(book)


def upload(content: bytes, name: str = "十月月报.xlsx") -> SimpleUploadedFile:
    return SimpleUploadedFile(name, content, XLSX)
