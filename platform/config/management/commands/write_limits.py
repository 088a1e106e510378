"""manage.py write_limits: all limits and periods of keeping, as pages of the documentation."""

import sys
from pathlib import Path
from typing import Any

from django.conf import settings
from django.core.management.base import BaseCommand, CommandParser

from config import retention
from core import parameters
from core.files import dangers, types
from core.parameters import Parameter

DOCS = Path("platform") / "docs"
MB = 1024 * 1024
WRITTEN = "Written by `manage.py write_limits` from the parameter files{more}; do not edit. A test compares."
LIMITS = f"""# Limits and other dated parameters

{WRITTEN.format(more="")} Each value holds from its day
on; an earlier day is judged by the value of that day. What is changed by an installation alone is in
[installation.md](installation.md), how often costly work is measured in [benchmarks.md](benchmarks.md).
"""
RETENTION = f"""# What is kept, and how long

{WRITTEN.format(more=" and `config/retention.py`")} Every table has a class; a new
one without fails the tests. Periods are dated parameters ([limits.md](limits.md)); a class without one says why.

| Data | Level | Kept | Days or number | Tables |
|---|---|---|---|---|
"""


class Command(BaseCommand):
    help = "Write platform/docs/limits.md and retention.md; --check only compares."
    requires_system_checks = ()

    def add_arguments(self, parser: CommandParser) -> None:
        parser.add_argument("--check", action="store_true", help="fail when a page is out of date")

    def handle(self, *args: Any, check: bool, **options: Any) -> None:
        for name, text in pages().items():
            path = Path(settings.BASE_DIR) / DOCS / name
            if check and (not path.is_file() or path.read_text("utf-8") != text):
                self.stderr.write(f"{DOCS / name} is out of date: run manage.py write_limits and commit it")
                sys.exit(1)
            if not check:
                path.write_text(text, "utf-8")


def pages() -> dict[str, str]:
    """Name of the page → its text."""
    return {"limits.md": _limits(), "retention.md": _retention()}


def found() -> dict[str, list[Parameter]]:
    """App → its parameters, by name."""
    return parameters.found(Path(settings.BASE_DIR), settings.PARAMETER_APPS)


def _limits() -> str:
    text = LIMITS
    for app, known in found().items():
        if known:
            text += f"\n## {app}\n\n| Name | What | Since | Value | Source |\n|---|---|---|---|---|\n"
            text += "".join(_row(parameter) for parameter in known)
    text += "\n## Bounds that are not dated\n\nThey keep the machine on its feet and judge nobody's work.\n\n"
    text += "| What | Bound | Where |\n|---|---|---|\n"
    return text + "".join(f"| {what} | {bound} | `{where}` |\n" for what, bound, where in bounds())


def _row(parameter: Parameter) -> str:
    return "".join(
        f"| `{parameter.name}` | {parameter.description} | {entry.since} | {_value(entry.value)} {parameter.unit} "
        f"| {entry.reference} |\n"
        for entry in parameter.values
    ).replace("  |", " |")


def _value(value: Any) -> str:
    """Short ones as they are; of tables how many entries, the file has the rest."""
    return parameters.shortly(value) or f"{len(value)} entries, in"


def bounds() -> list[tuple[str, str, str]]:
    """What a request, a form and a file may be at most."""
    return [
        ("a request", f"{settings.REQUEST_MAX_BYTES // MB} MB", "REQUEST_MAX_BYTES"),
        (
            "a form without its files, a JSON body",
            f"{settings.DATA_UPLOAD_MAX_MEMORY_SIZE // MB} MB",
            "DATA_UPLOAD_MAX_MEMORY_SIZE",
        ),
        ("fields of a form", f"{settings.DATA_UPLOAD_MAX_NUMBER_FIELDS}", "DATA_UPLOAD_MAX_NUMBER_FIELDS"),
        ("an evidence file", f"{settings.EVIDENCE_MAX_BYTES // MB} MB", "EVIDENCE_MAX_BYTES"),
        ("characters of a file's name", f"{types.NAME_LENGTH}", "core.files.types.NAME_LENGTH"),
        ("parts of an office file", f"{dangers.MOST_ENTRIES}", "core.files.dangers.MOST_ENTRIES"),
        ("an office file unpacked", f"{dangers.EXPANDED // MB} MB", "core.files.dangers.EXPANDED"),
        ("unpacked to packed", f"{dangers.RATIO} times", "core.files.dangers.RATIO"),
        ("pixels of a picture", f"{dangers.MOST_PIXELS // 1_000_000} million", "core.files.dangers.MOST_PIXELS"),
    ]


def _retention() -> str:
    periods = {parameter.name: parameter for known in found().values() for parameter in known}
    text = RETENTION
    for each in retention.CLASSES:
        last = periods[each.parameter].values[-1] if each.parameter else None
        period = f"{last.value} {periods[each.parameter].unit} (`{each.parameter}`)" if last else "no end"
        tables = ", ".join(f"`{table}`" for table in each.tables)
        text += f"| {each.name} | {each.level} | {each.kept} | {period} | {tables} |\n"
    return text
