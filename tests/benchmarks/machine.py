"""What the figures were taken on."""

import os
import platform
import subprocess
from pathlib import Path
from typing import Any

import django
from django.db import connection

ROOT = Path(__file__).resolve().parents[2]


def describe() -> dict[str, Any]:
    """Machine, versions, commit, and how busy the machine was."""
    with connection.cursor() as cursor:
        cursor.execute("SHOW server_version")
        postgres = cursor.fetchone()[0]
        cursor.execute("SELECT current_setting('fsync'), current_setting('shared_buffers')")
        fsync, buffers = cursor.fetchone()
    return {
        "system": f"{platform.system()} {platform.release()} {platform.machine()}",
        "processor": _processor(),
        "cores": len(os.sched_getaffinity(0)) if hasattr(os, "sched_getaffinity") else os.cpu_count(),
        "memory_gb": _memory(),
        "python": platform.python_version(),
        "django": django.get_version(),
        "postgresql": f"{postgres} (fsync {fsync}, shared_buffers {buffers})",
        "commit": commit(),
    }


def load() -> float:
    """Processes that wanted to run in the last minute; this run is one or two of them."""
    return round(os.getloadavg()[0], 2)


def name() -> str:
    """A short name for file names: what kind of machine, not whose."""
    cores = len(os.sched_getaffinity(0)) if hasattr(os, "sched_getaffinity") else os.cpu_count()
    return f"{platform.system().lower()}-{platform.machine()}-{cores}-cores"


def commit() -> str:
    """Short hash of the checked-out commit, with + when files differ from it; empty outside a repository."""
    shown = _git("rev-parse", "--short", "HEAD")
    return shown + ("+" if shown and _git("status", "--porcelain", "--untracked-files=no") else "")


def _git(*arguments: str) -> str:
    try:
        answer = subprocess.run(["git", *arguments], cwd=ROOT, capture_output=True, text=True, check=False)
    except FileNotFoundError:
        return ""
    return answer.stdout.strip() if answer.returncode == 0 else ""


def _processor() -> str:
    info = Path("/proc/cpuinfo")
    if info.exists():
        for line in info.read_text().splitlines():
            if line.startswith("model name"):
                return line.split(":", 1)[1].strip()
    return platform.processor() or "unknown"


def _memory() -> float | None:
    if "SC_PHYS_PAGES" not in os.sysconf_names:
        return None
    return round(os.sysconf("SC_PHYS_PAGES") * os.sysconf("SC_PAGE_SIZE") / 1024**3, 1)
