"""The virus scan: a daemon that speaks clamd's protocol, real where Debian's is installed, else one of our own."""

import shutil
import socketserver
import struct
import subprocess
import threading
import time
from collections.abc import Iterator
from pathlib import Path

import pytest
from django.core.files.uploadedfile import SimpleUploadedFile

from core import files
from core.errors import Conflict, Invalid
from core.files import scanning
from core.models import StoredFile
from tests.conftest import NOON

# The harmless test file of the antivirus makers, in two halves: whole, scanners of desks would remove this file.
EICAR = b"X5O!P%@AP[4\\PZX54(P^)7CC)7}$EICAR-STANDARD-" + b"ANTIVIRUS-TEST-FILE!$H+H*"


class Clamd(socketserver.BaseRequestHandler):
    """Takes a stream apart and looks for the test file's text."""

    says = ""  # instead of a verdict
    after = b""  # sent behind the NUL that ends the answer

    def handle(self) -> None:
        assert self._exactly(10) == b"zINSTREAM\0"
        content = b""
        while size := struct.unpack("!I", self._exactly(4))[0]:
            content += self._exactly(size)
        verdict = "Eicar-Test-Signature FOUND" if EICAR in content else "OK"
        self.request.sendall((type(self).says or f"stream: {verdict}").encode() + b"\0" + type(self).after)
        if type(self).after:
            self.request.recv(1)  # and the line stays open, as with a daemon that waits for more

    def _exactly(self, size: int) -> bytes:
        got = b""
        while len(got) < size:
            part = self.request.recv(size - len(got))
            assert part, "the stream ended early"
            got += part
        return got


@pytest.fixture(params=["tcp", "unix"])
def clamd(request: pytest.FixtureRequest, tmp_path: Path, settings) -> Iterator[None]:
    """A daemon of our own on either kind of address."""
    if request.param == "tcp":
        server: socketserver.BaseServer = socketserver.ThreadingTCPServer(("127.0.0.1", 0), Clamd)
        settings.FILE_SCANNER = f"clamd://127.0.0.1:{server.server_address[1]}"  # type: ignore[index]
    else:
        server = socketserver.ThreadingUnixStreamServer(str(tmp_path / "clamd"), Clamd)
        settings.FILE_SCANNER = f"clamd://{tmp_path / 'clamd'}"
    threading.Thread(target=server.serve_forever, daemon=True).start()
    settings.EVIDENCE_DIR = tmp_path / "evidence"
    yield
    server.shutdown()
    server.server_close()


def keep(content: bytes, name: str = "说明.txt") -> StoredFile:
    upload = SimpleUploadedFile(name, content)
    return files.store(upload, office_schema="kunming", uploader_id=1, uploader_name="张三", at=NOON)


def kept(settings) -> list[Path]:
    return [path for path in Path(settings.EVIDENCE_DIR).rglob("*") if path.is_file()]


@pytest.mark.usefixtures("clamd")
class TestWithAScanner:
    def test_what_is_clean_is_kept(self, db: None, settings) -> None:
        assert keep("说明\n".encode()).size == 7
        assert len(kept(settings)) == 1

    def test_what_is_infected_is_not_and_leaves_nothing(self, db: None, settings) -> None:
        with pytest.raises(Invalid, match=r"说明\.txt.*Eicar-Test-Signature") as refused:
            keep(b"x" * 300_000 + EICAR)  # in the second piece

        assert refused.value.field == "file"
        assert not StoredFile.objects.exists()
        assert kept(settings) == []

    @pytest.mark.parametrize("after", [b"\n", b"stream: Other FOUND", b"OK\0"])
    def test_a_verdict_ends_at_its_nul(self, after: bytes, db: None, settings, monkeypatch) -> None:
        monkeypatch.setattr(Clamd, "after", after)
        monkeypatch.setattr(scanning, "SECONDS", 2)

        assert keep("说明\n".encode()).size == 7
        with pytest.raises(Invalid, match=r"（Eicar-Test-Signature）"):
            keep(EICAR)

    @pytest.mark.parametrize("says", ["INSTREAM size limit exceeded. ERROR", "stream: ", "nonsense"])
    def test_no_verdict_is_no_pass(self, says: str, db: None, settings, monkeypatch) -> None:
        monkeypatch.setattr(Clamd, "says", says)
        with pytest.raises(Conflict, match="没有应答"):
            keep(b"clean")

        assert kept(settings) == []


@pytest.mark.parametrize("address", ["clamd://127.0.0.1:9", "clamd:///nowhere/clamd", "http://127.0.0.1/"])
def test_nothing_is_taken_in_while_nobody_answers(address: str, db: None, settings, tmp_path: Path) -> None:
    settings.FILE_SCANNER, settings.EVIDENCE_DIR = address, tmp_path
    with pytest.raises(Conflict, match="没有应答"):
        keep(b"clean")

    assert kept(settings) == []


def test_without_a_scanner_the_test_file_is_kept(db: None, settings, tmp_path: Path) -> None:
    """The control: it is the scanner that refuses it."""
    settings.FILE_SCANNER, settings.EVIDENCE_DIR = "", tmp_path

    assert keep(EICAR).size == len(EICAR)


@pytest.mark.skipif(not shutil.which("clamd"), reason="Debian's clamav-daemon is not installed")
def test_the_real_daemon_finds_the_test_file(tmp_path: Path) -> None:
    """With a list of one signature, ours: the real ones come from the internet."""
    database, socket = tmp_path / "db", tmp_path / "clamd.ctl"
    database.mkdir()
    (database / "eicar.ndb").write_text(f"Eicar-Test-Signature:0:*:{EICAR.hex()}\n")
    settings = {
        "LocalSocket": socket,
        "DatabaseDirectory": database,
        "Foreground": "yes",
        "TemporaryDirectory": tmp_path,
    }
    (tmp_path / "clamd.conf").write_text("".join(f"{name} {value}\n" for name, value in settings.items()))
    daemon = subprocess.Popen(["clamd", "--config-file", str(tmp_path / "clamd.conf")], stdout=subprocess.DEVNULL)
    try:
        deadline = time.monotonic() + 30
        while not socket.exists():
            assert time.monotonic() < deadline
            assert daemon.poll() is None
            time.sleep(0.1)
        (tmp_path / "bad").write_bytes(b"x" * 1000 + EICAR)
        (tmp_path / "good").write_bytes(b"x" * 1000)

        assert "Eicar-Test-Signature" in scanning.scan(tmp_path / "bad", f"clamd://{socket}")
        assert scanning.scan(tmp_path / "good", f"clamd://{socket}") == ""
    finally:
        daemon.terminate()
        daemon.wait(20)
