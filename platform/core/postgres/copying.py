"""Many rows at once, in one statement: what a calculation writes by the hundred thousand."""

from collections.abc import Iterable, Sequence
from itertools import islice
from typing import Any

from django.db import connection, models

from core.postgres.base import quoted

# Between columns and rows, and for null: control characters, which no text of ours has and no JSON may have.
UNIT, RECORD, NULL = "\x1f", "\x1e", "\x1d"
AT_ONCE = 5_000  # rows of a statement: a few megabytes


def copy_rows(model: type[models.Model], fields: Sequence[str], rows: Iterable[Sequence[object]]) -> None:
    """Append rows to a table, thousands in a statement; values are written as str() writes them, None as null.

    Row policies, constraints and triggers hold as for an INSERT (COPY knows no policies, and would be refused); what
    only Django does (defaults, save signals) does not happen, so every column without a database default must be in
    `fields`. Dates and JSON come as text. Raises ValueError for text with one of the separators.
    """
    known = [model._meta.get_field(name) for name in fields]
    columns = ", ".join(quoted(str(field.column)) for field in known)  # type: ignore[union-attr]
    values = ", ".join(_value(place, field) for place, field in enumerate(known, start=1))
    statement = (
        f"INSERT INTO {quoted(model._meta.db_table)} ({columns}) SELECT {values} "
        "FROM string_to_table(%s, %s) line, string_to_array(line, %s, %s) f"
    )
    rest = iter(rows)
    while some := list(islice(rest, AT_ONCE)):
        text = RECORD.join(map(_line, some))
        if text.count(RECORD) != len(some) - 1 or text.count(UNIT) != len(some) * (len(known) - 1):
            raise ValueError(f"a row of {model._meta.db_table} has a separator in its text, or too few columns")
        with connection.cursor() as cursor:
            cursor.execute(statement, [text, RECORD, UNIT, NULL])


def _line(row: Sequence[object]) -> str:
    return UNIT.join(NULL if value is None else str(value) for value in row)


def _value(place: int, field: Any) -> str:
    """The column read from text. Not as varchar(n): that cast would cut silently, the assignment refuses."""
    kind = str(field.db_type(connection)).split("(")[0]
    return f"f[{place}]" if kind in ("varchar", "text") else f"f[{place}]::{kind}"
