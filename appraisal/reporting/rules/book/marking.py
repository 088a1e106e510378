"""Writing into a person's own sheet what is wrong with it: colour and comment in the cell, a list in front."""

from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path

from django.utils.translation import gettext as _

from appraisal.reporting.rules.book.writing import EDITABLE
from core import marking

WIDTHS = (10, 12, 30, 26, 24, 70)


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
    heads = [_("单元格"), _("指标编码"), _("指标"), _("填报项"), _("表格里填的"), _("问题与处理")]
    rows = [
        ((each.ref, each.code, each.name, each.place, each.text, each.message), (sheet, each.ref) if each.ref else None)
        for each in marks
    ]
    return marking.marked(
        path,
        [marking.Mark(sheet, each.ref, each.message, each.tone) for each in marks],
        marking.Listed(_("问题清单"), heads, WIDTHS, rows),
        plain=str(EDITABLE.fgColor.rgb),
    )
