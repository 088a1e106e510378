"""Whether the logins of provinces (core.cells), and of their tools, are no more than told; asked of the catalogs."""

from collections.abc import Iterator
from typing import Any

from core.postgres.fitness import TRACKER_ROLE

PREFIX = "app_"
REMEDY = "`manage.py logins` puts it right."
LOGINS = """
    SELECT r.rolname, l.province, r.rolcanlogin,
           r.rolsuper OR r.rolbypassrls OR r.rolcreaterole OR r.rolcreatedb OR r.rolreplication OR r.rolinherit,
           ARRAY(SELECT pg_get_userbyid(m.roleid) FROM pg_auth_members m WHERE m.member = r.oid)::text[],
           ARRAY(SELECT 't_' || s FROM anlan.cell_schemas(('p_' || l.province)::name) s)::text[],
           EXISTS (SELECT FROM pg_shdepend d WHERE d.refclassid = 'pg_authid'::regclass AND d.refobjid = r.oid
                   AND (d.deptype = 'o' OR (d.deptype = 'a' AND d.classid <> 'pg_database'::regclass))),
           has_database_privilege(r.oid, current_database(), 'TEMP, CREATE')
    FROM pg_roles r, LATERAL (SELECT substr(r.rolname, 5, strpos(r.rolname, '@') - 5) AS province) l
    WHERE starts_with(r.rolname, 'app_') AND right(r.rolname, -strpos(r.rolname, '@')) = current_database()
      AND strpos(r.rolname, '@') > 0
"""

TRACKERS = """
    SELECT r.rolname::text,
           r.rolsuper OR r.rolbypassrls OR r.rolcreaterole OR r.rolcreatedb OR r.rolreplication,
           ARRAY(SELECT pg_get_userbyid(m.roleid) FROM pg_auth_members m WHERE m.member = r.oid)::text[],
           EXISTS (SELECT FROM pg_shdepend d WHERE d.refclassid = 'pg_authid'::regclass AND d.refobjid = r.oid
                   AND (d.deptype = 'o' OR (d.deptype = 'a' AND d.classid <> 'pg_database'::regclass)))
           OR has_database_privilege(r.oid, current_database(), 'TEMP, CREATE')
    FROM pg_roles r WHERE starts_with(r.rolname, %s) AND r.rolname LIKE '%%@' || current_database()
"""
TRACKS = "track_"


def name_of(province: str, database: str) -> str:
    """The login of a province. Logins belong to the whole server, so the database stands in the name.

    Raises ValueError when PostgreSQL would cut it off.
    """
    name = f"{PREFIX}{province}@{database}"
    if len(name.encode()) > 63:
        raise ValueError(f"The login {name} is longer than the 63 bytes of PostgreSQL: choose a shorter database name.")
    return name


def tracker_of(province: str, database: str) -> str:
    """The login that a province gives to a tool of its own. Raises ValueError as name_of."""
    name_of(province, f"{database}__")  # its name is two letters longer
    return f"{TRACKS}{province}@{database}"


def standing(cursor: Any) -> dict[str, tuple[str, list[str]]]:
    """Province → (its login, what is wrong with it), of all logins of this database that may sign in."""
    return {row[1]: (row[0], list(_wrong(*row))) for row in _rows(cursor) if row[2]}


def problems(cursor: Any) -> Iterator[str]:
    """Sentences on logins that reach further, or less far, than their province."""
    for row in _rows(cursor):
        yield from _wrong(*row)
    cursor.execute(TRACKERS, [TRACKS])
    for login, mighty, member_of, has in cursor.fetchall():
        if mighty or has:
            yield f'The login "{login}" has rights of its own: take them from it; {TRACKER_ROLE} has those it needs.'
        for other in sorted(set(member_of) - {TRACKER_ROLE}):
            yield f'The login "{login}" may become "{other}", and it is there to read: revoke that membership.'


def _rows(cursor: Any) -> list[Any]:
    cursor.execute("SELECT to_regprocedure('anlan.cell_schemas(name)')")
    if cursor.fetchone()[0] is None:
        return []
    cursor.execute(LOGINS)
    rows: list[Any] = cursor.fetchall()
    return rows


def _wrong(
    login: str, province: str, active: bool, mighty: bool, member_of: list[str], offices: list[str], has: bool,
    may: bool,
) -> Iterator[str]:  # fmt: skip
    if mighty:
        yield f'The login "{login}" inherits rights, passes row security or makes roles or databases. {REMEDY}'
    if has or may:
        yield f'The login "{login}" owns something or has rights of its own: REASSIGN and REVOKE them.'
    wanted = {*offices, f"p_{province}"} if offices and active else set()
    for other in sorted(set(member_of) - wanted):
        yield f'The login "{login}" may become "{other}", which is not of its province. {REMEDY}'
    for other in sorted(wanted - set(member_of)):
        yield f'The login "{login}" may not become "{other}" of its province. {REMEDY}'
