"""The demo: everything Anlan needs on one machine, supervised (`python -m deploy.local.demo`, behind `make demo`).

It starts the embedded PostgreSQL (unless DATABASE_URL names a server: such are asked first whether they will do),
brings the database up to date, makes the demo data once, and runs the web server, a Celery worker and beat until
Ctrl-C. It stops what it started and nothing else.
What a killed run left behind is found through $DATA_DIR/demo.json and taken down first.
"""

from __future__ import annotations

import contextlib
import hashlib
import http.client
import os
import signal
import socket
import sys
import time
from pathlib import Path
from types import FrameType

from rich.console import Console
from rich.panel import Panel

from deploy.local import pg, processes, servers
from deploy.local.preflight import Choice, DemoError, check_port, check_space, choose, only_one

ROOT = Path(__file__).resolve().parents[3]
PYTHON = sys.executable
READY_SECONDS = 60

console = Console(highlight=False)


class Stopped(Exception):
    """Somebody asked for it: Ctrl-C, a termination signal, or a closed terminal."""


# --- Steps


def environment_of(choice: Choice) -> dict[str, str]:
    """What every program of the demo is started with."""
    path = os.pathsep.join([str(ROOT / "platform"), str(ROOT)])
    hosts = os.environ.get("ALLOWED_HOSTS", "")
    if choice.host != "127.0.0.1" and not hosts:
        hosts = ",".join(sorted({choice.host, socket.gethostname(), *own_addresses()} - {"0.0.0.0"}))
    return {
        **os.environ,
        "PYTHONPATH": path,
        "PYTHONUNBUFFERED": "1",
        "DJANGO_SETTINGS_MODULE": os.environ.get("DJANGO_SETTINGS_MODULE", "config.settings.dev"),
        "DATA_DIR": str(choice.data),
        "PORT": str(choice.port),
        "ALLOWED_HOSTS": hosts,
    }


def own_addresses() -> set[str]:
    """The addresses under which others may reach this machine when HOST opens it to them."""
    try:
        return {str(entry[4][0]) for entry in socket.getaddrinfo(socket.gethostname(), None, socket.AF_INET)}
    except OSError:
        return set()


def manage(environment: dict[str, str], label: str, *arguments: str, shown: bool = False) -> str:
    """One command of manage.py. `shown`: it draws its own progress. Raises DemoError with what it said last."""
    began = time.monotonic()
    command = [PYTHON, "manage.py", *arguments]
    waiting = contextlib.nullcontext() if shown else console.status(f"{label} …")
    with waiting:
        code, output, errors = processes.run(command, environment, ROOT, shown=shown)
    if code:
        if shown:
            raise DemoError(f"{label} failed with exit code {code}; the reason is above.")
        log = Path(environment["DATA_DIR"]) / "logs" / f"{arguments[0]}.log"
        log.parent.mkdir(exist_ok=True)
        log.write_text(output + errors)
        said = (errors or output).strip().splitlines() or [f"exit code {code}"]
        raise DemoError(f"{label} failed: {said[-1]} (all of it: {log})")
    done(label, began)
    return output


def done(label: str, began: float) -> None:
    console.print(f"[green]✓[/] {label} [dim]{time.monotonic() - began:.1f} s[/]")


def start_database(server: pg.Server) -> None:
    """The embedded server, unless DATABASE_URL names a real one."""
    if os.environ.get("DATABASE_URL"):
        return
    began = time.monotonic()
    with console.status("Embedded PostgreSQL …"):
        started = server.start()
    done("Embedded PostgreSQL" + ("" if started else " (runs already)"), began)


def static_stamp() -> str:
    """One hash over the names, sizes and times of all static files."""
    whole = hashlib.sha256()
    folders = [folder for top in ("platform", "tenants", "appraisal", "api") for folder in (ROOT / top).rglob("static")]
    for folder in sorted(folders):
        for file in sorted(folder.rglob("*")):
            facts = file.stat()
            whole.update(f"{file} {facts.st_size} {facts.st_mtime_ns}\n".encode())
    for file in (ROOT / "package-lock.json", ROOT / "platform" / "core" / "vendor.py"):
        whole.update(file.read_bytes() if file.is_file() else b"")
    return whole.hexdigest()


def collect_static(choice: Choice, environment: dict[str, str]) -> None:
    """Publish the static files when they changed."""
    stamp, value = choice.data / "static.stamp", static_stamp()
    if stamp.is_file() and stamp.read_text() == value and (choice.data / "static").is_dir():
        return
    # What DRF and django-htmx ship for pages of their own is not ours to serve.
    skipped = ("--ignore", "rest_framework", "--ignore", "django_htmx")
    manage(environment, "Static files", "collectstatic", "--noinput", "--clear", *skipped)
    stamp.write_text(value)


# --- Running


def addresses(environment: dict[str, str], server: pg.Server) -> dict[str, str]:
    """The same, with both logins of the embedded database; those of a real server are what the environment chose."""
    if environment.get("DATABASE_URL") or not server.web_url_file.is_file():
        return environment
    owners, web = server.url_file.read_text().strip(), server.web_url_file.read_text().strip()
    return {**environment, "OWNER_DATABASE_URL": owners, "DATABASE_URL": web}


def environment_for(name: str, environment: dict[str, str]) -> dict[str, str]:
    """What one child is started with: only who makes schemas gets the login that owns them."""
    return {key: value for key, value in environment.items() if key != "OWNER_DATABASE_URL" or name == "schemas"}


def programs(choice: Choice, *, owner: bool) -> dict[str, list[str]]:
    """Name and command of each child. owner: whether the schemas have one of their own (adr/0020)."""
    bind = f"[{choice.host}]:{choice.port}" if ":" in choice.host else f"{choice.host}:{choice.port}"
    celery = [PYTHON, "-m", "celery", "-A", "config"]
    gunicorn = [
        PYTHON,
        "-m",
        "gunicorn",
        "config.wsgi",
        "--bind",
        bind,
        "--no-control-socket",
    ]  # The app logs requests.
    alone = ["--without-mingle", "--without-gossip", "--without-heartbeat"]  # There is no other worker to talk to.
    return {
        "web": [*gunicorn, "--workers", "2", "--threads", "4", "--graceful-timeout", "5", "--timeout", "60"],
        "worker": [*celery, "worker", "--concurrency", "2", "--loglevel", "INFO", *alone],
        "beat": [*celery, "beat", "--loglevel", "INFO", "--pidfile=", "--schedule", str(choice.data / "beat-schedule")],
        **({"schemas": [PYTHON, "manage.py", "make_schemas"]} if owner else {}),
    }


def start_children(choice: Choice, environment: dict[str, str]) -> list[processes.Child]:
    """Start all, each in a process group of its own with a log of its own."""
    logs = choice.data / "logs"
    logs.mkdir(exist_ok=True)
    children: list[processes.Child] = []
    for name, command in programs(choice, owner="OWNER_DATABASE_URL" in environment).items():
        log = logs / f"{name}.log"
        if log.exists():
            log.replace(log.with_suffix(".log.1"))
        children.append(processes.start(name, command, log, environment_for(name, environment), ROOT))
    return children


def check_children(children: list[processes.Child]) -> None:
    """Raises DemoError when one has died."""
    for child in children:
        if child.process.poll() is not None:
            last = "\n".join("    " + line for line in child.last_words())
            code = child.process.returncode
            raise DemoError(f"The {child.name} process ended with code {code}; its log {child.log} ends:\n{last}")


def wait_until_ready(choice: Choice, children: list[processes.Child]) -> None:
    """Wait for /healthz. Raises DemoError when a child dies or the time is up."""
    began = time.monotonic()
    with console.status("Web server, worker and beat …"):
        while time.monotonic() < began + READY_SECONDS:
            check_children(children)
            if answers(choice):
                done("Web server, worker and beat", began)
                return
            time.sleep(0.1)
    raise DemoError(f"The web server does not answer after {READY_SECONDS} s; see {choice.data / 'logs' / 'web.log'}.")


def answers(choice: Choice) -> bool:
    """Whether the health page says all is well."""
    host = "127.0.0.1" if choice.host == "0.0.0.0" else choice.host
    connection = http.client.HTTPConnection(host, choice.port, timeout=10)
    try:
        connection.request("GET", "/healthz")
        return connection.getresponse().status == 200
    except (OSError, http.client.HTTPException):
        return False
    finally:
        connection.close()


def welcome(choice: Choice, accounts: str, seconds: float) -> None:
    """The address, who may sign in, what to look at first and how to begin again."""
    chosen = os.environ.get("DATA_DIR")
    reset = "make clean-demo" + (f" DATA_DIR='{chosen}'" if chosen else "")
    if os.environ.get("DATABASE_URL"):
        reset += " and empty the database of DATABASE_URL, which is yours"
    headline = f"[bold]安澜 Anlan[/] runs at [bold]{choice.address}[/]  [dim](ready in {seconds:.1f} s)[/]"
    console.print(Panel.fit(headline))
    console.print(accounts.rstrip(), markup=False, soft_wrap=True)
    console.print(
        "\nTry first\n"
        "  1. Sign in as the province's verifier and open the verification queue: return one indicator with a reason.\n"
        "  2. Sign in as a prefecture's reporter: November is open, the returned indicator waits on the workbench.\n"
        "  3. Open the ranking and follow one score to the page “where every point comes from”.\n"
        f"\nLogs: {choice.data / 'logs'}   Begin again: {reset}   Stop: Ctrl-C",
        markup=False,
        soft_wrap=True,
    )


def listen_for_stop() -> None:
    """Turn the ways to end a program into one."""

    def stop(number: int, frame: FrameType | None) -> None:
        for signal_number in (signal.SIGINT, signal.SIGTERM, signal.SIGHUP):
            signal.signal(signal_number, signal.SIG_IGN)  # Once is enough: stopping must not be stopped half way.
        raise Stopped

    for signal_number in (signal.SIGINT, signal.SIGTERM, signal.SIGHUP):
        signal.signal(signal_number, stop)


def run(choice: Choice) -> int:
    """The demo from start to stop; answers the exit code."""
    began = time.monotonic()
    children: list[processes.Child] = []
    memory = choice.data / "demo.json"
    ready = False
    try:
        listen_for_stop()
        check_space(choice.data)
        with only_one(choice.data):
            left = processes.recall(memory)
            processes.end_leftovers(left)
            check_port(choice.host, choice.port)
            for asked in servers.check():
                console.print(f"[green]✓[/] {asked}")
            environment = environment_of(choice)
            server = pg.Server(choice.data / "pg")
            # One that ran before us is somebody else's to stop, unless a killed demo left it.
            ours = server.pid() in (None, left.get("postgres")) and not os.environ.get("DATABASE_URL")
            try:
                start_database(server)
                processes.remember(memory, [], server.pid() if ours else None)
                environment = addresses(environment, server)
                collect_static(choice, environment)
                manage(environment, "Database up to date", "upgrade")
                manage(environment, "Demo data", "demo", shown=True)
                manage(environment, "A database login per province", "logins")
                accounts = manage(environment, "Accounts", "demo", "--accounts")
                children = start_children(choice, environment)
                processes.remember(memory, children, server.pid() if ours else None)
                wait_until_ready(choice, children)
                welcome(choice, accounts, time.monotonic() - began)
                ready = True
                while True:
                    check_children(children)
                    time.sleep(0.5)
            finally:
                take_down(server if ours else None, children)
                memory.unlink(missing_ok=True)
    except Stopped:
        return 0 if ready else 130
    except (DemoError, pg.PgError) as error:
        print(error, file=sys.stderr)
        return 1
    except OSError as error:
        print(f"The demo stopped: {error.strerror} ({error.filename or choice.data}).", file=sys.stderr)
        return 1


def take_down(server: pg.Server | None, children: list[processes.Child]) -> None:
    """Stop the children together, then the database they used."""
    with contextlib.suppress(OSError):  # The terminal may be gone.
        if children:
            console.print("Stopping …")
    processes.end(children)
    if server is not None:
        server.stop()


def main() -> int:
    """The command line; answers the exit code."""
    try:
        return run(choose(dict(os.environ)))
    except DemoError as error:
        print(error, file=sys.stderr)
        return 1


if __name__ == "__main__":
    sys.exit(main())
