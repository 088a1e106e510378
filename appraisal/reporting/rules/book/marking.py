"""Writing into a person's own sheet what is wrong with it: colour and comment in the cell, a list in front.

Values, formats and merges of all cells stay; what an earlier marking put there goes. Formulas stay formulas, and the
program computes them when it opens the file.
"""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from io import BytesIO
from pathlib import Path

from django.utils.translation import gettext as _
from openpyxl import load_workbook
from openpyxl.comments import Comment
from openpyxl.styles import Alignment, Font, PatternFill
from openpyxl.utils.exceptions import InvalidFileException
from openpyxl.workbook import Workbook

from appraisal.reporting.rules.book.writing import AUTHOR, EDITABLE, at, put
from core.errors import Invalid

MARKER, MARKER_AT = "anlan-problems", "H1"
TONES = {"bad": "FFFFC7CE", "warn": "FFFFEB9C"}
WIDTHS = {"A": 10, "B": 12, "C": 30, "D": 26, "E": 24, "F": 70}


@dataclass(frozen=True)
class Mark:
    """What to say about a cell. tone: bad (must change) or warn (to be decided); the rest: of the list."""

    ref: str
    message: str
    tone: str = "bad"
    code: str = ""
    name: str = ""
    place: str = ""
    text: str = ""


def mark(path: Path, sheet: str, marks: Sequence[Mark]) -> bytes:
    """The workbook at `path` with the marks in the sheet named so. Raises Invalid (field `file`)."""
    try:
        with path.open("rb") as content:  # by its bytes: stored files have no extension
            book = load_workbook(content)
        page = book[sheet]
    except (InvalidFileException, KeyError, ValueError, TypeError, AttributeError) as error:
        raise Invalid(
            _("表格文件的结构不完整，无法写入批注。请用 Office 或 WPS 打开并另存后重新上传。"), field="file"
        ) from error
    for former in [each for each in book.worksheets if each[MARKER_AT].value == MARKER]:
        book.remove(former)
    for row in page.iter_rows():
        for cell in row:
            if cell.comment is not None and cell.comment.author == AUTHOR:
                cell.comment, cell.fill = None, EDITABLE
    for each in marks:
        if each.ref:
            cell = page[each.ref]
            cell.fill = PatternFill("solid", fgColor=TONES[each.tone])
            said = f"{cell.comment.text}\n{each.message}" if cell.comment is not None else each.message
            cell.comment = Comment(said, AUTHOR, width=320, height=120)
    _listed(book, sheet, marks)
    out = BytesIO()
    book.save(out)
    return out.getvalue()


def _listed(book: Workbook, sheet: str, marks: Iterable[Mark]) -> None:
    page = book.create_sheet(_("问题清单"), 0)
    for letter, width in WIDTHS.items():
        page.column_dimensions[letter].width = width
    page.column_dimensions["H"].hidden = True
    page[MARKER_AT] = MARKER
    heads = [_("单元格"), _("指标编码"), _("指标"), _("填报项"), _("表格里填的"), _("问题与处理")]
    for column, head in enumerate(heads, 1):
        put(at(page, 1, column), head)
        at(page, 1, column).font = Font(bold=True)
    for number, each in enumerate(marks, 2):
        for column, text in enumerate((each.ref, each.code, each.name, each.place, each.text, each.message), 1):
            put(at(page, number, column), text)
            at(page, number, column).alignment = Alignment(wrap_text=True, vertical="top")
        if each.ref:
            at(page, number, 1).hyperlink = f"#'{sheet}'!{each.ref}"
    page.freeze_panes = "A2"
    for other in book.worksheets:
        other.sheet_view.tabSelected = other is page
    book.active = 0
