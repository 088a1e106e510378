"""What the cells of a spreadsheet file (xlsx, of Office or WPS) say: streamed, bounded, word for word.

A number is its digits as written, never a float; a number that is shown as a day is that day (whoever types 3-1 gets
one, unasked); a formula says that it is one, with what the program last made of it. Nothing is computed, no link
followed, no part unpacked that is not asked for. core.files has looked at the file before (bombs, macros, passwords);
this module keeps bounds of its own, for a table that a person fills in.
Source: ECMA-376 part 1, 18.3 (sheets), 18.4 (shared strings), 18.8.30 (formats of numbers; 27 to 36 and 50 to 58 are
days in Chinese editions); both the transitional and the strict namespaces.
"""

import re
import zipfile
import zlib
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from decimal import Decimal, InvalidOperation
from functools import cache
from pathlib import Path
from typing import Any
from xml.parsers import expat

from django.utils.translation import gettext as _
from openpyxl.styles.numbers import is_date_format

from core.errors import Invalid

CHUNK = 1 << 18
DIGITS = 15  # significant digits that spreadsheets keep: 1344.485 is stored as 1344.4849999999999
ESCAPED = re.compile(r"_x([0-9A-Fa-f]{4})_")
LOOKS_ESCAPED = re.compile(r"_(?=x[0-9A-Fa-f]{4}_)")
NO_TEXT = re.compile("[^\t\n\r\x20-\ud7ff\ue000-\ufffd\U00010000-\U0010ffff]")  # no character of XML, nor of a database
STUMBLES = (OSError, EOFError, RuntimeError, NotImplementedError, KeyError, ValueError, IndexError)
REFERENCE = re.compile(r"([A-Z]{1,3})(\d{1,7})")
NUMBER = re.compile(r"\d{1,7}")
BUILT_IN_DAYS = frozenset([*range(14, 23), *range(27, 37), *range(45, 48), *range(50, 59)])
# From which programs count days: the wall clock of wherever somebody typed, so of no zone.
FIRST_DAY, FIRST_DAY_OF_1904 = datetime(1899, 12, 30), datetime(1904, 1, 1)  # noqa: DTZ001
LAST_DAY = 2_958_465  # of the year 9999
TIME_AT = 11  # where the time begins in an ISO moment


@dataclass(frozen=True, slots=True)
class Cell:
    """One cell that says something. kind: text, number, date, bool or error.

    text: as written; of a number its digits (Decimal takes them), of a day "2026-05-31" (with "08:30:00" behind it, or
    that alone, where it has a time), of a bool "1" or "0", of an error "#REF!".
    formula: it is computed by the program; text is what came out last, "" where the file does not say.
    """

    kind: str
    text: str
    formula: bool = False


@dataclass(frozen=True)
class Sheet:
    """A sheet's name, whether people see it, and its rows: number from 1 → column from 1 → cell."""

    name: str
    hidden: bool
    rows: dict[int, dict[int, Cell]]


@dataclass(frozen=True)
class Bounds:
    """How much is read. expanded: bytes of all parts unpacked; text: characters of all cells; the rest: of a file."""

    expanded: int = 256 * 1024 * 1024
    text: int = 64 * 1024 * 1024
    cells: int = 400_000
    rows: int = 20_000
    columns: int = 300


@dataclass
class _Book:
    archive: zipfile.ZipFile
    within: Bounds
    names: dict[str, str] = field(default_factory=dict)  # lower-case → as it is
    texts: list[str] = field(default_factory=list)
    days: frozenset[str] = frozenset()  # the styles (their places, as text) that show a number as a day
    first_day: datetime = FIRST_DAY
    text_left: int = 0
    cells_left: int = 0


def read(path: Path, within: Bounds | None = None) -> list[Sheet]:
    """All sheets of a workbook, in its order. Raises Invalid (field `file`) in sentences for people."""
    within = within or Bounds()
    with opened(path, within) as archive:
        names = {name.lower(): name for name in archive.namelist()}
        book = _Book(archive, within, names, text_left=within.text, cells_left=within.cells)
        sheets, strings, styles = _contents(book)
        if strings:
            book.texts = _shared(book, strings)
        if styles:
            book.days = _days(book, styles)
        return [Sheet(name, hidden, _rows(book, part)) for name, hidden, part in sheets]


@contextmanager
def opened(path: Path, within: Bounds) -> Iterator[zipfile.ZipFile]:
    """The archive, within bounds and without document types in any part; whatever a reader stumbles over is the file's
    fault. Raises Invalid."""
    try:
        with zipfile.ZipFile(path) as archive:
            if sum(entry.file_size for entry in archive.infolist()) > within.expanded:
                raise _too_much()
            for name in archive.namelist():
                if name.lower().endswith((".xml", ".rels", ".vml")):
                    _no_doctype(archive, name)
            yield archive
    except (zipfile.BadZipFile, zipfile.LargeZipFile, zlib.error, expat.ExpatError, *STUMBLES) as error:
        raise _broken() from error


def storable(text: str) -> str:
    """The text as a cell can hold it: without characters that XML has not; "_x0041_" stays what it is, and no "A"."""
    return LOOKS_ESCAPED.sub("_x005F_", NO_TEXT.sub("", text))


def decimal_text(digits: str) -> str:
    """A stored number as people see it: fifteen significant digits, no exponent, no trailing zeros ("1344.485")."""
    try:
        number = Decimal(digits)
    except InvalidOperation:
        return digits
    if not number.is_finite():
        return digits
    digits_of = len(number.as_tuple().digits)
    if digits_of > DIGITS:
        number = Decimal(f"{number:.{DIGITS - 1}e}")
    if abs(number.adjusted()) > 30:  # never written out as a row of a million zeros
        return digits
    text = f"{number:f}"
    return text.rstrip("0").rstrip(".") if "." in text else text


def _invalid(sentence: str) -> Invalid:
    return Invalid(sentence, field="file")


def _too_much() -> Invalid:
    return _invalid(_("表格内容过多，不能读取。请只保留下载时的工作表后重新上传。"))


def _broken() -> Invalid:
    return _invalid(_("表格文件已损坏，读不完整。请用 Office 或 WPS 打开并另存为 .xlsx 后重新上传。"))


def _refuse_doctype(*_args: Any) -> None:
    raise _invalid(_("文件里带有外部实体声明，不能接收。请用 Office 或 WPS 打开并另存后重新上传。"))


class _Begun(Exception):
    """The root element has come: no document type can follow."""


def _no_doctype(archive: zipfile.ZipFile, name: str) -> None:
    def begun(*_args: Any) -> None:
        raise _Begun

    try:
        _parse(archive, name, start=begun)
    except _Begun:
        return


def _parse(
    archive: zipfile.ZipFile,
    name: str,
    *,
    start: Callable[[str, dict[str, str]], None] | None = None,
    end: Callable[[str], None] | None = None,
    text: Callable[[str], None] | None = None,
) -> None:
    parser = expat.ParserCreate()
    parser.buffer_text = True
    parser.StartDoctypeDeclHandler = _refuse_doctype
    if start is not None:
        parser.StartElementHandler = start
    if end is not None:
        parser.EndElementHandler = end
    if text is not None:
        parser.CharacterDataHandler = text
    with archive.open(name) as part:
        while chunk := part.read(CHUNK):
            parser.Parse(chunk, False)
        parser.Parse(b"", True)


def _local(name: str) -> str:
    return name.rpartition(":")[2]


def _attribute(given: dict[str, str], wanted: str) -> str:
    """By local name: `r:id` in one namespace or the other."""
    return next((value for name, value in given.items() if _local(name) == wanted), "")


def _contents(book: _Book) -> tuple[list[tuple[str, bool, str]], str, str]:
    """(name, hidden, part) of every sheet; the parts of shared strings and of styles, '' where there is none."""
    listed: list[tuple[str, bool, str]] = []
    targets: dict[str, tuple[str, str]] = {}

    def sheet(name: str, given: dict[str, str]) -> None:
        if _local(name) == "sheet":
            identifier = next((value for key, value in given.items() if key.endswith(":id")), "")
            listed.append((given.get("name", ""), given.get("state", "visible") != "visible", identifier))
        elif _local(name) == "workbookPr" and given.get("date1904") in ("1", "true"):
            book.first_day = FIRST_DAY_OF_1904

    def relation(name: str, given: dict[str, str]) -> None:
        if _local(name) == "Relationship" and _attribute(given, "TargetMode") != "External":
            kind = given.get("Type", "").rpartition("/")[2]
            targets[given.get("Id", "")] = (kind, given.get("Target", ""))

    workbook = book.names.get("xl/workbook.xml")
    relations = book.names.get("xl/_rels/workbook.xml.rels")
    if workbook is None or relations is None:
        raise _broken()
    _parse(book.archive, workbook, start=sheet)
    _parse(book.archive, relations, start=relation)
    found = []
    for title, hidden, identifier in listed:
        kind, target = targets.get(identifier, ("", ""))
        if kind == "worksheet":
            found.append((title, hidden, _part(book, target)))
    strings, styles = (
        next((target for kind, target in targets.values() if kind == wanted), "")
        for wanted in ("sharedStrings", "styles")
    )
    return found, _part(book, strings) if strings else "", _part(book, styles) if styles else ""


def _part(book: _Book, target: str) -> str:
    name = target.lstrip("/") if target.startswith("/") else f"xl/{target}"
    try:
        return book.names[name.lower()]
    except KeyError:
        raise _broken() from None


def _unescaped(text: str) -> str:
    return NO_TEXT.sub("", ESCAPED.sub(lambda found: chr(int(found[1], 16)), text)) if "_x" in text else text


def _days(book: _Book, part: str) -> frozenset[str]:
    """The places of the cell styles whose numbers are shown as days or times."""
    own: dict[str, bool] = {}
    styles: list[str] = []
    inside = {"numFmts": False, "cellXfs": False}

    def start(name: str, given: dict[str, str]) -> None:
        local = _local(name)
        if local == "numFmt" and inside["numFmts"]:
            own[given.get("numFmtId", "")] = is_date_format(given.get("formatCode", ""))
        elif local in inside:
            inside[local] = True
        elif local == "xf" and inside["cellXfs"]:
            styles.append(given.get("numFmtId", "0"))

    def end(name: str) -> None:
        if _local(name) in inside:
            inside[_local(name)] = False

    _parse(book.archive, part, start=start, end=end)
    built_in = {str(number) for number in BUILT_IN_DAYS}
    return frozenset(str(place) for place, number in enumerate(styles) if own.get(number, number in built_in))


def _moment(book: _Book, digits: str) -> str:
    """The day, the moment or the time that a number shows; '' where it is none."""
    try:
        number = Decimal(digits)
    except InvalidOperation:
        return ""
    if not (number.is_finite() and 0 <= number <= LAST_DAY):
        return ""
    shown = (book.first_day + timedelta(seconds=round(number * 86_400))).isoformat(" ")
    return shown[TIME_AT:] if number < 1 else shown.removesuffix(" 00:00:00")


def _spend(book: _Book, count: int) -> None:
    book.text_left -= count
    if book.text_left < 0:
        raise _too_much()


def _shared(book: _Book, part: str) -> list[str]:
    """The shared strings; of rich text the runs together, without the readings above them."""
    texts: list[str] = []
    pieces: list[str] = []
    inside = {"t": False, "rPh": False}

    def start(name: str, _given: dict[str, str]) -> None:
        local = _local(name)
        if local == "si":
            pieces.clear()
        elif local in inside:
            inside[local] = True

    def end(name: str) -> None:
        local = _local(name)
        if local == "si":
            texts.append(_unescaped("".join(pieces)))
        elif local in inside:
            inside[local] = False

    def text(piece: str) -> None:
        if inside["t"] and not inside["rPh"]:
            _spend(book, len(piece))
            pieces.append(piece)

    _parse(book.archive, part, start=start, end=end, text=text)
    return texts


class _Rows:
    """The rows of one sheet, from its elements as they come by."""

    def __init__(self, book: _Book) -> None:
        self.book = book
        self.rows: dict[int, dict[int, Cell]] = {}
        self.row: dict[int, Cell] = {}
        self.number = self.column = 0
        self.kind, self.day = "n", False
        self.formula, self.reading, self.phonetic = False, False, False
        self.pieces: list[str] = []

    def start(self, name: str, given: dict[str, str]) -> None:
        local = _local(name)
        if local == "c":
            self._cell(given)
        elif local in ("v", "t"):
            self.reading = not self.phonetic
        elif local == "f":
            self.formula = True
        elif local == "rPh":
            self.phonetic = True
        elif local == "row":
            told = given.get("r", "")
            self.number = int(told) if NUMBER.fullmatch(told) else self.number + 1
            self.column = 0
            if self.number > self.book.within.rows:
                raise _invalid(_("表格超过 %(most)s 行，不能读取。") % {"most": self.book.within.rows})
            self.row = self.rows.setdefault(self.number, {})

    def _cell(self, given: dict[str, str]) -> None:
        self.column = place_of(given.get("r", ""))[1] or self.column + 1
        self.kind, self.formula = given.get("t", "n"), False
        self.day = given.get("s", "") in self.book.days
        self.pieces.clear()

    def text(self, piece: str) -> None:
        if self.reading:
            self.pieces.append(piece)

    def end(self, name: str) -> None:
        local = _local(name)
        if local in ("v", "t"):
            self.reading = False
        elif local == "rPh":
            self.phonetic = False
        elif local == "c" and (self.pieces or self.formula):
            self._keep(self._said("".join(self.pieces)))

    def _keep(self, cell: Cell) -> None:
        if self.column > self.book.within.columns:
            raise _invalid(_("表格超过 %(most)s 列，不能读取。") % {"most": self.book.within.columns})
        self.book.cells_left -= 1
        if self.book.cells_left < 0:
            raise _too_much()
        self.row[self.column] = cell

    def _said(self, text: str) -> Cell:
        if self.kind == "s" and text:
            place = int(text) if NUMBER.fullmatch(text) else -1
            if not 0 <= place < len(self.book.texts):
                raise _broken()
            said = self.book.texts[place]
            _spend(self.book, len(said))
            return Cell("text", said, self.formula)
        _spend(self.book, len(text))
        kind = {"n": "number", "b": "bool", "e": "error", "d": "date"}.get(self.kind, "text")
        if kind == "number":
            text = text.strip()
            if self.day and (moment := _moment(self.book, text)):
                return Cell("date", moment, self.formula)
            return Cell(kind if text else "text", text, self.formula)
        if kind == "date":
            return Cell(kind, text.strip().rstrip("Z").replace("T", " ").removesuffix(" 00:00:00"), self.formula)
        return Cell(kind, _unescaped(text) if kind == "text" else text, self.formula)


def _rows(book: _Book, part: str) -> dict[int, dict[int, Cell]]:
    reading = _Rows(book)
    _parse(book.archive, part, start=reading.start, end=reading.end, text=reading.text)
    return reading.rows


def place_of(ref: str) -> tuple[int, int]:
    """Row and column of "G7"; (0, 0) of what is no cell."""
    found = REFERENCE.fullmatch(ref)
    return (int(found[2]), column_number(found[1])) if found else (0, 0)


@cache
def column_number(letters: str) -> int:
    """ "A" → 1, "AA" → 27."""
    number = 0
    for letter in letters:
        number = number * 26 + ord(letter) - 64
    return number
