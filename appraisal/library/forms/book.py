"""A whole scheme as a workbook: written to be read again to the same scheme, and to be filled in by people.

Sheets: 说明 (what it is), 指标 (a row for each group and indicator), 计分参数 (a row for each entry of a rule, so that
nobody types JSON), 勾稽关系 (a row for each check between figures). What a spreadsheet would compute is kept as text;
numbers that are text in the scheme stay text ("1.00" is not 1).
"""

import json
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from io import BytesIO
from pathlib import Path
from typing import Any

from django.utils.translation import gettext as _
from django.utils.translation import override
from openpyxl import Workbook
from openpyxl.cell.cell import Cell
from openpyxl.styles import Alignment, Font, PatternFill
from openpyxl.worksheet.worksheet import Worksheet

from appraisal.library.forms.crosschecks import RELATIONS, SEVERITIES
from appraisal.library.forms.rules import SHAPES, STEP_BOUNDS
from appraisal.library.models import EnteredBy, Indicator, Method, TargetBasis, TemplateVersion
from appraisal.library.models.indicator import Better
from appraisal.library.models.parameters import LABELS
from appraisal.library.selectors.comparing import rows_of
from appraisal.rules import crosschecks
from core import marking, wording
from core.workbooks import storable

HEAD = PatternFill("solid", fgColor="FFE7F1F4")
ABOUT, TREE, RULES, CHECKS = "about", "tree", "rules", "checks"
REST = "*"  # a rule's entries that have no place of their own, as JSON
WIDTHS = {
    "name": 34, "name_en": 30, "evidence": 30, "legal_basis": 30, "value": 24, "item": 34, "left": 24, "right": 24,
    "sentence": 44, "sentence_en": 44, "basis": 30,
}  # fmt: skip
COLUMNS = (
    "code", "parent", "name", "name_en", "points", "method", "unit", "direction", "cumulative", "target_basis",
    "entered_by", "data_source", "evidence", "legal_basis", "owner_division", "origins",
)  # fmt: skip
RULE_COLUMNS = ("code", "entry", "item", "value")
CHECK_COLUMNS = crosschecks.FIELDS
ABOUT_KEYS = ("code", "name", "name_en", "year", "na_treatment", "note")


@dataclass(frozen=True)
class Mark:
    """What is wrong in a cell of a sheet: its place as "C7", or "" where it concerns the file."""

    sheet: str
    ref: str
    message: str
    code: str = ""


def sheet_names() -> dict[str, str]:
    """Key → name of the sheet in the reader's language."""
    return {ABOUT: _("说明"), TREE: _("指标"), RULES: _("计分参数"), CHECKS: _("勾稽关系")}


def headings() -> dict[str, str]:
    """Column → its heading in the reader's language."""
    return {
        "code": _("编码"), "parent": _("上级编码"), "name": _("名称"), "name_en": _("英文名称"), "points": _("分值"),
        "method": _("计分方法"), "unit": _("单位"), "direction": _("方向"), "cumulative": _("累计计分"),
        "target_basis": _("分母来源"), "entered_by": _("数据提供方"), "data_source": _("数据来源"),
        "evidence": _("证明材料"), "legal_basis": _("依据"), "owner_division": _("责任处室"),
        "origins": _("由哪些编码而来"),
        "entry": _("参数"), "item": _("项"), "value": _("值"), "year": _("考核年度"),
        "na_treatment": _("不适用指标的分值"), "note": _("说明"),
    }  # fmt: skip


def check_headings() -> dict[str, str]:
    """As headings, of the sheet of checks, where some words stand for another thing."""
    return {
        "code": _("编号"), "left": _("左边"), "relation": _("关系"), "right": _("右边"), "severity": _("不成立时"),
        "sentence": _("不成立时的提示"), "sentence_en": _("英文提示"), "basis": _("依据"),
    }  # fmt: skip


def choices() -> dict[str, dict[str, str]]:
    """Column → value → word in the reader's language."""
    found = {
        "method": Method.choices, "direction": Better.choices, "entered_by": EnteredBy.choices,
        "target_basis": [(value, label) for value, label in TargetBasis.choices if value],
        "na_treatment": TemplateVersion.NaTreatment.choices,
    }  # fmt: skip
    told = {column: {value: str(label) for value, label in pairs} for column, pairs in found.items()}
    told["cumulative"] = {"true": _("是"), "false": _("否")}
    told["relation"] = {value: str(label) for value, label in RELATIONS}
    told["severity"] = {value: str(label) for value, label in SEVERITIES}
    told["entry"] = {key: str(label) for key, label in LABELS.items()} | {REST: _("其他（JSON）")}
    return told


def in_every_language(words: Any) -> Iterator[Any]:
    """What `words()` answers in Chinese and in English: a file may come from a reader of the other language."""
    for language in wording.ALL:
        with override(language):
            yield words()


def book_of(version: TemplateVersion) -> bytes:
    """The version as a workbook. One query."""
    about = {
        "code": version.template.code, "name": version.template.name, "name_en": version.template.name_en,
        "year": version.year, "na_treatment": version.na_treatment, "note": version.note,
    }  # fmt: skip
    return _written(about, rows_of(version), version.checks)


def empty_book() -> bytes:
    """A template to fill in: the sheets with their headings, one group and one indicator as an example."""
    group = Indicator(code="A", name=_("示例：一级指标"), points=10)
    example = Indicator(
        code="A1", parent=group, name=_("示例：二级指标"), points=10, method=Method.RATIO, unit="人",
        direction=Better.HIGHER,
        cumulative=True, target_basis=TargetBasis.LETTER, data_source="monthly_report",
        parameters={"cap": "1.00", "floor": "0.60"},
    )  # fmt: skip
    check = {
        "code": "K1", "left": "A1", "relation": "AT_MOST", "right": "A1_year", "severity": "REASON",
        "sentence": _("示例：完成数不应超过全年目标"),
    }  # fmt: skip
    return _written({"na_treatment": TemplateVersion.NaTreatment.REDISTRIBUTE}, [group, example], [check])


def _written(about: dict[str, Any], rows: Sequence[Indicator], checks: Sequence[Mapping[str, str]]) -> bytes:
    book = Workbook()
    names, words, told = sheet_names(), headings(), choices()
    page = book.active
    assert page is not None
    page.title = names[ABOUT]
    page.column_dimensions["A"].width, page.column_dimensions["B"].width = 22, 60
    for number, key in enumerate(ABOUT_KEYS, start=1):
        put(page.cell(number, 1), words[key])
        page.cell(number, 1).font = Font(bold=True)
        value = about.get(key, "")
        put(page.cell(number, 2), told[key].get(value, value) if key in told else value)
    put(page.cell(len(ABOUT_KEYS) + 2, 1), _hint())
    tree = _sheet(book, names[TREE], [(key, words[key]) for key in COLUMNS])
    rules = _sheet(book, names[RULES], [(key, words[key]) for key in RULE_COLUMNS])
    place = 1
    for number, row in enumerate(rows, start=2):
        for column, key in enumerate(COLUMNS, start=1):
            put(tree.cell(number, column), _cell(row, key, told))
        for entry in entries_of(row):
            place += 1
            for column, value in enumerate((row.code, told["entry"].get(entry[0], entry[0]), *entry[1:]), start=1):
                put(rules.cell(place, column), value)
    page = _sheet(book, names[CHECKS], list(check_headings().items()))
    for number, check in enumerate(checks, start=2):
        for column, key in enumerate(CHECK_COLUMNS, start=1):
            value = check.get(key, "")
            put(page.cell(number, column), told[key].get(value, value) if key in told else value)
    return _bytes(book)


def _hint() -> str:
    return _(
        "一行一个指标：一级指标不写上级编码和计分方法。计分参数每行一个；表格类的参数（分档、事项……）一行写一档，“项”是界限或事项，"
        "“值”是得分或比例。勾稽关系一行一条，没有这个工作表时沿用上一版本的（新体系用平台建议的）。导入时有一处不对就整份不导入，逐格说明；也可以只检查，取回标好的表。"
    )


def _cell(row: Indicator, key: str, told: dict[str, dict[str, str]]) -> Any:
    if key == "parent":
        return row.parent.code if row.parent else ""
    if key == "points":
        return row.points.normalize() if hasattr(row.points, "normalize") and row.points else row.points
    if key == "origins":
        return " ".join(row.origins)
    if not row.method and key in ("direction", "cumulative", "entered_by"):
        return ""
    value = getattr(row, key)
    if isinstance(value, bool):
        value = "true" if value else "false"
    return told[key].get(value, value) if key in told else value


def entries_of(row: Indicator) -> Iterator[tuple[str, Any, Any]]:
    """(entry, item, value) of an indicator's parameters, in order; what has another shape is told whole, as JSON."""
    if not row.method:
        return
    shape, rest = SHAPES[row.method], {}
    for key, value in row.parameters.items():
        table = shape.table
        if table is not None and key == table.name and (lines := _lines(row, value, table.columns)) is not None:
            for item, worth in lines:
                yield key, item, worth
        elif key in shape.single and (value is None or (isinstance(value, str | int) and not isinstance(value, bool))):
            yield key, "", value
        else:
            rest[key] = value
    if rest:
        yield REST, "", json.dumps(rest, ensure_ascii=False)


def _lines(row: Indicator, value: Any, columns: tuple[str, ...]) -> list[tuple[Any, Any]] | None:
    """The rows of a table as (item, value), None when they do not all look alike (or there are none)."""
    if not isinstance(value, list) or not value:
        return None
    if columns == ("",):
        return [(each, "") for each in value] if all(isinstance(each, str) and each for each in value) else None
    keys = table_keys(row.method, row.parameters, columns)
    if not all(
        isinstance(each, dict) and list(each) == keys and all(_plain(cell) for cell in each.values()) for each in value
    ):
        return None
    return [(each[keys[0]], each[keys[1]]) for each in value]


def _plain(value: Any) -> bool:
    return isinstance(value, str | int) and not isinstance(value, bool) and value != ""


def table_keys(method: str, parameters: Any, columns: tuple[str, ...]) -> list[str]:
    """The keys of a table's rows: the bound's is named by the direction."""
    bound = STEP_BOUNDS.get(str(parameters.get("direction")), "at_least")
    return [bound if column == "bound" else column for column in columns]


def _sheet(book: Workbook, title: str, columns: list[tuple[str, str]]) -> Worksheet:
    page = book.create_sheet(title)
    for column, (key, word) in enumerate(columns, start=1):
        cell = page.cell(1, column)
        put(cell, word)
        cell.font, cell.fill = Font(bold=True), HEAD
        page.column_dimensions[cell.column_letter].width = WIDTHS.get(key, 14)
    page.freeze_panes = "C2"
    return page


def put(cell: Cell | Any, value: Any) -> None:
    """The value in the cell; a text is never taken for a formula, and has no characters that a file cannot hold."""
    if value is None or value == "":
        return
    if isinstance(value, str):
        cell.value = storable(value)
        cell.data_type, cell.number_format = "s", "@"
        cell.quotePrefix = True
    else:
        cell.value = value
    cell.alignment = Alignment(wrap_text=True, vertical="top")


def marked(path: Path, marks: Sequence[Mark]) -> bytes:
    """The person's own workbook with what is wrong in colour and comment, and as a list in front. Raises Invalid."""
    rows = [
        ((each.sheet, each.ref, each.code, each.message), (each.sheet, each.ref) if each.ref else None)
        for each in marks
    ]
    listed = marking.Listed(
        _("问题清单"),
        [_("工作表"), _("单元格"), _("编码"), _("问题")],
        (12, 10, 10, 80),
        rows or [(("", "", "", _("没有问题，可以导入。")), None)],
    )
    return marking.marked(path, [marking.Mark(each.sheet, each.ref, each.message) for each in marks], listed)


def _bytes(book: Workbook) -> bytes:
    out = BytesIO()
    book.save(out)
    return out.getvalue()
