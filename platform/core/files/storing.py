"""Taking a file in: hash while it streams, prove what it is, keep the bytes once per office.

The bytes are in place before the row commits. When the transaction is rolled back they may stay behind without a
row; that is harmless: nothing serves bytes without a row, the same content uploaded again finds them there, and what
nobody uploads again is swept (core.files.keeping).
"""

import hashlib
import logging
import os
import tempfile
from collections.abc import Iterator
from datetime import datetime
from pathlib import Path
from typing import Any, Protocol

from django.conf import settings
from django.db import connection
from django.utils.translation import gettext as _

from core.errors import Conflict, Invalid
from core.files import scanning
from core.files.keeping import hold_content
from core.files.types import clean_name, extension_of, proven_type
from core.models import StoredFile
from core.office import beside, mounted, valid_name

VERIFIED_UP_TO = 16 * 1024 * 1024
log = logging.getLogger("anlan.files")


class Upload(Protocol):
    """What Django's UploadedFile offers and storing needs."""

    @property
    def name(self) -> str | None: ...

    @property
    def size(self) -> int | None: ...

    def chunks(self) -> Iterator[bytes]: ...


class DamagedFile(Conflict):
    """The kept bytes are missing or are no longer those that were uploaded."""


def store(upload: Upload, *, office_schema: str, uploader_id: int, uploader_name: str, at: datetime) -> StoredFile:
    """Keep an uploaded file for an office and return its row (saved in the caller's transaction).

    Raises Invalid (field `file`): bad name, kind not on the list, content that is not what the name says, a program,
    macros, empty, larger than settings.EVIDENCE_MAX_BYTES, infected; Conflict while the virus scan does not answer.
    """
    if not valid_name(office_schema):
        raise ValueError(f"{office_schema!r} is no office's schema")
    name = clean_name(upload.name or "")
    extension_of(name)  # before the bytes are read
    _check_size(upload.size or 0)
    folder = Path(settings.EVIDENCE_DIR) / office_schema
    folder.mkdir(parents=True, exist_ok=True)
    handle, incoming = tempfile.mkstemp(prefix=".incoming-", dir=folder)
    path = Path(incoming)
    try:
        with os.fdopen(handle, "wb") as out:
            digest, size = _copy(upload, out)
        media_type = proven_type(path, name)
        scanning.check(path, name)
        hold_content(office_schema, digest)
        _place(path, content_path(office_schema, digest))
    finally:
        path.unlink(missing_ok=True)
    return StoredFile.objects.create(
        office=office_schema,
        name=name,
        media_type=media_type,
        size=size,
        sha256=digest,
        uploaded_by_id=uploader_id,
        uploaded_by_name=uploader_name,
        uploaded_at=at,
    )


def _copy(upload: Upload, out) -> tuple[str, int]:
    sha, size = hashlib.sha256(), 0
    for chunk in upload.chunks():
        size += len(chunk)
        _check_size(size)
        sha.update(chunk)
        out.write(chunk)
    if not size:
        raise Invalid(_("文件是空的，请核对后重新上传。"), field="file")
    out.flush()
    os.fsync(out.fileno())
    return sha.hexdigest(), size


def _check_size(size: int) -> None:
    most = settings.EVIDENCE_MAX_BYTES
    if size > most:
        raise Invalid(
            _("文件超过 %(most)s MB，不能接收。请压缩图片或拆分后重新上传。") % {"most": most // (1024 * 1024)},
            field="file",
        )


def _place(incoming: Path, target: Path) -> None:
    """Move the bytes to where their hash says, atomically. Bytes already there are the same and stay."""
    if target.exists() and target.stat().st_size == incoming.stat().st_size:
        return
    target.parent.mkdir(parents=True, exist_ok=True)
    incoming.chmod(0o640)
    incoming.replace(target)


def content_path(office_schema: str, sha256: str) -> Path:
    """Where an office's bytes with this hash lie."""
    return Path(settings.EVIDENCE_DIR) / office_schema / sha256[:2] / sha256


def other_uses(file: StoredFile) -> list[StoredFile]:
    """Where the same content was uploaded before, oldest first. To be reported, not to be blocked.

    In any office as far as the login sees, which is that of a province where there are some (core.cells).
    """
    with mounted(beside()):
        same = StoredFile.objects.filter(sha256=file.sha256, uploaded_at__lte=file.uploaded_at).exclude(pk=file.pk)
        return list(same.order_by("uploaded_at", "id"))


def other_uses_of(files: list[StoredFile]) -> dict[str, list[StoredFile]]:
    """`other_uses` of many files in one query, by sha256 (the file itself excluded, uploads after it included)."""
    own = {file.pk for file in files}
    rows = StoredFile.objects.filter(sha256__in={file.sha256 for file in files}).exclude(pk__in=own)
    found: dict[str, list[StoredFile]] = {}
    with mounted(beside()):
        used = list(rows.order_by("uploaded_at", "id"))
    for row in used:
        found.setdefault(row.sha256, []).append(row)
    return found


def uploaded_elsewhere(file: StoredFile) -> tuple[datetime | None, int]:
    """(when first, how often) other offices had uploaded the same content by then, in the whole country; not who."""
    with mounted(beside()), connection.cursor() as cursor:
        given: list[Any] = [file.sha256, file.office, file.uploaded_at]
        cursor.execute("SELECT first, uses FROM anlan_cell.uploads_elsewhere(%s, %s, %s)", given)
        first, uses = cursor.fetchone()
    return first, uses


def open_content(file: StoredFile):
    """The bytes, open for reading. Files up to 16 MB are hashed first. Raises DamagedFile; it is logged as well."""
    path = content_path(file.office, file.sha256)
    try:
        content = path.open("rb")
    except FileNotFoundError:
        raise _damaged(file, "missing") from None
    if os.fstat(content.fileno()).st_size != file.size:
        content.close()
        raise _damaged(file, "size")
    if file.size <= VERIFIED_UP_TO:
        if hashlib.file_digest(content, "sha256").hexdigest() != file.sha256:
            content.close()
            raise _damaged(file, "hash")
        content.seek(0)
    return content


def _damaged(file: StoredFile, what: str) -> DamagedFile:
    log.error("stored file is damaged", extra={"file": str(file.pk), "what": what})
    return DamagedFile(
        _("文件“%(name)s”的内容缺失或与登记的指纹不符，不能提供。请联系系统管理员从备份恢复。") % {"name": file.name}
    )
