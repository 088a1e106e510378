"""Comma-separated values that a spreadsheet opens without doing anything."""

import csv
from collections.abc import Iterable
from decimal import Decimal
from io import StringIO

BOM = "\ufeff"  # without it spreadsheets take UTF-8 for the local code page
# A cell that begins so is computed, or talks to a server, in every common spreadsheet.
STARTS = ("=", "+", "-", "@", "\t", "\r", "\n", "＝", "＋", "－", "＠")


def cell(value: object) -> str:
    """The value as text; what a spreadsheet would take for a formula begins with an apostrophe, numbers excepted."""
    text = "" if value is None else str(value).replace("\x00", "")
    if text.startswith(STARTS) and not isinstance(value, (int, float, Decimal)):
        return f"'{text}"
    return text


def line(values: Iterable[object]) -> str:
    """One row, quoted where needed."""
    out = StringIO()
    csv.writer(out).writerow([cell(value) for value in values])
    return out.getvalue()
