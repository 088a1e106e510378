"""Everything that can be checked without running a test: `python -m deploy.local.check`.

All steps run, two at a time; what failed is shown in full and counted at the end.
"""

from __future__ import annotations

import os
import subprocess
import sys
import time
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass, field
from pathlib import Path

ROOT = Path(__file__).resolve().parents[3]
PYTHON = sys.executable
# The production settings refuse to start without these; nothing is served with them.
PRODUCTION = {
    "DJANGO_SETTINGS_MODULE": "config.settings.prod",
    "SECRET_KEY": "only-for-check-deploy:0123456789abcdefghijklmnopqrstuvwxyzABCDEFGH",
    "ALLOWED_HOSTS": "anlan.example.org",
    "DATABASE_URL": "postgresql://web@127.0.0.1/anlan",
    "OWNER_DATABASE_URL": "postgresql://anlan@127.0.0.1/anlan",
    "PROVINCE_LOGINS_FILE": __file__,  # that there is one is all that is asked
}


@dataclass(frozen=True)
class Step:
    """A name for people and the command behind it."""

    name: str
    command: list[str]
    environment: dict[str, str] = field(default_factory=dict)


@dataclass(frozen=True)
class Result:
    """What became of a step; seconds of wall clock."""

    step: Step
    ok: bool
    seconds: float
    output: str


def manage(*arguments: str) -> list[str]:
    return [PYTHON, "manage.py", *arguments]


# The portal has no API; every office's is the same.
SCHEMA = manage("spectacular", "--urlconf", "config.urls.office")

STEPS = [
    Step("types", [PYTHON, "-m", "mypy", "."]),
    Step("format", [PYTHON, "-m", "ruff", "format", "--check", "--quiet", "."]),
    Step("lint", [PYTHON, "-m", "ruff", "check", "--quiet", "."]),
    Step("import contracts", [PYTHON, "-c", "from importlinter.cli import lint_imports_command as run; run()"]),
    Step("missing migrations", manage("makemigrations", "--check", "--dry-run")),
    Step("production settings", manage("check", "--deploy", "--fail-level", "WARNING"), PRODUCTION),
    Step("OpenAPI schema", [*SCHEMA, "--validate", "--fail-on-warn", "--file", os.devnull]),
    Step("English texts", manage("messages", "--check")),
    Step("drawn states", manage("draw_states", "--check")),
    Step("supply chain", [PYTHON, "-m", "deploy.local.supply", "check"]),
]


def run(step: Step) -> Result:
    """Run one step with the source roots on the path."""
    path = os.pathsep.join([str(ROOT / "platform"), str(ROOT)])
    environment = {**os.environ, "PYTHONPATH": path, "DJANGO_SETTINGS_MODULE": "config.settings.dev"}
    began = time.monotonic()
    answer = subprocess.run(
        step.command,
        cwd=ROOT,
        env={**environment, **step.environment},
        stdin=subprocess.DEVNULL,
        stdout=subprocess.PIPE,
        stderr=subprocess.STDOUT,
        text=True,
        errors="replace",
        check=False,
    )
    return Result(step, answer.returncode == 0, time.monotonic() - began, answer.stdout.strip())


def run_all(steps: list[Step], *, at_once: int = 2) -> list[Result]:
    """Run every step whatever the others say, and report each in order as soon as it can be."""
    results = []
    with ThreadPoolExecutor(at_once) as pool:
        for result in pool.map(run, steps):
            results.append(result)
            print(
                f"  {'ok    ' if result.ok else 'FAILED'}  {result.step.name:<20} {result.seconds:6.1f} s", flush=True
            )
            if not result.ok:
                print("\n".join("          " + line for line in result.output.splitlines()), flush=True)
    return results


def summary(results: list[Result]) -> str:
    """The closing sentence."""
    failed = [result.step.name for result in results if not result.ok]
    if not failed:
        return f"{len(results)} checks passed."
    return f"{len(failed)} of {len(results)} checks failed: {', '.join(failed)}."


def main() -> int:
    """Run all checks; answers the exit code."""
    print("Checks", flush=True)
    results = run_all(STEPS)
    print(summary(results), flush=True)
    return 0 if all(result.ok for result in results) else 1


if __name__ == "__main__":
    sys.exit(main())
