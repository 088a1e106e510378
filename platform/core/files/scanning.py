"""The virus scan of an upload: ClamAV's daemon, where the installation names one (FILE_SCANNER).

    clamd://127.0.0.1:3310            clamd:///run/clamav/clamd.ctl

The bytes are sent over the connection, so the daemon needs no right to read them and may run elsewhere. While it does
not answer nothing is taken in: a file that nobody looked at is no evidence.
"""

import logging
import socket
import struct
from pathlib import Path
from urllib.parse import urlsplit

from django.conf import settings
from django.utils.translation import gettext as _

from core.errors import Conflict, Invalid

SECONDS = 30  # to wait for the daemon, at each step
CHUNK = 256 * 1024
DEFAULT_PORT = 3310
log = logging.getLogger("anlan.files")


class Unreachable(Exception):
    """The daemon does not answer, or says something else than a verdict."""


def check(path: Path, name: str) -> None:
    """Return when the file is clean or no scanner is named.

    Raises Invalid (field `file`) with what was found, Conflict while the scanner does not answer.
    """
    if not settings.FILE_SCANNER:
        return
    try:
        found = scan(path, settings.FILE_SCANNER)
    except (Unreachable, OSError) as error:
        log.error("the scanner does not answer", extra={"scanner": settings.FILE_SCANNER, "why": str(error)})
        raise Conflict(_("病毒扫描服务暂时没有应答，文件没有接收。请稍后重新上传，或联系系统管理员。")) from None
    if found:
        log.warning("an upload was infected", extra={"file_name": name, "found": found})
        raise Invalid(
            _("文件“%(name)s”含有病毒（%(found)s），不能接收。请先在本机查杀。") % {"name": name, "found": found},
            field="file",
        )


def scan(path: Path, address: str) -> str:
    """What the daemon at `address` finds in the file; empty when it is clean. Raises Unreachable, OSError."""
    with _connected(address) as connection, path.open("rb") as file:
        connection.sendall(b"zINSTREAM\0")
        while chunk := file.read(CHUNK):
            connection.sendall(struct.pack("!I", len(chunk)) + chunk)
        connection.sendall(struct.pack("!I", 0))
        answer = b""
        while b"\0" not in answer and (part := connection.recv(4096)):
            answer += part
    # The answer ends at its NUL: what a daemon or a relay before it sends after that is none of the verdict.
    told = answer.partition(b"\0")[0].decode("utf-8", "replace").removeprefix("stream: ").strip()
    if told == "OK":
        return ""
    if told.endswith(" FOUND"):
        return told.removesuffix(" FOUND")
    raise Unreachable(told or "no answer")


def _connected(address: str) -> socket.socket:
    parts = urlsplit(address)
    if parts.scheme != "clamd":
        raise Unreachable(f"{address} is no address of a scanner: clamd://HOST:PORT or clamd:///PATH")
    if parts.hostname:
        return socket.create_connection((parts.hostname, parts.port or DEFAULT_PORT), SECONDS)
    connection = socket.socket(socket.AF_UNIX)
    connection.settimeout(SECONDS)
    try:
        connection.connect(parts.path)
    except OSError:
        connection.close()
        raise
    return connection
