"""Whether every office's schema is what this release makes: its catalog as lines, compared with a fresh one.

A line names a table, column, constraint, index, trigger, policy, function or right, without the names of the schema and
its role, so that the lines of two offices can be the same. Order of columns does not count: an upgraded schema has
its newer columns last. A fresh schema is made and taken back in the same transaction; nothing of it stays.
"""

import re
from collections.abc import Collection, Iterable
from dataclasses import dataclass, field

from django.db import connection, transaction

from core.postgres.base import literal, quoted
from tenants import schemas
from tenants.models import Office, SchemaState
from tenants.models.office import OfficeState

REFERENCE = "anlan_reference"
OWN_USAGE = re.compile(r',?"?t_\*"?=U/[^,}]*')  # of the schema's rights, as its line writes them

# One row per thing: schema, line. %(names)s: the schemas. `short` takes their own name and role out of a text.
LINES = """
WITH wanted AS (
    SELECT n.oid, n.nspname, n.nspacl, 't_' || n.nspname AS role
    FROM pg_catalog.pg_namespace n WHERE n.nspname = ANY(%(names)s)
), relation AS (
    SELECT w.nspname, w.role, c.* FROM pg_catalog.pg_class c JOIN wanted w ON w.oid = c.relnamespace
), line AS (
    SELECT nspname, role, concat_ws(' ', 'schema', nspacl::text) AS text FROM wanted
  UNION ALL
    SELECT nspname, role, concat_ws(' ', 'relation', relname, relkind, relpersistence, 'rls', relrowsecurity,
           relforcerowsecurity, (SELECT string_agg(acl::text, ',' ORDER BY acl::text) FROM unnest(relacl) acl))
    FROM relation WHERE relkind IN ('r', 'p', 'v', 'm', 'S')
  UNION ALL
    SELECT r.nspname, r.role, concat_ws(' ', 'column', r.relname, a.attname,
           pg_catalog.format_type(a.atttypid, a.atttypmod), CASE WHEN a.attnotnull THEN 'NOT NULL' END,
           nullif(a.attidentity, ''), nullif(a.attgenerated, ''), pg_catalog.pg_get_expr(d.adbin, d.adrelid))
    FROM relation r JOIN pg_catalog.pg_attribute a ON a.attrelid = r.oid AND a.attnum > 0 AND NOT a.attisdropped
    LEFT JOIN pg_catalog.pg_attrdef d ON d.adrelid = r.oid AND d.adnum = a.attnum
    WHERE r.relkind IN ('r', 'p', 'v', 'm')
  UNION ALL
    SELECT r.nspname, r.role, concat_ws(' ', 'constraint', r.relname, k.conname,
           pg_catalog.pg_get_constraintdef(k.oid), CASE WHEN NOT k.convalidated THEN 'NOT VALID' END)
    FROM relation r JOIN pg_catalog.pg_constraint k ON k.conrelid = r.oid AND k.contype <> 'n'  -- the column says that
  UNION ALL
    SELECT r.nspname, r.role, concat_ws(' ', 'index', pg_catalog.pg_get_indexdef(i.indexrelid),
           CASE WHEN NOT i.indisvalid THEN 'INVALID' END)
    FROM relation r JOIN pg_catalog.pg_index i ON i.indrelid = r.oid
  UNION ALL
    SELECT r.nspname, r.role, concat_ws(' ', 'trigger', pg_catalog.pg_get_triggerdef(t.oid), t.tgenabled)
    FROM relation r JOIN pg_catalog.pg_trigger t ON t.tgrelid = r.oid AND NOT t.tgisinternal
  UNION ALL
    SELECT r.nspname, r.role, concat_ws(' ', 'policy', r.relname, p.polname, p.polcmd, p.polpermissive,
           pg_catalog.pg_get_expr(p.polqual, p.polrelid), pg_catalog.pg_get_expr(p.polwithcheck, p.polrelid))
    FROM relation r JOIN pg_catalog.pg_policy p ON p.polrelid = r.oid
  UNION ALL
    SELECT w.nspname, w.role, concat_ws(' ', 'function', pg_catalog.pg_get_functiondef(f.oid))
    FROM wanted w JOIN pg_catalog.pg_proc f ON f.pronamespace = w.oid AND f.prokind IN ('f', 'p')
)
SELECT nspname, replace(replace(replace(replace(text, quote_ident(nspname) || '.', ''), quote_ident(role), 't_*'),
                                quote_literal(nspname), '*'), nspname, '*') AS text
FROM line
"""


@dataclass(frozen=True)
class Drift:
    """How one office's schema differs from a fresh one, in lines."""

    schema: str
    missing: list[str] = field(default_factory=list)
    extra: list[str] = field(default_factory=list)

    def __str__(self) -> str:
        return f"{self.schema}: " + ", ".join(
            [f"lacks {line}" for line in self.missing] + [f"has {line}" for line in self.extra]
        )


def prints(names: Iterable[str]) -> dict[str, str]:
    """Schema name → one hash over its lines, in one query. A schema that is not there has no entry."""
    with connection.cursor() as cursor:
        cursor.execute(
            f"SELECT nspname, md5(string_agg(text, E'\\n' ORDER BY text COLLATE \"C\")) FROM ({LINES}) AS lines "
            "GROUP BY nspname",
            {"names": list(names)},
        )
        return dict(cursor.fetchall())


def lines(name: str) -> set[str]:
    """Everything that a schema has, as lines."""
    with connection.cursor() as cursor:
        cursor.execute(LINES, {"names": [name]})
        return {text for _schema, text in cursor.fetchall()}


def fresh() -> tuple[str, set[str]]:
    """Hash and lines of the schema that this release makes. Maintenance only."""
    with transaction.atomic():
        schemas.create_schema(Office(schema_name=REFERENCE))
        found = prints([REFERENCE])[REFERENCE], lines(REFERENCE)
        transaction.set_rollback(True)
    return found


def drifted(only: Collection[str] = ()) -> list[Drift]:
    """The offices whose schema is not what this release makes, in the order of their names. Maintenance only.

    One query for all offices, one for their own lists of migrations; what exactly differs is asked only where
    something does.
    only: these, instead of all.
    """
    states = SchemaState.objects.order_by("office__schema_name")
    states = states.filter(office__schema_name__in=only) if only else states
    had = dict(states.values_list("office__schema_name", "migrations"))
    archived = set(states.filter(office__state=OfficeState.ARCHIVED).values_list("office__schema_name", flat=True))
    expected, expected_lines = fresh()
    found = prints(had)
    lists = migrations_listed(found)
    drifts = []
    for name, told in had.items():
        if name not in found:
            drifts.append(Drift(name, missing=["schema"]))
            continue
        # The upgrade believes what is remembered of a schema; here it is asked.
        remembered = lists[name] if told is None else {(app, migration) for app, migration in told}
        missing = [f"migration {app}.{migration}" for app, migration in sorted(remembered - lists[name])]
        extra = [f"migration {app}.{migration}" for app, migration in sorted(lists[name] - remembered)]
        if found[name] != expected:
            there, wanted = lines(name), _shut(expected_lines) if name in archived else expected_lines
            missing += sorted(wanted - there)
            extra += sorted(there - wanted)
        elif name in archived:
            extra.append("schema open though archived")
        if missing or extra:
            drifts.append(Drift(name, missing, extra))
    return drifts


def _shut(expected: set[str]) -> set[str]:
    """The lines of a schema that its office's role does not get into."""
    return {OWN_USAGE.sub("", line) if line.startswith("schema ") else line for line in expected}


def migrations_listed(names: Iterable[str]) -> dict[str, set[tuple[str, str]]]:
    """What schemas say of themselves, each in its own list; in one query."""
    found: dict[str, set[tuple[str, str]]] = {name: set() for name in names}
    if not found:
        return {}
    each = (f"SELECT {literal(name)}, app, name FROM {quoted(name)}.django_migrations" for name in found)
    with connection.cursor() as cursor:
        cursor.execute(" UNION ALL ".join(each))
        for schema, app, name in cursor.fetchall():
            found[schema].add((app, name))
    return found
