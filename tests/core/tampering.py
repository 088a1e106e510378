"""What somebody with all rights could do to the audit log: each a function of a cursor and chance, on one chain."""

import json
from collections.abc import Callable
from random import Random
from typing import Any

Attack = Callable[[Any, Random, str], None]
TABLES = ("core_auditentry", "core_auditlink", "core_audithead")
TEXTS = ("schema_name", "table_name", "row_id", "action", "request_id", "address")


def take_the_walls_away(cursor: Any) -> None:
    for table in TABLES:
        cursor.execute(f"ALTER TABLE public.{table} DISABLE TRIGGER USER")


def _places(cursor: Any, chain: str) -> list[tuple[int, int]]:
    """(seq, entry id) in order."""
    cursor.execute("SELECT seq, entry_id FROM core_auditlink WHERE chain = %s ORDER BY seq", [chain])
    return cursor.fetchall()


def rewrite(cursor: Any, chain: str) -> None:
    """Number and hash the whole chain anew, head and all: what only the anchors can tell."""
    cursor.execute(
        """
        CREATE TEMP TABLE anew ON COMMIT DROP AS
        SELECT w.entry_id, w.seq, lag(w.hash, 1, decode(repeat('00', 32), 'hex')) OVER (ORDER BY w.seq) AS prev, w.hash
        FROM (SELECT n.entry_id, n.seq, public.audit_walk(decode(repeat('00', 32), 'hex'), n.digest,
                  %(chain)s || ' ' || n.seq || ' ' || n.reason) OVER (ORDER BY n.seq) AS hash
              FROM (SELECT l.entry_id, l.reason, public.audit_digest(e) AS digest,
                           row_number() OVER (ORDER BY l.seq) AS seq
                    FROM core_auditlink l JOIN core_auditentry e ON e.id = l.entry_id WHERE l.chain = %(chain)s) n) w;
        UPDATE core_auditlink SET seq = -seq WHERE chain = %(chain)s;
        UPDATE core_auditlink l SET seq = a.seq, prev = a.prev, hash = a.hash FROM anew a
        WHERE a.entry_id = l.entry_id;
        UPDATE core_audithead h SET seq = a.seq, hash = a.hash FROM (SELECT * FROM anew ORDER BY seq DESC LIMIT 1) a
        WHERE h.chain = %(chain)s;
        DROP TABLE anew;
        """,
        {"chain": chain},
    )


def edit_a_text(cursor: Any, chance: Random, chain: str) -> None:
    _seq, entry = chance.choice(_places(cursor, chain))
    column = chance.choice(TEXTS)
    cursor.execute(f"UPDATE core_auditentry SET {column} = left(%s || {column}, 6) WHERE id = %s", ["改", entry])


def shift_a_boundary(cursor: Any, chance: Random, chain: str) -> None:
    """The same characters in a row, cut elsewhere."""
    _seq, entry = chance.choice(_places(cursor, chain))
    cursor.execute(
        "UPDATE core_auditentry SET table_name = left(table_name, -1), row_id = right(table_name, 1) || row_id "
        "WHERE id = %s",
        [entry],
    )


def edit_before_or_after(cursor: Any, chance: Random, chain: str) -> None:
    _seq, entry = chance.choice(_places(cursor, chain))
    cursor.execute("SELECT before, after FROM core_auditentry WHERE id = %s", [entry])
    column, text = chance.choice([pair for pair in zip(("before", "after"), cursor.fetchone(), strict=True) if pair[1]])
    facts = json.loads(text)
    name = chance.choice(sorted(facts))
    facts[name] = f"{facts[name]}0"
    cursor.execute(f"UPDATE core_auditentry SET {column} = %s WHERE id = %s", [json.dumps(facts), entry])


def blank_before_or_after(cursor: Any, chance: Random, chain: str) -> None:
    _seq, entry = chance.choice(_places(cursor, chain))
    cursor.execute("UPDATE core_auditentry SET before = after, after = before WHERE id = %s", [entry])


def edit_who_or_when(cursor: Any, chance: Random, chain: str) -> None:
    _seq, entry = chance.choice(_places(cursor, chain))
    change = chance.choice(("actor_id = coalesce(actor_id, 0) + 1", "at = at + interval '1 microsecond'"))
    cursor.execute(f"UPDATE core_auditentry SET {change} WHERE id = %s", [entry])


def edit_the_link(cursor: Any, chance: Random, chain: str) -> None:
    seq, _entry = chance.choice(_places(cursor, chain))
    change = chance.choice(
        (
            "reason = reason || '因'",
            "prev = sha256(prev)",
            "hash = sha256(hash)",
            "seq = seq + 9999",
            "chain = 'qinghe'",
        )
    )
    cursor.execute(f"UPDATE core_auditlink SET {change} WHERE chain = %s AND seq = %s", [chain, seq])


def edit_the_head(cursor: Any, chance: Random, chain: str) -> None:
    change = chance.choice(("seq = seq - 1", "seq = seq + 1", "hash = sha256(hash)"))
    cursor.execute(f"UPDATE core_audithead SET {change} WHERE chain = %s", [chain])


def delete_the_entry(cursor: Any, chance: Random, chain: str) -> None:
    _seq, entry = chance.choice(_places(cursor, chain))
    cursor.execute("DELETE FROM core_auditentry WHERE id = %s", [entry])


def delete_the_link(cursor: Any, chance: Random, chain: str) -> None:
    _seq, entry = chance.choice(_places(cursor, chain))
    cursor.execute("DELETE FROM core_auditlink WHERE entry_id = %s", [entry])


def delete_both(cursor: Any, chance: Random, chain: str) -> None:
    _seq, entry = chance.choice(_places(cursor, chain))
    cursor.execute("DELETE FROM core_auditlink WHERE entry_id = %s", [entry])
    cursor.execute("DELETE FROM core_auditentry WHERE id = %s", [entry])


def delete_and_close_the_gap(cursor: Any, chance: Random, chain: str) -> None:
    places = _places(cursor, chain)
    seq, entry = chance.choice(places[:-1])
    cursor.execute("DELETE FROM core_auditlink WHERE entry_id = %s", [entry])
    cursor.execute("DELETE FROM core_auditentry WHERE id = %s", [entry])
    for later, _entry in places:
        if later > seq:
            cursor.execute("UPDATE core_auditlink SET seq = seq - 1 WHERE chain = %s AND seq = %s", [chain, later])
    cursor.execute("UPDATE core_audithead SET seq = seq - 1 WHERE chain = %s", [chain])


def cut_the_end(cursor: Any, chance: Random, chain: str) -> None:
    """The last entries, links and all, with the head set back: nothing inside the database is amiss."""
    places = _places(cursor, chain)
    keep = chance.randrange(1, len(places))
    gone = [entry for _seq, entry in places[keep:]]
    cursor.execute("DELETE FROM core_auditlink WHERE entry_id = ANY(%s)", [gone])
    cursor.execute("DELETE FROM core_auditentry WHERE id = ANY(%s)", [gone])
    cursor.execute(
        "UPDATE core_audithead h SET seq = l.seq, hash = l.hash FROM core_auditlink l "
        "WHERE h.chain = %s AND l.chain = h.chain AND l.seq = %s",
        [chain, places[keep - 1][0]],
    )


def delete_the_chain(cursor: Any, chance: Random, chain: str) -> None:
    for table in ("core_auditentry", "core_auditlink", "core_audithead"):
        cursor.execute(f"DELETE FROM {table} WHERE chain = %s", [chain])


def _copy(cursor: Any, entry: int) -> int:
    cursor.execute(
        "INSERT INTO core_auditentry (at, chain, schema_name, table_name, row_id, action, before, after, actor_id, "
        "request_id, address, opens) SELECT at, chain, schema_name, table_name, row_id, action, before, after, "
        "actor_id, request_id, address, false FROM core_auditentry WHERE id = %s RETURNING id",
        [entry],
    )
    return cursor.fetchone()[0]


def insert_without_a_link(cursor: Any, chance: Random, chain: str) -> None:
    _copy(cursor, chance.choice(_places(cursor, chain))[1])


def insert_with_a_copied_link(cursor: Any, chance: Random, chain: str) -> None:
    seq, entry = chance.choice(_places(cursor, chain))
    made = _copy(cursor, entry)
    cursor.execute(
        "INSERT INTO core_auditlink (entry_id, chain, seq, reason, prev, hash) "
        "SELECT %s, chain, (SELECT max(seq) + 1 FROM core_auditlink WHERE chain = %s), reason, prev, hash "
        "FROM core_auditlink WHERE chain = %s AND seq = %s",
        [made, chain, chain, seq],
    )


def _insert_between(cursor: Any, chance: Random, chain: str) -> None:
    places = _places(cursor, chain)
    seq, entry = chance.choice(places)
    made = _copy(cursor, entry)
    for later, _entry in reversed(places):
        if later >= seq:
            cursor.execute("UPDATE core_auditlink SET seq = seq + 1 WHERE chain = %s AND seq = %s", [chain, later])
    cursor.execute(
        "INSERT INTO core_auditlink (entry_id, chain, seq, reason, prev, hash) "
        "SELECT %s, chain, %s, reason, prev, hash FROM core_auditlink WHERE chain = %s AND seq = %s",
        [made, seq, chain, seq + 1],
    )


def insert_between(cursor: Any, chance: Random, chain: str) -> None:
    _insert_between(cursor, chance, chain)


def swap_two(cursor: Any, chance: Random, chain: str) -> None:
    (one, first), (two, second) = chance.sample(_places(cursor, chain), 2)
    if chance.random() < 0.5:  # the links change places …
        for seq, becomes in ((one, -1), (two, one), (-1, two)):
            cursor.execute("UPDATE core_auditlink SET seq = %s WHERE chain = %s AND seq = %s", [becomes, chain, seq])
    else:  # … or the entries change keys
        for entry, becomes in ((first, -1), (second, first), (-1, second)):
            cursor.execute("UPDATE core_auditentry SET id = %s WHERE id = %s", [becomes, entry])


def rewritten(attack: Attack) -> Attack:
    """The attack, and then the whole chain hashed anew."""

    def carefully(cursor: Any, chance: Random, chain: str) -> None:
        attack(cursor, chance, chain)
        rewrite(cursor, chain)

    carefully.__name__ = f"{attack.__name__.strip('_')}_and_rewrite"
    return carefully


CARELESS: list[Attack] = [
    edit_a_text, shift_a_boundary, edit_before_or_after, blank_before_or_after, edit_who_or_when, edit_the_link,
    edit_the_head, delete_the_entry, delete_the_link, delete_both, delete_and_close_the_gap, insert_without_a_link,
    insert_with_a_copied_link, insert_between, swap_two,
]  # fmt: skip
# Nothing inside the database tells of these.
CAREFUL: list[Attack] = [
    cut_the_end, delete_the_chain,
    *map(rewritten, (edit_a_text, edit_before_or_after, edit_who_or_when, delete_both, _insert_between, swap_two)),
]  # fmt: skip
EDITS = [edit_a_text, shift_a_boundary, edit_before_or_after, blank_before_or_after, edit_who_or_when]
