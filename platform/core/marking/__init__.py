"""Writing into a person's own workbook (xlsx) what is wrong with it: colour and comment in the cell, a list in front.

Only what has to change is changed, part by part: every other cell keeps its value, formula and format, and pictures,
charts, rules, names and rich text stay byte for byte, which no program that reads a workbook whole and writes it anew
can promise. A second marking takes the first one back, and leaves what people have commented themselves.
Source: ECMA-376 part 1, 18.3 (sheets), 18.7 (comments), 18.8 (styles); part 4, 14.1 (VML of comments).
"""

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from django.utils.translation import gettext as _
from lxml import etree

from core.errors import Invalid
from core.marking.comments import AUTHOR, commented, ours_in
from core.marking.front import Listed, is_ours, moved, put_in_front
from core.marking.parts import Parts, added, child, children, needed
from core.marking.styles import TONES, Styles
from core.workbooks import Bounds, opened, place_of

__all__ = ["AUTHOR", "Listed", "Mark", "marked"]


@dataclass(frozen=True)
class Mark:
    """What to say at a cell ("G7") of a sheet. tone: bad (must change) or warn (to be decided)."""

    sheet: str
    ref: str
    message: str
    tone: str = "bad"


def marked(path: Path, marks: Sequence[Mark], listed: Listed, *, plain: str = "") -> bytes:
    """The workbook at `path` with the marks and the list. plain: the fill (ARGB, '' for none) of cells whose mark goes.

    A mark of a sheet that is not there is only in the list. Raises Invalid (field `file`).
    """
    try:
        with opened(path, Bounds()) as archive:
            return _marked(Parts(archive), marks, listed, plain)
    except etree.XMLSyntaxError as error:
        raise Invalid(
            _("表格文件的结构不完整，无法写入批注。请用 Office 或 WPS 打开并另存后重新上传。"), field="file"
        ) from error


def _marked(parts: Parts, marks: Sequence[Mark], listed: Listed, plain: str) -> bytes:
    styles = Styles(parts)
    sheets = _sheets(parts)
    by_sheet: dict[str, dict[str, Mark]] = {name: {} for name in sheets}
    for mark in marks:
        if mark.sheet in by_sheet and place_of(mark.ref)[0]:
            said = by_sheet[mark.sheet].setdefault(mark.ref, mark)
            if said is not mark:
                message = f"{said.message}\n{mark.message}"
                by_sheet[mark.sheet][mark.ref] = Mark(mark.sheet, mark.ref, message, said.tone)
    for name, part in sheets.items():
        _mark(parts, part, styles, by_sheet[name], plain)
    put_in_front(parts, listed, styles, sheets)
    return parts.written()


def _sheets(parts: Parts) -> dict[str, str]:
    """Name → part of every sheet, after an earlier list has gone."""
    targets = {each.get("Id"): each for each in parts.relations}
    every, found = needed(parts.workbook, "sheets"), {}
    for element in list(every):
        identifier = next((value for name, value in element.attrib.items() if name.endswith("}id")), "")
        relation = targets.get(identifier)
        if relation is None or not relation.get("Type", "").endswith("/worksheet"):
            continue
        part = parts.path("xl", relation.get("Target", ""))
        if is_ours(parts, part):
            place = list(every).index(element)
            every.remove(element)
            parts.take_away(part)
            moved(parts, place, -1)
        else:
            found[element.get("name", "")] = part
    return found


def _mark(parts: Parts, part: str, styles: Styles, marks: Mapping[str, Mark], plain: str) -> None:
    former = ours_in(parts, part)
    if not marks and not former:
        return
    tree = parts.tree(part)
    data = needed(tree, "sheetData")
    if former:
        for cell in (each for row in children(data, "row") for each in children(row, "c")):
            if cell.get("s") in styles.toned:
                cell.set("s", styles.filled(cell.get("s"), plain))
    for cell, mark in _cells(tree, data, marks):
        cell.set("s", styles.filled(cell.get("s", "0"), TONES[mark.tone]))
    commented(parts, part, tree, {ref: mark.message for ref, mark in marks.items()})


def _cells(tree: Any, data: Any, marks: Mapping[str, Mark]) -> Iterator[tuple[Any, Mark]]:
    """The cell of every mark, made where the file has none."""
    wanted: dict[int, dict[int, Mark]] = {}
    for ref, mark in marks.items():
        row, column = place_of(ref)
        wanted.setdefault(row, {})[column] = mark
    rows, number = dict[int, Any](), 0
    for row in children(data, "row"):
        number = int(row.get("r", number + 1))
        rows[number] = row
    for number, columns in sorted(wanted.items()):
        if number not in rows:
            rows[number] = added(data, "row", at=sum(1 for each in rows if each < number), r=str(number))
        yield from _of_row(tree, rows[number], columns)


def _of_row(tree: Any, row: Any, marks: Mapping[int, Mark]) -> Iterator[tuple[Any, Mark]]:
    there, column = dict[int, Any](), 0
    for cell in children(row, "c"):
        column = place_of(cell.get("r", ""))[1] or column + 1
        there[column] = cell
    for column, mark in sorted(marks.items()):
        if column not in there:
            style = row.get("s") if row.get("customFormat") else _style_of(tree, column)
            place = sum(1 for each in there if each < column)
            there[column] = added(row, "c", at=place, r=mark.ref, s=style or "0")
        yield there[column], mark


def _style_of(tree: Any, column: int) -> str:
    columns = child(tree, "cols")
    for each in children(columns, "col") if columns is not None else ():
        if int(each.get("min", "0")) <= column <= int(each.get("max", "0")):
            return str(each.get("style", "0"))
    return "0"
