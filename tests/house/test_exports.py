"""No export computes anything in a spreadsheet: every URL is asked, whatever answers with a table is read cell by cell.

A new export is found by what it answers, not by a list; one in a form that this test cannot read fails until it can.
"""

import csv
import re
from collections.abc import Callable, Iterator
from decimal import Decimal
from io import BytesIO, StringIO
from typing import Any
from zipfile import ZipFile

import pytest
from django.test import Client
from django.urls import reverse, set_script_prefix
from openpyxl import load_workbook

from core import office as office_core
from core import sheets
from tenants.actors import Actor
from tenants.models import Division, Office
from tests import factories
from tests.conftest import TODAY
from tests.core.test_audit_chain import commit
from tests.house import access, access_world, bodies
from tests.house.test_access_matrix import put_down

EVIL = [
    "=1+1", "+1", "-1+1", "@SUM(A1)", "\t=1", "\r=1", "＝1", "＋1", "－1", "＠SUM(A1)", "=cmd|' /C calc'!A0",
    '=HYPERLINK("//x")',
]  # fmt: skip
NUMBER = re.compile(r"-?\d+(\.\d+)?")
OFFICE_FILE = "application/vnd.openxmlformats-officedocument"


def _csv(raw: bytes) -> Iterator[str]:
    text = StringIO(raw.decode().removeprefix(sheets.BOM), newline="")
    return (cell for row in csv.reader(text) for cell in row)


def _lists(raw: bytes) -> Iterator[str]:
    """An archive's own lists lie at its top; in its folders are people's files, which are never changed."""
    with ZipFile(BytesIO(raw)) as archive:
        lists = [name for name in archive.namelist() if "/" not in name]
        assert lists
        assert all(name.endswith(".csv") for name in lists), f"{lists}: say here how to read it"
        for name in lists:
            yield from _csv(archive.read(name))


# How to read what an export answers: content type → its cells. Lines of JSON are for programs and open in none.
READERS: dict[str, Callable[[bytes], Iterator[str]]] = {
    "text/csv": _csv,
    "application/zip": _lists,
    "application/x-ndjson": lambda raw: iter(()),
    f"{OFFICE_FILE}.spreadsheetml.sheet": lambda raw: (
        str(cell.value)
        for sheet in load_workbook(BytesIO(raw))
        for row in sheet.iter_rows()
        for cell in row
        if cell.value
    ),
}
AS_UPLOADED = {"file", "api:file-content"}  # bytes of people's own files are never changed
# An archive is read by a program that takes it word for word (deploy/verify_archive.py): nothing in it may be changed.
NO_TABLES = {
    *("text/html", "application/json", "application/problem+json", "text/x-python"),
    *("application/pdf", "image/png", "application/x-tar", f"{OFFICE_FILE}.wordprocessingml.document"),
}


def runs(cell: str) -> bool:
    """Whether a spreadsheet would compute it."""
    return cell.startswith(sheets.STARTS) and not NUMBER.fullmatch(cell)


LEVELS = {"yunnan": "province", "kunming": "prefecture"}
TABLES = {
    "yunnan": {"audit-export", "api:audit-export", "results:uses-export", "results:summary", "ledger:evidence-set"},
    "kunming": {"audit-export", "results:uses-export", "duties:book-download", "ledger:evidence-set"},
}


def asked(slug: str, clients: dict[str, Client], ids: dict[str, Any]) -> Iterator[tuple[str, str, bytes]]:
    """(door, content type, content) of every GET of an office by somebody whom it lets in."""
    table = access.matrix("office")
    for door in access.doors("office"):
        role = next(iter(_roles(table.get(door.name, {}), slug)), None)
        if role is None or door.name in AS_UPLOADED:
            continue
        set_script_prefix("/")
        path = reverse(door.name, urlconf=access.CONFS["office"], kwargs=access_world.arguments(door, ids))
        path = f"/{slug}{path}" + (bodies.query(door.route, "GET") if door.is_api else "")
        answer = clients[role].get(path)
        kind = answer.headers.get("Content-Type", "").split(";")[0]
        streamed = answer.streaming and kind in READERS
        raw = b"".join(answer.streaming_content) if streamed else b""
        put_down(answer)
        yield door.name, kind, raw if streamed else (b"" if answer.streaming else answer.content)


@pytest.mark.parametrize("slug", LEVELS)
def test_no_cell_of_any_export_is_a_formula(
    actor: Callable[..., Actor], offices: dict[str, Office], settings: Any, tmp_path: Any, slug: str
) -> None:
    settings.EVIDENCE_DIR = settings.ARCHIVE_DIR = tmp_path
    world = access_world.build(actor, offices)[slug]
    with office_core.mounted(offices[slug].mount()):
        Division.objects.bulk_create(Division(office=offices[slug], name=name, valid_from=TODAY) for name in EVIL)
    commit()
    clients = {}
    for role in {role for row in access.matrix("office").values() for role in _roles(row, slug)}:
        clients[role] = Client()
        clients[role].force_login(factories.make_person(offices[slug], role))
    tables, seen = set(), set()
    for name, kind, raw in asked(slug, clients, world):
        assert kind in READERS or kind in NO_TABLES or not kind, f"{name} answers {kind}: say here how to read it"
        if kind in READERS:
            tables.add(name)
            cells = list(READERS[kind](raw))
            seen |= {evil for evil in EVIL for cell in cells if cell.endswith(evil)}
            assert [cell for cell in cells if runs(cell)] == [], name

    assert tables >= TABLES[slug]
    assert seen == set(EVIL)  # they were in what was exported


def _roles(row: access.Row, slug: str) -> list[str]:
    roles = row.get("GET", {}).get(LEVELS[slug]) or []
    return ["SYS_ADMIN"] if roles == access.EVERYONE else roles


def test_the_reader_finds_a_formula(monkeypatch: pytest.MonkeyPatch) -> None:
    """The control: without the apostrophe each would run; numbers stay numbers either way."""
    assert not any(runs(sheets.cell(evil)) for evil in EVIL)
    assert [sheets.cell(number) for number in (-1, -1.5, Decimal("-3.20"))] == ["-1", "-1.5", "-3.20"]
    monkeypatch.setattr(sheets, "STARTS", ())
    unguarded = [sheets.cell(evil) for evil in EVIL]
    monkeypatch.undo()
    assert all(runs(cell) for cell in unguarded)
