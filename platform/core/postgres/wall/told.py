"""The wall as the project tells it (settings.WALL), and the tables that are there to be walled."""

from dataclasses import dataclass
from functools import lru_cache
from importlib import import_module
from typing import Any

from django.conf import settings

from core.postgres.fitness import CELL_ROLE, GROUP_ROLE, PORTAL_ROLE, TRACKER_ROLE
from core.postgres.wall.language import Rows, Table


@dataclass(frozen=True)
class Wall:
    """tables: by name, of schema public; cells: the same for the roles of provinces, of those tables that they reach;
    portal: for the portal's login, where it does not own them; tracker: for logins of provinces' own tools.

    closed: SQL that names the schemas which not even their own offices' roles get into; '' for none.
    functions: name → SQL that makes `anlan.<name>(name)`; answers: name → SQL that makes `anlan_cell.<name>(…)`.
    """

    tables: dict[str, Table]
    cells: dict[str, Rows]
    portal: dict[str, Rows]
    tracker: dict[str, Rows]
    functions: dict[str, str]
    answers: dict[str, str]
    closed: str = ""

    def policies(self, table: str) -> dict[str, tuple[str, tuple[str, str, str]]]:
        """Policy name → (the group it is for, what it says) of everything told about a table."""
        found = {name: (GROUP_ROLE, said) for name, said in self.tables[table].policies.items()}
        for who, role, tables in self._others:
            if table in tables:
                found |= {name: (role, said) for name, said in tables[table].policies_of(who).items()}
        return found

    def rights(self, table: str) -> list[tuple[str, Rows]]:
        """(group, what it may) of everything told about a table."""
        found: list[tuple[str, Rows]] = []
        if isinstance(rows := self.tables[table], Rows):
            found.append((GROUP_ROLE, rows))
        return found + [(role, tables[table]) for _who, role, tables in self._others if table in tables]

    @property
    def _others(self) -> tuple[tuple[str, str, dict[str, Rows]], ...]:
        return (
            ("cell", CELL_ROLE, self.cells),
            ("portal", PORTAL_ROLE, self.portal),
            ("tracker", TRACKER_ROLE, self.tracker),
        )


@lru_cache(maxsize=1)
def wall() -> Wall:
    module = import_module(settings.WALL)
    return Wall(
        module.TABLES, module.CELLS, module.PORTAL, module.TRACKER, module.FUNCTIONS, module.ANSWERS, module.CLOSED
    )


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
