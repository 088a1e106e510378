"""A Word form: its places are found however Word has cut them into runs, and keep the look of their first character."""

import io
from collections.abc import Iterator, Mapping
from copy import deepcopy
from typing import TYPE_CHECKING, Any

from docx import Document as read_word
from docx.opc.part import Part
from docx.oxml import parse_xml
from docx.oxml.ns import qn
from lxml import etree

from core.documents.filling.places import PLACE, Place, place_of, places_in
from core.documents.packing import packed
from core.documents.tree import clean

if TYPE_CHECKING:
    from core.documents.filling import Value, Words

TEXT, PARAGRAPH, ROW, TABLE = qn("w:t"), qn("w:p"), qn("w:tr"), qn("w:tbl")
SPACE = "{http://www.w3.org/XML/1998/namespace}space"
STORIES = ("document.main", "header", "footer", "footnotes", "endnotes")  # the parts in which people write


def texts(form: bytes) -> Iterator[str]:
    """What each paragraph says, in order."""
    for _part, root in _stories(read_word(io.BytesIO(form))):
        for paragraph in root.iter(PARAGRAPH):
            yield _said(paragraph)


def rows(form: bytes) -> Iterator[list[str]]:
    """The texts of each row of a table, and of each paragraph outside tables: what is repeated as one."""
    for _part, root in _stories(read_word(io.BytesIO(form))):
        for row in root.iter(ROW):
            yield [_said(each) for each in row.iter(PARAGRAPH) if _row_of(each) is row]
        for paragraph in root.iter(PARAGRAPH):
            if _row_of(paragraph) is None:
                yield [_said(paragraph)]


def filled(form: bytes, words: "Words") -> bytes:
    """The form with its places filled."""
    word = read_word(io.BytesIO(form))
    for part, root in _stories(word):
        _repeat(root, words)
        for paragraph in list(root.iter(PARAGRAPH)):
            _fill(paragraph, words.single)
        if not hasattr(part, "element"):  # read as bytes alone
            part._blob = etree.tostring(root, xml_declaration=True, encoding="UTF-8", standalone=True)
    out = io.BytesIO()
    word.save(out)
    return packed(out.getvalue())


def _stories(word: Any) -> Iterator[tuple[Part, Any]]:
    for part in word.part.package.iter_parts():
        kind = part.content_type
        if "wordprocessingml" in kind and any(kind.endswith(f"{story}+xml") for story in STORIES):
            yield part, part.element if hasattr(part, "element") else parse_xml(part.blob)


def _repeat(root: Any, words: "Words") -> None:
    """Once for each row of its list; with an empty list it stays once, empty, so that a table keeps its shape."""
    for kind in (ROW, PARAGRAPH):
        for unit in reversed(list(root.iter(kind))):  # a row within a row comes first
            mine = [each for each in unit.iter(PARAGRAPH) if _unit_of(each) is unit]
            name = next((place.list for each in mine for place in places_in(_said(each)) if place.list), "")
            if not name:
                continue
            for values in words.lists.get(name) or [{}]:
                copy = deepcopy(unit)
                unit.addprevious(copy)
                for each in [each for each in copy.iter(PARAGRAPH) if _unit_of(each) is copy]:
                    _fill(each, values, of=name)
            unit.getparent().remove(unit)


def _unit_of(paragraph: Any) -> Any:
    """What a paragraph is repeated with: the row it stands in, else itself."""
    row = _row_of(paragraph)
    return paragraph if row is None else row


def _row_of(paragraph: Any) -> Any:
    return next(paragraph.iterancestors(ROW), None)


def _texts_of(paragraph: Any) -> list[Any]:
    """The pieces of text of this paragraph, not those of a text box that hangs in it."""
    return [each for each in paragraph.iter(TEXT) if next(each.iterancestors(PARAGRAPH)) is paragraph]


def _said(paragraph: Any) -> str:
    return "".join(each.text or "" for each in _texts_of(paragraph))


def _fill(paragraph: Any, values: Mapping[str, "Value"], *, of: str = "") -> None:
    """Fill the places of one list, or the single words; the last first, so that the others stay where they are."""
    pieces = _texts_of(paragraph)
    whole = "".join(each.text or "" for each in pieces)
    for found in reversed(list(PLACE.finditer(whole))):
        place = place_of(found[1])
        if place.list == of:
            _replace(pieces, found.start(), found.end(), _text(values, place))


def _text(values: Mapping[str, "Value"], place: Place) -> str:
    value = values.get(place.column)
    return "" if value is None else clean(str(value))


def _replace(pieces: list[Any], start: int, end: int, text: str) -> None:
    """Put `text` for the characters from start to end of all pieces together, into the piece in which they begin."""
    at = 0
    for piece in pieces:
        said = piece.text or ""
        first, last = start - at, end - at
        at += len(said)
        if last <= 0 or first >= len(said):
            continue
        inner = text if first >= 0 else ""
        piece.text = said[: max(first, 0)] + inner + said[max(last, 0) :]
        piece.set(SPACE, "preserve")
