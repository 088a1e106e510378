"""Office schemas: creation, upgrade and their database roles, from SQL generated once per release.

A new office gets the collected SQL of all TENANT migrations in one transaction; an upgrade runs the SQL of the
missing ones. Compared with one `migrate` process per schema this is the batched design of tenancy 2.3; what cannot
be collected as SQL (RunPython) is refused here and belongs in a use case.
"""

import hashlib
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from functools import lru_cache
from typing import Any

from django.conf import settings
from django.db import connection, transaction
from django.db.migrations import RunPython
from django.db.migrations.loader import MigrationLoader
from django.utils import timezone

from core import office as office_core
from core.postgres.base import quoted
from core.postgres.fitness import GROUP_ROLE
from core.postgres.wall import asking, building
from tenants.models import Office


@lru_cache(maxsize=1)
def tenant_migrations() -> tuple[tuple[str, str, str], ...]:
    """(app label, migration name, SQL) of every TENANT migration, in order; the SQL names no schema."""
    loader = MigrationLoader(None)
    labels = {app.rsplit(".", 1)[-1] for app in settings.TENANT_APPS}
    plan: list[tuple[str, str]] = []
    for label in sorted(labels):
        for leaf in loader.graph.leaf_nodes(label):
            plan += [node for node in loader.graph.forwards_plan(leaf) if node not in plan]
    state = loader.project_state([])
    collected = []
    for node in plan:
        migration = loader.graph.nodes[node]
        if node[0] not in labels:
            migration.mutate_state(state, preserve=False)
            continue
        if any(isinstance(operation, RunPython) for operation in migration.operations):
            raise RuntimeError(f"{node[0]}.{node[1]} runs Python: move the data in a use case, per office")
        with _as_tenant(), connection.schema_editor(collect_sql=True, atomic=False) as editor:
            state = _as_sql(migration, state, editor)
        sql = "\n".join(line for line in editor.collected_sql if not line.startswith("--"))
        collected.append((node[0], node[1], sql))
    return tuple(collected)


def _as_sql(migration, state, editor):
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


def release() -> str:
    """Fingerprint of the TENANT migrations of this release: what an up-to-date schema bears."""
    text = "\n".join(f"{label}.{name}\n{sql}" for label, name, sql in tenant_migrations())
    return hashlib.sha256(text.encode()).hexdigest()


def ensure_roles() -> None:
    """Make the group role of all offices and build the wall around the shared tables, unless both stand. Maintenance.

    Raises WallDown when something is still open afterwards that this login cannot shut.
    """
    with transaction.atomic(), connection.cursor() as cursor:
        _create_role(cursor, GROUP_ROLE)
        if not asking.problems(cursor):
            return
        cursor.execute("SET LOCAL lock_timeout = '5s'")
        building.build(cursor)
        if left := asking.problems(cursor):
            raise asking.WallDown(left)


def _create_role(cursor, name: str) -> None:
    # Roles belong to the whole server: another database of it may make the same one at this moment.
    cursor.execute(
        f"DO $$ BEGIN CREATE ROLE {quoted(name)} NOLOGIN INHERIT; "
        "EXCEPTION WHEN duplicate_object OR unique_violation THEN NULL; END $$"
    )


def _join_group(cursor, role: str) -> None:
    """The office's role has the group's rights, and the login may become it."""
    # Before PostgreSQL 16 it is the role alone that says whether rights are inherited, since then each grant.
    by_grant = connection.pg_version >= 160000  # type: ignore[attr-defined]
    cursor.execute(f"GRANT {GROUP_ROLE} TO {quoted(role)}" + (" WITH INHERIT TRUE" if by_grant else ""))
    # Who makes a role may not thereby become it, unless the server was told so (createrole_self_grant).
    cursor.execute("SELECT pg_has_role(current_user, %s, %s)", [role, "SET" if by_grant else "MEMBER"])
    if not cursor.fetchone()[0]:
        cursor.execute(f"GRANT {quoted(role)} TO CURRENT_USER")


def create_schema(office: Office) -> None:
    """Create the office's schema, tables and role in one transaction. Raises if the schema exists."""
    name, role = quoted(office.schema_name), office_core.role_of(office.schema_name)
    with transaction.atomic(), connection.cursor() as cursor:
        _create_role(cursor, role)
        _join_group(cursor, role)
        cursor.execute(f"CREATE SCHEMA {name}")
        cursor.execute(f"SET LOCAL search_path TO {name}, public")
        cursor.execute(
            "CREATE TABLE django_migrations (id bigserial PRIMARY KEY, app varchar(255) NOT NULL, "
            "name varchar(255) NOT NULL, applied timestamptz NOT NULL)"
        )
        for label, migration, sql in tenant_migrations():
            _apply(cursor, label, migration, sql)
        _grant(cursor, office)
        Office.objects.filter(pk=office.pk).update(schema_release=release())
        cursor.execute("SET LOCAL search_path TO public")
    office.schema_release = release()


def _apply(cursor, label: str, migration: str, sql: str) -> None:
    if sql.strip():
        cursor.execute(sql.replace("%", "%%") if "%" in sql else sql)
    cursor.execute(
        "INSERT INTO django_migrations (app, name, applied) VALUES (%s, %s, %s)", [label, migration, timezone.now()]
    )


def _grant(cursor, office: Office) -> None:
    name, role = quoted(office.schema_name), quoted(office_core.role_of(office.schema_name))
    cursor.execute(f"GRANT USAGE ON SCHEMA {name} TO {role}")
    cursor.execute(f"GRANT SELECT, INSERT, UPDATE, DELETE ON ALL TABLES IN SCHEMA {name} TO {role}")
    cursor.execute(f"REVOKE ALL ON {name}.django_migrations FROM {role}")
    cursor.execute(f"GRANT USAGE, SELECT ON ALL SEQUENCES IN SCHEMA {name} TO {role}")
    cursor.execute("SELECT public.watch_rows(%s)", [office.schema_name])


def upgrade_schemas(told: Callable[[int, int], None] = lambda done, total: None) -> int:
    """Bring every office schema to this release, one transaction each; offices already there cost nothing.

    told(done, total) is called after each. Returns how many were changed. A failure leaves that office as it
    was, raises, and a second start resumes with it.
    """
    behind = list(Office.objects.exclude(schema_release=release()).exclude(schema_release="").order_by("id"))
    for done, office in enumerate(behind, start=1):
        _upgrade(office)
        told(done, len(behind))
    return len(behind)


def _upgrade(office: Office) -> None:
    with transaction.atomic(), connection.cursor() as cursor:
        cursor.execute("SET LOCAL lock_timeout = '3s'")
        cursor.execute(f"SET LOCAL search_path TO {quoted(office.schema_name)}, public")
        cursor.execute("SELECT app, name FROM django_migrations")
        applied = set(cursor.fetchall())
        for label, migration, sql in tenant_migrations():
            if (label, migration) not in applied:
                _apply(cursor, label, migration, sql)
        _grant(cursor, office)
        cursor.execute("SET LOCAL search_path TO public")
        Office.objects.filter(pk=office.pk).update(schema_release=release())
