"""A query of Django's, compiled once per process: for the few that run often and fetch much."""

from collections.abc import Callable
from functools import cached_property
from typing import Any

from django.db import connection, models

PLACE = -1  # stands for the parameter while the query is compiled; no key of a row is negative


class CompiledRows:
    """Rows of `make(key)`, a values_list query with one integer parameter; called with the key it runs.

    Building and compiling a query costs Django about as much as PostgreSQL needs to answer it for 16 offices, and a
    model instance several times its row; here what remains is the statement and its tuples.
    """

    def __init__(self, make: Callable[[int], models.QuerySet[Any, tuple[Any, ...]]]) -> None:
        self.make = make

    def __call__(self, key: int) -> list[tuple[Any, ...]]:
        """All rows, in one query."""
        sql, parameters, converters = self._compiled
        with connection.cursor() as cursor:
            cursor.execute(sql, [key if value == PLACE else value for value in parameters])
            rows: list[tuple[Any, ...]] = cursor.fetchall()
        return [_converted(row, converters) for row in rows] if converters else rows

    @cached_property
    def _compiled(self) -> tuple[str, tuple[Any, ...], dict[int, tuple[list[Callable[..., Any]], Any]]]:
        compiler = self.make(PLACE).query.get_compiler(connection=connection)
        sql, parameters = compiler.as_sql()
        shown = [entry[0] for entry in compiler.select[: compiler.col_count]]
        if parameters.count(PLACE) == 0:
            raise ValueError("the query does not use its key")
        return sql, parameters, compiler.get_converters(shown)


def _converted(row: tuple[Any, ...], converters: dict[int, tuple[list[Callable[..., Any]], Any]]) -> tuple[Any, ...]:
    values = list(row)
    for place, (functions, expression) in converters.items():
        for function in functions:
            values[place] = function(values[place], expression, connection)
    return tuple(values)
