"""Children of the demo: started in groups of their own, remembered on disk, ended together.

A process is known again by its pid and the moment it began, so that a recycled pid is never mistaken for one of ours.
"""

from __future__ import annotations

import contextlib
import ctypes
import json
import os
import re
import signal
import subprocess
import sys
import time
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path

END_SECONDS = 10
ERROR_LINE = re.compile(r"[\w.]*(Error|Exception|Improperly\w+): ")


@dataclass
class Child:
    """A running program and where it writes."""

    name: str
    process: subprocess.Popen[bytes]
    log: Path

    def last_words(self, count: int = 8) -> list[str]:
        """Why it ended, as far as its log tells: the first error of the last traceback, then the end."""
        try:
            lines = self.log.read_text(errors="replace").strip().splitlines()[-200:]
        except OSError:
            return []
        causes = [line for line in lines[:-count] if ERROR_LINE.match(line)]
        return [*causes[-1:], *lines[-count:]]


def start(name: str, command: list[str], log: Path, environment: dict[str, str], directory: Path) -> Child:
    """Start a program in its own process group; Ctrl-C in the terminal reaches only the supervisor."""
    with open(log, "wb") as out:
        process = subprocess.Popen(
            command,
            cwd=directory,
            env=environment,
            stdin=subprocess.DEVNULL,
            stdout=out,
            stderr=out,
            start_new_session=True,
            preexec_fn=die_with_parent(),  # The supervisor has one thread, so this is safe.
        )
    return Child(name, process, log)


def run(command: list[str], environment: dict[str, str], directory: Path, *, shown: bool) -> tuple[int, str, str]:
    """Run a program to its end; answers exit code, output and errors (both empty when shown on the terminal).

    Whoever is interrupted meanwhile takes it down first: Ctrl-C shows no traceback of a command nobody called.
    """
    target = None if shown else subprocess.PIPE
    process = subprocess.Popen(
        command,
        cwd=directory,
        env=environment,
        stdin=subprocess.DEVNULL,
        stdout=target,
        stderr=target,
        text=True,
        errors="replace",
        start_new_session=True,
        preexec_fn=die_with_parent(),
    )
    try:
        output, errors = process.communicate()
    except BaseException:
        signal_group(process.pid, signal.SIGTERM)
        with contextlib.suppress(subprocess.TimeoutExpired):
            process.wait(END_SECONDS)
        signal_group(process.pid, signal.SIGKILL)
        process.wait()
        raise
    return process.returncode, output or "", errors or ""


def die_with_parent() -> Callable[[], None] | None:
    """On Linux: let the child be terminated when the supervisor is killed. Elsewhere the next start clears up."""
    if not sys.platform.startswith("linux"):
        return None
    libc = ctypes.CDLL(None, use_errno=True)
    set_parent_death_signal = 1
    return lambda: libc.prctl(set_parent_death_signal, signal.SIGTERM)


def end(children: list[Child]) -> None:
    """Terminate all at once, wait for them, kill what does not listen."""
    for child in children:
        signal_group(child.process.pid, signal.SIGTERM)
    deadline = time.monotonic() + END_SECONDS
    for child in children:
        with contextlib.suppress(subprocess.TimeoutExpired):
            child.process.wait(max(0.1, deadline - time.monotonic()))
        signal_group(child.process.pid, signal.SIGKILL)
        child.process.wait()


def signal_group(pid: int, number: int) -> None:
    """Signal a whole process group, whether or not its leader is still there."""
    with contextlib.suppress(ProcessLookupError, PermissionError):
        os.killpg(pid, number)


# --- Remembering them


def began(pid: int) -> str | None:
    """A text that is the same as long as the pid means the same process; None when there is none, or a zombie."""
    if Path("/proc/self/stat").exists():
        try:
            state, *facts = Path(f"/proc/{pid}/stat").read_text().rpartition(")")[2].split()
        except OSError:
            return None
        return None if state == "Z" else facts[18]
    answer = subprocess.run(["ps", "-o", "lstart=", "-p", str(pid)], capture_output=True, text=True, check=False)
    return answer.stdout.strip() or None


def identity(pid: int) -> dict[str, object]:
    """What to write down about a process."""
    return {"pid": pid, "began": began(pid)}


def same(known: dict[str, object]) -> bool:
    """Whether the process that was written down still runs."""
    return known.get("began") is not None and began(int(str(known["pid"]))) == known["began"]


def remember(memory: Path, children: list[Child], postgres: int | None) -> None:
    """Write down what runs, for a later start that finds this one killed."""
    facts = {
        "supervisor": identity(os.getpid()),
        "children": [identity(child.process.pid) for child in children],
        "postgres": postgres,
    }
    memory.write_text(json.dumps(facts))


def recall(memory: Path) -> dict[str, object]:
    """What an earlier start wrote down, if anything can be read of it."""
    try:
        facts = json.loads(memory.read_text())
    except (OSError, ValueError):
        return {}
    return facts if isinstance(facts, dict) else {}


def end_leftovers(facts: dict[str, object]) -> None:
    """End the children of a supervisor that was killed, and wait until they are gone."""
    children = facts.get("children")
    leftovers = [child for child in children if same(child)] if isinstance(children, list) else []
    for number in (signal.SIGTERM, signal.SIGKILL):
        for child in leftovers:
            signal_group(int(child["pid"]), number)
        deadline = time.monotonic() + END_SECONDS
        while time.monotonic() < deadline and any(same(child) for child in leftovers):
            time.sleep(0.05)
        leftovers = [child for child in leftovers if same(child)]
