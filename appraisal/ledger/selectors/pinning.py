"""A month's figures and the publication of its scores: who changes them holds the month, who publishes has it alone.

Held to the end of the transaction, so that nothing slips in between the comparison of what was scored with what stands
and the moment it is pinned: who comes later finds the month published, or changed. Many hold a month at once (300
offices hand over in the same minute) and never wait for each other. An advisory lock, as prefectures may not lock the
rows of a calendar that is the province's.
"""

from collections.abc import Collection

from django.db import connection

# One number for each month of each year; the key of a table would meet those of other locks.
KEY = "hashtextextended('anlan month ' || id, 0)"


def hold(*, period_ids: Collection[int]) -> None:
    """Hold these months beside others. Before any row of them is locked, and in one order: nobody waits in a ring."""
    _lock("pg_advisory_xact_lock_shared", "SELECT unnest(%s::bigint[])", list(period_ids))


def hold_of_values(*, value_ids: Collection[int]) -> None:
    """The same for the months of current values; the caller asks whether they may be known of."""
    _lock(
        "pg_advisory_xact_lock_shared",
        "SELECT DISTINCT period_id FROM ledger_currentvalue WHERE id = ANY(%s::bigint[])",
        list(value_ids),
    )


def hold_from(*, cycle_id: int, month: int) -> None:
    """The same for a year's months from one on: what is added or deducted counts in all of them."""
    _lock(
        "pg_advisory_xact_lock_shared",
        "SELECT id FROM ledger_period WHERE cycle_id = %s AND month >= %s",
        cycle_id,
        month,
    )


def hold_alone(*, period_id: int) -> None:
    """Have a month to oneself: waits for all who hold it, and they for this one."""
    _lock("pg_advisory_xact_lock", "SELECT %s::bigint", period_id)


def _lock(function: str, ids: str, *given: int | list[int]) -> None:
    with connection.cursor() as cursor:
        cursor.execute(f"SELECT {function}({KEY}) FROM ({ids} ORDER BY 1) AS months(id)", given)
