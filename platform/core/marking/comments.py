"""The comments of a sheet and the boxes in which programs show them: ours added, ours taken back, people's kept."""

import re
from collections.abc import Mapping
from typing import Any

from core.marking.parts import DOCUMENT, Parts, added, child, local, needed, rels_of
from core.workbooks import place_of, storable

AUTHOR = "安澜 Anlan"
LINE = "【安澜核对】"  # where a comment begins to be ours
KEPT_BLANKS = "{http://www.w3.org/XML/1998/namespace}space"
AFTER_LEGACY = (
    "legacyDrawingHF", "drawingHF", "picture", "oleObjects", "controls", "webPublishItems", "tableParts", "extLst",
)  # fmt: skip
NAMESPACES = (
    'xmlns:v="urn:schemas-microsoft-com:vml" xmlns:o="urn:schemas-microsoft-com:office:office" '
    'xmlns:x="urn:schemas-microsoft-com:office:excel"'
)
VML = (
    f'<xml {NAMESPACES}><v:shapetype id="_x0000_t202" coordsize="21600,21600" '
    'o:spt="202" path="m,l,21600r21600,l21600,xe"><v:stroke joinstyle="miter"/>'
    '<v:path gradientshapeok="t" o:connecttype="rect"/></v:shapetype></xml>'
)
SHAPE = (
    f'<v:shape {NAMESPACES} id="_x0000_s{{number}}" type="#_x0000_t202" '
    'style="position:absolute;margin-left:60pt;margin-top:2pt;width:240pt;height:90pt;z-index:1;visibility:hidden" '
    'fillcolor="#ffffe1" o:insetmode="auto"><v:fill color2="#ffffe1"/><v:textbox/>'
    '<x:ClientData ObjectType="Note"><x:MoveWithCells/><x:SizeWithCells/><x:AutoFill>False</x:AutoFill>'
    "<x:Row>{row}</x:Row><x:Column>{column}</x:Column></x:ClientData></v:shape>"
)
SHAPES = re.compile(r"<(?P<prefix>\w+:)shape(?=[\s>]).*?</(?P=prefix)shape\s*>", re.DOTALL)
SHAPE_NUMBER = re.compile(r"_x0000_s(\d{1,9})")
CLOSING = re.compile(r"</xml\s*>\s*$")


def commented(parts: Parts, part: str, tree: Any, messages: Mapping[str, str]) -> None:
    """Our comments of a sheet are these and no others. part, tree: of the sheet; messages: by cell."""
    folder, relations = parts.relations_of(part)
    there = parts.target(folder, relations, "comments")
    if not there:
        there = parts.free("xl/anlanComments{}.xml")
        parts.relate(relations, "comments", f"/{there}")
        empty = f'<comments xmlns="{parts.main}"><authors/><commentList/></comments>'
        parts.new(there, empty, "spreadsheetml.comments+xml")
    told = needed(parts.tree(there), "commentList")
    gone = {each.get("ref") for each in told if not _own_part(each)}
    for each in [one for one in told if one.get("ref") in gone]:
        told.remove(each)
    author = _author(parts.tree(there)) if messages else 0
    known = {each.get("ref"): each for each in told}
    for ref, message in messages.items():
        said = storable(f"{LINE}{message}")
        if ref in known:
            _said(needed(known[ref], "text"), f"\n{said}")
        else:
            _said(added(added(told, "comment", ref=ref, authorId=str(author)), "text"), said)
    told[:] = sorted(told, key=lambda each: place_of(each.get("ref", "")))
    _boxes(
        parts, (folder, relations), tree, {place_of(ref) for ref in gone - set(messages)}, set(messages) - set(known)
    )


def ours_in(parts: Parts, part: str) -> bool:
    """Whether an earlier marking has commented the sheet."""
    if not parts.has(rels_of(part)):
        return False
    there = parts.target(*parts.relations_of(part), "comments")
    return bool(there) and any(LINE in (each.text or "") for each in parts.tree(there).iter() if local(each) == "t")


def _said(text: Any, said: str) -> None:
    added(added(text, "r"), "t", said).set(KEPT_BLANKS, "preserve")


def _own_part(comment: Any) -> bool:
    """Cut away what an earlier marking has said; whether anything of a person is left."""
    ours, pieces = False, [each for each in comment.iter() if local(each) == "t"]
    for piece in pieces:
        said = piece.text or ""
        if ours:
            piece.text = ""
        elif LINE in said:
            ours, piece.text = True, said.partition(LINE)[0].rstrip("\n")
    return not ours or any((piece.text or "").strip() for piece in pieces)


def _author(comments: Any) -> int:
    authors = needed(comments, "authors")
    for place, each in enumerate(authors):
        if each.text == AUTHOR:
            return place
    added(authors, "author", AUTHOR)
    return len(authors) - 1


def _boxes(parts: Parts, around: tuple[str, Any], tree: Any, gone: set[tuple[int, int]], new: set[str]) -> None:
    """Their part need not be well-formed (Office leaves tags open in it): it is handled as text."""
    folder, relations = around
    legacy = child(tree, "legacyDrawing")
    if legacy is None:
        part, text = parts.free("xl/drawings/anlanVml{}.vml"), VML
        parts.names[part.lower()] = part
        if not any(each.get("Extension", "").lower() == "vml" for each in parts.types):
            added(parts.types, "Default", at=0, Extension="vml", ContentType=f"{DOCUMENT}.vmlDrawing")
        at = next((place for place, each in enumerate(tree) if local(each) in AFTER_LEGACY), None)
        made = added(tree, "legacyDrawing", at=at)
        made.set(f"{{{parts.references}}}id", parts.relate(relations, "vmlDrawing", f"/{part}"))
    else:
        identifier = next((value for name, value in legacy.attrib.items() if name.endswith("}id")), "")
        targets = {each.get("Id"): each.get("Target", "") for each in relations}
        part = parts.path(folder, targets[identifier])
        text = parts.archive.read(part).decode("utf-8", "surrogateescape")
    text = SHAPES.sub(lambda shape: "" if _at(shape[0]) in gone else shape[0], text)
    there = {_at(shape[0]) for shape in SHAPES.finditer(text)}
    number = max((int(each) for each in SHAPE_NUMBER.findall(text)), default=1024)
    shapes = "".join(
        SHAPE.format(number=number + count, row=row - 1, column=column - 1)
        for count, (row, column) in enumerate(sorted({place_of(ref) for ref in new} - there), 1)
    )
    parts.texts[part] = CLOSING.sub(lambda end: shapes + end[0], text).encode("utf-8", "surrogateescape")


def _at(shape: str) -> tuple[int, int]:
    row, column = (re.search(rf"<(?:\w+:)?{name}>\s*(\d{{1,7}})\s*<", shape) for name in ("Row", "Column"))
    return (int(row[1]) + 1, int(column[1]) + 1) if row and column else (0, 0)
