"""What can be refused before the demo starts anything: one clear sentence each."""

from __future__ import annotations

import contextlib
import errno
import fcntl
import shutil
import socket
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

from deploy.local import pg

SPACE_NEEDED = 500_000_000


class DemoError(Exception):
    """A sentence for the person at the terminal."""


@dataclass(frozen=True)
class Choice:
    """What the environment chose."""

    data: Path
    host: str
    port: int

    @property
    def address(self) -> str:
        return f"http://{'127.0.0.1' if self.host in ('0.0.0.0', '127.0.0.1') else self.host}:{self.port}/"


def choose(environment: dict[str, str]) -> Choice:
    """Read PORT, HOST and DATA_DIR. Raises DemoError for what cannot be a port."""
    text = environment.get("PORT", "").strip() or "8000"
    if not text.isdecimal() or not 0 < int(text) < 65536:
        raise DemoError(f"PORT={text} is no port: give a number from 1 to 65535, for example make demo PORT=8001.")
    return Choice(pg.data_dir(), environment.get("HOST", "").strip() or "127.0.0.1", int(text))


def check_space(data: Path) -> None:
    """Refuse a disk on which the demo would die half way."""
    place = data
    while not place.exists():
        place = place.parent
    free = shutil.disk_usage(place).free
    if free < SPACE_NEEDED:
        raise DemoError(
            f"The disk of {data} has {free // 10**6} MB free and the demo needs {SPACE_NEEDED // 10**6} MB: "
            "free some, or choose another place with DATA_DIR=."
        )


def check_port(host: str, port: int) -> None:
    """Refuse a port that cannot be served on."""
    family = socket.AF_INET6 if ":" in host else socket.AF_INET
    with socket.socket(family) as probe:
        probe.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
        try:
            probe.bind((host, port))
        except PermissionError:
            raise DemoError(f"Port {port} is for root only: choose one above 1023, as make demo PORT=8000.") from None
        except socket.gaierror:
            raise DemoError(f"HOST={host} is no address of this machine.") from None
        except OSError as error:
            if error.errno == errno.EADDRNOTAVAIL:
                raise DemoError(f"HOST={host} is no address of this machine.") from None
            raise DemoError(
                f"Port {port} on {host} is taken by another program: choose another, as in make demo PORT={port + 1}."
            ) from None


@contextlib.contextmanager
def only_one(data: Path) -> Iterator[None]:
    """Hold the data directory; the system lets go of it when this process dies, however it dies."""
    try:
        data.mkdir(parents=True, exist_ok=True)
        handle = open(data / "demo.lock", "a+")  # noqa: SIM115 - held as long as the demo runs.
    except OSError as error:
        raise DemoError(f"DATA_DIR={data} cannot be written ({error.strerror}).") from None
    with handle:
        try:
            fcntl.flock(handle, fcntl.LOCK_EX | fcntl.LOCK_NB)
        except BlockingIOError:
            raise DemoError(
                f"A demo already runs on {data}: stop it there with Ctrl-C, or choose another DATA_DIR= and PORT=."
            ) from None
        yield
