"""Everything CI runs: the checks, then pytest on a PostgreSQL of its own (`python -m deploy.local.run_tests`).

Arguments go to pytest. The last line printed is its; the exit code is 0 only when checks and tests all passed.
With `--soak` first, only the tests marked soak run, one after the other, and what they measure is printed.
"""

from __future__ import annotations

import os
import signal
import subprocess
import sys
from types import FrameType

from deploy.local import check, pg


def stop_politely(number: int, frame: FrameType | None) -> None:
    """A terminated run still stops its database."""
    sys.exit(128 + number)


def workers() -> list[str]:
    """One worker per core, at most four, each with a database of its own; a file stays with one of them."""
    return ["-n", str(min(os.cpu_count() or 1, 4)), "--dist", "loadfile"]


SOAK = "--soak"
SOAKING = ["-m", "soak", "-s", "-p", "no:xdist"]  # alone, because they measure; -s, because they print what they do


def run_pytest(arguments: list[str], url: str | None) -> int:
    """pytest with the slowest tests listed; on the given database unless DATABASE_URL chooses one."""
    environment = {**os.environ, **({"DATABASE_URL": url} if url else {})}
    return subprocess.run(
        [check.PYTHON, "-m", "pytest", "--durations=15", *arguments],
        cwd=check.ROOT,
        env=environment,
        stdin=subprocess.DEVNULL,
        check=False,
    ).returncode


def main(arguments: list[str]) -> int:
    """Run it all; answers the exit code."""
    signal.signal(signal.SIGTERM, stop_politely)
    server = None
    try:
        if not os.environ.get("DATABASE_URL"):
            server = pg.Server(pg.data_dir() / "test-pg", unsafe=True)
            server.start()
            os.environ["DATABASE_URL"] = server.url() or ""
        if arguments[:1] == [SOAK]:
            return run_pytest([*SOAKING, *arguments[1:]], None)
        checked = check.main()
        tested = run_pytest([*workers(), *arguments], None)
        return checked or tested
    except pg.PgError as error:
        print(error, file=sys.stderr)
        return 1
    except KeyboardInterrupt:
        return 130
    finally:
        if server is not None:
            server.stop()


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
