"""Marking what is wrong in a person's own workbook: everything else in it stays, whoever wrote it."""

import io
import re
import zipfile
from copy import copy
from pathlib import Path
from typing import Any

import pytest
from lxml import etree
from openpyxl import Workbook, load_workbook

from core import marking, workbooks
from core.errors import Invalid
from core.marking import Listed, Mark
from tests.core import foreign_books
from tests.house.test_exports import EVIL

pytestmark = pytest.mark.filterwarnings("ignore::UserWarning:openpyxl")  # of what it cannot hold, which is the point
SHEET = "填'报"
LISTED = Listed(
    "问题清单", ["单元格", "问题"], (10, 60), [(("B3", "=HYPERLINK(1)"), (SHEET, "B3")), (("", "全表"), None)]
)
MARKS = [
    Mark(SHEET, "B3", "应为正数"), Mark(SHEET, "B3", "还有一处"), Mark(SHEET, "C4", "已改为 5", "warn"),
    Mark(SHEET, "B4", "请填写"), Mark(SHEET, "C8", "请填写"), Mark("没有的表", "A1", "x"), Mark(SHEET, "", "x"),
]  # fmt: skip
MARKED = {"B3", "B4", "C4", "C8"}
MADE = {"B4", "C8"}  # not in the file: they take the format of row or column
MAY_CHANGE = {
    "[Content_Types].xml", "xl/workbook.xml", "xl/_rels/workbook.xml.rels", "xl/worksheets/sheet1.xml", "xl/styles.xml",
    "xl/comments1.xml", "xl/drawings/vmlDrawing1.vml",
}  # fmt: skip


def parts_of(content: bytes) -> dict[str, bytes]:
    with zipfile.ZipFile(io.BytesIO(content)) as archive:
        assert archive.testzip() is None
        assert len(set(archive.namelist())) == len(archive.namelist())
        return {name: archive.read(name) for name in archive.namelist()}


def plain(sheet: bytes) -> list[tuple[str, dict[str, str], str]]:
    """Everything of a sheet but the formats and cells that a marking may touch, and where its boxes are told."""
    found = []
    for each in etree.fromstring(sheet).iter():
        given = {name: value for name, value in each.attrib.items() if name != "tabSelected"}
        if each.tag.endswith("}c"):
            place = given.get("r", "")
            if place in MARKED and not len(each):
                continue
            given.pop("s", None) if place in MARKED else None
        if each.tag.endswith("}row") and given == {"r": "8"}:
            continue
        found.append((each.tag, given, (each.text or "").strip()))
    return found


def looks(content: bytes, sheet: str) -> tuple[dict[str, Any], dict[str, Any]]:
    """(by cell: value and format, the fill apart; of the sheet: what a reader of Office sees of it)."""
    page = load_workbook(io.BytesIO(content), rich_text=True)[sheet]
    cells = {
        cell.coordinate: (
            str(cell.value), cell.data_type, cell.number_format, copy(cell.font), copy(cell.border),
            copy(cell.alignment), copy(cell.protection), None if cell.coordinate in MARKED else copy(cell.fill),
            None if cell.coordinate in MARKED or cell.comment is None else cell.comment.text,
        )
        for row in page.iter_rows()
        for cell in row
    }  # fmt: skip
    return cells, {
        "merged": sorted(map(str, page.merged_cells.ranges)),
        "widths": {name: (each.width, each.hidden) for name, each in page.column_dimensions.items()},
        "rows": {name: (each.height, each.hidden) for name, each in page.row_dimensions.items() if name != 8},
        "validations": [(each.type, str(each.sqref), each.formula1) for each in page.data_validations.dataValidation],
        "conditions": [str(each.sqref) for each in page.conditional_formatting],
        "protected": page.protection.sheet, "titles": page.print_title_rows, "frozen": page.freeze_panes,
    }  # fmt: skip


def test_every_other_part_cell_format_and_rule_stays(tmp_path: Path) -> None:
    path = foreign_books.written(tmp_path)

    content = marking.marked(path, MARKS, LISTED)

    before, after = parts_of(path.read_bytes()), parts_of(content)
    same = {name for name in before if before[name] == after.get(name)}
    assert set(before) - same <= {*MAY_CHANGE, "xl/worksheets/sheet2.xml"}
    assert after["xl/worksheets/sheet2.xml"] == before["xl/worksheets/sheet2.xml"].replace(b' tabSelected="1"', b"")
    assert plain(after["xl/worksheets/sheet1.xml"]) == plain(before["xl/worksheets/sheet1.xml"])
    there, here = looks(path.read_bytes(), SHEET), looks(content, SHEET)
    assert there[1] == here[1]
    assert {ref: here[0][ref] for ref in there[0].keys() - MADE} == {
        ref: told for ref, told in there[0].items() if ref not in MADE
    }


def test_the_program_that_writes_anew_would_lose_some_of_it(tmp_path: Path) -> None:
    """The control: read whole and written again, the sheet's drop-down from another page and its rich text are gone."""
    path = foreign_books.written(tmp_path)
    out = io.BytesIO()
    load_workbook(path).save(out)

    after = next(text for name, text in parts_of(out.getvalue()).items() if b"2026" not in text and b"46082" in text)

    assert plain(after) != plain(foreign_books.FIRST.encode())
    assert b"x14:dataValidation" not in after


def test_the_marks_are_there(tmp_path: Path) -> None:
    content = marking.marked(foreign_books.written(tmp_path), MARKS, LISTED)

    book = load_workbook(io.BytesIO(content))
    page = book[SHEET]
    fills = {ref: page[ref].fill.fgColor.rgb for ref in MARKED}
    assert fills == {"B3": "FFFFC7CD", "B4": "FFFFC7CD", "C4": "FFFFEB9B", "C8": "FFFFC7CD"}
    assert page["B3"].comment.text == "请核对\n【安澜核对】应为正数\n还有一处"
    assert page["B4"].number_format == page["B3"].number_format  # the row's own format
    assert page["C8"].number_format == page["A3"].number_format  # the column's
    assert book.sheetnames == ["问题清单", SHEET, "另一页"]
    assert page.print_title_rows == "$1:$1"  # names that belong to a sheet moved along with it
    assert [book[name].sheet_view.tabSelected for name in book.sheetnames] == [True, None, None]
    assert book.worksheets[0]["A2"].hyperlink.location == "'填''报'!B3"
    boxes = parts_of(content)["xl/drawings/vmlDrawing1.vml"].decode()
    assert sorted(re.findall(r"<x:Row>(\d+)</x:Row><x:Column>(\d+)", boxes)) == [
        ("2", "1"), ("3", "1"), ("3", "2"), ("7", "2")
    ]  # fmt: skip
    assert "a<br>" in boxes


@pytest.mark.parametrize("evil", EVIL)
def test_the_list_computes_nothing(tmp_path: Path, evil: str) -> None:
    """What somebody typed stays a text, also when the cell is edited once more (quotePrefix)."""
    listed = Listed("问题清单", ["问题"], (60,), [((evil,), None)])
    front = load_workbook(io.BytesIO(marking.marked(foreign_books.written(tmp_path), [], listed))).worksheets[0]

    cell = front["A2"]
    assert (str(cell.value).strip(), cell.data_type, cell.number_format) == (evil.strip(), "s", "@")
    assert cell.quotePrefix


def test_a_second_marking_takes_the_first_one_back(tmp_path: Path) -> None:
    path = foreign_books.written(tmp_path)
    before = path.read_bytes()
    path.write_bytes(marking.marked(path, MARKS, LISTED))

    again = marking.marked(path, [Mark(SHEET, "A3", "新的")], LISTED)

    page = load_workbook(io.BytesIO(again))
    assert page.sheetnames == ["问题清单", SHEET, "另一页"]
    comments = {cell.coordinate: cell.comment.text for row in page[SHEET].iter_rows() for cell in row if cell.comment}
    assert comments == {"A3": "【安澜核对】新的", "B3": "请核对"}  # the person's own one stays
    assert {page[SHEET][ref].fill.patternType for ref in MARKED} == {None}
    assert page[SHEET]["A1"].fill.fgColor.rgb == "FFFFC7CE"  # a person's own red
    assert sorted(re.findall(r"<x:Row>(\d+)", parts_of(again)["xl/drawings/vmlDrawing1.vml"].decode())) == ["2", "2"]
    assert page[SHEET].print_title_rows == "$1:$1"
    assert looks(again, SHEET)[1] == looks(before, SHEET)[1]


def test_a_list_that_another_program_has_saved_is_known_again(tmp_path: Path) -> None:
    """WPS writes texts into the shared strings; a person's own sheet of that name is not ours."""
    path = foreign_books.written(tmp_path)
    book = load_workbook(io.BytesIO(marking.marked(path, MARKS, LISTED)))
    book.create_sheet("问题清单 甲")["A1"] = "自己的"
    book.save(path)

    again = load_workbook(io.BytesIO(marking.marked(path, [], LISTED, plain="FFFFFBE6")))

    assert again.sheetnames == ["问题清单", SHEET, "另一页", "问题清单 甲"]
    assert {again[SHEET][ref].fill.fgColor.rgb for ref in MARKED} == {"FFFFFBE6"}
    own = Workbook()
    own.worksheets[0].title = "问题清单"
    own.save(path)
    kept = load_workbook(io.BytesIO(marking.marked(path, [], LISTED)))
    assert kept.sheetnames == ["问题清单 2", "问题清单"]


def test_what_was_marked_is_read_as_before(tmp_path: Path) -> None:
    path = foreign_books.written(tmp_path)
    before = workbooks.read(path)
    path.write_bytes(marking.marked(path, MARKS, LISTED))

    after = workbooks.read(path)

    assert [sheet.name for sheet in after] == ["问题清单", SHEET, "另一页"]
    assert [{number: row for number, row in sheet.rows.items() if row} for sheet in after[1:]] == [
        sheet.rows for sheet in before
    ]


@pytest.mark.parametrize(
    "more",
    [
        {"xl/styles.xml": f'<styleSheet xmlns="{foreign_books.MAIN}"/>'},
        {"xl/comments1.xml": "<comments"},
        {"xl/worksheets/sheet1.xml": f'<worksheet xmlns="{foreign_books.MAIN}"/>'},
        {"xl/worksheets/_rels/sheet1.xml.rels": foreign_books.rels(("comments", "../nowhere.xml"))},
    ],
)
def test_what_cannot_be_marked_is_refused_in_a_sentence(tmp_path: Path, more: dict[str, str]) -> None:
    with pytest.raises(Invalid, match="用 Office 或 WPS 打开并另存"):
        marking.marked(foreign_books.written(tmp_path, **more), MARKS, LISTED)


def test_a_workbook_without_formats_or_comments_gets_them(tmp_path: Path) -> None:
    workbook = foreign_books.PARTS["xl/_rels/workbook.xml.rels"]
    assert isinstance(workbook, str)
    sheet = foreign_books.FIRST.replace('<x:drawing r:id="rId1"/><x:legacyDrawing r:id="rId2"/>', "")
    sheet = sheet.replace('dxfId="0" ', "")
    path = foreign_books.written(
        tmp_path,
        **{
            "xl/_rels/workbook.xml.rels": workbook.replace("/styles", "/other"),
            "xl/worksheets/_rels/sheet1.xml.rels": foreign_books.rels(),
            "xl/worksheets/sheet1.xml": re.sub(r' (s|style)="\d"', "", sheet),
        },
    )

    page = load_workbook(io.BytesIO(marking.marked(path, MARKS, LISTED)))[SHEET]

    assert page["B3"].comment.text == "【安澜核对】应为正数\n还有一处"
    assert page["B3"].fill.fgColor.rgb == "FFFFC7CD"
