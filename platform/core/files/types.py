"""Which kinds of file are taken: by extension, and proven by the content."""

import codecs
import re
import unicodedata
import zipfile
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path

import puremagic
from django.utils.translation import gettext as _

from core.errors import Invalid
from core.files import dangers

HEAD = 8192
OLE = b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1"
PROGRAMS = (b"MZ", b"\x7fELF", b"#!", b"\xca\xfe\xba\xbe", b"\xcf\xfa\xed\xfe", b"\xce\xfa\xed\xfe", b"\xfe\xed\xfa")
TEXT_ENCODINGS = ("utf-8-sig", "gb18030")
ALLOWED_CONTROLS = frozenset("\t\n\r\x0c\ufeff")
# Kinds people try to hand in, worth naming; other guesses of puremagic confuse more than they tell.
RECOGNISED = frozenset(
    [".zip", ".rar", ".7z", ".gz", ".gif", ".bmp", ".tif", ".tiff", ".heic", ".mp4", ".mov", ".mp3", ".html", ".rtf"]
)
NAME_LENGTH = 200
# Names that Windows keeps for devices, and signs that no file of it may bear: such a name cannot be saved there.
RESERVED = re.compile(r"(con|prn|aux|nul|com\d|lpt\d)(\..*)?", re.IGNORECASE)
FORBIDDEN = frozenset('<>:"|?*')
# A program's extension before the last one: 发票.exe.pdf is made to look like something else.
DISGUISED = re.compile(r"\.(exe|scr|bat|cmd|js|vbs|ps1|hta|lnk|msi|jar|apk|php|jsp|aspx?|html?|svg)\s*\.[^.]*$", re.I)


def _picture(kind: str, begins: Callable[[bytes], bool]) -> Callable[[Path, bytes], bool]:
    def check(path: Path, head: bytes) -> bool:
        if not begins(head):
            return False
        dangers.in_picture(path, kind)
        return True

    return check


def _pdf(path: Path, head: bytes) -> bool:
    if not head.removeprefix(codecs.BOM_UTF8).lstrip().startswith(b"%PDF-"):
        return False
    dangers.in_pdf(path)
    return True


def _ole(*streams: str) -> Callable[[Path, bytes], bool]:
    """A compound file whose directory names one of the streams (UTF-16LE), anywhere in the file."""
    wanted = tuple(stream.encode("utf-16-le") for stream in streams)

    def check(path: Path, head: bytes) -> bool:
        if not head.startswith(OLE):
            return False
        longest = max(len(name) for name in wanted)
        with path.open("rb") as content:
            tail = b""
            while chunk := content.read(1 << 20):
                if any(name in tail + chunk for name in wanted):
                    dangers.in_compound(path)
                    return True
                tail = chunk[-longest:]
        dangers.encrypted(path)
        return False

    return check


def _ooxml(folder: str) -> Callable[[Path, bytes], bool]:
    """A zip with the parts of an Office Open XML file, and nothing dangerous in it."""

    def check(path: Path, head: bytes) -> bool:
        if head.startswith(OLE):
            dangers.encrypted(path)
        if not head.startswith(b"PK\x03\x04"):
            return False
        try:
            with zipfile.ZipFile(path) as archive:
                names = archive.namelist()
                if "[Content_Types].xml" not in names or not any(name.startswith(folder) for name in names):
                    return False
                dangers.in_archive(archive, path.stat().st_size)
        except (zipfile.BadZipFile, ValueError, OSError):
            return False
        return True

    return check


def _text(path: Path, head: bytes) -> bool:
    """Decodes as UTF-8 or GB 18030 from end to end and holds no control characters."""
    if head.startswith((*PROGRAMS, OLE, b"PK\x03\x04", b"%PDF-", b"\x89PNG", b"\xff\xd8\xff")):
        return False
    return any(_decodes(path, encoding) for encoding in TEXT_ENCODINGS)


def _decodes(path: Path, encoding: str) -> bool:
    decoder = codecs.getincrementaldecoder(encoding)()
    with path.open("rb") as content:
        while True:
            chunk = content.read(1 << 18)
            try:
                text = decoder.decode(chunk, final=not chunk)
            except UnicodeDecodeError:
                return False
            if any(ord(char) < 32 and char not in ALLOWED_CONTROLS for char in text):
                return False
            if not chunk:
                return True


@dataclass(frozen=True)
class FileType:
    media_type: str
    proof: Callable[[Path, bytes], bool]


WORD = _ole("WordDocument")
SHEET = _ole("Workbook", "Book")
JPEG = FileType("image/jpeg", _picture("jpg", lambda head: head.startswith(b"\xff\xd8\xff")))
TYPES: dict[str, FileType] = {
    "pdf": FileType("application/pdf", _pdf),
    "doc": FileType("application/msword", WORD),
    "wps": FileType("application/vnd.ms-works", WORD),
    "docx": FileType("application/vnd.openxmlformats-officedocument.wordprocessingml.document", _ooxml("word/")),
    "xls": FileType("application/vnd.ms-excel", SHEET),
    "et": FileType("application/vnd.ms-excel", SHEET),
    "xlsx": FileType("application/vnd.openxmlformats-officedocument.spreadsheetml.sheet", _ooxml("xl/")),
    "csv": FileType("text/csv", _text),
    "txt": FileType("text/plain", _text),
    "jpg": JPEG,
    "jpeg": JPEG,
    "png": FileType("image/png", _picture("png", lambda head: head.startswith(b"\x89PNG\r\n\x1a\n"))),
    "webp": FileType("image/webp", _picture("webp", lambda head: head[:4] == b"RIFF" and head[8:12] == b"WEBP")),
}
# What a browser may show in place; everything else is handed out to be saved.
SHOWN_INLINE = frozenset({"application/pdf", "image/jpeg", "image/png", "image/webp"})


def clean_name(name: str) -> str:
    """The file's name, normalised.

    Raises Invalid (field `file`): empty, folders, control characters, too long, of no use on Windows, a program's
    extension before the last one.
    """
    clean = unicodedata.normalize("NFC", name).strip()
    if not clean or clean.strip(".") == "":
        raise Invalid(_("文件没有名称，请改名后重新上传。"), field="file")
    if "/" in clean or "\\" in clean or clean.startswith("."):
        raise Invalid(_("文件名不能带文件夹，也不能以点开头，请改名后重新上传。"), field="file")
    if any(unicodedata.category(char) in ("Cc", "Cf", "Cs", "Zl", "Zp") for char in clean):
        raise Invalid(_("文件名含有看不见的控制字符，请改名后重新上传。"), field="file")
    if len(clean) > NAME_LENGTH:
        raise Invalid(_("文件名不能超过 %(most)s 个字，请缩短后重新上传。") % {"most": NAME_LENGTH}, field="file")
    if RESERVED.fullmatch(clean) or FORBIDDEN & set(clean):
        raise Invalid(_('文件名是系统保留的名称，或者带有 < > : " | ? * 之一，请改名后重新上传。'), field="file")
    if DISGUISED.search(clean):
        raise Invalid(_("文件名里带有程序或网页的扩展名，请核对文件内容，改名后重新上传。"), field="file")
    return clean


def extension_of(name: str) -> str:
    """The extension, lower-case, that stands on the list. Raises Invalid (field `file`) for any other."""
    extension = name.rpartition(".")[2].lower() if "." in name else ""
    if extension not in TYPES:
        raise Invalid(
            _("不接收%(kind)s文件。可以上传：%(list)s。")
            % {"kind": f" .{extension} " if extension else _("没有扩展名的"), "list": _("、").join(TYPES)},
            field="file",
        )
    return extension


def proven_type(path: Path, name: str) -> str:
    """The media type of the content, when it is what the name's extension says. Raises Invalid (field `file`)."""
    extension = extension_of(name)
    with path.open("rb") as content:
        head = content.read(HEAD)
    if TYPES[extension].proof(path, head):
        return TYPES[extension].media_type
    if head.startswith(PROGRAMS):
        raise Invalid(_("文件内容是可执行程序，不能接收。"), field="file")
    found = looks_like(path, head)
    if found:
        sentence = _("文件扩展名是 .%(extension)s，内容却是 %(found)s。请用原来的扩展名，或另存为正确的格式。")
    else:
        sentence = _("文件内容与扩展名 .%(extension)s 不符，或者文件已损坏。请核对后重新上传。")
    raise Invalid(sentence % {"extension": extension, "found": found}, field="file")


def looks_like(path: Path, head: bytes) -> str:
    """What the content looks like, as an extension for people (".pdf"); '' when nothing is recognised."""
    for extension, kind in TYPES.items():
        try:
            if kind.proof is not _text and kind.proof(path, head):
                return f".{extension}"
        except Invalid:
            return f".{extension}"
    try:
        guess = puremagic.from_string(head, filename=None)
    except (puremagic.PureError, ValueError):
        return ""
    return guess if guess in RECOGNISED else ""
