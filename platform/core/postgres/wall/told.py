"""The wall as the project tells it (settings.WALL), and the tables that are there to be walled."""

from dataclasses import dataclass
from functools import lru_cache
from importlib import import_module
from typing import Any

from django.conf import settings

from core.postgres.wall.language import Table


@dataclass(frozen=True)
class Wall:
    """tables: by name, of schema public. functions: name → SQL that makes `anlan.<name>(name)`."""

    tables: dict[str, Table]
    functions: dict[str, str]


@lru_cache(maxsize=1)
def wall() -> Wall:
    module = import_module(settings.WALL)
    return Wall(module.TABLES, module.FUNCTIONS)


def tables_there(cursor: Any) -> set[str]:
    """Every relation of schema public that holds rows: tables, partitioned ones, views, foreign ones."""
    cursor.execute(
        "SELECT relname FROM pg_class WHERE relnamespace = 'public'::regnamespace "
        "AND relkind IN ('r', 'p', 'v', 'm', 'f')"
    )
    return {name for (name,) in cursor.fetchall()}


def columns_of(cursor: Any, table: str) -> list[str]:
    cursor.execute(
        "SELECT attname FROM pg_attribute WHERE attrelid = format('public.%%I', %s::text)::regclass "
        "AND attnum > 0 AND NOT attisdropped ORDER BY attnum",
        [table],
    )
    return [name for (name,) in cursor.fetchall()]
