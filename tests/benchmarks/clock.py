"""Medians of interleaved runs, queries counted without being kept, and the peak memory of a process."""

import gc
import os
import resource
import statistics
import sys
import time
from collections.abc import Callable, Iterator, Mapping
from contextlib import contextmanager
from pathlib import Path
from typing import Any

Act = Callable[[], Any]


def medians(acts: Mapping[str, Act], runs: int) -> dict[str, float]:
    """Name → median seconds of `runs` runs. The acts take turns, so that a busy moment hits all of them alike."""
    names, taken = list(acts), {name: [] for name in acts}
    for act in acts.values():  # warm: plans, caches, imports
        act()
    gc.collect()
    gc.freeze()  # what was there before is no longer looked through while the clock runs
    for turn in range(runs):
        for name in names[turn % len(names) :] + names[: turn % len(names)]:
            started = time.perf_counter()
            result = acts[name]()
            taken[name].append(time.perf_counter() - started)
            del result
    gc.unfreeze()
    return {name: statistics.median(seconds) for name, seconds in taken.items()}


class Count:
    """How many statements ran; which, when `keep` is set."""

    def __init__(self, keep: bool) -> None:
        self.queries = 0
        self.keep = keep
        self.statements: list[tuple[str, Any]] = []

    def __call__(self, execute: Callable[..., Any], sql: str, params: Any, many: bool, context: dict) -> Any:
        self.queries += 1
        if self.keep:
            self.statements.append((sql, params))
        return execute(sql, params, many, context)


@contextmanager
def counted(*, keep: bool = False) -> Iterator[Count]:
    """Count the statements of this thread; unlike Django's log it keeps none of them unless asked to."""
    from django.db import connection

    count = Count(keep)
    with connection.execute_wrapper(count):
        yield count


def server_seconds() -> float | None:
    """Seconds of processor that the server's process behind this connection has used so far, in hundredths; None where
    it cannot be looked at (another machine, another system)."""
    from django.db import connection

    with connection.cursor() as cursor:
        cursor.execute("SELECT pg_backend_pid(), inet_server_addr() = inet_client_addr()")
        number, here = cursor.fetchone()
    told = Path(f"/proc/{number}/stat")
    if not here or not told.exists():
        return None
    fields = told.read_text().rpartition(")")[2].split()
    return (int(fields[11]) + int(fields[12])) / os.sysconf("SC_CLK_TCK")


def peak_megabytes() -> float:
    """The most memory this process ever held (resident), in MB."""
    status = Path("/proc/self/status")
    if status.exists():  # ru_maxrss also remembers the process that started this one
        line = next(line for line in status.read_text().splitlines() if line.startswith("VmHWM:"))
        return int(line.split()[1]) / 1024
    scale = 1024 * 1024 if sys.platform == "darwin" else 1024
    return resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / scale
