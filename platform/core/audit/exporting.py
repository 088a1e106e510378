"""Entries as JSON lines: all that `deploy/verify_audit_export.py` needs, without a database.

The first line says what it is; then one object per entry, by chain and place, with the very texts that are hashed.
"""

import json
from collections.abc import Iterator
from datetime import datetime
from typing import Any

from django.db import connection

FORMAT = "anlan-audit-1"
BATCH = 2000
COLUMNS = (
    *("id", "at", "actor_id", "chain", "schema_name", "table_name", "row_id", "action", "request_id", "address"),
    *("before", "after"),
)
ROWS = """
    SELECT l.chain, l.seq, l.reason, encode(l.prev, 'hex'), encode(l.hash, 'hex'),
           e.id, (extract(epoch FROM e.at) * 1000000)::bigint, e.actor_id, e.chain, e.schema_name, e.table_name,
           e.row_id, e.action, e.request_id, e.address, e.before, e.after
    FROM public.core_auditlink l LEFT JOIN public.core_auditentry e ON e.id = l.entry_id
"""


def header(*, whole: bool, at: datetime, chain: str = "") -> str:
    """whole: every entry of the chain, or with '' of all chains, follows, so that a gap is a fault."""
    facts = {"format": FORMAT, "whole": whole, "chain": chain, "exported_at": at.isoformat(timespec="seconds")}
    return json.dumps(facts) + "\n"


def whole_chains(chain: str = "", *, at: datetime) -> Iterator[str]:
    """Every link of one chain, or of all, in order, as lines."""
    yield header(whole=True, at=at, chain=chain)
    place = ("", 0)
    while True:
        with connection.cursor() as cursor:
            cursor.execute(
                ROWS + "WHERE (l.chain, l.seq) > (%s, %s) AND (%s = '' OR l.chain = %s) "
                f"ORDER BY l.chain, l.seq LIMIT {BATCH}",
                [*place, chain, chain],
            )
            rows = cursor.fetchall()
        if not rows:
            return
        place = (rows[-1][0], rows[-1][1])
        yield "".join(map(_line, rows))


def of_entries(ids: list[int]) -> str:
    """The lines of these entries, by chain and place."""
    with connection.cursor() as cursor:
        cursor.execute(ROWS + "WHERE l.entry_id = ANY(%s) ORDER BY l.chain, l.seq", [ids])
        return "".join(map(_line, cursor.fetchall()))


def _line(row: tuple[Any, ...]) -> str:
    chain, seq, reason, prev, hashed, *entry = row
    facts = {"chain": chain, "seq": seq, "reason": reason, "prev": prev, "hash": hashed}
    said = dict(zip(COLUMNS, entry, strict=True)) if entry[0] is not None else None
    return json.dumps({**facts, "entry": said}, ensure_ascii=False) + "\n"
