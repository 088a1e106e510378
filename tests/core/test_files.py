"""Evidence files: what is taken, where it lies, who may read it."""

import io
import struct
import zipfile
import zlib
from collections.abc import Callable
from datetime import timedelta
from pathlib import Path

import pytest
from django.core.files.uploadedfile import SimpleUploadedFile
from django.db import transaction

from core import files
from core import office as office_core
from core.errors import Denied, Invalid, NotFound
from core.files import dangers, types
from core.models import EventRecord, StoredFile
from core.serving import file_response
from tenants.actors import Actor
from tenants.models import Office
from tests.conftest import NOON

Act = Callable[..., Actor]
OLE = b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1" + b"\0" * 504


def ooxml(*parts: str) -> bytes:
    out = io.BytesIO()
    with zipfile.ZipFile(out, "w") as archive:
        for part in ("[Content_Types].xml", *parts):
            archive.writestr(part, "<x/>")
    return out.getvalue()


PDF = b"%PDF-1.7\n%\xe2\xe3\xcf\xd3\n1 0 obj\n<<>>\nendobj\ntrailer\n<<>>\n%%EOF\n"


def png(width: int = 4, height: int = 3, inside: bytes = b"") -> bytes:
    head = struct.pack(">II", width, height) + b"\x08\x02\0\0\0"
    chunks = [(b"IHDR", head), (b"tEXt", inside), (b"IDAT", zlib.compress(b"\0" * 39)), (b"IEND", b"")]
    return b"\x89PNG\r\n\x1a\n" + b"".join(
        struct.pack(">I", len(data)) + kind + data + struct.pack(">I", zlib.crc32(kind + data)) for kind, data in chunks
    )


def jpeg(width: int = 4, height: int = 3, comment: bytes = b"") -> bytes:
    """With GPS data, which stay."""
    exif = b"\xff\xe1" + struct.pack(">H", 2 + 22) + b"Exif\0\0GPSLatitude 25.0"[:22].ljust(22, b"\0")
    note = b"\xff\xfe" + struct.pack(">H", 2 + len(comment)) + comment
    frame = b"\xff\xc0" + struct.pack(">HBHHB", 11, 8, height, width, 1) + b"\1\x11\0"
    return b"\xff\xd8" + exif + note + frame + b"\xff\xda\0\x08\1\1\0\0?\0\xd2\xcf\xff\xd9"


def webp(width: int = 4, height: int = 3) -> bytes:
    body = b"WEBPVP8 " + struct.pack("<I", 10) + b"\0\0\0\x9d\x01\x2a" + struct.pack("<HH", width, height)
    return b"RIFF" + struct.pack("<I", len(body)) + body


PNG = png()
GOOD = {
    "拨付凭证.pdf": PDF,
    "现场.PNG": PNG,
    "现场.jpg": jpeg(),
    "现场.jpeg": jpeg(4000, 3000),
    "现场.webp": webp(),
    "报告.docx": ooxml("word/document.xml"),
    "台账.xlsx": ooxml("xl/workbook.xml"),
    "报告.doc": OLE + "WordDocument".encode("utf-16-le"),
    "报告.wps": OLE + "WordDocument".encode("utf-16-le"),
    "台账.xls": OLE + "Workbook".encode("utf-16-le"),
    "台账.et": OLE + b"\0" * (1 << 20) + "Workbook".encode("utf-16-le"),
    "名册.csv": "姓名,金额\n张三,1\n".encode("gb18030"),
    "说明.txt": "﻿说明\r\n".encode(),
}
BAD = [
    ("病毒.exe", b"MZ\x90", "不接收"),
    ("网页.html", b"<html>", "不接收"),
    ("压缩.zip", ooxml(), "不接收"),
    ("无扩展名", PDF, "没有扩展名"),
    ("凭证.pdf", b"MZ\x90\0", "可执行"),
    ("脚本.txt", b"#!/bin/sh\nrm -rf /\n", "可执行"),
    ("凭证.pdf", PNG, "内容却是 .png"),
    ("照片.png", PDF, "内容却是 .pdf"),
    ("台账.xlsx", ooxml("word/document.xml"), "内容却是 .docx"),
    ("台账.xlsx", ooxml("xl/workbook.xml", "xl/vbaProject.bin"), "宏"),
    ("台账.xls", OLE, "不符"),
    ("说明.txt", b"abc\0def", "不符"),
    ("说明.txt", b"\xff\xfe\xff", "不符"),
    ("动图.png", b"GIF89a" + b"\0" * 20, "内容却是 .gif"),
    ("空.pdf", b"", "空的"),
    ("a" * 197 + ".pdf", PDF, "超过 200"),
    ("凭\u202efdp.pdf", PDF, "控制字符"),
    (".pdf", PDF, "以点开头"),
]


class Raw:
    """An upload whose name nobody has cleaned."""

    def __init__(self, name: str, content: bytes) -> None:
        self.name, self.content, self.size = name, content, len(content)

    def chunks(self):
        yield from (self.content[start : start + 7] for start in range(0, len(self.content), 7))


@pytest.fixture(autouse=True)
def evidence(tmp_path: Path, settings) -> Path:
    settings.EVIDENCE_DIR = tmp_path
    return tmp_path


def keep(name: str = "凭证.pdf", content: bytes = PDF, office: str = "kunming", at=NOON) -> StoredFile:
    return files.store(Raw(name, content), office_schema=office, uploader_id=1, uploader_name="张三", at=at)


class TestWhatIsTaken:
    @pytest.mark.parametrize("name", GOOD)
    def test_each_kind_on_the_list_by_its_content(self, db: None, name: str) -> None:
        file = keep(name, GOOD[name])

        assert file.media_type == types.TYPES[name.rpartition(".")[2].lower()].media_type
        with files.open_content(file) as content:
            assert content.read() == GOOD[name]

    def test_every_kind_on_the_list_is_tried_here(self) -> None:
        assert {name.rpartition(".")[2].lower() for name in GOOD} == set(types.TYPES)

    @pytest.mark.parametrize(("name", "content", "why"), BAD)
    def test_nothing_else(self, db: None, evidence: Path, name: str, content: bytes, why: str) -> None:
        with pytest.raises(Invalid, match=why) as caught:
            keep(name, content)

        assert caught.value.field == "file"
        assert [path for path in evidence.rglob("*") if path.is_file()] == []

    @pytest.mark.parametrize("name", ["../../etc/x.pdf", "a\\b.pdf", "/x.pdf", "a\nb.pdf", "..", ""])
    def test_no_name_that_leads_elsewhere(self, db: None, name: str) -> None:
        with pytest.raises(Invalid):
            keep(name)

    def test_nothing_too_large_even_when_its_size_lies(self, db: None, settings) -> None:
        settings.EVIDENCE_MAX_BYTES = 1024 * 1024
        large = Raw("大.pdf", PDF + b"\0" * (1024 * 1024))
        for size in (large.size, 10):
            large.size = size
            with pytest.raises(Invalid, match="1 MB"):
                files.store(large, office_schema="kunming", uploader_id=1, uploader_name="张三", at=NOON)

    def test_an_expanding_archive_is_refused(self, db: None) -> None:
        out = io.BytesIO()
        with zipfile.ZipFile(out, "w", zipfile.ZIP_DEFLATED) as archive:
            archive.writestr("[Content_Types].xml", "<x/>")
            for number in range(dangers.MOST_ENTRIES + 1):
                archive.writestr(f"xl/{number}", "")
        with pytest.raises(Invalid, match="过大"):
            keep("台账.xlsx", out.getvalue())


class TestWhereItLies:
    def test_by_content_once_per_office(self, db: None, evidence: Path) -> None:
        first, second, third = keep("a.pdf"), keep("b.pdf"), keep("a.pdf", office="puer")

        assert first.pk != second.pk
        assert sorted(path.relative_to(evidence).as_posix() for path in evidence.rglob("*") if path.is_file()) == [
            f"{office}/{first.sha256[:2]}/{first.sha256}" for office in ("kunming", "puer")
        ]
        assert third.sha256 == first.sha256

    def test_the_same_content_elsewhere_is_reported(self, db: None) -> None:
        first = keep("去年.pdf", office="puer", at=NOON - timedelta(days=300))
        second = keep("今年.pdf")
        keep("另一个.png", PNG)

        assert files.other_uses(second) == [first]
        assert files.other_uses(first) == []
        assert files.other_uses_of([second]) == {second.sha256: [first]}

    @pytest.mark.parametrize("damage", [lambda path: path.write_bytes(PDF[::-1]), lambda path: path.unlink()])
    def test_bytes_that_changed_are_not_handed_out(self, db: None, damage: Callable) -> None:
        file = keep()
        damage(files.content_path("kunming", file.sha256))

        with pytest.raises(files.DamagedFile):
            files.open_content(file)

    def test_a_schema_name_that_is_none_is_a_bug(self, db: None) -> None:
        with pytest.raises(ValueError, match="no office"):
            keep(office="../x")


class TestWhoMayRead:
    def test_the_owners_people_and_its_visitors_only(self, actor: Act, kunming: Office, yunnan: Office) -> None:
        file = keep()
        owner, stranger = actor("kunming", "REPORTER"), actor("puer", "REPORTER")
        bureau = actor("yunnan", "VERIFIER")
        visitor = Actor(bureau.user_id, bureau.name, kunming, yunnan, bureau.roles)

        assert files.get_file(owner, file.pk) == file
        assert files.get_file(visitor, file.pk) == file
        for person in (stranger, bureau):
            with pytest.raises(NotFound):
                files.get_file(person, file.pk)

    def test_an_app_can_let_others(self, actor: Act, monkeypatch) -> None:
        monkeypatch.setattr(files.readers, "_readers", [*files.readers._readers, lambda who, file: who.at_province])
        file, bureau = keep(), actor("yunnan", "VERIFIER")

        assert files.read_file(file_id=file.pk, actor=bureau, at=NOON) == file
        event = EventRecord.objects.get(name="FileRead")
        assert (event.subject, event.data["reader_office"]) == (f"core.file:{file.pk}", "yunnan")

    def test_reading_at_home_is_not_an_event(self, actor: Act) -> None:
        files.read_file(file_id=keep().pk, actor=actor("kunming", "REPORTER"), at=NOON)

        assert not EventRecord.objects.exists()

    def test_a_visitor_uploads_nothing(self, actor: Act, kunming: Office, yunnan: Office) -> None:
        bureau = actor("yunnan", "VERIFIER")
        visitor = Actor(bureau.user_id, bureau.name, kunming, yunnan, bureau.roles)
        with pytest.raises(Denied):
            files.upload_file(upload=SimpleUploadedFile("a.pdf", PDF), actor=visitor, at=NOON)

    def test_an_office_writes_its_files_with_its_own_role(self, actor: Act, kunming: Office) -> None:
        with transaction.atomic(), office_core.mounted(kunming.mount()):
            file = files.upload_file(
                upload=SimpleUploadedFile("a.pdf", PDF), actor=actor("kunming", "REPORTER"), at=NOON
            )
        assert file.office == "kunming"


class TestHandingOut:
    def test_is_saved_under_its_chinese_name_and_cannot_act(self, db: None) -> None:
        response = file_response(keep("台账.xlsx", GOOD["台账.xlsx"]), inline=True)

        assert response["Content-Disposition"] == "attachment; filename*=utf-8''%E5%8F%B0%E8%B4%A6.xlsx"
        assert response["X-Content-Type-Options"] == "nosniff"
        assert response["Content-Security-Policy"].startswith("sandbox")
        assert response["Cache-Control"] == "private, no-store"
        response.file_to_stream.close()

    def test_pictures_and_pdf_may_be_shown_text_never(self, db: None) -> None:
        shown = {}
        for name in ("现场.PNG", "拨付凭证.pdf", "说明.txt", "名册.csv"):
            response = file_response(keep(name, GOOD[name]), inline=True)
            shown[name] = response["Content-Disposition"].split(";")[0], response["Content-Type"]
            response.file_to_stream.close()

        assert shown == {
            "现场.PNG": ("inline", "image/png"),
            "拨付凭证.pdf": ("inline", "application/pdf"),
            "说明.txt": ("attachment", "application/octet-stream"),
            "名册.csv": ("attachment", "application/octet-stream"),
        }
