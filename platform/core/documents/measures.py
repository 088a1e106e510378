"""The figures of the standard, dated. Millimetres; type sizes and lines in points."""

from datetime import date
from pathlib import Path
from typing import Any, cast

from core import parameters

FILE = Path(__file__).parent / "params" / "gbt9704.yaml"


def in_force(on: date) -> dict[str, Any]:
    """Page, margins, lines × characters, sizes and rules in force on that day. Source: GB/T 9704-2012."""
    return cast("dict[str, Any]", parameters.load(FILE).value(on))
