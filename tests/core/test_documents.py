"""Official documents: the files are parsed back and measured against GB/T 9704-2012."""

import ctypes
import hashlib
import io
import re
import zipfile
from collections import Counter
from dataclasses import replace
from datetime import UTC, date, datetime, timedelta
from pathlib import Path
from typing import Any

import docx
import pypdfium2
import pypdfium2.raw as raw
import pytest
from docx.oxml.ns import qn
from hypothesis import given, settings
from hypothesis import strategies as st

from core.documents import (
    Annex,
    Column,
    Document,
    Heading,
    Paragraph,
    Signature,
    Signatures,
    Table,
    document_number,
    fonts,
    measures,
    numbers,
    read_number,
    render,
    tree,
)
from core.errors import Conflict, Invalid

MM = 72 / 25.4  # points
MADE = datetime(2026, 3, 5, 1, 30, tzinfo=UTC)
SIGNED = Signatures(
    [
        Signature("甲方：云南省搬迁安置办公室", "张三", ["2026年3月5日 09:30", "依据：分管领导，口令再次确认"]),
        Signature("乙方：普洱市搬迁安置办公室"),
    ]
)
PAPER = Document(
    title="2026年移民工作目标责任书",
    issuer="云南省搬迁安置办公室",
    number=document_number("云移责", 2026, 3),
    to="普洱市搬迁安置办公室",
    body=[Heading("总体要求"), Paragraph("按期完成。"), Heading("指标", 2), Paragraph("国" * 1500), SIGNED],
    made_at=MADE,
    signed_by="云南省搬迁安置办公室",
    dated_on=date(2026, 3, 5),
    annexes=[
        Annex("年度目标", [Table([Column("代码"), Column("目标", 2, "right")], [("A1", "12,500")] * 70)]),
        Annex("节点", [Paragraph("无。")]),
    ],
    copies_to="省人民政府办公厅",
    printed_by="云南省搬迁安置办公室",
    printed_on=date(2026, 3, 6),
)


class Page:
    """A page of a PDF: every character with its size and place, every rule; millimetres from the top left."""

    def __init__(self, page: pypdfium2.PdfPage) -> None:
        self.wide, self.high = (round(length / MM, 1) for length in page.get_size())
        text = page.get_textpage()
        self.text = text.get_text_range()
        self.letters = []
        for at in range(text.count_chars()):
            letter = chr(raw.FPDFText_GetUnicode(text, at))
            x, y = ctypes.c_double(), ctypes.c_double()
            raw.FPDFText_GetCharOrigin(text, at, x, y)
            if letter.strip():
                size = raw.FPDFText_GetFontSize(text, at)
                self.letters.append((letter, round(size, 1), x.value / MM, self.high - y.value / MM))
        self.rules = []
        for each in page.get_objects():
            left, low, right, top = each.get_bounds()
            if each.type == raw.FPDF_PAGEOBJ_PATH and right - left > 100:
                red = [ctypes.c_uint() for _channel in range(4)]
                raw.FPDFPageObj_GetStrokeColor(each.raw, *red)
                colour = tuple(channel.value for channel in red[:3])
                self.rules.append((left / MM, right / MM, self.high - (top + low) / 2 / MM, colour))

    def lines(self, size: float = 16) -> list[list[tuple[str, float, float]]]:
        """The letters of that size by their base line, from the top."""
        rows: dict[float, list[tuple[str, float, float]]] = {}
        for letter, points, x, y in self.letters:
            if points == size:
                rows.setdefault(round(y, 1), []).append((letter, x, y))
        return [rows[y] for y in sorted(rows)]


@pytest.fixture(scope="module")
def pages() -> list[Page]:
    return read(render(PAPER, "pdf"))


def read(made: bytes) -> list[Page]:
    file = pypdfium2.PdfDocument(made)
    return [Page(page) for page in file]


@pytest.fixture(scope="module")
def word() -> Any:
    return docx.Document(io.BytesIO(render(PAPER, "docx")))


def text_of(made: bytes) -> str:
    """All text of a Word file, tables and all, without blanks."""
    file = docx.Document(io.BytesIO(made))
    return "".join(node.text or "" for node in file.element.body.iter(qn("w:t"))).replace(" ", "")


class TestThePdf:
    def test_is_a4_with_the_standards_margins(self, pages) -> None:
        full = pages[1]
        lefts = [line[0][1] for line in full.lines()]
        last = max(x for _letter, x, _y in full.lines()[0]) + 16 / MM

        assert (full.wide, full.high) == (210, 297)
        assert min(lefts) == pytest.approx(28, abs=0.5)
        assert last == pytest.approx(210 - 26, abs=0.6)
        assert full.lines()[0][0][2] == pytest.approx(37 + 0.88 * 16 / MM, abs=0.3)  # the first line hangs from 37 mm

    def test_has_22_lines_of_28_characters(self, pages) -> None:
        lines = pages[1].lines()

        assert len(lines) == 22
        assert {len(line) for line in lines} == {28}

    def test_sets_the_title_in_size_2_and_the_text_in_size_3(self, pages) -> None:
        title = [letter for letter, size, _x, _y in pages[0].letters if size == 22]

        assert "".join(title) == PAPER.title
        assert Counter(size for _l, size, _x, _y in pages[1].letters).most_common(1)[0][0] == 16

    def test_has_a_red_rule_four_millimetres_under_the_number(self, pages) -> None:
        (left, right, y, colour) = pages[0].rules[0]
        number = next(line for line in pages[0].lines() if "〔" in "".join(letter for letter, _x, _y in line))

        assert (left, right) == (pytest.approx(28, abs=0.5), pytest.approx(184, abs=0.5))  # ends of the stroke and all
        assert colour == (255, 0, 0)
        assert y - (number[0][2] + 0.12 * 16 / MM) == pytest.approx(4, abs=0.4)

    def test_hangs_the_mark_35_millimetres_under_the_edge_of_the_type_area(self, pages) -> None:
        size = max(size for _l, size, _x, _y in pages[0].letters)
        mark = [(letter, y) for letter, points, _x, y in pages[0].letters if points == size]

        assert "".join(letter for letter, _y in mark) == PAPER.issuer
        assert mark[0][1] - 0.88 * size / MM == pytest.approx(37 + 35, abs=0.6)

    def test_numbers_pages_outside_and_seven_millimetres_below(self, pages) -> None:
        for place, page in enumerate(pages, start=1):
            foot = [(letter, x, y) for letter, _size, x, y in page.letters if y > 297 - 35]
            assert "".join(letter for letter, _x, _y in foot) == f"—{place}—"
            # One character of size 4 in from the edge: right on odd pages, left on even ones.
            if place % 2:
                dash = foot[1][1] - foot[0][1]
                assert foot[-1][1] + dash == pytest.approx(184 - 14 / MM, abs=0.1)
            else:
                assert foot[0][1] == pytest.approx(28 + 14 / MM, abs=0.1)
            assert foot[0][2] - 0.88 * 14 / MM == pytest.approx(297 - 35 + 7, abs=0.5)

    def test_starts_annexes_on_pages_of_their_own_and_repeats_a_tables_head(self, pages) -> None:
        first = next(place for place, page in enumerate(pages) if page.text.startswith("附件1"))
        assert "代码" in pages[first].text
        assert "代码" in pages[first + 1].text  # 70 rows do not fit on one page

    def test_ends_with_the_colophon_between_rules(self, pages) -> None:
        last = pages[-1]
        assert "抄送：省人民政府办公厅。" in last.text
        assert "2026年3月6日印发" in last.text
        assert len([rule for rule in last.rules if rule[2] > 230]) == 3

    def test_names_who_signed_when_and_on_what_basis(self, pages) -> None:
        text = "".join(page.text for page in pages)
        assert "签署人：张三" in text
        assert "2026年3月5日 09:30" in text
        assert "依据：分管领导，口令再次确认" in text

    def test_carries_its_fonts_and_says_what_it_is(self) -> None:
        made = render(PAPER, "pdf")
        file = pypdfium2.PdfDocument(made)

        assert b"pdfaid" in made  # PDF/A, for the archive
        assert file.get_metadata_dict()["Title"] == PAPER.title
        assert b"NotoSerifSC" in made


class TestTheWordFile:
    def test_is_a4_with_the_standards_margins(self, word) -> None:
        section = word.sections[0]
        sides = (section.top_margin, section.right_margin, section.bottom_margin, section.left_margin)

        assert [round(length.mm) for length in (section.page_width, section.page_height)] == [210, 297]
        assert [round(side.mm) for side in sides] == [37, 26, 35, 28]

    def test_has_a_grid_of_22_lines_and_28_characters(self, word) -> None:
        grid = word.sections[0]._sectPr.find(qn("w:docGrid"))
        pitch, share = int(grid.get(qn("w:linePitch"))) / 20, int(grid.get(qn("w:charSpace"))) / 4096

        assert grid.get(qn("w:type")) == "linesAndChars"
        assert 22 * pitch == pytest.approx(225 * MM, abs=1)
        assert 28 * (16 + share) == pytest.approx(156 * MM, abs=0.5)

    def test_names_the_standards_fonts_and_sizes(self, word) -> None:
        said = {}
        for paragraph in word.paragraphs:
            for run in paragraph.runs:
                if run.text not in ("", *said):
                    family = run._r.rPr.rFonts.get(qn("w:eastAsia"))
                    said[run.text] = (family, run.font.size.pt)
        assert said[PAPER.title] == ("方正小标宋简体", 22)
        assert said["一、总体要求"] == ("黑体", 16)
        assert said["（一）指标"] == ("楷体_GB2312", 16)
        assert said["按期完成。"] == ("仿宋_GB2312", 16)
        assert said[PAPER.issuer][0] == "方正小标宋简体"

    def test_has_a_red_mark_and_rule(self, word) -> None:
        mark = next(paragraph for paragraph in word.paragraphs if paragraph.text == PAPER.issuer)
        number = next(paragraph for paragraph in word.paragraphs if paragraph.text == PAPER.number)
        rule = number._p.pPr.find(qn("w:pBdr")).find(qn("w:bottom"))

        assert str(mark.runs[0].font.color.rgb) == "FF0000"
        assert rule.get(qn("w:color")) == "FF0000"

    def test_numbers_odd_pages_right_and_even_ones_left(self, word) -> None:
        section = word.sections[0]
        for footer, side in ((section.footer, "right"), (section.even_page_footer, "left")):
            xml = footer.paragraphs[0]._p.xml
            assert "PAGE" in xml
            assert f'w:jc w:val="{side}"' in xml
        assert footer.paragraphs[0].text.count("—") == 2

    def test_repeats_a_tables_head(self, word) -> None:
        table = next(table for table in word.tables if table.rows[0].cells[0].text == "代码")
        assert table.rows[0]._tr.trPr.find(qn("w:tblHeader")) is not None
        assert len(table.rows) == 71


class TestBoth:
    @pytest.mark.parametrize("kind", ["docx", "pdf"])
    def test_the_same_description_gives_the_same_bytes(self, kind) -> None:
        first, second = render(PAPER, kind), render(PAPER, kind)
        later = render(replace(PAPER, made_at=MADE + timedelta(days=1)), kind)

        assert hashlib.sha256(first).digest() == hashlib.sha256(second).digest()
        assert first != later  # the control: the moment of making is in the file

    @pytest.mark.parametrize("kind", ["docx", "pdf"])
    def test_moments_are_as_fine_as_the_files_name_them(self, kind) -> None:
        assert render(replace(PAPER, made_at=MADE + timedelta(microseconds=7)), kind) == render(PAPER, kind)

    @pytest.mark.parametrize("kind", ["docx", "pdf"])
    def test_a_year_later_in_another_time_zone_nothing_moves(self, kind, monkeypatch) -> None:
        before = render(PAPER, kind)
        monkeypatch.setenv("TZ", "Asia/Shanghai")
        monkeypatch.setenv("SOURCE_DATE_EPOCH", "1")

        assert render(PAPER, kind) == before

    HOSTILE = (
        "#set page(width: 1pt) #panic() *粗* _斜_ `码` $a^2$ @ref <label> // 注 /* */ \\ ~ -- --- ... "
        "{{ 7*7 }} {% x %} <w:t>甲</w:t> &lt; ]]> <b>乙</b> =cmd|'/c' 附件：1. #include \"/etc/passwd\""
    )

    @pytest.mark.parametrize("kind", ["docx", "pdf"])
    def test_nothing_of_the_input_becomes_markup(self, kind) -> None:
        hostile = self.HOSTILE
        paper = Document(
            title=hostile[:30], issuer=hostile[30:50], number=hostile[:9], to=hostile[:20], made_at=MADE,
            body=[
                Heading(hostile), Paragraph(hostile), SIGNED,
                Table([Column(hostile[:12])], [(hostile,)], caption=hostile[:20]),
                Signatures([Signature(hostile[:20], hostile[:20], [hostile])]),
            ],
            annexes=[Annex(hostile[:20], [Paragraph(hostile)])],
        )  # fmt: skip
        made = render(paper, kind)
        text = text_of(made) if kind == "docx" else "".join(page.text for page in read(made))
        squeezed = re.sub(r"\s", "", text)
        wanted = re.sub(r"\s", "", hostile)

        # Every letter comes out as it went in, wherever lines are broken: heading, paragraph, cell, line, annex.
        assert squeezed.count(wanted) >= (5 if kind == "docx" else 4)
        assert "49" not in squeezed
        assert "root:" not in squeezed

    @pytest.mark.parametrize("name", ["王䶮", "李㛃", "赵𬭎", "陈𡎚", "阿卜杜拉·买买提"])
    def test_names_with_rare_characters_are_shown(self, name) -> None:
        paper = replace(PAPER, body=[Paragraph(name)], annexes=[])

        assert name in "".join(page.text for page in read(render(paper, "pdf")))
        assert name in text_of(render(paper, "docx"))

    def test_a_character_that_no_font_shows_is_told_and_not_left_blank(self) -> None:
        paper = replace(PAPER, body=[Paragraph("王𤣱\ue123")])

        with pytest.raises(Invalid, match=r"𤣱（U\+248F1）"):
            render(paper, "pdf")
        assert "王𤣱" in text_of(render(paper, "docx"))  # the reader's machine may have it

    @pytest.mark.parametrize("text", ["甲\x00乙", "甲\x1b乙", "甲\u202e乙", "甲\ud800乙"])
    @pytest.mark.parametrize("kind", ["docx", "pdf"])
    def test_control_characters_are_refused(self, kind, text) -> None:
        with pytest.raises(Invalid, match="控制字符"):
            render(replace(PAPER, title=text), kind)

    def test_line_breaks_are_blanks(self) -> None:
        assert tree.clean(" 一\r\n二\t三\u2028四 ") == "一 二 三 四"

    @settings(max_examples=25, deadline=None)
    @given(st.lists(st.text(st.characters(codec="ascii", categories=["L", "N", "P", "S"]), max_size=60), max_size=4))
    def test_any_text_makes_a_file_that_holds_it(self, given_texts) -> None:
        paper = replace(PAPER, body=[Paragraph(text) for text in given_texts], annexes=[])

        assert read(render(paper, "pdf"))
        word_text = text_of(render(paper, "docx"))
        assert all(text in word_text for text in given_texts)


class TestFonts:
    def test_an_installations_own_come_first(self, settings, tmp_path) -> None:
        """The named fonts are no package's: a copy of ours under such a name stands for one that somebody bought."""
        settings.DOCUMENT_FONTS = str(tmp_path)
        renamed(fonts.files()[0], tmp_path / "fang.ttf", "FangSong_GB2312")

        assert fonts.chosen()["text"] == "FangSong_GB2312"
        assert fonts.chosen()["mark"] == fonts.FALLBACK
        made = render(PAPER, "pdf")
        assert b"FangSong" in made
        assert b"FangSong" not in render_with(settings, "")

    def test_without_any_a_pdf_is_refused_and_word_is_not(self, settings, tmp_path) -> None:
        settings.BASE_DIR = tmp_path

        with pytest.raises(Conflict, match="没有排印公文的字体"):
            render(PAPER, "pdf")
        assert zipfile.is_zipfile(io.BytesIO(render(PAPER, "docx")))


def render_with(settings: Any, folder: str) -> bytes:
    settings.DOCUMENT_FONTS = folder
    return render(PAPER, "pdf")


def renamed(source: Path, to: Path, family: str) -> None:
    """A small font of another family name."""
    from fontTools import subset
    from fontTools.ttLib import TTFont

    font = TTFont(source)
    cutter = subset.Subsetter(subset.Options(name_IDs=["*"], notdef_outline=True))
    cutter.populate(text="国按期完成。总体要求指标")
    cutter.subset(font)
    for name in font["name"].names:
        if name.nameID in (1, 4, 6, 16):
            name.string = family
    font.save(to)


class TestNumbers:
    def test_a_document_number_has_hexagonal_brackets_and_no_leading_zero(self) -> None:
        assert document_number("云移责", 2026, 3) == "云移责〔2026〕3号"
        assert read_number("云移责〔2026〕13号") == ("云移责", 2026, 13)

    @pytest.mark.parametrize("text", ["云[2026]3号", "云〔2026〕03号", "云〔26〕3号", "〔2026〕3号", "云〔2026〕3号x"])
    def test_anything_else_is_none(self, text) -> None:
        assert read_number(text) is None

    @given(st.text("云移责办", min_size=1, max_size=6), st.integers(1000, 9999), st.integers(1, 10**6))
    def test_is_read_back(self, code, year, serial) -> None:
        assert read_number(document_number(code, year, serial)) == (code, year, serial)

    @pytest.mark.parametrize(("code", "year", "serial"), [("", 2026, 1), ("云", 26, 1), ("云", 2026, 0)])
    def test_refuses_what_is_no_number(self, code, year, serial) -> None:
        with pytest.raises(ValueError, match="no document number"):
            document_number(code, year, serial)

    @pytest.mark.parametrize(
        ("number", "said"), [(1, "一"), (10, "十"), (11, "十一"), (20, "二十"), (23, "二十三"), (99, "九十九")]
    )
    def test_headings_count_in_chinese(self, number, said) -> None:
        assert numbers.chinese(number) == said

    def test_a_lower_heading_starts_anew_below_a_higher(self) -> None:
        body = [Heading("", level) for level in (1, 2, 3, 4, 4, 3, 2, 1, 2)]
        assert " ".join(numbers.labels(body)) == "一、 （一） 1. （1） （2） 2. （二） 二、 （一）"

    def test_a_day_has_no_leading_zero(self) -> None:
        assert numbers.day(date(2026, 3, 5)) == "2026年3月5日"

    def test_the_figures_are_dated(self) -> None:
        assert measures.in_force(date(2026, 1, 1))["lines"] == 22
