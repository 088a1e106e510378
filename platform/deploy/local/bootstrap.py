"""Set up what is missing, and only that: `python -m deploy.local.bootstrap demo|test`.

Each step has a stamp, the hash of what went into it, and is passed over while the stamp is current: a warm start
costs a tenth of a second. Any Python 3 can read this file, so that a wrong one gets a sentence instead of a traceback:
standard library only, syntax of Python 3.6 everywhere, and nothing newer is evaluated above the version check.
"""

import argparse
import contextlib
import hashlib
import os
import shutil
import subprocess
import sys
import time
from pathlib import Path

OLDEST = (3, 11)


def python_refusal(version, executable):
    """The sentence for a Python that is too old, or None. `version` is like sys.version_info."""
    if tuple(version[:2]) >= OLDEST:
        return None
    return (
        "Anlan needs Python {}.{} or newer; {} is {}.{}. "
        "Name another one with PYTHON=, for example: make demo PYTHON=python3.12"
    ).format(OLDEST[0], OLDEST[1], executable or "python3", version[0], version[1])


if python_refusal(sys.version_info, sys.executable):
    sys.exit(python_refusal(sys.version_info, sys.executable))

ROOT = Path(__file__).resolve().parents[3]
VENV = ROOT / ".venv"
NODE_MODULES = ROOT / "node_modules"
LOG = VENV / "bootstrap.log"
# A new virtual environment with the test tools is about 0.6 GB, the front-end files 0.15 GB.
SPACE_FIRST_TIME = 1_200_000_000
PROGRAMS = os.environ.get("PATH", "") + os.pathsep + "/usr/sbin"  # where Debian keeps servers
CHROMIUM = ("chromium", "chromium-browser", "google-chrome", "google-chrome-stable")


class SetupError(Exception):
    """A sentence for the person at the terminal."""


def venv_python() -> Path:
    return VENV / "bin" / "python"


# --- Stamps


def digest(files: list[Path], *words: str) -> str:
    """One hash over the contents of the files and the words; a missing file counts as itself."""
    whole = hashlib.sha256()
    for file in files:
        whole.update(file.name.encode() + b"\0" + (file.read_bytes() if file.is_file() else b"missing") + b"\0")
    for word in words:
        whole.update(word.encode() + b"\0")
    return whole.hexdigest()


def is_current(stamp: Path, value: str) -> bool:
    """Whether the step that left this stamp ran with the same inputs."""
    return stamp.is_file() and stamp.read_text().strip() == value


# --- Showing and running


def say(text: str) -> None:
    print(text, flush=True)


def counted_lines(output, words: tuple[str, ...], total: int, label: str) -> str:
    """Read a program's output, count the lines that start with one of the words, show the count; answers all of it."""
    seen, everything, terminal = 0, [], sys.stdout.isatty()
    for line in output:
        everything.append(line)
        if terminal and line.strip().startswith(words):
            seen = min(seen + 1, total)
            bar = "━" * (seen * 30 // total) + "╌" * (30 - seen * 30 // total)
            print(f"\r  {label} {bar} {seen}/{total}", end="", flush=True)
    if terminal and seen:
        print("\r" + " " * 100 + "\r", end="", flush=True)
    return "".join(everything)


def run(label: str, command: list[str], *, count: tuple[str, ...] = (), total: int = 1, hint: str) -> None:
    """Run one step, say how long it took; its output goes to the log. Raises SetupError with the hint when it fails."""
    say(f"· {label} …")
    began = time.monotonic()
    try:
        program = subprocess.Popen(
            command,
            cwd=ROOT,
            stdin=subprocess.DEVNULL,
            stdout=subprocess.PIPE,
            stderr=subprocess.STDOUT,
            text=True,
            errors="replace",
            env={**os.environ, "PIP_DISABLE_PIP_VERSION_CHECK": "1", "PIP_NO_INPUT": "1", "PYTHONUNBUFFERED": "1"},
        )
    except OSError as error:
        raise SetupError(f"{label}: {command[0]} cannot be run ({error.strerror}).") from None
    with program:
        output = counted_lines(program.stdout, count, total, label)
    if VENV.is_dir():
        with LOG.open("a") as log:
            log.write(f"--- {label}\n{output}\n")
    if program.returncode:
        raise SetupError(f"{label} failed: {reason_in(output)} {hint}")
    say(f"  {label}: {time.monotonic() - began:.1f} s")


def reason_in(output: str) -> str:
    """The line of a program's output that says why it failed: the last error that gives a reason, or the last line."""
    lines = [line.strip() for line in output.splitlines() if line.strip()]
    if any("No space left on device" in line for line in lines):
        return "no space left on the disk."
    errors = [line for line in lines if line.lower().startswith(("error", "npm err", "npm error", "e: "))]
    errors = [line for line in errors if "complete log of this run" not in line]
    reasons = [line for line in errors if "reason:" in line]
    return (reasons or errors or lines or ["it said nothing"])[-1][:300].rstrip(".") + "."


# --- Steps


def ensure_space() -> None:
    """Refuse to begin a first set-up that cannot end."""
    if (VENV / ".anlan-requirements").exists():
        return
    free = shutil.disk_usage(ROOT).free
    if free < SPACE_FIRST_TIME:
        raise SetupError(
            f"The disk of {ROOT} has {free // 10**6} MB free; setting up needs {SPACE_FIRST_TIME // 10**6} MB."
        )


def ensure_venv() -> None:
    """A virtual environment made by a Python that is new enough; a broken or moved one is made again."""
    stamp, value = VENV / ".anlan-venv", digest([], str(ROOT))
    if is_current(stamp, value) and venv_python().exists():
        return
    if venv_python().exists() and not stamp.exists():
        # Somebody made it by hand: good enough when its Python is.
        check = [str(venv_python()), "-c", f"import sys, pip; sys.exit(sys.version_info < {OLDEST})"]
        if subprocess.run(check, capture_output=True, check=False).returncode == 0:
            stamp.write_text(value)
            return
    if VENV.exists():
        shutil.rmtree(VENV)
    try:
        import ensurepip  # noqa: F401
        import venv  # noqa: F401
    except ImportError:
        raise SetupError(
            f"{sys.executable} has no venv module; on Debian and Ubuntu: apt install python3-venv."
        ) from None
    run("Virtual environment", [sys.executable, "-m", "venv", str(VENV)], hint="")
    stamp.write_text(value)


def ensure_packages(name: str) -> bool:
    """What requirements-NAME.txt pins, by hash. Answers whether anything had to be done."""
    file = ROOT / name
    stamp, value = VENV / f".anlan-{file.stem}", digest([file, VENV / "pyvenv.cfg"])
    if is_current(stamp, value):
        return False
    total = sum(1 for line in file.read_text().splitlines() if line[:1].isalnum())
    pip = [str(venv_python()), "-m", "pip", "install", "--require-hashes", "--progress-bar=off", "-r", str(file)]
    run(
        f"Python packages of {name}",
        pip,
        count=("Collecting", "Requirement already satisfied"),
        total=total,
        hint=f"Is a package registry reachable? Details: {LOG}",
    )
    stamp.write_text(value)
    return True


def npm_command() -> list[str]:
    """npm of the machine, or else of the wheel that carries Node."""
    if shutil.which("npm") and shutil.which("node"):
        return ["npm"]
    ensure_packages("requirements-node.txt")
    return [str(VENV / "bin" / "npm")]


def ensure_front_end() -> None:
    """The front-end files of package-lock.json; no package's script is run."""
    stamp = NODE_MODULES / ".anlan-npm"
    value = digest([ROOT / "package.json", ROOT / "package-lock.json", ROOT / ".npmrc"])
    if is_current(stamp, value):
        return
    command = npm_command()
    os.environ["PATH"] = os.environ.get("PATH", "") + os.pathsep + str(VENV / "bin")  # npm of the wheel looks for node.
    run(
        "Front-end files",
        [*command, "ci", "--ignore-scripts", "--no-audit", "--no-fund"],
        hint="Is an npm registry reachable?",
    )
    stamp.write_text(value)


def ensure_messages() -> None:
    """The English texts, compiled: each .po becomes the .mo beside it; two more say the same one tier down."""
    texts = sorted(
        po
        for top in ("platform", "tenants", "appraisal", "followup_projects", "api")
        for po in (ROOT / top).glob("**/locale/*/LC_MESSAGES/*.po")
    )
    tiers = [ROOT / "platform/config/locale" / name / "LC_MESSAGES/django.mo" for name in ("zh_County", "en_County")]
    made = [*(po.with_suffix(".mo") for po in texts), *tiers]
    stamp, value = VENV / ".anlan-messages", digest([*texts, ROOT / "platform" / "core" / "tiers.py"])
    if not texts or (is_current(stamp, value) and all(mo.is_file() for mo in made)):
        return
    script = (
        "import sys; from pathlib import Path; sys.path.insert(0, 'platform')\n"
        "from core.messages_catalog import compile_all; compile_all(Path.cwd())"
    )
    run("English texts", [str(venv_python()), "-c", script], hint="")
    stamp.write_text(value)


def chromium() -> str | None:
    """The browser of the machine, for the browser tests."""
    return next((path for path in map(shutil.which, CHROMIUM) if path), None)


def ensure_debian_packages() -> None:
    """What the tests use of Debian's, where that can be installed: a browser with a Chinese font, PgBouncer.

    Brokers only when ANLAN_INSTALL_BROKERS=1 asks for them (CI): nobody's machine becomes a RabbitMQ by `make test`.
    """
    found = {
        "chromium": chromium() is not None,
        "fonts-noto-cjk": has_chinese_font(),
        "pgbouncer": shutil.which("pgbouncer", path=PROGRAMS) is not None,
    }
    if os.environ.get("ANLAN_INSTALL_BROKERS") == "1":
        found["redis-server"] = shutil.which("redis-server", path=PROGRAMS) is not None
        found["rabbitmq-server"] = shutil.which("rabbitmq-server", path=PROGRAMS) is not None
    wanted = [name for name, there in found.items() if not there]
    if not wanted:
        return
    if os.geteuid() != 0 or not shutil.which("apt-get"):
        missing = [name for name in wanted if name != "fonts-noto-cjk"]
        if missing:
            names = " and no ".join(missing)
            say(f"· No {names}, and installing needs root and apt here: the tests with them are skipped.")
        return
    os.environ["DEBIAN_FRONTEND"] = "noninteractive"
    try:
        run("Package lists of Debian", ["apt-get", "update"], hint="")
        with no_services_started():
            install = ["apt-get", "install", "-y", "--no-install-recommends", *wanted]
            run(f"Debian packages {' and '.join(wanted)}", install, hint="")
    except SetupError as error:
        say(f"· {error} Tests that need what is missing are skipped.")


@contextlib.contextmanager
def no_services_started():
    """Installing a server must not start it: the tests start their own, and the machine is not ours to change."""
    policy = Path("/usr/sbin/policy-rc.d")
    if policy.exists():
        yield
        return
    policy.write_text("#!/bin/sh\nexit 101\n")
    policy.chmod(0o755)
    try:
        yield
    finally:
        policy.unlink(missing_ok=True)


def has_chinese_font() -> bool:
    """Whether pages in Chinese show characters instead of boxes."""
    if not shutil.which("fc-list"):
        return False
    return bool(subprocess.run(["fc-list", ":lang=zh"], capture_output=True, text=True, check=False).stdout.strip())


def main(arguments: list[str] | None = None) -> int:
    """Set up for the demo, or for the tests as well; answers the exit code."""
    parser = argparse.ArgumentParser(prog="bootstrap", description="Set up what is missing.")
    parser.add_argument("purpose", choices=["demo", "check", "test"], nargs="?", default="demo")
    purpose = parser.parse_args(arguments).purpose
    began = time.monotonic()
    try:
        ensure_space()
        ensure_venv()
        ensure_packages("requirements.txt")
        if purpose != "demo":
            ensure_packages("requirements-dev.txt")
        ensure_front_end()
        ensure_messages()
        if purpose == "test":
            ensure_debian_packages()
    except SetupError as error:
        print(error, file=sys.stderr)
        return 1
    except OSError as error:
        print(f"Setting up failed: {error.strerror} ({error.filename or ROOT}).", file=sys.stderr)
        return 1
    except KeyboardInterrupt:
        print("Stopped.", file=sys.stderr)
        return 130
    if time.monotonic() - began > 1:
        say(f"Set up in {time.monotonic() - began:.0f} s.")
    return 0


if __name__ == "__main__":
    sys.exit(main())
