"""The month as a spreadsheet: laid out, written, read again, held against the portal cell by cell, faults written in.

Every cell that may be filled in has a key (a path of the fact, "nothing", "reason", "note", "county.<code>") and a
canonical text, '' where it is empty; what changed is told by these texts, never by how a program formats them. No
database, no clock.
"""

from appraisal.reporting.rules.book.cells import (
    COUNTY,
    NO,
    NOTE,
    NOTHING,
    REASON,
    YES,
    Kind,
    Unreadable,
    fact_of,
    kinds_of,
    said,
    same,
    texts_of,
)
from appraisal.reporting.rules.book.marking import Mark, mark
from appraisal.reporting.rules.book.merging import Cell, Touched, Verdict, held_against, result
from appraisal.reporting.rules.book.reading import Asked, Filled, Problem, read, stamp_of
from appraisal.reporting.rules.book.stamp import Stamp
from appraisal.reporting.rules.book.writing import Block, Layout, rows_of, write

__all__ = [
    "COUNTY", "NO", "NOTE", "NOTHING", "REASON", "YES", "Asked", "Block", "Cell", "Filled", "Kind", "Layout", "Mark",
    "Problem", "Stamp", "Touched", "Unreadable", "Verdict", "fact_of", "held_against", "kinds_of", "mark", "read",
    "result", "rows_of", "said", "same", "stamp_of", "texts_of", "write",
]  # fmt: skip
