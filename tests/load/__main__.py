"""`python -m tests.load --rates 10,20,40 --seconds 60`: offered load against what was answered, and in what time."""

import argparse
import asyncio
import os
import signal
import socket
import subprocess
import sys
import time
from pathlib import Path

from tests.benchmarks.set_up import ROOT, find_packages

find_packages()

from tests.benchmarks import database  # noqa: E402 (found only now)

WARM_SECONDS = 8
CALM_SECONDS = 300  # in which the server is at rest again after an overload
IN_TIME = 0.2  # seconds in which 95 of 100 are to be answered


def main(arguments: list[str]) -> int:
    """The command line; answers the exit code: 1 when anything went wrong."""
    parser = argparse.ArgumentParser(prog="tests.load", description=__doc__)
    parser.add_argument("--provinces", type=int, default=24)
    parser.add_argument("--prefectures", type=int, default=15, help="of each province")
    parser.add_argument("--rates", default="10,20,40,100", help="requests offered a second, one run each")
    parser.add_argument("--seconds", type=float, default=60)
    parser.add_argument("--steady", type=float, default=0, help="seconds more at the highest rate that was in time")
    parser.add_argument("--rush", type=int, default=0, help="people who submit within --within seconds, afterwards")
    parser.add_argument("--within", type=float, default=120, help="seconds in which they come")
    parser.add_argument("--workers", type=int, default=2)
    parser.add_argument("--threads", type=int, default=4)
    given = parser.parse_args(arguments)
    signal.signal(signal.SIGTERM, lambda number, frame: sys.exit(128 + number))  # the server and the database go too
    os.environ["DJANGO_SETTINGS_MODULE"] = "tests.load.settings"
    with database.database():
        import django

        django.setup()
        from tests.load import generator, offices
        from tests.load import rush as people

        began = time.monotonic()
        desks = offices.build(given.provinces, given.prefectures, lambda what: print(f"  {what}", flush=True))
        print(f"{given.provinces * (given.prefectures + 1)} offices in {time.monotonic() - began:.0f} s", flush=True)
        server, port = serve(given.workers, given.threads)
        hurried, desks = desks[: given.rush], desks[given.rush :]  # a rush begins with months that nobody changed
        crowd, wrong = generator.Crowd(port, desks, seed=1), 0

        def rush() -> None:
            nonlocal wrong
            offices.fill_months(hurried)
            before = memory(server.pid)
            outcome, reached = loop.run(people.run(port, hurried, given.within, seed=1))
            lost = offices.handed_over(hurried)
            done = f"{reached['submitted']} submitted, {reached['signed']} signed"
            title = f"{given.rush} people within {given.within:g} s, {done}"
            wrong += report(title, outcome, before, memory(server.pid)) + len(lost)
            print("\n".join(f"  WRONG {each}" for each in lost) or "  every report is there once, as it was mended")

        def in_time(rate: float, seconds: float, *, promised: bool = False) -> bool:
            """Whether they were answered in time; at a rate that is promised nobody may go away."""
            nonlocal wrong
            loop.run(crowd.calm(CALM_SECONDS))
            before = memory(server.pid)
            outcome = loop.run(crowd.run(rate, seconds))
            wrong += report(f"{rate:g} a second for {seconds:g} s", outcome, before, memory(server.pid))
            wrong += outcome.given_up if promised else 0
            return generator.quantile(outcome.all, 0.95) <= IN_TIME and not outcome.given_up

        try:
            with asyncio.Runner() as loop:  # one for all runs: what people hold locked belongs to a loop
                loop.run(crowd.run(10, WARM_SECONDS))
                rates = [float(rate) for rate in given.rates.split(",") if rate]
                held = [rate for rate in rates if in_time(rate, given.seconds)]
                if given.steady:
                    in_time(max(held, default=rates[0]), given.steady, promised=True)
                if given.rush:
                    rush()
        finally:
            server.terminate()
            server.wait(30)
    return 1 if wrong else 0


def serve(workers: int, threads: int) -> tuple[subprocess.Popen[bytes], int]:
    """Real server processes on a free port; ready when they answer."""
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        port = probe.getsockname()[1]
    process = subprocess.Popen(
        [sys.executable, "-m", "gunicorn", "config.wsgi", "--bind", f"127.0.0.1:{port}",
         "--workers", str(workers), "--threads", str(threads), "--timeout", "90", "--backlog", "4096",
         "--log-level", "warning", "--no-control-socket"],
        cwd=ROOT, env={**os.environ, "PYTHONPATH": f"platform{os.pathsep}."},
    )  # fmt: skip
    deadline = time.monotonic() + 60
    while time.monotonic() < deadline:
        with socket.socket() as probe:
            if probe.connect_ex(("127.0.0.1", port)) == 0:
                return process, port
        time.sleep(0.1)
    process.terminate()
    raise RuntimeError("the server did not start")


def memory(pid: int) -> float:
    """Megabytes that the server's processes hold for themselves."""
    pids = [int(part) for part in Path(f"/proc/{pid}/task/{pid}/children").read_text().split()]
    total = 0
    for each in (pid, *pids):
        lines = Path(f"/proc/{each}/smaps_rollup").read_text().splitlines()
        total += sum(int(line.split()[1]) for line in lines if line.startswith("Private_"))
    return total / 1024


def report(title: str, outcome: "object", before: float, after: float) -> int:
    """Print what came of a run; answers how many requests went wrong."""
    from tests.load.generator import Outcome, quantile

    assert isinstance(outcome, Outcome)
    values = outcome.all
    wrong = sum(outcome.errors.values())
    line = "  ".join(f"p{share * 100:g} {quantile(values, share) * 1000:.0f} ms" for share in (0.5, 0.95, 0.99))
    print(f"\n{title}: {len(values)} answered, {wrong} wrong, {outcome.given_up} not waited for; {line}; "
          f"server memory {before:.0f} → {after:.0f} MB", flush=True)  # fmt: skip
    for kind, own in sorted(outcome.seconds.items()):
        own.sort()
        half, most = quantile(own, 0.5) * 1000, quantile(own, 0.95) * 1000
        print(f"  {kind:<12} {len(own):>6}  p50 {half:>6.0f}  p95 {most:>6.0f} ms")
    for what, number in outcome.errors.most_common(8):
        print(f"  WRONG {what}: {number}")
    return wrong


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
