"""Office schemas: how one is made, with its database role, from SQL generated once per release.

A new office gets the collected SQL of all TENANT migrations as one string in one transaction. Compared with one
`migrate` process per schema this is the batched design of tenancy 2.3; upgrades are in `tenants.upgrading`.
"""

from collections.abc import Iterable

from django.db import connection, transaction
from django.utils import timezone

from core import office as office_core
from core.postgres import owner
from core.postgres.base import literal, quoted
from core.postgres.fitness import CELL_ROLE, GROUP_ROLE
from core.postgres.wall import asking, building
from tenants import release
from tenants.models import Office, SchemaState
from tenants.models.office import Level

WITHOUT_CELL = """
    SELECT o.schema_name FROM public.tenants_office o
    WHERE o.level = 'PROVINCE' AND NOT EXISTS (
        SELECT FROM pg_roles r, pg_roles g WHERE r.rolname = 'p_' || o.schema_name AND g.rolname = %s
        AND pg_has_role(r.oid, g.oid, 'MEMBER'))
"""
WITHOUT_ROLE = "SELECT g FROM unnest(%s) g WHERE NOT EXISTS (SELECT FROM pg_roles WHERE rolname = g)"


# Where the library keeps what was applied; the login's alone.
LIST = (
    "CREATE TABLE django_migrations (id bigserial PRIMARY KEY, app varchar(255) NOT NULL, "
    "name varchar(255) NOT NULL, applied timestamptz NOT NULL)"
)


# Offices whose role gets into its schema though it is archived, or does not though it is not: (schema, archived).
DOORS = """
    SELECT o.schema_name, o.state = 'ARCHIVED' FROM public.tenants_office o
    JOIN pg_namespace n ON n.nspname = o.schema_name JOIN pg_roles r ON r.rolname = 't_' || o.schema_name
    WHERE has_schema_privilege(r.oid, n.oid, 'USAGE') = (o.state = 'ARCHIVED')
"""
OPEN = """
    SELECT coalesce((SELECT has_schema_privilege(r.oid, n.oid, 'USAGE') FROM pg_namespace n, pg_roles r
                     WHERE n.nspname = %s AND r.rolname = %s), false)
"""


def ensure_roles() -> None:
    """Make the group role of all offices and build the wall around the shared tables, unless both stand. Maintenance.

    Raises WallDown when something is still open afterwards that this login cannot shut.
    """
    with transaction.atomic(), connection.cursor() as cursor:
        cursor.execute(WITHOUT_CELL, [CELL_ROLE])
        without = [province for (province,) in cursor.fetchall()]
        cursor.execute(WITHOUT_ROLE, [asking.GROUPS])
        groups = [group for (group,) in cursor.fetchall()]
        with owner.by_login(cursor):
            for group in groups:
                _create_role(cursor, group)
            for province in without:
                _make_cell(cursor, province)
        match_doors()
        if not asking.problems(cursor):
            return
        cursor.execute("SET LOCAL lock_timeout = '5s'")
        building.build(cursor)
        if left := asking.problems(cursor):
            raise asking.WallDown(left)


def match_doors() -> list[str]:
    """Let every office's role into its schema, and that of an archived one not; answers whose changed. By the owner.

    A right to its tables does nothing without the schema's: it stays, and an upgrade that gives rights opens nothing.
    """
    with connection.cursor() as cursor:
        cursor.execute(DOORS)
        wrong = cursor.fetchall()
        for schema, archived in wrong:
            act, role = ("REVOKE", "FROM") if archived else ("GRANT", "TO")
            whom = quoted(office_core.role_of(schema))
            cursor.execute(f"{act} USAGE ON SCHEMA {quoted(schema)} {role} {whom}")
    return [schema for schema, _archived in wrong]


def is_open(office: Office) -> bool:
    """Whether the office's role gets into its schema; false where there is none."""
    with connection.cursor() as cursor:
        cursor.execute(OPEN, [office.schema_name, office_core.role_of(office.schema_name)])
        return bool(cursor.fetchone()[0])


def _create_role(cursor, name: str) -> None:
    # Roles belong to the whole server: another database of it may make the same one at this moment.
    cursor.execute(
        f"DO $$ BEGIN CREATE ROLE {quoted(name)} NOLOGIN INHERIT; "
        "EXCEPTION WHEN duplicate_object OR unique_violation THEN NULL; END $$"
    )


def _make_cell(cursor, province: str) -> None:
    """The role that acts beside the offices of a province (core.cells)."""
    role = office_core.cell_role(province)
    _create_role(cursor, role)
    _join_group(cursor, role, CELL_ROLE)


def _join_group(cursor, role: str, group: str = GROUP_ROLE) -> None:
    """The role of an office, or of a province, has its group's rights, and the login may become it."""
    # Before PostgreSQL 16 it is the role alone that says whether rights are inherited, since then each grant.
    by_grant = connection.pg_version >= 160000  # type: ignore[attr-defined]
    cursor.execute(f"GRANT {group} TO {quoted(role)}" + (" WITH INHERIT TRUE" if by_grant else ""))
    # Who makes a role may not thereby become it, unless the server was told so (createrole_self_grant).
    cursor.execute("SELECT pg_has_role(current_user, %s, %s)", [role, "SET" if by_grant else "MEMBER"])
    if not cursor.fetchone()[0]:
        cursor.execute(f"GRANT {quoted(role)} TO CURRENT_USER")


def create_schema(office: Office) -> None:
    """Create the office's schema, tables and role in one transaction. Raises if the schema exists."""
    name, role = quoted(office.schema_name), office_core.role_of(office.schema_name)
    with transaction.atomic(), connection.cursor() as cursor:
        with owner.by_login(cursor):
            _create_role(cursor, role)
            _join_group(cursor, role)
            if office.level == Level.PROVINCE:
                _make_cell(cursor, office.schema_name)
        parts = [
            f"CREATE SCHEMA {name}",
            f"SET LOCAL search_path TO {name}, public",
            LIST,
            f"GRANT USAGE ON SCHEMA {name} TO {quoted(role)}",
            *steps(office.schema_name, release.sql_of(release.keys())),
            listed(release.keys()),
            "SET LOCAL search_path TO public",
        ]
        cursor.execute(";\n".join(parts))
        if office.pk:  # one that is only compared with has no row
            SchemaState.objects.create(
                office=office, release=release.release(), migrations=release.keys(), at=timezone.now()
            )


def steps(schema: str, lacking: Iterable[tuple[release.Key, str]]) -> list[str]:
    """The statements that give a schema what it lacks, with its path in force: SQL, rights and triggers.

    Rights go table by table: ON ALL TABLES looks at every table of the database. Triggers are asked for only where
    there is a new table, by the same function in every case.
    """
    role = quoted(office_core.role_of(schema))
    parts: list[str] = []
    rights: list[str] = []
    watched = False
    for _key, sql in lacking:
        for table, counted in release.tables_made(sql):
            rights.append(f"GRANT SELECT, INSERT, UPDATE, DELETE ON {quoted(table)} TO {role}")
            if counted:
                rights.append(f"GRANT USAGE, SELECT ON SEQUENCE {quoted(f'{table}_id_seq')} TO {role}")
        watched = watched or "watch_rows" in sql
        parts += [sql.strip().rstrip(";").replace(release.ROLE, role)] if sql.strip() else []
    if rights and not watched:
        parts.append("SELECT public.watch_rows(current_schema())")
    return parts + rights


def listed(keys: Iterable[release.Key]) -> str:
    """The statement that notes migrations in the schema's own list."""
    rows = ", ".join(f"({literal(app)}, {literal(name)}, statement_timestamp())" for app, name in keys)
    return f"INSERT INTO django_migrations (app, name, applied) VALUES {rows}"
