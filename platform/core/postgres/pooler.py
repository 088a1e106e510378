"""Whether a pooler stands before PostgreSQL, and of which kind: asked of the server, since no setting tells.

The office switch holds for one transaction (SET LOCAL), so a transaction pooler does it no harm. Session-level work
does not survive one: what a `SET` or a session's lock belongs to is another client's a moment later.
"""

from collections.abc import Callable
from contextlib import ExitStack, closing
from enum import StrEnum
from typing import Any

ASKED = 3  # times in a row: a pool that hands its servers out in turn shows another one


class Pooling(StrEnum):
    """What is between a client and the server."""

    NONE = "none"
    SESSION = "session"  # a server of one's own as long as one stays connected
    TRANSACTION = "transaction"  # another one for each transaction


def pooling(connect: Callable[[], Any]) -> Pooling:
    """What `connect()`, which opens a new psycopg2 connection, leads through. Opens two connections at most.

    Without a pooler each connection has a server process of its own, always the same. Raises what `connect` raises.
    """
    with ExitStack() as open_ones:
        first = open_ones.enter_context(closing(connect()))
        first.autocommit = True
        mine = _server_of(first)
        if first.info.backend_pid == mine:  # a pooler answers the log-in itself, with a process id that is nobody's
            return Pooling.NONE
        if any(_server_of(first) != mine for _ in range(ASKED)):
            return Pooling.TRANSACTION
        other = open_ones.enter_context(closing(connect()))
        other.autocommit = False  # keeps its server; most pools hand out the one that was given back last
        if _server_of(other) == mine or _server_of(first) != mine:
            return Pooling.TRANSACTION
        return Pooling.SESSION


def _server_of(connection: Any) -> int:
    with connection.cursor() as cursor:
        cursor.execute("SELECT pg_backend_pid()")
        return int(cursor.fetchone()[0])
