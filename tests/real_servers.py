"""Real servers for tests, as processes of their own on free ports of 127.0.0.1; a missing program skips the test.

What is installed must start: that it does not is a failure everywhere. ANLAN_REQUIRE_POOLER=1 and
ANLAN_REQUIRE_BROKERS=1 (CI) make a missing PgBouncer, Redis or RabbitMQ a failure as well.
"""

import os
import shutil
import socket
import subprocess
import tempfile
import time
from collections.abc import Callable, Iterator, Mapping
from contextlib import ExitStack, contextmanager
from pathlib import Path
from typing import NamedTuple

import pytest

from deploy.local import processes

START_SECONDS = 60
BROKERS_REQUIRED = "ANLAN_REQUIRE_BROKERS"
PLACES = os.environ.get("PATH", "") + ":/usr/sbin:/usr/lib/rabbitmq/bin"


def program(name: str, required: str = "") -> str:
    """Where the program is; skips the test when it is nowhere, or fails it when the variable `required` is 1."""
    path = shutil.which(name, path=PLACES)
    if path is None:
        say = pytest.fail if required and os.environ.get(required) == "1" else pytest.skip
        say(f"There is no {name} on this machine.")
    return path  # type: ignore[return-value]


def free_port() -> int:
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        return int(probe.getsockname()[1])


def listens(port: int) -> bool:
    with socket.socket() as probe:
        probe.settimeout(1)
        return probe.connect_ex(("127.0.0.1", port)) == 0


@contextmanager
def running(
    name: str, command: list[str], log: Path, *, port: int, environment: Mapping[str, str] | None = None,
    ready: Callable[[], bool] | None = None, user: str | None = None,
) -> Iterator[processes.Child]:  # fmt: skip
    """The program, from the moment it is ready; ended with everything it started, also when this process is killed.

    Fails the test if it never is ready. user: who runs it, instead of root.
    """
    with open(log, "wb") as out:
        process = subprocess.Popen(
            command, cwd="/", env={**os.environ, **(environment or {})}, stdin=subprocess.DEVNULL, stdout=out,
            stderr=out, start_new_session=True, preexec_fn=processes.die_with_parent(), user=user,
            extra_groups=[] if user else None,
        )  # fmt: skip
    child = processes.Child(name, process, log)
    ready = ready or (lambda: listens(port))
    try:
        deadline = time.monotonic() + START_SECONDS
        while not ready():
            if child.process.poll() is not None or time.monotonic() > deadline:
                pytest.fail(f"{name} did not start: " + " / ".join(child.last_words()))
            time.sleep(0.05)
        yield child
    finally:
        processes.end([child])


@contextmanager
def pgbouncer(
    database: Mapping[str, object], *, pool: int, users: Mapping[str, str] | None = None
) -> Iterator[tuple[int, int]]:
    """PgBouncer before the given database: the port of its transaction mode, and that of its session mode.

    users: passwords of those whom it lets in and passes on, a pool for each; without, everybody is the database's USER.
    """
    path = program("pgbouncer", "ANLAN_REQUIRE_POOLER")
    somebody = "nobody" if os.geteuid() == 0 else None  # it refuses to be root
    at = "host={HOST} port={PORT} dbname={NAME}".format(**database)
    at += "" if users else " user={USER} password={PASSWORD}".format(**database)
    with ExitStack() as stack:
        folder = Path(stack.enter_context(tempfile.TemporaryDirectory(prefix="anlan-pgbouncer-")))
        folder.chmod(0o711)
        known = folder / "users"
        known.touch(0o600)
        known.write_text("".join(f'"{user}" "{password}"\n' for user, password in (users or {}).items()))
        if somebody:
            shutil.chown(known, somebody)
        ports = []
        for mode in ("transaction", "session"):
            port = free_port()
            settings = folder / f"{mode}.ini"
            settings.touch(0o600)
            if somebody:
                shutil.chown(settings, somebody)
            settings.write_text(
                f"[databases]\n{database['NAME']} = {at}\n[pgbouncer]\nlisten_addr = 127.0.0.1\nlisten_port = {port}\n"
                f"unix_socket_dir =\nauth_type = {'scram-sha-256' if users else 'any'}\nauth_file = {known}\n"
                f"pool_mode = {mode}\ndefault_pool_size = {pool}\n"
                "max_client_conn = 100\nserver_tls_sslmode = disable\n"
            )
            log = folder / f"{mode}.log"
            stack.enter_context(running("pgbouncer", [path, str(settings)], log, port=port, user=somebody))
            ports.append(port)
        yield ports[0], ports[1]


class Certificate(NamedTuple):
    """Files in PEM: a server's certificate and key, and the authority that signed it."""

    chain: Path
    key: Path
    authority: Path


@contextmanager
def redis(folder: Path, certificate: Certificate | None = None) -> Iterator[str]:
    """A Redis that keeps nothing; its BROKER_URL. certificate: it speaks TLS alone, at localhost."""
    port = free_port()
    path = program("redis-server", BROKERS_REQUIRED)
    command = [path, "--bind", "127.0.0.1", "--save", "", "--dir", str(folder)]
    if certificate is None:
        command += ["--port", str(port)]
    else:
        command += ["--port", "0", "--tls-port", str(port), "--tls-auth-clients", "no"]
        command += ["--tls-cert-file", str(certificate.chain), "--tls-key-file", str(certificate.key)]
        command += ["--tls-ca-cert-file", str(certificate.authority)]
    with running("redis-server", command, folder / "redis.log", port=port):
        yield f"rediss://localhost:{port}/0" if certificate else f"redis://127.0.0.1:{port}/0"


@contextmanager
def rabbitmq(folder: Path, certificate: Certificate | None = None) -> Iterator[str]:
    """A RabbitMQ node of its own: own name, own files, own port mapper, no other node's cookie; its BROKER_URL.

    certificate: it speaks TLS alone, at localhost.
    """
    path = program("rabbitmq-server", BROKERS_REQUIRED)
    port, mapper, distribution = free_port(), free_port(), free_port()
    listens_at = f"listeners.tcp.1 = 127.0.0.1:{port}\n"
    if certificate is not None:
        listens_at = (
            f"listeners.tcp = none\nlisteners.ssl.1 = 127.0.0.1:{port}\nssl_options.certfile = {certificate.chain}\n"
            f"ssl_options.keyfile = {certificate.key}\nssl_options.cacertfile = {certificate.authority}\n"
            "ssl_options.verify = verify_none\n"
        )
    (folder / "rabbitmq.conf").write_text(f"{listens_at}loopback_users = none\n")
    (folder / "plugins").write_text("[].\n")
    environment = {
        "HOME": str(folder),
        "RABBITMQ_NODENAME": f"anlan{port}@localhost",
        "RABBITMQ_NODE_IP_ADDRESS": "127.0.0.1",
        "RABBITMQ_CONFIG_FILE": str(folder / "rabbitmq"),
        "RABBITMQ_ENABLED_PLUGINS_FILE": str(folder / "plugins"),
        "RABBITMQ_MNESIA_BASE": str(folder / "mnesia"),
        "RABBITMQ_LOG_BASE": str(folder / "log"),
        "RABBITMQ_DIST_PORT": str(distribution),
        "ERL_EPMD_PORT": str(mapper),
        "ERL_EPMD_ADDRESS": "127.0.0.1",
    }
    server = Path(path).resolve()
    # Debian's script changes to the user rabbitmq, whose files are the machine's; the one beneath it does not.
    beneath = Path("/usr/lib/rabbitmq/bin/rabbitmq-server")
    command = [str(beneath if beneath.exists() else server)]
    with running("rabbitmq-server", command, folder / "rabbitmq.log", port=port, environment=environment):
        yield f"amqps://guest:guest@localhost:{port}//" if certificate else f"amqp://guest:guest@127.0.0.1:{port}//"
