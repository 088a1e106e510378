"""Whether a PostgreSQL can hold Anlan, asked through a bare cursor: before a start and before an upgrade."""

from typing import Any

OLDEST = 15  # the oldest that was tried; see platform/docs/servers.md
GROUP_ROLE = "anlan_office"  # the group of all offices' roles
CELL_ROLE = "anlan_cell"  # the group of all provinces' roles
PORTAL_ROLE = "anlan_portal"  # what the portal's login may do beside the offices, where it is not the owner
TRACKER_ROLE = "anlan_tracker"  # the group of logins that provinces give to tools of their own: they read
LOG_PREFIX = "audit@"  # the same: who owns the audit log beside it
OWNER_PREFIX = "owner@"  # and the database's name: who owns its schemas, where that is not the login (adr/0020)

QUESTIONS = """
    SELECT current_setting('server_version_num')::int / 10000, current_setting('server_version'),
           current_user, current_database(), current_setting('server_encoding'),
           (SELECT rolcreaterole OR rolsuper FROM pg_roles WHERE rolname = current_user),
           has_database_privilege(current_database(), 'CREATE'),
           (SELECT has_schema_privilege(oid, 'CREATE') OR pg_has_role(nspowner, 'MEMBER') FROM pg_namespace
            WHERE nspname = 'public'),
           (SELECT pg_has_role(oid, 'MEMBER WITH ADMIN OPTION') FROM pg_roles WHERE rolname = %s)
"""


def refusal(cursor: Any) -> str | None:
    """One sentence that says what is missing and how to give it, or None when nothing is."""
    cursor.execute(QUESTIONS, [GROUP_ROLE])
    major, version, login, database, encoding, makes_roles, makes_schemas, makes_tables, owns_group = cursor.fetchone()
    if major < OLDEST:
        return f"PostgreSQL {version} is too old: Anlan needs {OLDEST} or newer."
    if encoding != "UTF8":
        return f'The database "{database}" is encoded in {encoding}: Anlan needs one made with ENCODING UTF8.'
    if not makes_roles:
        return (
            f'The login "{login}" may not create roles, and every office has one of its own: '
            f'a superuser allows it with ALTER ROLE "{login}" CREATEROLE.'
        )
    if not makes_schemas or not makes_tables:
        return (
            f'The login "{login}" may not create schemas and tables in the database "{database}": '
            f'a superuser allows it with ALTER DATABASE "{database}" OWNER TO "{login}".'
        )
    # Before 16 whoever may create roles may hand out any; since then only those they made or were given.
    if major >= 16 and owns_group is False:
        return (
            f'The role "{GROUP_ROLE}" of this server belongs to another login than "{login}": use that login, '
            "or a server of its own for each installation."
        )
    return None
