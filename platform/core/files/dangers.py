"""What a file of a known kind may hide: bombs, programs, entities, scripts, a second file. Looked for, never unpacked.

Each function returns when it finds nothing and raises Invalid (field `file`) with a sentence for people. They look at
the bytes as a reader of that kind would, within bounds of time and memory; what a scanner for viruses is for they leave
to it (core.files.scanning). Source: OWASP ASVS 5.0 V5.2, domain reference 5.1 (file type, size limits).
"""

import mmap
import re
import struct
import zipfile
import zlib
from collections.abc import Iterator
from contextlib import closing
from pathlib import Path

from django.utils.translation import gettext as _

from core.errors import Invalid

MOST_ENTRIES = 5000
EXPANDED = 1024 * 1024 * 1024  # bytes of all parts together
RATIO, RATIO_FROM = 200, 64 * 1024 * 1024  # times smaller than unpacked, for archives that unpack to more than this
PROLOG = 64 * 1024  # bytes in which the root of a part begins; only before it may a document type stand
# Nothing but blanks, comments and instructions before the root: without backtracking, whatever somebody wrote there.
BEFORE_ROOT = re.compile(rb"(?>[\s\xef\xbb\xbf\xff\xfe]+|<\?.*?\?>|<!--.*?-->)*+<[a-z_:]", re.DOTALL)
MOST_PIXELS = 200_000_000  # a scan of A0 at 300 dpi has 140 million
OBJECTS = 32 * 1024 * 1024  # unpacked bytes of a PDF's compressed objects that are looked at
ARCHIVES = (".zip", ".rar", ".7z", ".gz", ".tar", ".jar", ".iso", ".cab")
PROGRAMS = (".exe", ".dll", ".scr", ".bat", ".cmd", ".js", ".vbs", ".ps1", ".hta", ".lnk", ".msi")
MARKUP = re.compile(rb"<\?php|<script[\s>]|<html[\s>]|<svg[\s>]", re.IGNORECASE)
ACTIVE = re.compile(rb"/(?:JavaScript|JS|Launch|RichMedia|ImportData)(?=[\s/<\[(>]|$)")
NAME_CODE = re.compile(rb"#([0-9A-Fa-f]{2})")


def _refuse(sentence: str) -> None:
    raise Invalid(sentence, field="file")


# --- Office files that are archives ----------------------------------------------------------------------------------


def in_archive(archive: zipfile.ZipFile, size: int) -> None:
    """Bounds, names and parts of an Office Open XML file. size: bytes of the file."""
    entries = archive.infolist()
    expanded = sum(entry.file_size for entry in entries)
    if (
        len(entries) > MOST_ENTRIES
        or expanded > EXPANDED
        or (expanded > RATIO_FROM and expanded > RATIO * size)
        or sum(entry.compress_size for entry in entries) > size  # parts that lie over each other
    ):
        _refuse(_("文件解压后过大，不能接收。请另存为较小的文件后重新上传。"))
    names = [entry.filename.lower() for entry in entries]
    if any(entry.flag_bits & 1 for entry in entries):
        _refuse(_("文件设有打开密码，无法核验，不能接收。请取消密码后重新上传。"))
    if len(set(names)) < len(names) or any(_leads_elsewhere(name) for name in names):
        _refuse(_("文件的内部结构不正常，不能接收。请用 Office 或 WPS 打开并另存后重新上传。"))
    if any(name.endswith("vbaproject.bin") or "/activex/" in name for name in names):
        _refuse(_("文件带有宏，不能接收。请另存为不带宏的格式后重新上传。"))
    if any(name.endswith((*ARCHIVES, *PROGRAMS)) for name in names):
        _refuse(_("文件里嵌有压缩包或程序，不能接收。请删去后重新上传，压缩包里的材料请分别上传。"))
    for entry in entries:
        if entry.filename.lower().endswith((".xml", ".rels", ".vml")):
            _part(archive, entry)


def _leads_elsewhere(name: str) -> bool:
    return name.startswith(("/", "\\")) or ".." in re.split(r"[/\\]", name) or ":" in name


def _part(archive: zipfile.ZipFile, entry: zipfile.ZipInfo) -> None:
    try:
        with archive.open(entry) as part:
            head = part.read(PROLOG).replace(b"\0", b"").lower()  # UTF-16 as well
    except (zipfile.BadZipFile, zlib.error, OSError, NotImplementedError, EOFError, RuntimeError):
        _refuse(_("文件已损坏，读不完整。请重新导出或另存后上传。"))
    if b"<!doctype" in head or b"<!entity" in head:
        _refuse(_("文件里带有外部实体声明，不能接收。请用 Office 或 WPS 打开并另存后重新上传。"))
    if entry.file_size and BEFORE_ROOT.match(head) is None:  # a document type could follow where nobody looks any more
        _refuse(_("文件的内部结构不正常，不能接收。请用 Office 或 WPS 打开并另存后重新上传。"))
    if b"macroenabled" in head and entry.filename == "[Content_Types].xml":
        _refuse(_("文件带有宏，不能接收。请另存为不带宏的格式后重新上传。"))
    if entry.filename.endswith(".rels") and b"attachedtemplate" in head and b'targetmode="external"' in head:
        _refuse(_("文件打开时会从网络下载模板，不能接收。请换用本机模板另存后重新上传。"))


# --- Old binary office files -----------------------------------------------------------------------------------------


def in_compound(path: Path) -> None:
    """Macros and encryption of a compound file (doc, xls, wps, et): by the names in its directory."""
    with _mapped(path) as content:
        if content.find("_VBA_PROJECT".encode("utf-16-le")) >= 0:
            _refuse(_("文件带有宏，不能接收。请另存为不带宏的格式后重新上传。"))
    encrypted(path)


def encrypted(path: Path) -> None:
    """A newer office file with a password to open is a compound file around an encrypted package."""
    with _mapped(path) as content:
        if content.find("EncryptedPackage".encode("utf-16-le")) >= 0:
            _refuse(_("文件设有打开密码，无法核验，不能接收。请取消密码后重新上传。"))


# --- PDF ------------------------------------------------------------------------------------------------------------


def in_pdf(path: Path) -> None:
    """Whole, beginning and ending as PDF; no scripts, no starting of programs. Attachments may be.

    China's electronic invoices carry their data as an attachment, so those are no reason; nothing here opens them.
    """
    with _mapped(path) as content:
        if content.rfind(b"%%EOF", max(0, len(content) - 2048)) < 0:
            _refuse(_("PDF 文件不完整，可能没有传完或已损坏。请重新导出后上传。"))
        if any(ACTIVE.search(_plain(text)) for text in (content[:], *_objects(content))):
            _refuse(_("PDF 带有脚本或会启动程序，不能接收。请用“打印成 PDF”重新导出后上传。"))


def _plain(text: bytes) -> bytes:
    """Names with their codes resolved: /J#61vaScript is /JavaScript."""
    return NAME_CODE.sub(lambda code: bytes([int(code[1], 16)]), text) if b"#" in text else text


def _objects(content: mmap.mmap) -> Iterator[bytes]:
    """The compressed objects, unpacked one after the other, up to OBJECTS bytes in all."""
    left = OBJECTS
    for found in re.finditer(rb"/ObjStm\b[^>]{0,300}>>\s*stream\r?\n", content):
        end = content.find(b"endstream", found.end())
        try:
            text = zlib.decompressobj().decompress(content[found.end() : end if end > 0 else None], left)
        except zlib.error:
            continue
        left -= len(text)
        if left <= 0:
            _refuse(_("文件解压后过大，不能接收。请另存为较小的文件后重新上传。"))
        yield text


# --- Pictures ------------------------------------------------------------------------------------------------------


def in_picture(path: Path, kind: str) -> None:
    """Whole, of a size that can be shown, nothing else inside. kind: png, jpg or webp.

    Where a picture was taken (EXIF) stays in it: for evidence from a building site that is what it proves.
    """
    with _mapped(path) as content:
        size = {"png": _png, "jpg": _jpeg, "webp": _webp}[kind](content)
        if size is None or not all(size):
            _refuse(_("图片不完整，可能没有传完或已损坏。请重新导出后上传。"))
        elif size[0] * size[1] > MOST_PIXELS:
            _refuse(_("图片有 %(width)s × %(height)s 个像素，过大。请缩小后重新上传。") % dict(
                zip(("width", "height"), size, strict=True)
            ))  # fmt: skip
        if MARKUP.search(content) or zipfile.is_zipfile(path):
            _refuse(_("图片里还藏着网页、脚本或压缩包，不能接收。请用看图软件打开并另存后重新上传。"))


def _png(content: mmap.mmap) -> tuple[int, int] | None:
    whole = content[12:16] == b"IHDR" and content.find(b"IEND\xaeB`\x82") > 0
    return struct.unpack(">II", content[16:24]) if whole else None


def _jpeg(content: mmap.mmap) -> tuple[int, int] | None:
    """By the first frame's header; markers before it are skipped by their lengths."""
    at = 2
    while at + 9 < len(content) and content[at] == 0xFF:
        marker = content[at + 1]
        if marker in (0xFF, 0x01) or 0xD0 <= marker <= 0xD7:  # filling, or without a length
            at += 1 if marker == 0xFF else 2
        elif 0xC0 <= marker <= 0xCF and marker not in (0xC4, 0xC8, 0xCC):
            height, width = struct.unpack(">HH", content[at + 5 : at + 9])
            return (width, height) if content.find(b"\xff\xd9", at) > 0 else None
        else:
            at += 2 + struct.unpack(">H", content[at + 2 : at + 4])[0]
    return None


def _webp(content: mmap.mmap) -> tuple[int, int] | None:
    if len(content) < 30 or len(content) < 8 + struct.unpack("<I", content[4:8])[0]:
        return None
    if content[12:16] == b"VP8X":
        return 1 + int.from_bytes(content[24:27], "little"), 1 + int.from_bytes(content[27:30], "little")
    if content[12:16] == b"VP8L":
        bits = int.from_bytes(content[21:25], "little")
        return 1 + (bits & 0x3FFF), 1 + (bits >> 14 & 0x3FFF)
    width, height = struct.unpack("<HH", content[26:30])
    return (width & 0x3FFF, height & 0x3FFF) if content[12:16] == b"VP8 " else None


def _mapped(path: Path):
    """The file's bytes, read as they are needed and not held in memory."""
    with path.open("rb") as file:
        return closing(mmap.mmap(file.fileno(), 0, access=mmap.ACCESS_READ))
