"""Begin again: stop the demo of a data directory and remove what it made (`make clean-demo`)."""

from __future__ import annotations

import os
import shutil
import signal
import sys
import time
from pathlib import Path

from deploy.local import pg, processes
from deploy.local.preflight import DemoError, only_one

# What the demo and the test run make inside DATA_DIR; these names are removed and nothing else.
OURS = [
    "keys/logins.json",
    *("pg", "test-pg", "static", "static.stamp", "evidence", "broker", "logs", "secret", "demo.json", "demo.lock"),
    *("beat-schedule", "beat-schedule-shm", "beat-schedule-wal", "beat-schedule.db"),
    *("beat-schedule.bak", "beat-schedule.dat", "beat-schedule.dir"),
]


def clean(data: Path) -> int:
    """Stop the demo of this data directory and remove what it made; answers the exit code."""
    if not data.is_dir():
        print(f"Nothing to remove: {data} does not exist.")
        return 0
    print(f"Removing the demo's data: {data}")
    stop_running(data)
    for name in ("pg", "test-pg"):
        pg.Server(data / name).stop()
    for name in OURS:
        path = data / name
        if path.is_dir() and not path.is_symlink():
            shutil.rmtree(path)
        else:
            path.unlink(missing_ok=True)
    left = sorted(path.name for path in data.iterdir())
    if left:
        print(f"Left in place, because the demo did not make it: {', '.join(left)}")
    else:
        data.rmdir()
    return 0


def stop_running(data: Path) -> None:
    """Ask a running demo of this directory to stop, and clear away a killed one."""
    memory = processes.recall(data / "demo.json")
    supervisor = memory.get("supervisor")
    if isinstance(supervisor, dict) and processes.same(supervisor):
        os.kill(int(supervisor["pid"]), signal.SIGTERM)
        deadline = time.monotonic() + 60
        while processes.same(supervisor) and time.monotonic() < deadline:
            time.sleep(0.1)
    try:
        with only_one(data):
            processes.end_leftovers(processes.recall(data / "demo.json"))
    except DemoError:
        raise DemoError(f"The demo on {data} is still starting or does not stop: end it with Ctrl-C first.") from None


def main() -> int:
    """The command line; answers the exit code."""
    try:
        return clean(pg.data_dir())
    except (DemoError, pg.PgError) as error:
        print(error, file=sys.stderr)
    except OSError as error:
        print(f"{error.strerror} ({error.filename}).", file=sys.stderr)
    return 1


if __name__ == "__main__":
    sys.exit(main())
