"""The owner of schemas, tables and functions: a role that nobody signs in as (adr/0020).

`owner@<database>` is become by one login alone, that of OWNER_DATABASE_URL: commands at the keyboard and the jobs that
make schemas have it. It makes roles itself, as the login that it is, and everything in the database as the owner. The
portal's login (DATABASE_URL) owns nothing. Where there is no such role, the portal's login owns everything, as before.

The audit log is not even the owner's but `audit@<database>`'s, with the functions that append to it: what runs as the
owner by a page's wish (functions of the wall, taking an office in) may read the log and no more. While an upgrade lasts
the owner has its rights as well, for migrations and the wall.
"""

import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from typing import Any

from django.db import connection, transaction

from core import office
from core.postgres.base import quoted
from core.postgres.fitness import LOG_PREFIX, PORTAL_ROLE
from core.postgres.fitness import OWNER_PREFIX as PREFIX

LOCK_TIMEOUT = "5s"
# What PostgreSQL shuts to everybody (catalog.sql) and the owner's functions call, or are written in: what it is, its
# rights, and whether they are in force.
_LANGUAGE = (
    "(SELECT lanacl FROM pg_language WHERE lanname = '{0}')",
    "has_language_privilege(%(owner)s, '{0}', 'USAGE')",
)
NEEDS = (
    (
        "EXECUTE ON FUNCTION pg_catalog.set_config(text, text, boolean)",
        "(SELECT proacl FROM pg_proc WHERE oid = 'pg_catalog.set_config(text,text,boolean)'::regprocedure)",
        "has_function_privilege(%(owner)s, 'pg_catalog.set_config(text,text,boolean)', 'EXECUTE')",
    ),
    *((f"USAGE ON LANGUAGE {name}", *(part.format(name) for part in _LANGUAGE)) for name in ("sql", "plpgsql")),
)
# Everything of this database that is not PostgreSQL's own nor an extension's, and who owns it: schema, kind, name, who.
# Sequences of a column follow their table, types of a table as well.
OWNED = """
    WITH mine AS (
        SELECT n.oid, n.nspname, n.nspowner FROM pg_namespace n
        WHERE n.nspname !~ '^pg_' AND n.nspname <> 'information_schema'
    )
    SELECT m.nspname AS schema, 'SCHEMA' AS kind, quote_ident(m.nspname) AS name, m.nspowner AS owner, false AS log
    FROM mine m
    UNION ALL
    SELECT m.nspname, CASE c.relkind WHEN 'S' THEN 'SEQUENCE' WHEN 'v' THEN 'VIEW' WHEN 'm' THEN 'MATERIALIZED VIEW'
                      WHEN 'f' THEN 'FOREIGN TABLE' ELSE 'TABLE' END, c.oid::regclass::text, c.relowner,
           m.nspname = 'public' AND c.relname IN ('core_auditentry', 'core_auditlink', 'core_audithead')
    FROM pg_class c JOIN mine m ON m.oid = c.relnamespace
    WHERE c.relkind IN ('r', 'p', 'v', 'm', 'f', 'S')
      AND NOT EXISTS (SELECT FROM pg_depend d WHERE d.classid = 'pg_class'::regclass AND d.objid = c.oid
                      AND d.deptype IN ('a', 'i', 'e'))
    UNION ALL
    SELECT m.nspname, CASE p.prokind WHEN 'a' THEN 'AGGREGATE' WHEN 'p' THEN 'PROCEDURE' ELSE 'FUNCTION' END,
           p.oid::regprocedure::text, p.proowner,
           m.nspname = 'public' AND p.proname IN ('audit_rows', 'audit_chain', 'audit_kept')
    FROM pg_proc p JOIN mine m ON m.oid = p.pronamespace
    WHERE NOT EXISTS (SELECT FROM pg_depend d WHERE d.classid = 'pg_proc'::regclass AND d.objid = p.oid
                      AND d.deptype = 'e')
    UNION ALL
    SELECT m.nspname, 'TYPE', t.oid::regtype::text, t.typowner, false
    FROM pg_type t JOIN mine m ON m.oid = t.typnamespace
    WHERE t.typtype IN ('e', 'd')
      AND NOT EXISTS (SELECT FROM pg_depend d WHERE d.classid = 'pg_type'::regclass AND d.objid = t.oid
                      AND d.deptype = 'e')
"""

# Policies first: forced row security would show the new owner an empty list of migrations. Who takes a thing over must
# be let into its schema, for that moment.
STRANGERS = f"""
    WITH needed AS (
        SELECT schema, CASE kind WHEN 'SCHEMA' THEN 1 ELSE 3 END AS place, log,
               format('ALTER %%s %%s OWNER TO %%I', kind, name, CASE WHEN log THEN %(log)s ELSE %(owner)s END::text)
               AS statement
        FROM ({OWNED}) owned
        WHERE pg_get_userbyid(owner)::text <> CASE WHEN log THEN %(log)s ELSE %(owner)s END
    ), moved AS (
        SELECT schema, place, statement FROM needed
        UNION ALL
        SELECT 'public', place, format(act, %(log)s::text)
        FROM (VALUES (2, 'GRANT CREATE, USAGE ON SCHEMA public TO %%I'),
                     (4, 'REVOKE CREATE ON SCHEMA public FROM %%I')) door(place, act)
        WHERE EXISTS (SELECT FROM needed WHERE log) AND %(log)s <> %(owner)s
        UNION ALL
        SELECT 'public', 0, format('ALTER POLICY %%I ON public.%%I TO %%I', p.polname, c.relname, o.name)
        FROM pg_policy p JOIN pg_class c ON c.oid = p.polrelid,
             LATERAL (SELECT CASE WHEN c.relname IN ('core_auditentry', 'core_auditlink', 'core_audithead')
                                  THEN %(log)s ELSE %(owner)s END::text AS name) o
        WHERE p.polname IN ('owner_does_all', 'login_does_all') AND c.relnamespace = 'public'::regnamespace
          AND pg_get_userbyid(c.relowner)::text <> o.name
    )
    SELECT schema, array_agg(statement ORDER BY place) FROM moved GROUP BY schema ORDER BY schema <> 'public', schema
"""
ASKED_EVERY = 30.0  # seconds
_apart: dict[tuple[object, ...], tuple[float, bool]] = {}


class NoOwner(RuntimeError):
    """The database's owner cannot be set apart; the message says what is missing and how to give it."""


def name_of(database: str) -> str:
    """The owner of a database. Roles belong to the whole server, so the database stands in the name.

    Raises ValueError when PostgreSQL would cut it off.
    """
    name = PREFIX + database
    if len(name.encode()) > 63:
        raise ValueError(f"The role {name} is longer than the 63 bytes of PostgreSQL: choose a shorter database name.")
    return name


def log_of(database: str) -> str:
    """The owner of the audit log of a database; as long as that of name_of."""
    return LOG_PREFIX + database


def found(cursor: Any) -> str | None:
    """The owner of this database, where it has one of its own."""
    cursor.execute("SELECT rolname::text FROM pg_roles WHERE rolname = %s || current_database()", [PREFIX])
    row = cursor.fetchone()
    return row[0] if row else None


def apart() -> bool:
    """Whether the schemas of this process's database have an owner of their own, asked every ASKED_EVERY seconds.

    With an office mounted, or none; in a transaction or outside.
    """
    at, now = connection.settings_dict, time.monotonic()
    place = (at["HOST"], at["PORT"], at["NAME"], at["USER"])
    if now - _apart.get(place, (float("-inf"), False))[0] >= ASKED_EVERY:
        with office.mounted(office.current() or office.PUBLIC), transaction.atomic(), connection.cursor() as cursor:
            _apart[place] = (now, found(cursor) is not None)
    return _apart[place][1]


def forget() -> None:
    """Have the next question ask the database."""
    _apart.clear()


def in_reach() -> bool:
    """Whether this process makes schemas and roles: it names the owner's login, or its own login owns everything."""
    return bool(connection.settings_dict.get("OWNER")) or not apart()


@contextmanager
def by_login(cursor: Any) -> Iterator[None]:
    """Roles and the database itself are the login's that signed in, not the owner's. Inside a transaction."""
    cursor.execute("SELECT current_user::text, session_user::text")
    now, login = cursor.fetchone()
    if now == login or not now.startswith(PREFIX):
        yield
        return
    cursor.execute("SET LOCAL ROLE NONE")
    yield  # after an error the transaction is over, and the role with it
    cursor.execute(f"SET LOCAL ROLE {quoted(now)}")


def make(cursor: Any, *, since_16: bool) -> bool:
    """Make the owner and the log's, with what they need; whether there was none.

    By the login that makes roles and owns the database. Raises NoOwner.
    """
    cursor.execute("SELECT pg_advisory_xact_lock(hashtextextended('anlan owner', 0)), current_database()")
    database = cursor.fetchone()[1]
    owner, log, fresh = name_of(database), log_of(database), found(cursor) is None
    for role in (owner, log, PORTAL_ROLE):
        cursor.execute("SELECT FROM pg_roles WHERE rolname = %s", [role])
        if cursor.fetchone() is None:
            cursor.execute(f"CREATE ROLE {quoted(role)} NOLOGIN")
    question = "pg_has_role(current_user, %s, 'SET') AND pg_has_role(current_user, %s, 'USAGE')"
    for role in (owner, log):
        cursor.execute(f"SELECT {question if since_16 else question.replace('SET', 'MEMBER')}", [role, role])
        if not cursor.fetchone()[0]:  # whoever makes a role may not thereby become it
            how = " WITH INHERIT TRUE, SET TRUE" if since_16 else ""
            cursor.execute(f"GRANT {quoted(role)} TO CURRENT_USER{how}")
    cursor.execute("SELECT pg_has_role(%s, %s, 'USAGE')", [owner, PORTAL_ROLE])
    if not cursor.fetchone()[0]:  # reads the log as the portal does
        cursor.execute(f"GRANT {PORTAL_ROLE} TO {quoted(owner)}")
    cursor.execute("SELECT has_database_privilege(%s, current_database(), 'CREATE')", [owner])
    if not cursor.fetchone()[0]:
        cursor.execute(f"GRANT CREATE ON DATABASE {quoted(database)} TO {quoted(owner)}")
    grant_needs(cursor, owner)
    return fresh


@contextmanager
def log_in_reach(cursor_of: Callable[[], Any]) -> Iterator[None]:
    """While a release changes the database the owner has the rights of the log's owner, too. By the login.

    cursor_of: opens a transaction and gives its cursor. Killed meanwhile, the next upgrade takes them back.
    """
    with cursor_of() as cursor, by_login(cursor):
        _log_to_owner(cursor, give=True)
    try:
        yield
    finally:
        with cursor_of() as cursor, by_login(cursor):
            _log_to_owner(cursor, give=False)


def reaching_the_log(cursor: Any) -> list[str]:
    """The owner, where it has the rights of the log's owner: right while an upgrade lasts, and else left from one."""
    cursor.execute(
        "SELECT o.rolname::text FROM pg_roles o, pg_roles l WHERE o.rolname = %s || current_database() "
        "AND l.rolname = %s || current_database() AND pg_has_role(o.oid, l.oid, 'MEMBER')",
        [PREFIX, LOG_PREFIX],
    )
    return [name for (name,) in cursor.fetchall()]


def _log_to_owner(cursor: Any, *, give: bool) -> None:
    cursor.execute("SELECT current_database()")
    database = cursor.fetchone()[0]
    owner, log = quoted(name_of(database)), quoted(log_of(database))
    if bool(reaching_the_log(cursor)) != give:
        cursor.execute(f"GRANT {log} TO {owner}" if give else f"REVOKE {log} FROM {owner}")


def lacks(cursor: Any, owner: str, *, named: bool = False) -> list[str]:
    """Which of its NEEDS the owner, or the log's, has not; all when there is no such role.

    named: by a grant of its own, not by what is open to everybody.
    """
    own = "EXISTS (SELECT FROM aclexplode({0}) a JOIN pg_roles r ON r.oid = a.grantee WHERE r.rolname = %(owner)s)"
    questions = ", ".join(own.format(rights) if named else question for _what, rights, question in NEEDS)
    cursor.execute("SELECT FROM pg_roles WHERE rolname = %s", [owner])
    if cursor.fetchone() is None:
        return [what for what, *_rest in NEEDS]
    cursor.execute(f"SELECT {questions}", {"owner": owner})
    return [what for (what, *_rest), has in zip(NEEDS, cursor.fetchone(), strict=True) if not has]


def grant_needs(cursor: Any, owner: str) -> None:
    """Hand on what catalog.sql left to the login alone; before it is shut, and after. By the login. Raises NoOwner."""
    roles = (owner, LOG_PREFIX + owner.removeprefix(PREFIX))
    for role in roles:
        for what in lacks(cursor, role, named=True):
            cursor.execute(f"GRANT {what} TO {quoted(role)}")
    if missing := [what for role in roles for what in lacks(cursor, role)]:
        raise NoOwner(
            f"The login may not hand on {missing[0]}: run catalog.sql of this release once more, as a superuser "
            "(platform/docs/servers.md)."
        )


def strangers(cursor: Any, owner: str, log: str) -> list[tuple[str, list[str]]]:
    """(schema, statements that give its things to the owner) of each schema where somebody else owns something.

    log: to whom the audit log and what appends to it are given.
    """
    cursor.execute(STRANGERS, {"owner": owner, "log": log})
    return [(schema, list(statements)) for schema, statements in cursor.fetchall()]


def adopt(cursor: Any, statements: list[str]) -> None:
    """Give one schema's things to the owner, in the transaction of the caller. Waits LOCK_TIMEOUT for their users."""
    cursor.execute(f"SET LOCAL lock_timeout = '{LOCK_TIMEOUT}'")
    cursor.execute(";\n".join(statements).replace("%", "%%"))
