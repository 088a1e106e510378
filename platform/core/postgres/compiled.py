"""Queries of Django's, compiled once per process: for those that run on every page, and for those that fetch much."""

import copy
import inspect
from collections.abc import Callable
from datetime import date
from functools import cached_property, update_wrapper
from types import SimpleNamespace
from typing import Any, Generic, TypeVar, get_type_hints

from django.db import connection, models
from django.db.models.query import FlatValuesListIterable, ModelIterable, ValuesListIterable
from django.db.models.sql.compiler import SQLCompiler

# What stands for a parameter while the query is compiled: values that no query of ours names, and that fit into every
# column (Django answers itself, without asking, what a smallint cannot be).
PLACES: dict[type, Callable[[int], Any]] = {
    int: lambda number: 32_700 + number,
    date: lambda number: date(1, 1, 1 + number),
    str: lambda number: f"\0{number}",
}


Row = TypeVar("Row")
FORMS = (ModelIterable, ValuesListIterable, FlatValuesListIterable)


class Compiled(Generic[Row]):
    """The rows of `make(…)`, a query with parameters (int, date, str; never None): called with them it runs.

    Building and compiling a query costs Django about as much as PostgreSQL needs to answer it for 16 offices, and a
    model instance several times its row. Here what remains is the statement and, from values_list, its tuples; else
    the instances with what they were to be fetched with (select_related, not prefetch_related).

        @compiled
        def _open_months(office_id: int, on: date) -> QuerySet[Period]:
            return Period.objects.filter(…)

        months = _open_months(office.pk, today)  # a list
    """

    def __init__(self, make: Callable[..., models.QuerySet[Any, Row]]) -> None:
        self.make = make
        update_wrapper(self, make)

    def __call__(self, *keys: int | date | str) -> list[Row]:
        """All rows, in one query."""
        compiler, sql, places, form = self._compiled
        parameters = tuple(keys[place] if mine else place for place, mine in places)
        ready = copy.copy(compiler)
        ready.as_sql = lambda *_args, **_kwargs: (sql, parameters)  # type: ignore[method-assign]
        if form is not ModelIterable:
            rows: Any = ready.results_iter(tuple_expected=True)
            return [row[0] for row in rows] if form is FlatValuesListIterable else list(rows)
        source: Any = SimpleNamespace(
            db=connection.alias, _known_related_objects={}, query=SimpleNamespace(get_compiler=lambda **_using: ready)
        )
        return list(ModelIterable(source))

    def first(self, *keys: int | date | str) -> Row | None:
        """The only row, or None; the query itself says that there is at most one, by a key or `[:1]`."""
        return next(iter(self(*keys)), None)

    @cached_property
    def _compiled(self) -> tuple[SQLCompiler, str, tuple[tuple[Any, bool], ...], type]:
        """The compiler after its work; the statement; its parameters: (value, False) or (number of a key, True)."""
        hints = get_type_hints(self.make)
        keys = [PLACES[hints[name]](number) for number, name in enumerate(inspect.signature(self.make).parameters)]
        rows = self.make(*keys)
        form = rows._iterable_class
        if form not in FORMS or rows._prefetch_related_lookups:  # type: ignore[attr-defined]
            raise ValueError(f"{self.make.__name__}: give instances or a values_list, and prefetch after it has run")
        compiler = rows.query.get_compiler(connection=connection)  # that of the thread which asks
        sql, parameters = compiler.as_sql()
        if unused := [key for key in keys if key not in parameters]:
            raise ValueError(f"{self.make.__name__}: the query does not use every parameter ({unused})")
        places = tuple((keys.index(each), True) if each in keys else (each, False) for each in parameters)
        return compiler, sql, places, form


def compiled(make: Callable[..., models.QuerySet[Any, Row]]) -> Compiled[Row]:
    """Decorator: the query that the function makes, compiled at its first call."""
    return Compiled(make)
