"""What PostgreSQL itself opens to everybody (catalog.sql): whether it is shut, and shutting it where the login may.

Only a superuser may revoke rights on the catalog; the embedded server does it when it starts. Elsewhere it is the one
step that an administrator of the server takes by hand (platform/docs/servers.md).
"""

import re
from pathlib import Path
from typing import Any

SCRIPT = Path(__file__).with_name("catalog.sql")

OPEN = """
    SELECT DISTINCT p.proname::text FROM pg_proc p
    WHERE p.proname = ANY (%s) AND has_function_privilege('public', p.oid, 'EXECUTE')
      AND (p.pronamespace = 'pg_catalog'::regnamespace
           OR EXISTS (SELECT FROM pg_depend d WHERE d.objid = p.oid AND d.deptype = 'e'))
    UNION
    SELECT 'language ' || l.lanname FROM pg_language l
    WHERE l.lanpltrusted AND has_language_privilege('public', l.oid, 'USAGE')
    UNION
    SELECT v FROM unnest(%s) v WHERE has_table_privilege('public', to_regclass('pg_catalog.' || v), 'SELECT')
    UNION
    SELECT 'pg_settings' WHERE has_table_privilege('public', 'pg_catalog.pg_settings', 'UPDATE')
    ORDER BY 1
"""


def names(which: str) -> list[str]:
    """The names of one of the script's lists: `shut` (functions) or `views`."""
    found = re.search(rf"{which} constant text\[\] := ARRAY\[(.*?)\];", SCRIPT.read_text(), re.S)
    if found is None:
        raise LookupError(f"{SCRIPT.name} has no list {which}")
    return re.findall(r"'([a-z0-9_]+)'", found[1])


def open_doors(cursor: Any) -> list[str]:
    """What is open to PUBLIC and should not be, by name; empty when everything is shut."""
    cursor.execute(OPEN, [names("shut"), names("views")])
    return [name for (name,) in cursor.fetchall()]


def shut(cursor: Any) -> None:
    """Run the script for the login in force. Needs a superuser."""
    cursor.execute("SELECT current_user")
    login = cursor.fetchone()[0].replace("'", "''")
    cursor.execute(SCRIPT.read_text().replace(":'login'", f"'{login}'").replace("%", "%%"))


def refusal(cursor: Any) -> str | None:
    """One sentence that says what is open and how to shut it, or None."""
    doors = open_doors(cursor)
    if not doors:
        return None
    cursor.execute("SELECT current_user, current_database()")
    login, database = cursor.fetchone()
    return (
        f"PostgreSQL leaves {len(doors)} doors open to the roles of offices ({', '.join(doors[:4])} …): a superuser "
        f'shuts them once with psql -d "{database}" -v login="{login}" -f {SCRIPT}'
    )
