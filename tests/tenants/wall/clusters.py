"""PostgreSQL clusters for attacks: the embedded one, and Debian's 15 in a directory of its own as a plain user."""

import os
import pwd
import shutil
import subprocess
import tempfile
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

from deploy.local import pg
from tests.real_servers import Certificate, free_port

DEBIAN = Path("/usr/lib/postgresql/15/bin")


@contextmanager
def embedded(home: Path) -> Iterator[str]:
    """The address of its superuser, without a database."""
    server = pg.Server(home / "pg", unsafe=True)
    server.start()
    try:
        yield server.admin_url_file.read_text().strip().rpartition("/")[0]
    finally:
        server.stop()


@contextmanager
def debian(certificate: Certificate | None = None) -> Iterator[str]:
    """The same for Debian's PostgreSQL 15; with a certificate over TLS as well.

    It refuses to run as root: root runs it as `nobody`.
    """
    home = Path(tempfile.mkdtemp(prefix="anlan-pg15-"))
    port = free_port()
    who: dict[str, object] = {}
    if os.geteuid() == 0:
        entry = pwd.getpwnam("nobody")
        os.chown(home, entry.pw_uid, entry.pw_gid)
        who = {"user": entry.pw_uid, "group": entry.pw_gid, "extra_groups": []}

    def run(*command: str) -> None:
        subprocess.run([str(DEBIAN / command[0]), *command[1:]], check=True, capture_output=True, cwd="/", **who)

    try:
        run("initdb", "-D", str(home / "data"), "-U", "postgres", "--auth=trust", "--encoding=UTF8", "--no-sync")
        options = f"-p {port} -c listen_addresses=127.0.0.1 -c unix_socket_directories= -c fsync=off"
        if certificate is not None:
            for name, file in (("server.crt", certificate.chain), ("server.key", certificate.key)):
                shutil.copy(file, home / name)
                os.chmod(home / name, 0o600)
                os.chown(home / name, home.stat().st_uid, home.stat().st_gid)
            options += f" -c ssl=on -c ssl_cert_file={home}/server.crt -c ssl_key_file={home}/server.key"
        run("pg_ctl", "-D", str(home / "data"), "-o", options, "-l", str(home / "log"), "-w", "start")
        try:
            yield f"postgresql://postgres@127.0.0.1:{port}"
        finally:
            run("pg_ctl", "-D", str(home / "data"), "-m", "immediate", "-w", "stop")
    finally:
        shutil.rmtree(home, ignore_errors=True)
