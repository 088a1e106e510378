"""Evidence files: taken in with proof of what they are, kept by content, handed out after a check of who asks.

`store` keeps an upload; `other_uses` tells where the same content was seen before; `readers.register` lets an app
name further people who may read; `upload_file` and `read_file` are the use cases of page and API.
"""

from core.files.keeping import hold, holds
from core.files.packing import packed
from core.files.reading import (
    FileRead,
    Readers,
    files_for,
    get_file,
    may_upload,
    read_file,
    readers,
    upload_file,
)
from core.files.storing import (
    DamagedFile,
    content_path,
    open_content,
    other_uses,
    other_uses_of,
    store,
    uploaded_elsewhere,
)
from core.files.types import SHOWN_INLINE, TYPES

__all__ = [
    "SHOWN_INLINE",
    "TYPES",
    "DamagedFile",
    "FileRead",
    "Readers",
    "content_path",
    "files_for",
    "get_file",
    "hold",
    "holds",
    "may_upload",
    "open_content",
    "other_uses",
    "other_uses_of",
    "packed",
    "read_file",
    "readers",
    "store",
    "upload_file",
    "uploaded_elsewhere",
]
