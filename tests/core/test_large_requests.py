"""Two gigabytes at a real socket: refused early, the disk is not filled, the server's memory stays as it is."""

import os
import socket
import subprocess
import sys
import time
from collections.abc import Iterator
from pathlib import Path

import pytest
from django.conf import settings
from django.test import Client

GB2 = 2 * 1024**3
MB = 1024 * 1024
BOUNDARY = "----anlan"
HEAD = (
    f'--{BOUNDARY}\r\nContent-Disposition: form-data; name="file"; filename="大.pdf"\r\n'
    "Content-Type: application/pdf\r\n\r\n%PDF-1.7\n"
).encode()


@pytest.fixture
def address(tmp_path: Path) -> Iterator[tuple[str, int, int]]:
    """gunicorn with one worker and nobody before it: host, port, and the worker's process."""
    with socket.create_server(("127.0.0.1", 0)) as free:
        port = free.getsockname()[1]
    env = {
        **os.environ, "TMPDIR": str(tmp_path), "HOME": str(tmp_path), "DJANGO_SETTINGS_MODULE": "config.settings.dev",
        "PYTHONPATH": f"platform{os.pathsep}.", "DATABASE_URL": "postgresql://nobody@127.0.0.1:1/none",
    }  # fmt: skip
    command = [sys.executable, "-m", "gunicorn", "config.wsgi", "--bind", f"127.0.0.1:{port}", "--timeout", "60"]
    server = subprocess.Popen(command, cwd=settings.BASE_DIR, env=env, stdout=subprocess.DEVNULL)
    try:
        yield "127.0.0.1", port, _worker(server.pid, port)
    finally:
        server.terminate()
        server.wait(20)


def _worker(master: int, port: int) -> int:
    for _try in range(300):
        children = Path(f"/proc/{master}/task/{master}/children").read_text().split()
        try:
            socket.create_connection(("127.0.0.1", port), 1).close()
            if children:
                return int(children[0])
        except OSError:
            pass
        time.sleep(0.1)
    raise AssertionError("gunicorn did not start")


def resident(process: int) -> float:
    """MB that the process holds in memory."""
    return int(Path(f"/proc/{process}/statm").read_text().split()[1]) * os.sysconf("SC_PAGESIZE") / MB


def post(address: tuple[str, int, int], path: str, announced: int) -> tuple[bytes, int]:
    """Announce a body and send it until the server answers; the answer, and how much was sent."""
    head = (
        f"POST {path} HTTP/1.1\r\nHost: localhost\r\nContent-Length: {announced}\r\n"
        f"Content-Type: multipart/form-data; boundary={BOUNDARY}\r\n\r\n"
    ).encode()
    sent, answer = 0, b""
    with socket.create_connection(address[:2], 60) as connection:
        connection.sendall(head)
        try:
            connection.sendall(HEAD)
            connection.settimeout(0.01)
            while sent < announced:
                sent += connection.send(b"\0" * MB)
                try:
                    answer += connection.recv(65536)
                    break
                except TimeoutError:
                    continue
        except OSError:
            pass  # the server has closed its end
        connection.settimeout(20)
        try:
            while part := connection.recv(65536):
                answer += part
        except OSError:
            pass
    return answer, sent


@pytest.mark.skipif(not Path("/proc/self/statm").exists(), reason="the memory of a process is read from /proc")
def test_are_refused_before_they_are_read(address: tuple[str, int, int], tmp_path: Path) -> None:
    tried = (("/kunming/api/v1/files/", b"application/problem+json"), ("/kunming/", b"text/html"))
    for path, _kind in tried:  # the first requests load what all need
        post(address, path, GB2)
    before = resident(address[2])
    for path, kind in tried * 2:
        began = time.monotonic()
        answer, sent = post(address, path, GB2)

        assert b" 413 " in answer.split(b"\r\n", 1)[0], answer[:200]
        assert b"Content-Type: " + kind in answer
        assert "超过 60 MB".encode() in answer
        assert sent < 32 * MB
        print(f"{path}: {sent / MB:.0f} MB sent, {resident(address[2]) - before:+.1f} MB in memory")
        assert time.monotonic() - began < 20
    assert resident(address[2]) - before < 8
    assert not [path for path in tmp_path.rglob("*upload*") if path.is_file()]


def test_are_refused_by_what_they_announce(client: Client, settings) -> None:
    settings.REQUEST_MAX_BYTES = 1000
    for path, said in (("/sign-in/", "text/html"), ("/kunming/api/v1/session/", "application/problem+json")):
        answer = client.post(path, {"username": "x" * 2000})
        assert (answer.status_code, answer["Content-Type"].split(";")[0]) == (413, said)
        assert "没有接收" in (answer.text if said == "text/html" else answer.json()["title"])
        assert "Content-Security-Policy" in answer
    fragment = client.post("/sign-in/", {"username": "x" * 2000}, headers={"HX-Request": "true"})
    assert "<html" not in fragment.text


def test_are_read_without_the_look_at_what_they_announce(client: Client, settings, db: None) -> None:
    """The control."""
    settings.REQUEST_MAX_BYTES = 1000
    settings.MIDDLEWARE = [name for name in settings.MIDDLEWARE if "BodyLimit" not in name]

    assert client.post("/sign-in/", {"username": "x" * 2000}).status_code == 422


def test_nginx_has_the_same_limit() -> None:
    conf = (Path(settings.BASE_DIR) / "platform/deploy/server/nginx.conf").read_text()
    assert f"client_max_body_size {settings.REQUEST_MAX_BYTES // MB}m;" in conf
