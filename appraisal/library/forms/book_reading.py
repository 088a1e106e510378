"""A filled-in workbook read back: rows for the use case, each with the cells it came from."""

import json
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

from django.utils.translation import gettext as _
from openpyxl.utils import get_column_letter

from appraisal.library.forms import book
from appraisal.library.forms.rules import SHAPES
from core.errors import Invalid
from core.files.types import proven_type
from core.workbooks import Bounds, Cell, Sheet, decimal_text
from core.workbooks import read as read_sheets

Row = dict[str, Any]
WITHIN = Bounds(expanded=20_000_000, rows=5_000, columns=60)  # a scheme has some hundred rows
SIGNS = {"≤": "AT_MOST", "<=": "AT_MOST", "＝": "EQUAL", "=": "EQUAL", "≥": "AT_LEAST", ">=": "AT_LEAST"}  # as typed
ANSWERS = {"1": "true", "0": "false"}


@dataclass
class Book:
    """about: of the scheme; rows, checks: as usecases.import_scheme takes them; places: by row the sheet row it is in.

    checks: None where the file has no such sheet.
    """

    about: dict[str, Any] = field(default_factory=dict)
    rows: list[Row] = field(default_factory=list)
    places: list[int] = field(default_factory=list)
    columns: dict[str, int] = field(default_factory=dict)
    rule_places: dict[str, int] = field(default_factory=dict)  # code → first row among the rules
    checks: list[Row] | None = None
    check_places: list[int] = field(default_factory=list)
    check_columns: dict[str, int] = field(default_factory=dict)
    sheets: dict[str, str] = field(default_factory=dict)  # key → name in the file
    marks: list[book.Mark] = field(default_factory=list)

    def marks_of(self, problems: Iterable[Mapping[str, Any]]) -> list[book.Mark]:
        """The use case's problems at their cells."""
        found = list(self.marks)
        told = {(mark.sheet, mark.ref) for mark in found if mark.ref}
        for problem in problems:
            place = int(problem.get("place", 0))
            row = self.places[place - 1] if 0 < place <= len(self.places) else 0
            code, name = str(problem.get("code", "")), str(problem.get("field", ""))
            sheet, ref = self.sheets.get(book.TREE, ""), ""
            if "check" in problem:
                sheet, row = self.sheets[book.CHECKS], self.check_places[int(problem["check"]) - 1]
                ref = f"{get_column_letter(self.check_columns.get(name, self.check_columns.get('code', 1)))}{row}"
            elif name == "parameters" and code in self.rule_places:
                sheet, ref = self.sheets[book.RULES], f"D{self.rule_places[code]}"
            elif row:
                ref = f"{get_column_letter(self.columns.get(name, self.columns.get('code', 1)))}{row}"
            if (sheet, ref) not in told:  # what could not even be read is not told a second time
                found.append(book.Mark(sheet, ref, str(problem["message"]), code))
        return found


def read(path: Path) -> Book:
    """Everything that the file says. Raises Invalid (field `file`) where it is no such workbook; what is wrong in
    single cells is in `marks`."""
    proven_type(path, path.name)
    sheets = {sheet.name.strip(): sheet for sheet in read_sheets(path, WITHIN) if not sheet.hidden}
    found = Book()
    for names in book.in_every_language(book.sheet_names):
        for key, name in names.items():
            if name in sheets:
                found.sheets.setdefault(key, name)
    if book.TREE not in found.sheets:
        raise Invalid(
            _("文件里没有“%(name)s”工作表。请下载模板，按它的工作表和表头填写。")
            % {"name": book.sheet_names()[book.TREE]},
            field="file",
        )
    words = _words()
    if book.ABOUT in found.sheets:
        _about(found, sheets[found.sheets[book.ABOUT]], words)
    _tree(found, sheets[found.sheets[book.TREE]], words)
    if book.RULES in found.sheets:
        _rules(found, sheets[found.sheets[book.RULES]], words)
    if book.CHECKS in found.sheets:
        _checks(found, sheets[found.sheets[book.CHECKS]], words)
    return found


def _words() -> dict[str, dict[str, str]]:
    """Column → written word (a value, or its label in either language) → value; "" for the headings."""
    found: dict[str, dict[str, str]] = {"": {}}
    for told in book.in_every_language(book.choices):
        for column, pairs in told.items():
            known = found.setdefault(column, {})
            for value, label in pairs.items():
                known.setdefault(value, value)
                known.setdefault(label, value)
    found["relation"] |= SIGNS
    for told in book.in_every_language(book.headings):
        for column, word in told.items():
            found[""].setdefault(word, column)
    return found


def _text(cell: Cell | None) -> str:
    if cell is None:
        return ""
    if cell.kind == "number":
        return decimal_text(cell.text)
    text = cell.text.replace("\r\n", "\n").replace("\r", "\n").strip()
    return ANSWERS.get(text, text) if cell.kind == "bool" else text


def _value(cell: Cell | None) -> str | int | None:
    """As parameters hold it: a whole number of the sheet is an int, text stays text, nothing is nothing."""
    text = _text(cell)
    if cell is not None and cell.kind == "number" and text.lstrip("-").isdigit():
        return int(text)
    return text or None


def _formula(found: Book, sheet: str, ref: str, cell: Cell | None, code: str = "") -> bool:
    """Whether the cell is computed, or what a computation has failed in: marked, and not taken."""
    if cell is None or not (cell.formula or cell.kind == "error"):
        return False
    message = _("这一格是表格公式，导入只认写定的内容。请粘贴为数值。")
    if not cell.formula:
        message = _("这一格是错误值 %(value)s，请改成写定的内容。") % {"value": cell.text[:20]}
    found.marks.append(book.Mark(sheet, ref, message, code))
    return True


def _about(found: Book, sheet: Sheet, words: dict[str, dict[str, str]]) -> None:
    for number, row in sheet.rows.items():
        key = words[""].get(_text(row.get(1)))
        if key in book.ABOUT_KEYS and not _formula(found, sheet.name, f"B{number}", row.get(2)):
            text = _text(row.get(2))
            found.about[key] = words[key].get(text, text) if key in words else text


def _heads(sheet: Sheet, words: dict[str, dict[str, str]]) -> dict[str, int]:
    return {
        words[""][text]: column for column, cell in sheet.rows.get(1, {}).items() if (text := _text(cell)) in words[""]
    }


def _tree(found: Book, sheet: Sheet, words: dict[str, dict[str, str]]) -> None:
    found.columns = _heads(sheet, words)
    lacking = [book.headings()[key] for key in ("code", "name", "points", "method") if key not in found.columns]
    if lacking:
        raise Invalid(
            _("“%(sheet)s”工作表缺少这些列：%(columns)s。请下载模板，按它的表头填写。")
            % {"sheet": sheet.name, "columns": _("、").join(lacking)},
            field="file",
        )
    for number, cells in sorted(sheet.rows.items()):
        if number == 1 or not any(_text(cell) for cell in cells.values()):
            continue
        row: Row = {}
        code = _text(cells.get(found.columns["code"]))
        for key, column in found.columns.items():
            if key not in book.COLUMNS:
                continue
            cell = cells.get(column)
            ref = f"{get_column_letter(column)}{number}"
            _formula(found, sheet.name, ref, cell, code)
            text = _text(cell)
            row[key] = _known(found, sheet.name, ref, key, text, words, code) if key in words else text
        found.rows.append(_finished(row))
        found.places.append(number)


def _known(found: Book, sheet: str, ref: str, key: str, text: str, words: dict[str, dict[str, str]], code: str) -> str:
    if not text or text in words[key]:
        return words[key].get(text, "")
    told = _("、").join(label for value, label in book.choices()[key].items())
    message = _("“%(value)s”不在可选范围内，可选：%(choices)s") % {"value": text[:20], "choices": told}
    found.marks.append(book.Mark(sheet, ref, message, code))
    return ""


def _finished(row: Row) -> Row:
    """Empty cells of an indicator mean what an empty field means; a group has few fields."""
    if not row.get("parent") and not row.get("method"):
        row.pop("points", None)
        return {key: value for key, value in row.items() if value != "" or key in ("code", "parent", "name")}
    row["cumulative"] = row.get("cumulative") == "true"
    row["origins"] = str(row.get("origins", "")).replace("、", " ").replace(",", " ").split()
    row["parameters"] = {}
    for key in ("direction", "entered_by", "method"):
        if not row.get(key):
            row.pop(key, None)
    return row


def _rules(found: Book, sheet: Sheet, words: dict[str, dict[str, str]]) -> None:
    columns = _heads(sheet, words)
    by_code: dict[str, Row] = {}
    for each in found.rows:
        by_code.setdefault(str(each["code"]), each)
    tables: dict[tuple[str, str], list[tuple[Any, Any]]] = {}
    order: dict[str, list[str]] = {}
    letters = {key: get_column_letter(column) for key, column in columns.items()}
    for number, cells in sorted(sheet.rows.items()):
        if number == 1 or not any(_text(cell) for cell in cells.values()):
            continue
        code, entry = (_text(cells.get(columns.get(key, 0))) for key in ("code", "entry"))
        cell_of = {key: cells.get(columns.get(key, 0)) for key in ("item", "value")}
        formulas = [
            _formula(found, sheet.name, f"{letters.get(key, 'A')}{number}", cell_of[key], code) for key in cell_of
        ]
        row = by_code.get(code)
        if row is None or "parameters" not in row:
            message = _("“指标”工作表里没有编码为“%(code)s”的二级指标。") % {"code": code[:10]}
            found.marks.append(book.Mark(sheet.name, f"{letters.get('code', 'A')}{number}", message, code))
            continue
        found.rule_places.setdefault(code, number)
        key = words["entry"].get(entry, entry)
        if any(formulas):
            continue
        item, value = _value(cell_of["item"]), _value(cell_of["value"])
        shape = SHAPES.get(str(row.get("method", "")))
        if key == book.REST:
            _rest(found, sheet.name, f"{letters.get('value', 'D')}{number}", code, row, value)
        elif shape is not None and shape.table is not None and shape.table.name == key:
            tables.setdefault((code, key), []).append((item, value))
        else:
            row["parameters"][key] = value
        if key != book.REST and key not in order.setdefault(code, []):
            order[code].append(key)
    for (code, key), lines in tables.items():
        row = by_code[code]
        table = SHAPES[row["method"]].table
        assert table is not None, "only tables are gathered"
        if table.columns == ("",):
            row["parameters"][key] = [str(item) for item, _value_of in lines if item is not None]
            continue
        keys = book.table_keys(row["method"], row["parameters"], table.columns)
        row["parameters"][key] = [
            {name: "" if cell is None else cell for name, cell in zip(keys, line, strict=True)} for line in lines
        ]
    for code, keys in order.items():  # as they stand in the sheet
        given = by_code[code]["parameters"]
        rest = {key: value for key, value in given.items() if key not in keys}
        by_code[code]["parameters"] = {key: given[key] for key in keys} | rest


def _checks(found: Book, sheet: Sheet, words: dict[str, dict[str, str]]) -> None:
    """The checks between figures. Raises Invalid where a column is not there."""
    known: dict[str, str] = {}
    for told in book.in_every_language(book.check_headings):
        for column, word in told.items():
            known.setdefault(word, column)
    heads = {known[text]: column for column, cell in sheet.rows.get(1, {}).items() if (text := _text(cell)) in known}
    lacking = [word for key, word in book.check_headings().items() if key not in heads]
    if lacking:
        raise Invalid(
            _("“%(sheet)s”工作表缺少这些列：%(columns)s。请下载模板，按它的表头填写。")
            % {"sheet": sheet.name, "columns": _("、").join(lacking)},
            field="file",
        )
    found.checks, found.check_columns = [], heads
    for number, cells in sorted(sheet.rows.items()):
        if number == 1 or not any(_text(cell) for cell in cells.values()):
            continue
        code, row = _text(cells.get(heads["code"])), Row()
        for key, column in heads.items():
            ref = f"{get_column_letter(column)}{number}"
            _formula(found, sheet.name, ref, cells.get(column), code)
            text = _text(cells.get(column))
            row[key] = _known(found, sheet.name, ref, key, text, words, code) if key in words else text
        found.checks.append(row)
        found.check_places.append(number)


def _rest(found: Book, sheet: str, ref: str, code: str, row: Row, value: Any) -> None:
    try:
        told = json.loads(str(value or "{}"), parse_float=str)
    except ValueError:
        told = None
    if not isinstance(told, dict):
        found.marks.append(book.Mark(sheet, ref, _("这一格应是 JSON 键值对。"), code))
        return
    row["parameters"] |= told
