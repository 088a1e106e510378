"""Idle connections of a process, by login: a thread that changes cells puts one aside and takes another.

A connection in use belongs to its thread's DatabaseWrapper. Here are only those between two transactions, at most
PROVINCE_CONNECTIONS of them; the one that waited longest is closed first.
"""

import os
import threading
import time
from collections.abc import Hashable
from dataclasses import dataclass
from typing import Any

from django.conf import settings


@dataclass(frozen=True)
class Seat:
    """An open psycopg2 connection. close_at: of the monotonic clock, s; None is never."""

    key: Hashable
    raw: Any
    close_at: float | None

    @property
    def over(self) -> bool:
        return self.raw.closed != 0 or (self.close_at is not None and time.monotonic() >= self.close_at)


_idle: list[Seat] = []  # the one that waits longest first
_lock = threading.Lock()


def put(seat: Seat) -> None:
    """Keep a connection for the next transaction of its login."""
    with _lock:
        if not seat.over:
            _idle.append(seat)
        closing = [one for one in _idle if one.over]
        closing += [one for one in _idle if one not in closing][: -settings.PROVINCE_CONNECTIONS or None]
        _idle[:] = [one for one in _idle if one not in closing]
    for one in {id(gone.raw): gone for gone in [*closing, *([seat] if seat.over else [])]}.values():
        one.raw.close()


def take(key: Hashable) -> Seat | None:
    """The connection of that login that was used last, or None."""
    with _lock:
        found = next((one for one in reversed(_idle) if one.key == key and not one.over), None)
        if found is not None:
            _idle.remove(found)
        return found


def count() -> int:
    with _lock:
        return len(_idle)


def close_all() -> None:
    with _lock:
        closing, _idle[:] = list(_idle), []
    for one in closing:
        one.raw.close()


def _after_fork() -> None:
    """A child does not talk on its parent's connections; psycopg2 closes none that another process opened."""
    global _lock
    _lock = threading.Lock()
    _idle.clear()


os.register_at_fork(after_in_child=_after_fork)
