"""How fast the chains are verified, against what nobody can undercut: hashing the same texts, in SQL and in Python."""

from hashlib import sha256
from io import BufferedIOBase
from typing import Any

from django.db import connection

from core.audit import verifying
from core.models import AuditLink
from tests.benchmarks import clock, world

MARK = """
UPDATE ledger_currentvalue SET reason = %s
WHERE id IN (SELECT v.id FROM ledger_currentvalue v JOIN ledger_period p ON p.id = v.period_id
             WHERE p.cycle_id = %s ORDER BY v.id LIMIT %s)
"""
TEXTS = "COPY (SELECT public.audit_text(e) FROM public.core_auditentry e) TO STDOUT"
ONE_PASS = "SELECT count(public.audit_digest(e)) FROM public.core_auditentry e"
AT_ONCE = 20_000  # changed in a transaction: its entries are linked when it commits


def measure(province: world.Province, wanted: int, runs: int) -> dict[str, Any]:
    """Medians for `wanted` entries at least, of changes of values with the triggers on; ratios of seconds."""
    turn = 0
    while (rows := _links()) < wanted:
        turn += 1
        with world.public(), connection.cursor() as cursor:
            cursor.execute(MARK, [f"抽查第 {turn} 次", province.cycle.pk, min(AT_ONCE, wanted - rows)])
    with world.public(), connection.cursor() as cursor:
        cursor.execute("ANALYZE core_auditentry, core_auditlink")
    acts = {"verify": _verify, "one_pass": _one_pass, "python": _in_python}
    seconds = clock.medians(acts, runs)
    return {
        "entries": rows, "runs": runs, "seconds": seconds,
        "per_second": {name: rows / taken for name, taken in seconds.items()},
        "verify_over_one_pass": seconds["verify"] / seconds["one_pass"],
        "verify_over_python": seconds["verify"] / seconds["python"],
    }  # fmt: skip


def _links() -> int:
    with world.public():
        return AuditLink.objects.count()


def _verify() -> None:
    with world.public():
        verdict = verifying.verify()
    assert verdict.sound, verdict.first_of_each


def _one_pass() -> None:
    with world.public(), connection.cursor() as cursor:
        cursor.execute(ONE_PASS)


class _Hashing(BufferedIOBase):
    """Takes what COPY gives and hashes it as it comes: less than a verifier must do, which hashes row by row."""

    def __init__(self) -> None:
        self.digest = sha256()

    def write(self, data: Any) -> int:
        self.digest.update(data)
        return len(data)


def _in_python() -> None:
    with world.public(), connection.cursor() as cursor:
        cursor.copy_expert(TEXTS, _Hashing())
