"""What a release makes of an office's schema: the TENANT migrations, as SQL that names no schema, and what is around.

Which there are costs reading a few files; their SQL is collected, once per process, only for those that somebody lacks.
"""

import hashlib
import re
import sys
from collections.abc import Collection, Iterator
from contextlib import contextmanager
from functools import lru_cache
from pathlib import Path
from typing import Any, NamedTuple

from django.conf import settings
from django.db import connection
from django.db.migrations import RunPython
from django.db.migrations.loader import MigrationLoader

Key = tuple[str, str]
STEPS_APP = "schemas"  # no app's label
ROLE = "<role>"  # stands for the office's role, quoted
# What every schema must have besides its migrations, once; each runs with the office's schema first in the path.
STEPS = {
    "0001_watched_and_never_emptied": "SELECT public.watch_rows(current_schema());\n"
    f"REVOKE ALL ON django_migrations FROM {ROLE};\nREVOKE ALL ON SEQUENCE django_migrations_id_seq FROM {ROLE}",
}
TABLE = re.compile(r'^CREATE TABLE "([^"]+)" \(("id" [^,]*GENERATED)?', re.MULTILINE)
ANY_TABLE = re.compile(r"\bCREATE\s+(?:UNLOGGED\s+)?TABLE\b", re.IGNORECASE)


class Plan(NamedTuple):
    """The migrations of all TENANT apps in order, and the loader that knows what they rest on."""

    loader: MigrationLoader
    keys: tuple[Key, ...]  # of the TENANT apps alone
    walk: tuple[Key, ...]  # with everything they rest on


def labels() -> set[str]:
    """The labels of the TENANT apps."""
    return {app.rsplit(".", 1)[-1] for app in settings.TENANT_APPS}


@lru_cache(maxsize=1)
def plan() -> Plan:
    """Read once per process. Raises RuntimeError for a migration that runs Python."""
    loader = MigrationLoader(None)
    walk: list[Key] = []
    for label in sorted(labels()):
        for leaf in loader.graph.leaf_nodes(label):
            walk += [node for node in loader.graph.forwards_plan(leaf) if node not in walk]
    keys = tuple(node for node in walk if node[0] in labels())
    for label, name in keys:
        if any(isinstance(operation, RunPython) for operation in loader.graph.nodes[label, name].operations):
            raise RuntimeError(f"{label}.{name} runs Python: move the data in a use case, per office")
    return Plan(loader, keys, tuple(walk))


def keys() -> tuple[Key, ...]:
    """(app label, name) of everything that an up-to-date schema has had, in order."""
    return plan().keys + tuple((STEPS_APP, name) for name in STEPS)


@lru_cache(maxsize=1)
def release() -> str:
    """Fingerprint over the text of all TENANT migrations and steps of this release: what an up-to-date schema bears."""
    known = plan()
    parts = [Path(_source(known.loader.graph.nodes[key])).read_bytes() for key in known.keys]
    parts += [f"{name}\n{sql}".encode() for name, sql in STEPS.items()]
    text = "\n".join(
        f"{label}.{name} {hashlib.sha256(part).hexdigest()}" for (label, name), part in zip(keys(), parts, strict=True)
    )
    return hashlib.sha256(text.encode()).hexdigest()


def _source(migration: Any) -> str:
    return str(sys.modules[type(migration).__module__].__file__)


def forget() -> None:
    """Read the migrations anew at the next question: for who changes them while a process runs (tests, benchmarks)."""
    for cached in (plan, release, _collected):
        cached.cache_clear()


def sql_of(lacking: Collection[Key]) -> list[tuple[Key, str]]:
    """The SQL of some of `keys()`, in order."""
    return list(_collected(frozenset(lacking)))


@lru_cache(maxsize=8)
def _collected(lacking: frozenset[Key]) -> tuple[tuple[Key, str], ...]:
    known = plan()
    state = known.loader.project_state([])
    collected: list[tuple[Key, str]] = []
    for node in known.walk:
        migration = known.loader.graph.nodes[node]
        if node not in lacking:
            migration.mutate_state(state, preserve=False)
            continue
        with _as_tenant(), connection.schema_editor(collect_sql=True, atomic=False) as editor:
            state = _as_sql(migration, state, editor)
        collected.append((node, "\n".join(line for line in editor.collected_sql if not line.startswith("--"))))
    collected += [((STEPS_APP, name), f"{sql};") for name, sql in STEPS.items() if (STEPS_APP, name) in lacking]
    return tuple(collected)


def _as_sql(migration: Any, state: Any, editor: Any) -> Any:
    """Like Migration.apply(collect_sql=True), without the router: these are TENANT migrations by choice."""
    for operation in migration.operations:
        before = state.clone()
        operation.state_forwards(migration.app_label, state)
        operation.database_forwards(migration.app_label, editor, before, state)
    return state


@contextmanager
def _as_tenant() -> Iterator[None]:
    """While it lasts, django-tenants' router allows TENANT apps: it looks at the connection's schema name only."""
    wrapper: Any = connection
    before, wrapper.schema_name = wrapper.schema_name, "an_office"
    try:
        yield
    finally:
        wrapper.schema_name = before


def tables_made(sql: str) -> list[tuple[str, bool]]:
    """(table, whether a sequence counts its id) of what collected SQL creates.

    Raises RuntimeError for one that is not written as Django writes it: its rights would be forgotten.
    """
    found = [(name, bool(counted)) for name, counted in TABLE.findall(sql)]
    if len(found) != len(ANY_TABLE.findall(sql)):
        raise RuntimeError('write CREATE TABLE "name" (…) as Django does: who may use the table is read from it')
    return found
