"""What an official document says: one description, from which `docx` and `pdf` set the same paper.

Every string is text, never markup: both setters hand it on as characters. A line break or tab inside a text is a
blank; see `clean` for what is refused. Source: GB/T 9704-2012; domain reference 5.7.
"""

import re
from collections.abc import Sequence
from dataclasses import dataclass, fields, is_dataclass
from datetime import date, datetime
from typing import Any, Literal

from django.utils.translation import gettext as _

from core.errors import Invalid

LEVELS = (1, 2, 3, 4)
Align = Literal["left", "center", "right"]


@dataclass(frozen=True)
class Heading:
    """A heading; the setter numbers it by its level: 一、 （一） 1. （1）. A lower level starts anew below a higher."""

    text: str
    level: int = 1

    def __post_init__(self) -> None:
        if self.level not in LEVELS:
            raise ValueError(f"a heading of level {self.level}")


@dataclass(frozen=True)
class Paragraph:
    """Text with its first line set in by two characters; `indent=False` for an addressee or a party."""

    text: str
    indent: bool = True


@dataclass(frozen=True)
class Column:
    """A column of a table; `width` is its share of the type area beside the others'."""

    title: str
    width: float = 1
    align: Align = "left"


@dataclass(frozen=True)
class Table:
    """A table with a head that is repeated on every page. Each row has a text per column."""

    columns: Sequence[Column]
    rows: Sequence[Sequence[str]]
    caption: str = ""

    def __post_init__(self) -> None:
        if not self.columns or any(len(row) != len(self.columns) for row in self.rows):
            raise ValueError("every row of a table has a text per column")


@dataclass(frozen=True)
class Signature:
    """One party of an agreement. `signer` empty: the place is left for pen and seal. `lines`: when, on what basis."""

    party: str
    signer: str = ""
    lines: Sequence[str] = ()


@dataclass(frozen=True)
class Signatures:
    """The parties' signatures side by side, kept together on a page."""

    signed: Sequence[Signature]


Block = Heading | Paragraph | Table | Signatures


@dataclass(frozen=True)
class Annex:
    """An annex, on a page of its own. The list of annexes under the text is made from their titles."""

    title: str
    body: Sequence[Block]


@dataclass(frozen=True, kw_only=True)
class Document:
    """An official document.

    made_at: written into the files as the moment of making, an argument so that the same description gives the same
    bytes. issuer: the red mark over the paper, "" for a paper without head. number: see `numbers.document_number`.
    to: whom it is for, without the colon. signed_by, dated_on: the office and the day under the text.
    copies_to, printed_by, printed_on: the colophon at the foot of the last page, none when all are empty.
    """

    title: str
    body: Sequence[Block]
    made_at: datetime
    issuer: str = ""
    number: str = ""
    to: str = ""
    signed_by: str = ""
    dated_on: date | None = None
    annexes: Sequence[Annex] = ()
    copies_to: str = ""
    printed_by: str = ""
    printed_on: date | None = None


# Line separators and tabs are blanks. Bidirectional controls could make a paper read other than it says.
BLANKS = re.compile(r"[\t\n\v\f\r\x85\u2028\u2029]+")
REFUSED = re.compile(r"[\x00-\x1f\x7f-\x9f\ud800-\udfff\u202a-\u202e\u2066-\u2069\ufffe\uffff]")


def clean(text: str) -> str:
    """The text as it is set. Raises Invalid when it holds control characters, which no paper can show."""
    text = BLANKS.sub(" ", text).strip()
    if found := REFUSED.search(text):
        code = f"U+{ord(found[0]):04X}"
        shown = REFUSED.sub("□", text)[:40]
        raise Invalid(
            _("“%(text)s”里有不能印出的控制字符（%(code)s），请改正后再生成公文。") % {"text": shown, "code": code}
        )
    return text


def plain(value: Any) -> Any:
    """The description as lists, dicts and cleaned texts, each block naming its kind: what the setters read."""
    if is_dataclass(value) and not isinstance(value, type):
        named = {field.name: plain(getattr(value, field.name)) for field in fields(value)}
        return {"kind": type(value).__name__.lower(), **named}
    if isinstance(value, str):
        return clean(value)
    if isinstance(value, datetime | date):
        return value.isoformat()
    if isinstance(value, Sequence):
        return [plain(each) for each in value]
    return value


def texts(value: Any) -> list[str]:
    """Every text of what `plain` gave, in order."""
    if isinstance(value, str):
        return [value]
    if isinstance(value, dict):
        return [text for key, each in value.items() if key != "kind" for text in texts(each)]
    return [text for each in value for text in texts(each)] if isinstance(value, list) else []
