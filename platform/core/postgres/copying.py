"""Many rows at once, in one statement: what a calculation or a spreadsheet writes by the thousand."""

from collections.abc import Iterable, Sequence
from itertools import islice
from typing import Any

from django.db import connection, models

from core.postgres.base import quoted

# Between columns and rows, and for null: control characters, which no text of ours has and no JSON may have.
UNIT, RECORD, NULL = "\x1f", "\x1e", "\x1d"
AT_ONCE = 5_000  # rows of a statement: a few megabytes
ROWS = "FROM string_to_table(%s, %s) line, string_to_array(line, %s, %s) f"


def copy_rows(
    model: type[models.Model],
    fields: Sequence[str],
    rows: Iterable[Sequence[object]],
    *,
    unique: Sequence[str] = (),
) -> None:
    """Append rows to a table, thousands in a statement; values are written as str() writes them, None as null.

    unique: the fields of a unique constraint; a row that is there already gets the other fields instead (no row may be
    given twice). Row policies, constraints and triggers hold as for an INSERT (COPY knows no policies, and would be
    refused); what only Django does (defaults, save signals) does not happen, so every column without a database default
    must be in `fields`. Dates and JSON come as text. Raises ValueError for text with one of the separators.
    """
    columns, values = _columns(model, fields), _values(model, fields)
    statement = f"INSERT INTO {quoted(model._meta.db_table)} ({', '.join(columns)}) SELECT {', '.join(values)} {ROWS}"
    if unique:
        keys = _columns(model, unique)
        changed = ", ".join(f"{each} = EXCLUDED.{each}" for each in columns if each not in keys)
        statement += f" ON CONFLICT ({', '.join(keys)}) DO UPDATE SET {changed}"
    _execute(model, statement, len(fields), rows)


def delete_rows(model: type[models.Model], fields: Sequence[str], rows: Iterable[Sequence[object]]) -> None:
    """Take away the rows of a table whose `fields` have these values, thousands in a statement.

    For tables that nothing refers to: row policies and triggers hold, cascades of Django's do not happen. Raises
    ValueError as `copy_rows`.
    """
    pairs = zip(_columns(model, fields), _values(model, fields), strict=True)
    same = " AND ".join(f"t.{column} = {value}" for column, value in pairs)
    statement = f"DELETE FROM {quoted(model._meta.db_table)} t USING {ROWS.removeprefix('FROM ')} WHERE {same}"
    _execute(model, statement, len(fields), rows)


def _columns(model: type[models.Model], fields: Sequence[str]) -> list[str]:
    return [quoted(str(model._meta.get_field(name).column)) for name in fields]  # type: ignore[union-attr]


def _values(model: type[models.Model], fields: Sequence[str]) -> list[str]:
    return [_value(place, model._meta.get_field(name)) for place, name in enumerate(fields, start=1)]


def _execute(model: type[models.Model], statement: str, width: int, rows: Iterable[Sequence[object]]) -> None:
    rest = iter(rows)
    while some := list(islice(rest, AT_ONCE)):
        text = RECORD.join(map(_line, some))
        if text.count(RECORD) != len(some) - 1 or text.count(UNIT) != len(some) * (width - 1):
            raise ValueError(f"a row of {model._meta.db_table} has a separator in its text, or too few columns")
        with connection.cursor() as cursor:
            cursor.execute(statement, [text, RECORD, UNIT, NULL])


def _line(row: Sequence[object]) -> str:
    return UNIT.join(NULL if value is None else str(value) for value in row)


def _value(place: int, field: Any) -> str:
    """The column read from text. Not as varchar(n): that cast would cut silently, the assignment refuses."""
    kind = str(field.db_type(connection)).split("(")[0]
    return f"f[{place}]" if kind in ("varchar", "text") else f"f[{place}]::{kind}"
