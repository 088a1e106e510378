"""Whether the owner of the schemas (core.postgres.owner) stands apart from who serves pages; asked of the catalogs.

A database without such an owner has nothing to say here: its one login owns everything (adr/0020).
"""

from collections.abc import Iterator
from typing import Any

from core.postgres import owner
from core.postgres.fitness import PORTAL_ROLE

REMEDY = "`manage.py upgrade` puts it right."
ATTRIBUTES = """
    SELECT rolname::text, rolsuper OR rolbypassrls OR rolcreaterole OR rolcreatedb OR rolcanlogin OR rolreplication,
           current_user <> %(owner)s AND pg_has_role(session_user, oid, 'MEMBER'), session_user::text
    FROM pg_roles WHERE rolname IN (%(owner)s, %(log)s)
"""
# Logins that have the portal's rights in this database, and may not become its owner.
PORTALS = """
    SELECT r.rolname::text,
           r.rolsuper OR r.rolbypassrls OR r.rolcreaterole OR r.rolcreatedb OR r.rolreplication,
           ARRAY(SELECT pg_get_userbyid(m.roleid) FROM pg_auth_members m WHERE m.member = r.oid)::text[],
           EXISTS (SELECT FROM pg_shdepend d WHERE d.refclassid = 'pg_authid'::regclass AND d.refobjid = r.oid
                   AND (d.deptype = 'o' OR (d.deptype = 'a' AND d.classid <> 'pg_database'::regclass))),
           has_database_privilege(r.oid, current_database(), 'TEMP, CREATE')
    FROM pg_roles r, pg_roles o
    WHERE r.rolcanlogin AND o.rolname = %(owner)s AND NOT pg_has_role(r.oid, o.oid, 'MEMBER')
      AND has_database_privilege(r.oid, current_database(), 'CONNECT')
      AND EXISTS (SELECT FROM pg_auth_members m JOIN pg_roles g ON g.oid = m.roleid
                  WHERE m.member = r.oid AND g.rolname = %(portal)s)
    ORDER BY 1
"""


def problems(cursor: Any) -> Iterator[str]:
    """Sentences on what the owner does not own, and on a portal's login that reaches further than it is told to."""
    name = owner.found(cursor)
    if name is None:
        return
    log = owner.log_of(name.removeprefix(owner.PREFIX))
    for schema, _statements in owner.strangers(cursor, name, log):
        yield f'Things of the schema "{schema}" do not belong to "{name}" and "{log}". {REMEDY}'
    for role in (name, log):
        for what in owner.lacks(cursor, role):
            yield f'"{role}" lacks {what}. {REMEDY}'
    cursor.execute(ATTRIBUTES, {"owner": name, "log": log})
    for role, mighty, ours, login in cursor.fetchall():
        if mighty:
            yield f'The role "{role}" may sign in, pass row security or make roles or databases: take that from it.'
        if ours:
            yield f'The login "{login}" may become "{role}": DATABASE_URL must name another one.'
    cursor.execute("SELECT to_regclass('public.tenants_office')")
    if cursor.fetchone()[0] is None:
        return
    cursor.execute("SELECT 't_' || schema_name FROM public.tenants_office WHERE level = 'PLATFORM'")
    wanted = {PORTAL_ROLE, *(role for (role,) in cursor.fetchall())}
    cursor.execute(PORTALS, {"owner": name, "portal": PORTAL_ROLE})
    for portal, too_much, member_of, has, may in cursor.fetchall():
        if too_much:
            yield f'The login "{portal}" passes row security or makes roles or databases. {REMEDY}'
        if has or may:
            yield f'The login "{portal}" owns something or has rights of its own: REASSIGN and REVOKE them.'
        for other in sorted(set(member_of) - wanted):
            yield f'The login "{portal}" may become "{other}", which is not the portal\'s. {REMEDY}'
        for other in sorted(wanted - set(member_of)):
            yield f'The login "{portal}" may not become "{other}". {REMEDY}'
