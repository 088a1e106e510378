"""Files made to harm: refused beside the field in a sentence, nothing stored, and never an error of the server."""

import io
import unicodedata
import zipfile
import zlib
from collections.abc import Callable
from pathlib import Path

import pytest
from django.core.files.uploadedfile import SimpleUploadedFile
from django.test import Client

from core.errors import Invalid
from core.files import dangers, types
from core.models import StoredFile
from tests.core.test_files import OLE, PDF, Raw, jpeg, keep, png, webp

TYPES = ("[Content_Types].xml", b"<Types/>")
BOOK = ("xl/workbook.xml", b"<workbook/>")


def office(*parts: tuple[str, bytes], method: int = zipfile.ZIP_DEFLATED) -> bytes:
    out = io.BytesIO()
    with zipfile.ZipFile(out, "w", method) as archive:
        for name, content in (TYPES, BOOK, *parts):
            archive.writestr(name, content)
    return out.getvalue()


def xml(content: bytes, name: str = "xl/x.xml") -> bytes:
    return office((name, content))


def locked() -> bytes:
    """The flag of encryption in every header."""
    content = bytearray(office())
    for signature, at in ((b"PK\x03\x04", 6), (b"PK\x01\x02", 8)):
        start = 0
        while (start := content.find(signature, start)) >= 0:
            content[start + at] |= 1
            start += 4
    return bytes(content)


def lying_over_each_other() -> bytes:
    """Parts that share their bytes, as the bombs do that are small however much comes out."""
    out = io.BytesIO()
    with zipfile.ZipFile(out, "w", zipfile.ZIP_STORED) as archive:
        for name, content in (TYPES, BOOK, ("xl/kernel", b"\0" * 4096)):
            archive.writestr(name, content)
        kernel = archive.getinfo("xl/kernel")
        for number in range(50):
            twin = zipfile.ZipInfo(f"xl/sheet{number}")
            twin.compress_size = twin.file_size = kernel.file_size
            twin.CRC, twin.header_offset = kernel.CRC, kernel.header_offset
            archive.filelist.append(twin)
            archive.NameToInfo[twin.filename] = twin
    return out.getvalue()


def broken() -> bytes:
    """A part whose bytes were changed on the way."""
    content = office(("xl/a.xml", bytes(range(256)) * 9), method=zipfile.ZIP_STORED)
    return content.replace(bytes(range(256)), bytes(256), 1)


def pdf(*objects: bytes) -> bytes:
    return b"%PDF-1.7\n" + b"\n".join(objects) + b"\ntrailer\n<<>>\n%%EOF\n"


def packed(objects: bytes) -> bytes:
    body = zlib.compress(objects)
    return b"2 0 obj\n<</Type/ObjStm /Filter/FlateDecode /N 1/First 4>>\nstream\n" + body + b"\nendstream endobj"


BOMB = office(("xl/sheet.xml", b"0" * (70 * 1024 * 1024)))
HOSTILE = {
    "bomb": ("台账.xlsx", BOMB, "过大"),
    "bomb in a bomb": ("台账.xlsx", office(("xl/media/42.zip", BOMB)), "压缩包"),
    "parts over each other": ("台账.xlsx", lying_over_each_other(), "过大"),
    "many parts": ("台账.xlsx", office(*((f"xl/{n}", b"") for n in range(5001))), "过大"),
    "encrypted parts": ("台账.xlsx", locked(), "打开密码"),
    "encrypted workbook": ("台账.xlsx", OLE + "EncryptedPackage".encode("utf-16-le"), "打开密码"),
    "encrypted under an old name": ("台账.xls", OLE + "EncryptedPackage".encode("utf-16-le"), "打开密码"),
    "macro": ("台账.xlsx", office(("xl/vbaProject.bin", b"x")), "宏"),
    "control": ("台账.xlsx", office(("xl/activeX/activeX1.xml", b"<x/>")), "宏"),
    "old macro": ("台账.xls", OLE + "Workbook".encode("utf-16-le") + "_VBA_PROJECT".encode("utf-16-le"), "宏"),
    "program inside": ("台账.xlsx", office(("xl/embeddings/x.exe", b"MZ")), "程序"),
    "way out": ("台账.xlsx", office(("../../etc/cron.d/x", b"x")), "内部结构"),
    "way out of Windows": ("台账.xlsx", office(("C:\\x", b"x")), "内部结构"),
    "entity": ("台账.xlsx", xml(b'<!DOCTYPE x [<!ENTITY y SYSTEM "file:///etc/passwd">]>'), "外部实体"),
    "entity in UTF-16": ("台账.xlsx", xml("<!DOCTYPE x []>".encode("utf-16")), "外部实体"),
    "entity behind blanks": ("台账.xlsx", xml(b"<?xml?>" + b" " * 70_000 + b"<!DOCTYPE x []><x/>"), "不正常"),
    "entity behind a comment": ("台账.xlsx", xml(b"<!--<x>" + b"-" * 70_000 + b"--><!DOCTYPE x []><x/>"), "不正常"),
    "laughs": ("台账.xlsx", xml(b"<?xml version='1.0'?><!doctype lolz [<!entity a 'ha'>]><x/>"), "外部实体"),
    "template from the net": (
        "台账.xlsx",
        xml(b'<Relationship Type="x/attachedTemplate" Target="http://x" TargetMode="External"/>', "xl/_rels/a.rels"),
        "网络下载模板",
    ),
    "cut off book": ("台账.xlsx", office()[:-30], "损坏"),
    "broken part": ("台账.xlsx", broken(), "损坏"),
    "script": ("凭证.pdf", pdf(b"1 0 obj <</S/JavaScript/JS(app.alert(1))>> endobj"), "脚本"),
    "script by codes": ("凭证.pdf", pdf(b"1 0 obj <</S/J#61vaScript>> endobj"), "脚本"),
    "script packed": ("凭证.pdf", pdf(packed(b"1 0 <</S /JavaScript /JS (x)>>")), "脚本"),
    "starting a program": ("凭证.pdf", pdf(b"1 0 obj <</S/Launch/F(cmd.exe)>> endobj"), "脚本"),
    "bomb in a PDF": ("凭证.pdf", pdf(packed(b"\0" * (40 * 1024 * 1024))), "过大"),
    "cut off PDF": ("凭证.pdf", PDF[:-8], "不完整"),
    "page that is PDF": ("凭证.pdf", b"<html><script>alert(1)</script>\n" + PDF, "内容却是 .html"),
    "cut off PNG": ("现场.png", png()[:-9], "不完整"),
    "cut off JPEG": ("现场.jpg", jpeg()[:-3], "不完整"),
    "cut off WebP": ("现场.webp", webp()[:-3], "不完整"),
    "head alone": ("现场.png", b"\x89PNG\r\n\x1a\n", "不完整"),
    "pixels of a PNG": ("现场.png", png(100_000, 100_000), "100000"),
    "pixels of a JPEG": ("现场.jpg", jpeg(65_000, 65_000), "65000"),
    "pixels of a WebP": ("现场.webp", webp(16_383, 16_383), "16383"),
    "PHP in a JPEG": ("现场.jpg", jpeg(comment=b"<?php system($_GET[0]); ?>"), "还藏着"),
    "page in a PNG": ("现场.png", png(inside=b"Comment\0<script>alert(1)</script>"), "还藏着"),
    "archive behind a PNG": ("现场.png", png() + office(), "还藏着"),
    "GIF and archive": ("动图.gif", b"GIF89a" + b"\0" * 20 + office(), "不接收"),
    "GIF under another name": ("动图.png", b"GIF89a" + b"\0" * 20 + office(), "内容却是"),
    "drawing with a script": ("图.svg", b"<svg xmlns='x'><script>alert(1)</script></svg>", "不接收"),
    "drawing under another name": ("图.png", b"<svg onload='alert(1)'/>", "不符"),
    "page": ("说明.html", b"<html>", "不接收"),
    "program": ("凭证.pdf", b"MZ" + PDF, "可执行"),
    "nothing": ("凭证.pdf", b"", "空文件"),
    "wrong extension": ("凭证.pdf", png(), "内容却是 .png"),
}  # fmt: skip
NAMES = {
    "../../etc/passwd.pdf": "文件夹", "..\\x.pdf": "文件夹", "/etc/x.pdf": "文件夹", ".htaccess.pdf": "以点开头",
    "a\x00.pdf": "控制字符", "a\r\nSet-Cookie: x.pdf": "控制字符", "凭证\u202efdp.exe.pdf": "控制字符",
    "凭\u200b证.pdf": "控制字符", "\u2066凭证\u2069.pdf": "控制字符", "a\u2028b.pdf": "控制字符",
    "字" * 300 + ".pdf": "超过 200", "CON.pdf": "保留", "nul.tar.pdf": "保留", "com1.pdf": "保留", 'a"b.pdf': "保留",
    "a<b>.pdf": "保留", "发票.exe.pdf": "程序", "发票.pdf.js .pdf": "程序", "页面.html.pdf": "程序",
    "x.pdf.": "没有扩展名", "x.pdf;.exe": "不接收", "...": "没有名称",
}  # fmt: skip


@pytest.fixture(autouse=True)
def evidence(tmp_path: Path, settings) -> Path:
    settings.EVIDENCE_DIR = tmp_path / "evidence"
    settings.FILE_UPLOAD_TEMP_DIR = tmp_path / "incoming"
    settings.FILE_UPLOAD_TEMP_DIR.mkdir()
    return tmp_path


def left(folder: Path) -> list[Path]:
    return [path for path in folder.rglob("*") if path.is_file()]


@pytest.fixture
def reporter(signed_in) -> Client:
    return signed_in("kunming", "REPORTER")


class TestContents:
    @pytest.mark.parametrize("what", HOSTILE)
    def test_are_refused_in_a_sentence_and_leave_nothing(self, reporter: Client, evidence: Path, what: str) -> None:
        name, content, why = HOSTILE[what]
        answer = reporter.post("/kunming/api/v1/files/", {"file": SimpleUploadedFile(name, content)})

        problem = answer.json()
        said = problem["title"] + "".join(problem.get("errors", {}).get("file", []))
        assert answer.status_code == 422, problem
        assert why in said
        assert problem.get("field") == "file" or "file" in problem["errors"]
        assert said.endswith("。")
        assert not StoredFile.objects.exists()
        assert left(evidence) == []

    @pytest.mark.parametrize("what", ["bomb", "script packed", "PHP in a JPEG", "entity", "old macro"])
    def test_would_be_kept_without_the_look(self, monkeypatch, db: None, evidence: Path, what: str) -> None:
        """The control: it is the look inside that refuses them."""
        for look in ("in_archive", "in_compound", "in_pdf", "in_picture"):
            monkeypatch.setattr(dangers, look, lambda *args: None)
        name, content, _why = HOSTILE[what]

        assert keep(name, content).pk
        assert len(left(evidence)) == 1

    @pytest.mark.parametrize(
        ("name", "content"),
        [
            ("发票.pdf", pdf(b"1 0 obj <</Type/EmbeddedFile/Subtype/application#2Fxml>> endobj")),
            ("扫描.pdf", pdf(packed(b"1 0 <</Type/Page>>"), b"% /JSON /JSX /Launcher")),
            ("带表.xlsx", office(("xl/embeddings/oleObject1.bin", b"x"), ("xl/media/image1.png", png()))),
            ("长表.xlsx", office(("xl/worksheets/sheet1.xml", b"<c r='A1'><v>1</v></c>" * 900_000))),
            ("全景.jpg", jpeg(16_000, 12_000)),
            ("www.example.com.pdf", PDF),
            ("傣\ue000名.pdf", PDF),
        ],
    )  # fmt: skip
    def test_what_offices_really_send_is_kept(self, db: None, name: str, content: bytes) -> None:
        """Invoices carry their data as an attachment, sheets unpack to many times their size."""
        assert keep(name, content).size == len(content)

    def test_where_a_picture_was_taken_stays_in_it(self, db: None) -> None:
        from core import files

        with files.open_content(keep("现场.jpg", jpeg())) as content:
            assert b"GPSLatitude" in content.read()


class TestNames:
    @pytest.mark.parametrize("name", NAMES)
    def test_are_refused_and_leave_nothing(self, db: None, evidence: Path, name: str) -> None:
        with pytest.raises(Invalid, match=NAMES[name]) as refusal:
            keep(name)

        assert refusal.value.field == "file"
        assert not StoredFile.objects.exists()
        assert left(evidence) == []

    def test_of_both_ways_to_write_a_letter_are_one(self, db: None) -> None:
        names = [unicodedata.normalize(form, "Énergie 한글.pdf") for form in ("NFC", "NFD")]

        assert names[0] != names[1]
        assert {keep(name).name for name in names} == {names[0]}

    @pytest.mark.parametrize(
        "name", ["=cmd|'!A1.pdf", "a;b.pdf", "a%0d%0ab.pdf", "it's 100%.pdf", "𠀀龥🙂.pdf", "a\tb.pdf"]
    )
    def test_in_the_header_of_a_download_are_one_header(self, db: None, name: str) -> None:
        from core.serving import file_response

        try:
            response = file_response(keep(name))
        except Invalid:
            return
        header = response["Content-Disposition"]
        response.file_to_stream.close()
        assert not set(header) & set("\r\n\0")
        assert header.startswith("attachment; filename")


class TestTheBounds:
    def test_every_kind_on_the_list_is_attacked_here(self) -> None:
        tried = {name.rpartition(".")[2].lower() for name, _content, _why in HOSTILE.values()}
        assert set(types.TYPES) - tried <= {"doc", "wps", "et", "docx", "csv", "txt", "jpeg"}  # they share a look

    def test_a_huge_file_is_refused_before_it_is_read(self, db: None, evidence: Path) -> None:
        class Endless(Raw):
            read = 0

            def chunks(self):
                while True:
                    self.read += 1
                    yield b"\0" * (1 << 20)

        upload: Callable = Endless("大.pdf", b"")
        upload.size = 10  # type: ignore[attr-defined]
        with pytest.raises(Invalid, match="50 MB"):
            keep_upload(upload)
        assert upload.read == 51  # type: ignore[attr-defined]
        assert left(evidence) == []


def keep_upload(upload) -> StoredFile:
    from core import files
    from tests.conftest import NOON

    return files.store(upload, office_schema="kunming", uploader_id=1, uploader_name="张三", at=NOON)
