"""Building the wall: repeatable, in the transaction of the upgrade, by the login that owns the tables."""

import hashlib
from typing import Any

from core.postgres.base import literal, quoted
from core.postgres.fitness import GROUP_ROLE
from core.postgres.wall import told
from core.postgres.wall.language import Rows, Table

SCHEMA = "anlan"  # reserved: no office may be called so
LOGIN_POLICY = "login_does_all"
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
    cursor.execute(f"CREATE SCHEMA IF NOT EXISTS {SCHEMA}")
    cursor.execute(f"REVOKE ALL ON SCHEMA {SCHEMA} FROM PUBLIC, {GROUP_ROLE}")
    for name, sql in wall.functions.items():
        cursor.execute(sql.replace("%", "%%") if "%" in sql else sql)
        cursor.execute(f"REVOKE ALL ON FUNCTION {SCHEMA}.{name}(name) FROM PUBLIC")
        # A policy runs with the rights of who asks; by name nobody of an office reaches into the schema.
        cursor.execute(f"GRANT EXECUTE ON FUNCTION {SCHEMA}.{name}(name) TO {GROUP_ROLE}")
    cursor.execute("REVOKE ALL ON SCHEMA public FROM PUBLIC")
    cursor.execute(f"REVOKE ALL ON SCHEMA public FROM {GROUP_ROLE}")
    cursor.execute(f"GRANT USAGE ON SCHEMA public TO {GROUP_ROLE}")
    cursor.execute(f"REVOKE ALL ON ALL TABLES IN SCHEMA public FROM PUBLIC, {GROUP_ROLE}")
    cursor.execute(f"REVOKE ALL ON ALL SEQUENCES IN SCHEMA public FROM PUBLIC, {GROUP_ROLE}")
    _shut_database(cursor)
    for name in there:
        _build_table(cursor, name, wall.tables[name])


def _shut_database(cursor: Any) -> None:
    """Nobody but the login connects to this database or makes temporary tables in it."""
    cursor.execute("SELECT quote_ident(current_database()), pg_get_userbyid(datdba) = current_user OR "
                   "(SELECT rolsuper FROM pg_roles WHERE rolname = current_user) "
                   "FROM pg_database WHERE datname = current_database()")  # fmt: skip
    database, ours = cursor.fetchone()
    if ours:
        cursor.execute(f"REVOKE ALL ON DATABASE {database} FROM PUBLIC")


def _build_table(cursor: Any, name: str, table: Table) -> None:
    place = f"public.{quoted(name)}"
    cursor.execute(f"ALTER TABLE {place} ENABLE ROW LEVEL SECURITY, FORCE ROW LEVEL SECURITY")
    cursor.execute("SELECT polname FROM pg_policy WHERE polrelid = %s::regclass", [place])
    for (old,) in cursor.fetchall():
        cursor.execute(f"DROP POLICY {quoted(old)} ON {place}")
    cursor.execute(f"CREATE POLICY {LOGIN_POLICY} ON {place} TO CURRENT_USER USING (true) WITH CHECK (true)")
    if not isinstance(table, Rows):
        return
    for policy, (command, using, check) in table.policies.items():
        sql = f"CREATE POLICY {policy} ON {place} FOR {command} TO {GROUP_ROLE}"
        sql += f" USING ({using})" if using else ""
        sql += f" WITH CHECK ({check})" if check else ""
        cursor.execute(sql.replace("%", "%%") if "%" in sql else sql)
    _mark(cursor, place, table)
    _grant(cursor, place, name, table)


def _mark(cursor: Any, place: str, table: Rows) -> None:
    cursor.execute(STANDING, [place])
    for policy, _command, _permissive, _roles, using, check, _mark in cursor.fetchall():
        if policy in table.policies:
            text = literal(mark(table.policies[policy], using, check))
            cursor.execute(f"COMMENT ON POLICY {policy} ON {place} IS {text}")


def _grant(cursor: Any, place: str, name: str, table: Rows) -> None:
    whole = sorted(table.privileges - ({"UPDATE"} if table.fixed else set()))
    cursor.execute(f"GRANT {', '.join(whole)} ON {place} TO {GROUP_ROLE}")
    if table.fixed and table.change:
        columns = ", ".join(quoted(column) for column in told.columns_of(cursor, name) if column not in table.fixed)
        cursor.execute(f"GRANT UPDATE ({columns}) ON {place} TO {GROUP_ROLE}")
