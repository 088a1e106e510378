"""The list of faults, as a sheet in front of all others."""

import re
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any
from xml.sax.saxutils import escape, quoteattr

from core.marking.parts import Parts, added, child, children, local, needed
from core.marking.styles import Styles
from core.workbooks import place_of, storable

MARKER, MARKER_AT = "anlan-problems", "H1"
MARKED = re.compile(rb"<(?:\w+:)?c\b[^>]*\br=[\"']H1[\"'][^>]*>.*?</(?:\w+:)?c>", re.DOTALL)
INDEX = re.compile(rb"<(?:\w+:)?v>(\d{1,7})<")
SELECTED = re.compile(rb"\stabSelected\s*=\s*(\"1\"|'1'|\"true\")")
HEAD = 64 * 1024  # bytes of a sheet in which its views and its first row stand
LONGEST_TITLE = 31


@dataclass(frozen=True)
class Listed:
    """The sheet in front. widths: of its columns, in characters; rows: texts, and the cell they are about (sheet, ref)
    or None."""

    title: str
    heads: Sequence[str]
    widths: Sequence[int]
    rows: Sequence[tuple[Sequence[str], tuple[str, str] | None]]


def is_ours(parts: Parts, part: str) -> bool:
    """Whether the sheet is the list of an earlier marking: told by its marker, a person's own sheet has none."""
    with parts.archive.open(part) as content:
        found = MARKED.search(content.read(HEAD))
    if found is None:
        return False
    if MARKER.encode() in found[0]:
        return True
    index, strings = INDEX.search(found[0]), parts.target("xl", parts.relations, "sharedStrings")
    if index is None or not strings or b'"s"' not in found[0]:
        return False
    said = parts.tree(strings)[int(index[1])]
    return "".join(each.text or "" for each in said.iter() if local(each) == "t") == MARKER


def moved(parts: Parts, place: int, by: int) -> None:
    """Names that belong to a sheet tell it by its place; one came (+1) or went (-1) at `place`."""
    names = child(parts.workbook, "definedNames")
    for each in list(names) if names is not None else []:
        at = each.get("localSheetId")
        if at is None:
            continue
        if by < 0 and int(at) == place:
            names.remove(each)
        elif int(at) >= place:
            each.set("localSheetId", str(int(at) + by))
    if names is not None and not len(names):
        parts.workbook.remove(names)


def put_in_front(parts: Parts, listed: Listed, styles: Styles, others: dict[str, str]) -> None:
    """others: the parts of all other sheets by name; none of them stays selected (what is typed into one of two
    selected sheets goes into both)."""
    for part in others.values():
        _unselected(parts, part)
    taken = {name.casefold() for name in others}
    stem = listed.title[: LONGEST_TITLE - 3]
    title = next(name for n in range(1, 1000) if (name := stem if n == 1 else f"{stem} {n}").casefold() not in taken)
    part = parts.free("xl/worksheets/anlan{}.xml")
    parts.new(part, _sheet(listed, parts.main, styles), "spreadsheetml.worksheet+xml")
    every = needed(parts.workbook, "sheets")
    number = 1 + max((int(each.get("sheetId", "0")) for each in every), default=0)
    made = added(every, "sheet", at=0, name=title, sheetId=str(number))
    made.set(f"{{{parts.references}}}id", parts.relate(parts.relations, "worksheet", part.removeprefix("xl/")))
    moved(parts, 0, 1)
    views = child(parts.workbook, "bookViews")
    for view in children(views, "workbookView") if views is not None else ():
        view.set("activeTab", "0")
        view.set("firstSheet", "0")


def _unselected(parts: Parts, part: str) -> None:
    if part not in parts.trees:
        content = parts.archive.read(part)
        parts.texts[part] = SELECTED.sub(b"", content[:HEAD]) + content[HEAD:]
        return
    views: Any = child(parts.trees[part], "sheetViews")
    for view in children(views, "sheetView") if views is not None else ():
        view.attrib.pop("tabSelected", None)


def _sheet(listed: Listed, main: str, styles: Styles) -> str:
    head, body = styles.of_texts()
    lines, links = [_row(1, listed.heads, head, MARKER)], []
    for number, (texts, about) in enumerate(listed.rows, 2):
        lines.append(_row(number, texts, body))
        if about is not None:
            there = quoteattr("'{}'!{}".format(about[0].replace("'", "''"), about[1]))
            links.append(f'<hyperlink ref="A{number}" location={there}/>')
    columns = "".join(
        f'<col min="{place}" max="{place}" width="{width}" customWidth="1"/>'
        for place, width in enumerate(listed.widths, 1)
    )
    at = place_of(MARKER_AT)[1]
    return (
        f'<worksheet xmlns="{main}"><sheetViews><sheetView tabSelected="1" workbookViewId="0"><pane ySplit="1" '
        'topLeftCell="A2" activePane="bottomLeft" state="frozen"/></sheetView></sheetViews>'
        f'<cols>{columns}<col min="{at}" max="{at}" width="2" hidden="1" customWidth="1"/></cols>'
        f"<sheetData>{''.join(lines)}</sheetData>"
        + (f"<hyperlinks>{''.join(links)}</hyperlinks>" if links else "")
        + "</worksheet>"
    )


def _row(number: int, texts: Sequence[str], style: str, marker: str = "") -> str:
    cells = [
        f'<c r="{chr(64 + place)}{number}" s="{style}" t="inlineStr"><is><t xml:space="preserve">'
        f"{escape(storable(text))}</t></is></c>"
        for place, text in enumerate(texts, 1)
        if text
    ]
    if marker:
        cells.append(f'<c r="{MARKER_AT}" t="inlineStr"><is><t>{marker}</t></is></c>')
    return f'<row r="{number}">{"".join(cells)}</row>'
