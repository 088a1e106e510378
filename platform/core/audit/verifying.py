"""Recomputing the chains, in the database and set by set; what is wrong comes back, nothing is raised for it."""

import time
from collections.abc import Iterable
from dataclasses import dataclass, field
from datetime import datetime

from django.db import connection, transaction

from core import office
from core.audit import anchors
from core.audit.faults import Fault
from core.models import AuditCheck, AuditLink

# Each gives (chain, kind, seq, detail) of faults; %(chain)s is '' for all. No order is needed to recompute a hash, so
# the first runs on several cores; the second reads the narrow links only.
HASHES = """
    SELECT l.chain, 'changed', l.seq, ''
    FROM public.core_auditentry e JOIN public.core_auditlink l ON l.entry_id = e.id
    WHERE (%(chain)s = '' OR l.chain = %(chain)s)
      AND (l.hash <> public.audit_hash(l.prev, public.audit_digest(e), l.chain, l.seq, l.reason) OR e.chain <> l.chain)
"""
MISSING = """
    SELECT l.chain, 'missing', l.seq, ''
    FROM public.core_auditlink l LEFT JOIN public.core_auditentry e ON e.id = l.entry_id
    WHERE e.id IS NULL AND (%(chain)s = '' OR l.chain = %(chain)s)
"""
ORDER = """
    SELECT chain, CASE WHEN seq <> expected THEN 'gap' ELSE 'order' END, seq, ''
    FROM (
        SELECT chain, seq, prev, lag(seq, 1, 0::bigint) OVER w + 1 AS expected,
               lag(hash, 1, decode(repeat('00', 32), 'hex')) OVER w AS before
        FROM public.core_auditlink WHERE %(chain)s = '' OR chain = %(chain)s
        WINDOW w AS (PARTITION BY chain ORDER BY seq)
    ) walked
    WHERE seq <> expected OR prev <> before
"""
UNLINKED = """
    SELECT e.chain, 'unlinked', 0, min(e.id)::text
    FROM public.core_auditentry e LEFT JOIN public.core_auditlink l ON l.entry_id = e.id
    WHERE l.entry_id IS NULL AND (%(chain)s = '' OR e.chain = %(chain)s)
    GROUP BY e.chain
"""
HEADS = """
    SELECT coalesce(h.chain, l.chain), 'head', coalesce(l.seq, 0), ''
    FROM public.core_audithead h
    FULL JOIN (
        SELECT chain, seq, hash FROM public.core_auditlink
        WHERE (chain, seq) IN (SELECT chain, max(seq) FROM public.core_auditlink GROUP BY chain)
    ) l ON l.chain = h.chain
    WHERE (h.seq = l.seq AND h.hash = l.hash) IS NOT TRUE
      AND (%(chain)s = '' OR coalesce(h.chain, l.chain) = %(chain)s)
"""
ANCHORED = """
    SELECT a.chain, 'anchor', a.seq, a.line::text
    FROM unnest(%(chains)s::text[], %(seqs)s::bigint[], %(hashes)s::text[], %(lines)s::bigint[])
         AS a(chain, seq, hash, line)
    LEFT JOIN public.core_auditlink l ON l.chain = a.chain AND l.seq = a.seq
    WHERE (l.hash = decode(a.hash, 'hex')) IS NOT TRUE AND (%(chain)s = '' OR a.chain = %(chain)s)
"""
# The planner takes every row for a fault and would not share the work among cores; and of two tables that lie in the
# same order it would pack the wide one into a hash table (measured: 2.2 s against 1.2 for 409,000 entries).
WITH_ALL_HANDS = (
    "SET LOCAL work_mem = '256MB'; SET LOCAL max_parallel_workers_per_gather = 4; "
    "SET LOCAL parallel_tuple_cost = 0; SET LOCAL parallel_setup_cost = 0; SET LOCAL enable_hashjoin = off"
)
AS_BEFORE = (
    "RESET work_mem; RESET max_parallel_workers_per_gather; RESET parallel_tuple_cost; RESET parallel_setup_cost"
)


@dataclass(frozen=True)
class Verdict:
    """What a verification found. rows: links recomputed; lines: anchors compared; seconds it took."""

    rows: int
    lines: int
    seconds: float
    faults: list[Fault] = field(default_factory=list)
    restored: list[anchors.Line] = field(default_factory=list)  # what the file says of restores, for who asks

    @property
    def sound(self) -> bool:
        return not self.faults

    @property
    def first_of_each(self) -> list[Fault]:
        """The first broken place of each chain, and of the anchors' file ('')."""
        first: dict[str, Fault] = {}
        for fault in sorted(self.faults, key=lambda one: (one.chain, one.seq or 2**62)):
            first.setdefault(fault.chain, fault)
        return list(first.values())


def verify(chain: str = "", *, hashes: bool = True, anchored: bool = True) -> Verdict:
    """Recompute one chain, or all, and compare with heads and anchors.

    Ask with schema public mounted. hashes, anchored: parts that tests leave out to show what each is for.
    """
    began = time.perf_counter()
    lines = list(anchors.read()) if anchored else []
    with transaction.atomic(), connection.cursor() as cursor:
        cursor.execute(WITH_ALL_HANDS)
        faults = [] if not hashes else _ask(cursor, HASHES, chain)
        cursor.execute("RESET enable_hashjoin")
        for question in (MISSING, ORDER, UNLINKED, HEADS):
            faults += _ask(cursor, question, chain)
        if anchored:
            faults += _of_the_file(lines)
            faults += _ask(cursor, ANCHORED, chain, anchors.standing(lines))
        links = AuditLink.objects.filter(chain=chain) if chain else AuditLink.objects.all()
        rows = links.count()
        cursor.execute(AS_BEFORE)
    return Verdict(rows, len(lines), time.perf_counter() - began, faults, [one for one in lines if one.restored])


def _ask(cursor, question: str, chain: str, lines: Iterable[anchors.Line] = ()) -> list[Fault]:
    told = [line for line in lines if line.chain]
    columns = {
        "chains": [line.chain for line in told], "seqs": [line.seq for line in told],
        "hashes": [line.hash for line in told], "lines": [line.n for line in told],
    }  # fmt: skip
    cursor.execute(question, {"chain": chain, **columns})
    return [Fault(*row) for row in cursor.fetchall()]


def forks() -> dict[str, int]:
    """Chain → the last anchored place where it is what was anchored, for chains that differ from an anchor after it.

    That is what a restore to an earlier moment leaves, and what writing a chain's end anew does. Ask as `verify`.
    """
    lines = anchors.standing(anchors.read())
    with connection.cursor() as cursor:
        differing = {(fault.chain, fault.seq) for fault in _ask(cursor, ANCHORED, "", lines)}
    first: dict[str, int] = {}
    for chain, seq in differing:
        first[chain] = min(seq, first.get(chain, seq))
    return {
        chain: max((line.seq for line in lines if line.chain == chain and line.seq < seq), default=0)
        for chain, seq in first.items()
    }


def _of_the_file(lines: list[anchors.Line]) -> list[Fault]:
    faults = [Fault("", line.fault, line.n) for line in lines if line.fault]
    remembered, there = anchors.known_to_the_database(), max((line.n for line in lines), default=0)
    if there < remembered:
        faults.append(Fault("", "anchor-short", there, str(remembered)))
    return faults


def verify_and_remember(chain: str = "", *, at: datetime) -> Verdict:
    """Verify, and keep the verdict for the page of the audit administrator."""
    with office.mounted(office.beside()), transaction.atomic():
        verdict = verify(chain)
        AuditCheck.objects.create(
            chain=chain, at=at, milliseconds=round(verdict.seconds * 1000), rows=verdict.rows,
            faults=[fault.as_json() for fault in verdict.first_of_each],
        )  # fmt: skip
    return verdict


def holds(entry_id: int) -> bool | None:
    """Whether the entry is what its link hashed, computed now; None for one that is not linked yet."""
    with connection.cursor() as cursor:
        cursor.execute(
            "SELECT l.hash = public.audit_hash(l.prev, public.audit_digest(e), l.chain, l.seq, l.reason) "
            "AND l.chain = e.chain FROM public.core_auditlink l JOIN public.core_auditentry e ON e.id = l.entry_id "
            "WHERE l.entry_id = %s",
            [entry_id],
        )
        row = cursor.fetchone()
    return row[0] if row else None
