"""Many files as one archive that is made while it is sent: nothing of it lies in memory or on a disk."""

import hashlib
import io
import zipfile
from collections.abc import Callable, Generator, Iterable, Iterator
from typing import IO

from core.files.storing import DamagedFile, open_content
from core.models import StoredFile

CHUNK = 64 * 1024
WHOLE, MISSING, DIFFERENT = "WHOLE", "MISSING", "DIFFERENT"


class _Taken(io.RawIOBase):
    """What the archive writes, until it is taken away; it cannot go back, so sizes follow each file's bytes."""

    def __init__(self) -> None:
        self._parts: list[bytes] = []

    def writable(self) -> bool:
        return True

    def write(self, part: bytes) -> int:  # type: ignore[override]
        self._parts.append(bytes(part))
        return len(part)

    def take(self) -> bytes:
        whole = b"".join(self._parts)
        self._parts.clear()
        return whole


def packed(
    entries: Iterable[tuple[str, StoredFile | None]], told: Callable[[list[str]], tuple[str, bytes]]
) -> Iterator[bytes]:
    """The archive's bytes, bit by bit. entries: (path in the archive, file or None where its row is gone).

    told(states) → (path, bytes) of the list that closes it; states, one for each entry: WHOLE, MISSING (the bytes are
    not there, or are not as many, or of a small file not the same: nothing is packed), DIFFERENT (packed, but of a
    large file the bytes are not those of its fingerprint). Files are stored as they are: what people hand in is
    compressed already.
    """
    out = _Taken()
    states = []
    with zipfile.ZipFile(out, "w", zipfile.ZIP_STORED, allowZip64=True) as archive:
        for path, file in entries:
            state = MISSING
            if file is not None:
                try:
                    content = open_content(file)
                except DamagedFile:  # logged where it was found; the list tells it to whoever reads
                    content = None
                if content is not None:
                    with content, archive.open(_named(path, file), "w", force_zip64=file.size > 2**31) as target:
                        state = yield from _copied(content, target, out, file.sha256)
            states.append(state)
            yield out.take()
        path, content = told(states)
        archive.writestr(path, content, zipfile.ZIP_DEFLATED)
    yield out.take()


def _named(path: str, file: StoredFile) -> zipfile.ZipInfo:
    """With the day of the upload, so that the same files make the same archive."""
    at = file.uploaded_at
    return zipfile.ZipInfo(path, (max(at.year, 1980), at.month, at.day, at.hour, at.minute, at.second))


def _copied(content: IO[bytes], target: IO[bytes], out: _Taken, sha256: str) -> Generator[bytes, None, str]:
    digest = hashlib.sha256()
    while chunk := content.read(CHUNK):
        digest.update(chunk)
        target.write(chunk)
        yield out.take()
    return WHOLE if digest.hexdigest() == sha256 else DIFFERENT
