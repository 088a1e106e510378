"""From an uploaded workbook to a draft, or to the same workbook with what is wrong marked in it; for pages and API."""

import tempfile
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import datetime
from pathlib import Path
from typing import Any

from django.db import transaction
from django.utils.translation import gettext as _

from appraisal.library import usecases
from appraisal.library.forms import book, book_reading
from appraisal.library.models import TemplateVersion
from core.errors import Conflict, Invalid
from core.files import scanning
from tenants.actors import Actor


@dataclass(frozen=True)
class Asked:
    """What the form adds to the file; empty is as the file says."""

    code: str = ""
    name: str = ""
    year: int | None = None
    next_version: bool = False


class _OnlyChecked(Exception):
    """Undo what the check made."""


@contextmanager
def lying(upload: Any) -> Iterator[Path]:
    """The upload as a file, looked at by the scanner, gone afterwards. Raises Invalid, Conflict (scanner)."""
    with tempfile.NamedTemporaryFile(suffix=".xlsx") as file:
        for chunk in upload.chunks():
            file.write(chunk)
        file.flush()
        path = Path(file.name)
        scanning.check(path, upload.name)
        yield path


def take(path: Path, asked: Asked, *, actor: Actor, at: datetime) -> TemplateVersion:
    """The draft that the workbook says.

    Raises as usecases.import_scheme; Invalid with `rows` {code, message} where `message` names sheet and cell.
    """
    found = book_reading.read(path)
    with transaction.atomic():
        try:
            version = usecases.import_scheme(
                rows=found.rows, given_checks=found.checks, actor=actor, at=at, **_about(found, asked)
            )
        except Invalid as refusal:
            if not refusal.rows:
                raise
            raise _refused(found.marks_of(refusal.rows)) from None
        if found.marks:
            raise _refused(found.marks)
        return version


def _about(found: book_reading.Book, asked: Asked) -> dict[str, Any]:
    year = asked.year
    if year is None:
        told = str(found.about.get("year", ""))
        if not (told.isdecimal() and len(told) == 4):
            raise Invalid(_("请填写考核年度：文件“说明”工作表里没有写，或不是四位数字。"), field="year")
        year = int(told)
    about = {key: str(found.about.get(key, "")) for key in ("name_en", "note")}
    return {
        **about,
        "code": asked.code or str(found.about.get("code", "")),
        "name": asked.name or str(found.about.get("name", "")),
        "year": year,
        "na_treatment": found.about.get("na_treatment") or TemplateVersion.NaTreatment.REDISTRIBUTE,
        "next_version": asked.next_version,
    }


def _refused(marks: list[book.Mark]) -> Invalid:
    rows = [
        {"code": mark.code, "message": " ".join(part for part in (_place(mark), mark.message) if part)}
        for mark in marks
    ]
    said = _("；").join(f"{row['code']} {row['message']}".strip() for row in rows[:5])
    return Invalid(
        _("文件中有 %(count)s 处需要改正：%(what)s") % {"count": len(rows), "what": said}, field="file", rows=rows
    )


def _place(mark: book.Mark) -> str:
    return f"{mark.sheet}!{mark.ref}" if mark.ref else mark.sheet


def checked(path: Path, asked: Asked, *, actor: Actor, at: datetime) -> tuple[bytes, int]:
    """The same workbook with everything wrong marked in it, and how many places; nothing is kept.

    Raises Denied, Invalid (no such workbook at all).
    """
    found = book_reading.read(path)
    marks = list(found.marks)
    try:
        with transaction.atomic():
            usecases.import_scheme(
                rows=found.rows, given_checks=found.checks, actor=actor, at=at, **_about(found, asked)
            )
            raise _OnlyChecked
    except _OnlyChecked:
        pass
    except Invalid as refusal:
        marks = found.marks_of(refusal.rows) if refusal.rows else [*found.marks, book.Mark("", "", refusal.message)]
    except Conflict as refusal:
        marks.append(book.Mark("", "", refusal.message))
    return book.marked(path, marks), len(marks)
