"""Many files as one archive, made while it is sent."""

import hashlib
import io
import zipfile
from collections.abc import Iterator
from pathlib import Path

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from core import files
from core.files import packing
from core.models import StoredFile
from tests.conftest import NOON


def kept(content: bytes, name: str = "表.txt") -> StoredFile:
    """A row whose bytes lie where they should."""
    digest = hashlib.sha256(content).hexdigest()
    path = files.content_path("kunming", digest)
    path.parent.mkdir(parents=True, exist_ok=True)
    path.write_bytes(content)
    return StoredFile(office="kunming", name=name, media_type="text/plain", size=len(content), sha256=digest,
                      uploaded_by_id=1, uploaded_by_name="测试员", uploaded_at=NOON)  # fmt: skip


def archive(entries: list[tuple[str, StoredFile | None]]) -> tuple[zipfile.ZipFile, list[str]]:
    told: list[str] = []

    def listed(states: list[str]) -> tuple[str, bytes]:
        told.extend(states)
        return "目录.csv", b"list"

    return zipfile.ZipFile(io.BytesIO(b"".join(files.packed(entries, listed)))), told


@settings(max_examples=25, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(contents=st.lists(st.binary(max_size=300_000), max_size=6))
def test_what_comes_out_is_what_went_in(contents: list[bytes]) -> None:
    book, told = archive([(f"{n}/表.txt", kept(content)) for n, content in enumerate(contents)])

    assert book.testzip() is None
    assert [book.read(f"{n}/表.txt") for n in range(len(contents))] == contents
    assert told == [packing.WHOLE] * len(contents)
    assert book.read("目录.csv") == b"list"


def test_a_damaged_file_is_told_and_the_others_come() -> None:
    gone, torn, whole = kept(b"one"), kept(b"two"), kept(b"three")
    files.content_path("kunming", gone.sha256).unlink()
    files.content_path("kunming", torn.sha256).write_bytes(b"owt")

    book, told = archive([("a", gone), ("b", torn), ("c", None), ("d", whole)])

    assert told == [packing.MISSING, packing.MISSING, packing.MISSING, packing.WHOLE]
    assert book.namelist() == ["d", "目录.csv"]


def test_a_large_file_that_is_another_is_told_afterwards(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("core.files.storing.VERIFIED_UP_TO", 2)
    file = kept(b"large")
    files.content_path("kunming", file.sha256).write_bytes(b"LARGE")

    book, told = archive([("a", file)])

    assert told == [packing.DIFFERENT]
    assert book.read("a") == b"LARGE"


def test_nothing_of_it_lies_in_memory(tmp_path: Path) -> None:
    """Eight megabytes go out in pieces of no more than a chunk and its heading."""
    file = kept(bytes(8 * 1024 * 1024))
    pieces: Iterator[bytes] = files.packed([("a", file), ("b", file)], lambda states: ("list", b""))

    assert max(map(len, pieces)) < 2 * packing.CHUNK
