"""A trial as a file: every prefecture's total, then each of its indicators both ways."""

from collections.abc import Iterator
from io import BytesIO

from django.utils.translation import gettext as _
from openpyxl import Workbook
from openpyxl.styles import Font
from openpyxl.utils import get_column_letter

from appraisal.ledger.selectors import explanations, sandbox
from appraisal.ledger.selectors.scores import RankedOffice
from appraisal.library.forms.book import put
from core import sheets

FORMATS = {
    "csv": "text/csv; charset=utf-8",
    "xlsx": "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet",
}


def file_of(trial: sandbox.Trial, form: str) -> bytes:
    """The file's bytes. form: a key of FORMATS."""
    rows = [about(trial), headings(), *lines(trial)]
    if form == "xlsx":
        return _book(rows)
    return (sheets.BOM + "".join(map(sheets.line, rows))).encode()


def _book(rows: list[list[object]]) -> bytes:
    """One sheet; texts are texts, whatever they begin with."""
    book = Workbook()
    page = book.active
    assert page is not None
    for number, row in enumerate(rows, start=1):
        for column, value in enumerate(row, start=1):
            put(page.cell(number, column), value)
    for place in range(1, len(rows[1]) + 1):
        page.column_dimensions[get_column_letter(place)].width = 14
        page.cell(2, place).font = Font(bold=True)
    page.freeze_panes = "D3"
    out = BytesIO()
    book.save(out)
    return out.getvalue()


def about(trial: sandbox.Trial) -> list[object]:
    """Which run, which version: a file that lies about must say what it is."""
    run = trial.run
    version = (trial.plan.version or run.version).label
    return [
        _("沙盘推演，不是正式得分"),
        run.code,
        _("指标体系 %(version)s") % {"version": version},
        _("数据截至 %(day)s") % {"day": run.as_of},
    ]


def headings() -> list[object]:
    return [
        _("州市"), _("编码"), _("指标"), _("原分值"), _("新分值"), _("原得分"), _("新得分"), _("变化"), _("原名次"),
        _("新名次"), _("原等次"), _("新等次"), _("原因"),
    ]  # fmt: skip


def lines(trial: sandbox.Trial) -> Iterator[list[object]]:
    """A row for each prefecture's total, best first, each followed by its indicators in order."""
    for row in trial.rows:
        office: RankedOffice = row.card.office
        grades = [explanations.word(f"grade.{grade}") for grade in (row.card.grade, row.grade)]
        yield [
            office.label, "", _("总分"), "", "", row.card.total, row.total, row.change, row.card.rank, row.rank,
            *grades, "",
        ]  # fmt: skip
        order = [line.code for line in row.moved.lines]
        for story in sorted(sandbox.stories(trial, office.schema_name), key=lambda each: order.index(each.code)):
            moved = story.moved
            yield [
                office.label, story.code, story.name, story.points_before, story.points_after, moved.before,
                moved.after, moved.change, "", "", "", "", story.why,
            ]  # fmt: skip
