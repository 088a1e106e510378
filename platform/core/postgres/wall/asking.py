"""Asking the database whether the wall stands as it is told; each difference is a sentence for who runs the server."""

import logging
from collections.abc import Iterator
from typing import Any, NamedTuple

from core.postgres.fitness import CELL_ROLE, GROUP_ROLE, LOG_PREFIX, PORTAL_ROLE, TRACKER_ROLE
from core.postgres.wall import catalog, logins, ownership, told
from core.postgres.wall.building import CELL_SCHEMA, COMMANDS, OWNER_POLICY, SCHEMA, mark
from core.postgres.wall.language import Table

RELATIONS = """
    SELECT relname, relrowsecurity, relforcerowsecurity, pg_get_userbyid(relowner)::text FROM pg_class
    WHERE relnamespace = 'public'::regnamespace AND relkind IN ('r', 'p', 'v', 'm', 'f')
"""
POLICIES = """
    SELECT c.relname, p.polname, p.polcmd, p.polpermissive,
           ARRAY(SELECT pg_get_userbyid(r) FROM unnest(p.polroles) r WHERE r <> 0)::text[],
           pg_get_expr(p.polqual, p.polrelid), pg_get_expr(p.polwithcheck, p.polrelid),
           obj_description(p.oid, 'pg_policy')
    FROM pg_policy p JOIN pg_class c ON c.oid = p.polrelid WHERE c.relnamespace = 'public'::regnamespace
"""
# What is granted on tables and columns to anybody but the owner: PUBLIC is grantee 0.
GRANTS = """
    SELECT c.relname, coalesce(r.rolname, 'PUBLIC'), a.privilege_type, NULL
    FROM pg_class c, aclexplode(c.relacl) a LEFT JOIN pg_roles r ON r.oid = a.grantee
    WHERE c.relnamespace = 'public'::regnamespace AND c.relkind IN ('r', 'p', 'v', 'm', 'f', 'S')
      AND a.grantee <> c.relowner
    UNION ALL
    SELECT c.relname, coalesce(r.rolname, 'PUBLIC'), a.privilege_type, t.attname
    FROM pg_class c JOIN pg_attribute t ON t.attrelid = c.oid AND NOT t.attisdropped,
         aclexplode(t.attacl) a LEFT JOIN pg_roles r ON r.oid = a.grantee
    WHERE c.relnamespace = 'public'::regnamespace AND a.grantee <> c.relowner
"""
COLUMNS = """
    SELECT c.relname, t.attname FROM pg_class c JOIN pg_attribute t ON t.attrelid = c.oid
    WHERE c.relnamespace = 'public'::regnamespace AND c.relkind IN ('r', 'p') AND t.attnum > 0 AND NOT t.attisdropped
"""
FUNCTIONS = """
    SELECT p.proname, p.prosecdef, coalesce(p.proconfig::text, ''), p.prosrc, p.proparallel = 's',
           has_function_privilege('public', p.oid, 'EXECUTE'), has_function_privilege(%s, p.oid, 'EXECUTE'),
           has_function_privilege(%s, p.oid, 'EXECUTE'), has_function_privilege(%s, p.oid, 'EXECUTE'),
           has_function_privilege(%s, p.oid, 'EXECUTE')
    FROM pg_proc p JOIN pg_namespace n ON n.oid = p.pronamespace WHERE n.nspname = %s
"""
ROLES = """
    SELECT r.rolname,
           r.rolsuper OR r.rolbypassrls OR r.rolcreaterole OR r.rolcreatedb OR r.rolcanlogin OR r.rolreplication,
           ARRAY(SELECT pg_get_userbyid(m.roleid) FROM pg_auth_members m WHERE m.member = r.oid)::text[]
    FROM pg_roles r
    WHERE r.rolname = ANY (%(groups)s)
       OR r.rolname IN (SELECT kind || n.nspname FROM pg_namespace n, unnest(ARRAY['t_', 'p_']) kind
                        WHERE n.nspname <> ALL (%(schemas)s))
"""
# Office schemas that somebody else's role gets into.
DOORS = """
    SELECT n.nspname, coalesce(r.rolname, 'PUBLIC'), a.privilege_type
    FROM pg_namespace n, aclexplode(n.nspacl) a LEFT JOIN pg_roles r ON r.oid = a.grantee
    WHERE n.nspname !~ '^(pg_|information_schema)' AND a.grantee <> n.nspowner
"""
# Whoever gets into one of certain schemas, by a right of its own or another's; {closed}: which.
INSIDE = """
    SELECT n.nspname, r.rolname FROM pg_namespace n JOIN ({closed}) c(name) ON c.name = n.nspname, pg_roles r
    WHERE (r.rolname = 't_' || n.nspname OR r.rolname LIKE 'p\\_%' OR r.rolname LIKE 't\\_%')
      AND has_schema_privilege(r.oid, n.oid, 'USAGE')
"""
PLACES = """
    SELECT bool_or(has_database_privilege(g, current_database(), 'TEMP')),
           bool_or(has_database_privilege(g, current_database(), 'CREATE')),
           bool_or(has_database_privilege(g, current_database(), 'CONNECT'))
    FROM unnest(%(groups)s) g
"""
ASKED_EVERY = 30.0
log = logging.getLogger("anlan.wall")
GROUPS = [GROUP_ROLE, CELL_ROLE, PORTAL_ROLE, TRACKER_ROLE]
DOORS_OF = {"public": GROUPS, CELL_SCHEMA: [CELL_ROLE, PORTAL_ROLE], SCHEMA: [PORTAL_ROLE]}
REMEDY = "`manage.py upgrade` puts it right."


class WallDown(RuntimeError):
    """Something of the wall does not hold and building did not help; `problems` are sentences."""

    def __init__(self, problems: list[str]) -> None:
        super().__init__(" ".join(problems))
        self.problems = problems


class Standing(NamedTuple):
    """wall: everything is as told. catalog: nothing of PostgreSQL's own stands open (core.postgres.wall.catalog)."""

    wall: bool
    catalog: bool


_asked: tuple[float, Standing] = (float("-inf"), Standing(wall=False, catalog=False))


def standing(cursor: Any, *, now: float) -> Standing:
    """How the wall stands, asked anew every ASKED_EVERY seconds; what is wrong is logged. now: a monotonic clock, s."""
    global _asked
    if now - _asked[0] >= ASKED_EVERY:
        found = problems(cursor)
        for sentence in found:
            log.error("the database wall is down: %s", sentence)
        _asked = (now, Standing(wall=not found, catalog=not catalog.open_doors(cursor)))
    return _asked[1]


def forget() -> None:
    """Have the next question ask the database."""
    global _asked
    _asked = (float("-inf"), _asked[1])


def problems(cursor: Any) -> list[str]:
    """What does not hold; empty when everything does. A dozen small queries of the catalogs, no row of an office."""
    wall = told.wall()
    cursor.execute("SELECT g FROM unnest(%s) g WHERE NOT EXISTS (SELECT FROM pg_roles WHERE rolname = g)", [GROUPS])
    if missing := cursor.fetchall():
        return [f'The role "{group}" is missing. {REMEDY}' for (group,) in missing]
    return [
        *_tables(cursor, wall.tables),
        *_policies(cursor, wall),
        *_grants(cursor, wall),
        *_functions(cursor, SCHEMA, wall.functions, (True, True, True, True)),
        *_functions(cursor, CELL_SCHEMA, wall.answers, (False, True, True, False)),
        *_roles(cursor),
        *_closed(cursor, wall.closed),
        *logins.problems(cursor),
        *ownership.problems(cursor),
    ]


def _closed(cursor: Any, schemas: str) -> Iterator[str]:
    """Schemas that are shut whole, and yet somebody's role gets in."""
    if schemas:
        cursor.execute(INSIDE.format(closed=schemas))
        for schema, role in cursor.fetchall():
            yield f'The office "{schema}" is archived, and {role} gets into its schema. {REMEDY}'


def _tables(cursor: Any, tables: dict[str, Table]) -> Iterator[str]:
    cursor.execute(RELATIONS)
    for name, enabled, forced, _owner in cursor.fetchall():
        if name not in tables:
            yield f'The table "{name}" of schema public has no entry in settings.WALL.'
        elif not (enabled and forced):
            yield f'Row security of the table "{name}" is not {"forced" if enabled else "on"}. {REMEDY}'


def _policies(cursor: Any, wall: told.Wall) -> Iterator[str]:
    tables = wall.tables
    cursor.execute(RELATIONS)
    there = {name: owner for name, _enabled, _forced, owner in cursor.fetchall()}
    cursor.execute(POLICIES)
    standing: dict[tuple[str, str], tuple[Any, ...]] = {(row[0], row[1]): row[2:] for row in cursor.fetchall()}
    for name in sorted(set(there) & set(tables)):
        wanted = {OWNER_POLICY: (there[name], ("ALL", "true", "true")), **wall.policies(name)}
        for policy, (role, declared) in wanted.items():
            found = standing.pop((name, policy), None)
            if found is None:
                yield f'The policy {policy} of the table "{name}" is missing. {REMEDY}'
                continue
            command, permissive, roles, using, check, noted = found
            same = (COMMANDS[command], permissive, roles) == (declared[0], True, [role])
            as_told = (
                (using, check) == ("true", "true") if policy == OWNER_POLICY else noted == mark(declared, using, check)
            )
            if not (same and as_told):
                yield f'The policy {policy} of the table "{name}" is not the one that is told. {REMEDY}'
    for name, policy in sorted(standing):
        if name in tables:
            yield f'The table "{name}" has a policy that nobody told: {policy}. {REMEDY}'


def _grants(cursor: Any, wall: told.Wall) -> Iterator[str]:
    cursor.execute(COLUMNS)
    columns: dict[str, set[str]] = {}
    for name, column in cursor.fetchall():
        columns.setdefault(name, set()).add(column)
    wanted: set[tuple[str, str, str, str | None]] = set()
    for name in sorted(set(wall.tables) & set(columns)):
        for group, rows in wall.rights(name):
            wanted |= {(name, group, privilege, None) for privilege in rows.privileges - rows.by_column.keys()}
            for privilege, without in rows.by_column.items():
                wanted |= {(name, group, privilege, column) for column in columns[name].difference(without)}
    cursor.execute(GRANTS)
    given = set(cursor.fetchall())
    for name, role, privilege, column in sorted(given - wanted, key=str):
        place = f'"{name}"' + (f', column "{column}"' if column else "")
        yield f"{role} has {privilege} on {place}, and nothing tells so. {REMEDY}"
    for name, role, privilege, column in sorted(wanted - given, key=str):
        place = f'"{name}"' + (f', column "{column}"' if column else "")
        yield f"{role} lacks {privilege} on {place}. {REMEDY}"


def _functions(
    cursor: Any, schema: str, told_ones: dict[str, str], who: tuple[bool, bool, bool, bool]
) -> Iterator[str]:
    """who: whether offices, provinces, the portal and trackers may execute them."""
    cursor.execute(FUNCTIONS, [*GROUPS, schema])
    found = {row[0]: row[1:] for row in cursor.fetchall()}
    for name, sql in told_ones.items():
        unknown = (False, "", "", False, True, False, False, False, False)
        definer, config, source, parallel, for_all, *for_groups = found.pop(name, unknown)
        good = definer and "search_path=pg_catalog, pg_temp" in config and source == sql.split("$body$")[1]
        good = good and parallel == ("PARALLEL SAFE" in sql)
        if not good or for_all or tuple(for_groups) != who:
            yield f"The function {schema}.{name} is not the one that is told. {REMEDY}"
    for name in sorted(found):
        yield f"The schema {schema} has a function that nobody told: {name}. Drop it."


def _roles(cursor: Any) -> Iterator[str]:
    cursor.execute(ROLES, {"groups": GROUPS, "schemas": ["public", SCHEMA, CELL_SCHEMA]})
    for name, mighty, member_of in cursor.fetchall():
        if mighty:
            yield f'The role "{name}" may sign in, pass row security or make roles or databases: take that from it.'
        allowed = set() if name in GROUPS else {CELL_ROLE if name.startswith("p_") else GROUP_ROLE}
        for other in sorted(set(member_of) - allowed):
            yield f'The role "{name}" may become "{other}": revoke that membership.'
    cursor.execute(DOORS)
    for schema, role, privilege in cursor.fetchall():
        own = DOORS_OF.get(schema, [f"t_{schema}"])
        logs = schema == "public" and role.startswith(LOG_PREFIX)  # who owns the audit log (core.postgres.owner)
        if not (role in own or logs) or privilege != "USAGE":
            yield f'{role} has {privilege} on the schema "{schema}", and nothing tells so. {REMEDY}'
    cursor.execute(PLACES, {"groups": GROUPS})
    for may, what in zip(cursor.fetchone(), ("make temporary tables", "make schemas", "connect"), strict=True):
        if may:
            yield f"Roles of offices may {what} in this database: its owner revokes that with REVOKE ALL … FROM PUBLIC."
