"""How a shadow differs from what is in use: one statement per table, which joins both by primary key in the database.

Each row that was added, is gone or was changed becomes a ShadowDifference, with the last entry that the audit log has
of it since the moment of the shadow; rows that are the same leave nothing.
"""

from typing import Any, TypedDict

from django.db import connection, transaction

from core.postgres.base import literal, quoted
from tenants.models import Office, Shadow, ShadowDifference
from tenants.shadowing.own import LEFT_OUT, PUBLIC, columns_in, own
from tenants.shadowing.scratch import Told
from tenants.shadowing.taking import HEADS

KEYS = """
    SELECT c.relname, min(a.attname) FROM pg_index i JOIN pg_class c ON c.oid = i.indrelid
    JOIN pg_attribute a ON a.attrelid = c.oid AND a.attnum = ANY (i.indkey)
    WHERE i.indisprimary AND c.relnamespace = to_regnamespace(%s) GROUP BY c.relname
"""
# What the log says of the row since the shadow: by its place in its chain where that is known, else by the moment.
# The names are qualified and the path is not asked. {table}: as a literal.
SINCE = """
    SELECT e.id, e.at, e.actor_id, count(*) OVER () AS changes
    FROM public.core_auditentry e LEFT JOIN public.core_auditlink l ON l.entry_id = e.id
    LEFT JOIN {place}.{heads} h ON h.chain = e.chain
    WHERE e.schema_name = {schema} AND e.table_name = {table} AND e.row_id = coalesce(s.{key}, l0.{key})::text
      AND CASE WHEN h.seq IS NULL THEN e.at > {as_of} ELSE l.seq IS NULL OR l.seq > h.seq END
    ORDER BY e.id DESC LIMIT 1
"""
DIFFERENT = """
INSERT INTO public.tenants_shadowdifference
    (shadow_id, table_name, row_id, kind, before, after, fields, entry_id, changes, changed_at, changed_by_id)
SELECT {shadow}, {table}, coalesce(s.{key}, l0.{key})::text,
       CASE WHEN l0.{key} IS NULL THEN 'GONE' WHEN s.{key} IS NULL THEN 'ADDED' ELSE 'CHANGED' END,
       CASE WHEN s.{key} IS NOT NULL THEN to_jsonb(s) END, CASE WHEN l0.{key} IS NOT NULL THEN to_jsonb(l0) END,
       CASE WHEN s.{key} IS NULL OR l0.{key} IS NULL THEN '[]'::jsonb ELSE
           (SELECT coalesce(jsonb_agg(b.key ORDER BY b.key), '[]') FROM jsonb_each(to_jsonb(s)) b
            JOIN jsonb_each(to_jsonb(l0)) a ON a.key = b.key WHERE a.value IS DISTINCT FROM b.value) END,
       since.id, coalesce(since.changes, 0), since.at, since.actor_id
FROM (SELECT {columns} FROM {then}) s FULL JOIN (SELECT {columns} FROM {now}) l0 ON l0.{key} = s.{key}
LEFT JOIN LATERAL ({since}) since ON true
WHERE s.{key} IS NULL OR l0.{key} IS NULL OR ROW({old}) IS DISTINCT FROM ROW({new})
"""


class Counted(TypedDict):
    """One table of a comparison, as Shadow.tables keeps it."""

    table: str
    own: bool  # of the office's schema, not a shared one
    then: int
    now: int
    added: int
    gone: int
    changed: int
    left_out: list[str]


@transaction.atomic
def compare(shadow: Shadow, office: Office, *, told: Told) -> list[Counted]:
    """Write down how the shadow differs from what is in use now; what was written before goes. By the owner.

    An office whose schema is gone has nothing in use: every row of its own is told as gone.
    """
    ShadowDifference.objects.filter(shadow=shadow).delete()
    there = columns_in(shadow.schema_name)
    in_use = {PUBLIC: columns_in(PUBLIC), office.schema_name: columns_in(office.schema_name)}
    keys = {schema: _keys(schema) for schema in in_use}
    counted: list[Counted] = []
    tables = [name for name in there if name != HEADS]
    for done, table in enumerate(tables):
        told(done, len(tables), table)
        schema = PUBLIC if table in own().shared else office.schema_name
        live = in_use[schema].get(table, [])
        columns = [name for name in there[table] if not live or name in live]
        key = keys[schema].get(table, "id")
        if key not in columns:
            continue
        where = own().where(table, office, PUBLIC) if schema == PUBLIC else "true"
        then = f"{quoted(shadow.schema_name)}.{quoted(table)}"
        now = f"{quoted(schema)}.{quoted(table)} WHERE {where}" if live else f"{then} WHERE false"
        _differences(shadow, table, schema, key, columns, then, now)
        left = sorted(set(live) ^ set(there[table])) if live else []
        left = [name for name in left if name not in LEFT_OUT.get(table, ())]
        counted.append(_count(shadow, table, schema != PUBLIC, then, now, left))
    return counted


def _keys(schema: str) -> dict[str, str]:
    with connection.cursor() as cursor:
        cursor.execute(KEYS, [schema])
        return dict(cursor.fetchall())


def _differences(
    shadow: Shadow, table: str, schema: str, key: str, columns: list[str], then: str, now: str
) -> None:  # fmt: skip
    names = {"table": literal(table), "key": quoted(key), "schema": literal(schema)}
    since = SINCE.format(
        **names,
        place=quoted(shadow.schema_name),
        heads=HEADS,
        as_of=f"{literal(shadow.as_of.isoformat())}::timestamptz",
    )
    sql = DIFFERENT.format(
        **names, shadow=int(shadow.pk), since=since, then=then, now=now, columns=", ".join(map(quoted, columns)),
        old=", ".join(f"s.{quoted(name)}" for name in columns), new=", ".join(f"l0.{quoted(name)}" for name in columns),
    )  # fmt: skip
    with connection.cursor() as cursor:
        cursor.execute(sql)


def _count(shadow: Shadow, table: str, of_office: bool, then: str, now: str, left_out: list[str]) -> Counted:
    with connection.cursor() as cursor:
        cursor.execute(f"SELECT (SELECT count(*) FROM {then}), (SELECT count(*) FROM {now})")
        before, after = cursor.fetchone()
        cursor.execute(
            "SELECT kind, count(*) FROM public.tenants_shadowdifference WHERE shadow_id = %s AND table_name = %s "
            "GROUP BY kind",
            [shadow.pk, table],
        )
        kinds: dict[str, Any] = dict(cursor.fetchall())
    return Counted(
        table=table, own=of_office, then=before, now=after, added=kinds.get("ADDED", 0), gone=kinds.get("GONE", 0),
        changed=kinds.get("CHANGED", 0), left_out=left_out,
    )  # fmt: skip
