"""Which tables and rows are an office's own, as the project tells it (settings.OWN_ROWS); which columns stay out."""

from dataclasses import dataclass
from functools import lru_cache
from importlib import import_module

from django.conf import settings
from django.db import connection

from core.postgres.base import literal, quoted
from tenants.models import Office
from tenants.packing import SECRET

PUBLIC = "public"
# Changes with every sign-in, and says nothing that the log of sign-ins does not.
LEFT_OUT = {**SECRET, "tenants_user": SECRET["tenants_user"] | {"last_login"}}
CATALOG = """
    SELECT c.relname, array_agg(a.attname::text ORDER BY a.attnum)
    FROM pg_class c JOIN pg_namespace n ON n.oid = c.relnamespace
    JOIN pg_attribute a ON a.attrelid = c.oid AND a.attnum > 0 AND NOT a.attisdropped
    WHERE n.nspname = %s AND c.relkind = 'r' GROUP BY c.relname ORDER BY c.relname
"""


@dataclass(frozen=True)
class Own:
    """Conditions of the shared tables' rows, see config.own."""

    shared: dict[str, str]

    def where(self, table: str, office: Office, of: str) -> str:
        """The condition of an office's own rows, of tables that are read from the schema `of`."""
        return self.shared[table].format(of=quoted(of), office=int(office.pk), schema=literal(office.schema_name))


@lru_cache(maxsize=1)
def own() -> Own:
    return Own(dict(import_module(settings.OWN_ROWS).OWN))


def columns_in(schema: str) -> dict[str, list[str]]:
    """Table → its columns in order, of what stands in a schema; empty when there is no such schema."""
    with connection.cursor() as cursor:
        cursor.execute(CATALOG, [schema])
        return dict(cursor.fetchall())
