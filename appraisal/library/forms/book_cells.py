"""The cells of an uploaded workbook, bounded before it is unpacked: kind, text as written, whether it is computed."""

import zipfile
import zlib
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from decimal import Decimal
from pathlib import Path

from django.utils.translation import gettext as _
from openpyxl import load_workbook
from openpyxl.utils.exceptions import InvalidFileException

from core.errors import Invalid
from core.files.types import proven_type

LARGEST = 20_000_000  # bytes of all parts unpacked: a scheme has some hundred rows
MOST_ROWS, MOST_COLUMNS = 5_000, 60
BROKEN = (
    *(zipfile.BadZipFile, zlib.error, EOFError, OSError, RuntimeError),
    *(InvalidFileException, KeyError, ValueError, TypeError, AttributeError, SyntaxError),
)


@dataclass(frozen=True, slots=True)
class Cell:
    """kind: text, number or other. text: as written; of a number its digits, of a formula the formula."""

    kind: str
    text: str
    formula: bool = False


@dataclass(frozen=True)
class Sheet:
    """A sheet's name, whether people see it, and its rows: number from 1 → column from 1 → cell."""

    name: str
    hidden: bool
    rows: dict[int, dict[int, Cell]]


def bounded(path: Path) -> None:
    """Raises Invalid (field `file`) for what is no workbook, hides something, or is too large unpacked."""
    proven_type(path, path.name)
    with readable(), zipfile.ZipFile(path) as archive:
        if sum(entry.file_size for entry in archive.infolist()) > LARGEST:
            raise Invalid(_("表格内容过多，指标体系不会这么大。请只保留模板里的工作表。"), field="file")


def broken() -> Invalid:
    return Invalid(_("表格文件已损坏，读不完整。请用 Office 或 WPS 打开并另存为 .xlsx 后重新上传。"), field="file")


@contextmanager
def readable() -> Iterator[None]:
    """Whatever openpyxl or its archive stumbles over in a file is the file's fault: told as Invalid."""
    try:
        yield
    except BROKEN as error:
        raise broken() from error


def read(path: Path) -> list[Sheet]:
    """All sheets, in order. Raises Invalid (field `file`)."""
    bounded(path)
    with readable():
        book = load_workbook(path)
        return [
            Sheet(page.title, page.sheet_state != "visible", {
                number: {column: _cell(cell) for column, cell in enumerate(row, start=1) if cell.value is not None}
                for number, row in enumerate(
                    page.iter_rows(max_row=min(page.max_row, MOST_ROWS), max_col=min(page.max_column, MOST_COLUMNS)), 1
                )
            })
            for page in book.worksheets
        ]  # fmt: skip


def _cell(cell: object) -> Cell:
    value, kind = cell.value, cell.data_type  # type: ignore[attr-defined]
    if kind == "f":
        return Cell("text", str(value), formula=True)
    if kind == "n" and isinstance(value, int | float) and not isinstance(value, bool):
        return Cell("number", decimal_text(value))
    return Cell("text" if isinstance(value, str) else "other", str(value))


def decimal_text(value: float) -> str:
    """A stored number as people see it: fifteen significant digits, no exponent, no trailing zeros."""
    text = f"{Decimal(f'{value:.15g}'):f}"
    return text.rstrip("0").rstrip(".") if "." in text else text
