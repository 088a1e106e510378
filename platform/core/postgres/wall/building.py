"""Building the wall: repeatable, in the transaction of the upgrade, by who owns the tables."""

import hashlib
from typing import Any

from core.postgres import owner
from core.postgres.base import literal, quoted
from core.postgres.fitness import CELL_ROLE, GROUP_ROLE, LOG_PREFIX, PORTAL_ROLE, TRACKER_ROLE
from core.postgres.wall import told
from core.postgres.wall.language import Rows

SCHEMA = "anlan"  # reserved: no office may be called so
CELL_SCHEMA = "anlan_cell"  # reserved, too: what a province's role, and the portal's, may ask by name
GROUPS = f"{GROUP_ROLE}, {CELL_ROLE}, {PORTAL_ROLE}, {TRACKER_ROLE}"
BESIDE = f"{CELL_ROLE}, {PORTAL_ROLE}"
OWNER_POLICY = "owner_does_all"
PRIVILEGES = ("SELECT", "INSERT", "UPDATE", "DELETE", "TRUNCATE", "REFERENCES", "TRIGGER")

# What stands on a table: policies with their conditions as PostgreSQL keeps them, and the mark left at building.
STANDING = """
    SELECT p.polname, p.polcmd, p.polpermissive, p.polroles::regrole[]::text[], pg_get_expr(p.polqual, p.polrelid),
           pg_get_expr(p.polwithcheck, p.polrelid), obj_description(p.oid, 'pg_policy')
    FROM pg_policy p WHERE p.polrelid = %s::regclass
"""
COMMANDS = {"r": "SELECT", "a": "INSERT", "w": "UPDATE", "d": "DELETE", "*": "ALL"}


def mark(declared: tuple[str, str, str], using: str | None, check: str | None) -> str:
    """Fingerprint of a policy: as it was told, and as PostgreSQL understood it. Either one changed is found out."""
    text = "\x1f".join((*declared, using or "", check or ""))
    return "wall " + hashlib.sha256(text.encode()).hexdigest()


def build(cursor: Any) -> None:
    """Put everything in force: functions, then each table that is there. Needs the owner's rights; repeatable."""
    wall = told.wall()
    there = sorted(told.tables_there(cursor) & set(wall.tables))
    if there:  # all at once and first: a vacuum that holds a table would wait for our changes of the catalog, we for it
        cursor.execute("LOCK TABLE " + ", ".join(f"public.{quoted(name)}" for name in there))
    for schema in (SCHEMA, CELL_SCHEMA):
        cursor.execute(f"CREATE SCHEMA IF NOT EXISTS {schema}")
        cursor.execute(f"REVOKE ALL ON SCHEMA {schema} FROM PUBLIC, {GROUPS}")
    # A policy runs with the rights of who asks; by name nobody of an office reaches into the schema.
    _make_functions(cursor, SCHEMA, wall.functions, GROUPS)
    _make_functions(cursor, CELL_SCHEMA, wall.answers, BESIDE)
    cursor.execute(f"GRANT USAGE ON SCHEMA {CELL_SCHEMA} TO {BESIDE}")
    cursor.execute(f"GRANT USAGE ON SCHEMA {SCHEMA} TO {PORTAL_ROLE}")  # asks whether provinces' logins are as told
    cursor.execute("REVOKE ALL ON SCHEMA public FROM PUBLIC")
    cursor.execute(f"REVOKE ALL ON SCHEMA public FROM {GROUPS}")
    cursor.execute(f"GRANT USAGE ON SCHEMA public TO {GROUPS}")
    cursor.execute(f"REVOKE ALL ON ALL TABLES IN SCHEMA public FROM PUBLIC, {GROUPS}")
    cursor.execute(f"REVOKE ALL ON ALL SEQUENCES IN SCHEMA public FROM PUBLIC, {GROUPS}")
    with owner.by_login(cursor):
        _shut_database(cursor)
    cursor.execute("SELECT rolname FROM pg_roles WHERE rolname = %s || current_database()", [LOG_PREFIX])
    for (log,) in cursor.fetchall():  # its functions name tables of this schema
        cursor.execute(f"GRANT USAGE ON SCHEMA public TO {quoted(log)}")
    for name in there:
        _build_table(cursor, name, wall)


def _make_functions(cursor: Any, schema: str, functions: dict[str, str], groups: str) -> None:
    for name, sql in functions.items():
        cursor.execute(sql.replace("%", "%%") if "%" in sql else sql)
        signature = f"{schema}.{name}"  # no two of one name
        cursor.execute(f"REVOKE ALL ON FUNCTION {signature} FROM PUBLIC, {GROUPS}")
        cursor.execute(f"GRANT EXECUTE ON FUNCTION {signature} TO {groups}")


def _shut_database(cursor: Any) -> None:
    """Nobody but the login connects to this database or makes temporary tables in it."""
    cursor.execute("SELECT quote_ident(current_database()), pg_get_userbyid(datdba) = current_user OR "
                   "(SELECT rolsuper FROM pg_roles WHERE rolname = current_user) "
                   "FROM pg_database WHERE datname = current_database()")  # fmt: skip
    database, ours = cursor.fetchone()
    if ours:
        cursor.execute(f"REVOKE ALL ON DATABASE {database} FROM PUBLIC")


def _build_table(cursor: Any, name: str, wall: told.Wall) -> None:
    place = f"public.{quoted(name)}"
    cursor.execute(f"ALTER TABLE {place} ENABLE ROW LEVEL SECURITY, FORCE ROW LEVEL SECURITY")
    cursor.execute("SELECT polname FROM pg_policy WHERE polrelid = %s::regclass", [place])
    for (old,) in cursor.fetchall():
        cursor.execute(f"DROP POLICY {quoted(old)} ON {place}")
    cursor.execute("SELECT pg_get_userbyid(relowner)::text FROM pg_class WHERE oid = %s::regclass", [place])
    whose = quoted(cursor.fetchone()[0])
    cursor.execute(f"CREATE POLICY {OWNER_POLICY} ON {place} TO {whose} USING (true) WITH CHECK (true)")
    policies = wall.policies(name)
    for policy, (group, (command, using, check)) in policies.items():
        sql = f"CREATE POLICY {policy} ON {place} FOR {command} TO {group}"
        sql += f" USING ({using})" if using else ""
        sql += f" WITH CHECK ({check})" if check else ""
        cursor.execute(sql.replace("%", "%%") if "%" in sql else sql)
    cursor.execute(STANDING, [place])
    for policy, _command, _permissive, _roles, using, check, _mark in cursor.fetchall():
        if policy in policies:
            text = literal(mark(policies[policy][1], using, check))
            cursor.execute(f"COMMENT ON POLICY {policy} ON {place} IS {text}")
    for group, rows in wall.rights(name):
        _grant(cursor, place, name, group, rows)


def _grant(cursor: Any, place: str, name: str, group: str, rows: Rows) -> None:
    if whole := sorted(rows.privileges - rows.by_column.keys()):
        cursor.execute(f"GRANT {', '.join(whole)} ON {place} TO {group}")
    for privilege, without in rows.by_column.items():
        columns = ", ".join(quoted(column) for column in told.columns_of(cursor, name) if column not in without)
        cursor.execute(f"GRANT {privilege} ({columns}) ON {place} TO {group}")
