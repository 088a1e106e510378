"""Forms of one's own: every place is filled however the program cut it up, nothing else changes, nothing is run."""

import io
from decimal import Decimal

import docx
import pytest
from openpyxl import Workbook, load_workbook
from openpyxl.styles import Font

from core.documents import filling
from core.documents.filling import Known, Words
from core.errors import Invalid

KNOWN = Known(["标题", "文号", "年度"], {"结果": ["名次", "单位", "得分"], "正文": ["段落"]})
WORDS = Words(
    {"标题": "考核通报", "文号": "云移责〔2027〕3号", "年度": 2026},
    {
        "结果": [
            {"名次": 1, "单位": "昆明市", "得分": Decimal("92.00")},
            {"名次": 2, "单位": "普洱市", "得分": Decimal("88.50")},
            {"名次": 3, "单位": "迪庆州", "得分": Decimal("75.00")},
        ],
        "正文": [{"段落": "第一段。"}, {"段落": "第二段。"}],
    },
)


def word(*lines: str | list[str], table: list[list[str]] | None = None) -> bytes:
    """A Word file; a list of strings is a paragraph of as many runs, each in another look."""
    paper = docx.Document()
    for line in lines:
        paragraph = paper.add_paragraph()
        for place, piece in enumerate([line] if isinstance(line, str) else line):
            paragraph.add_run(piece).bold = place % 2 == 0
    if table:
        drawn = paper.add_table(len(table), len(table[0]))
        for row, texts in zip(drawn.rows, table, strict=True):
            for cell, text in zip(row.cells, texts, strict=True):
                cell.text = text
    out = io.BytesIO()
    paper.save(out)
    return out.getvalue()


def read(content: bytes) -> docx.document.Document:
    return docx.Document(io.BytesIO(content))


def excel(rows: list[list[object]], **merged: str) -> bytes:
    book = Workbook()
    for row in rows:
        book.active.append(row)
    for cells in merged.values():
        book.active.merge_cells(cells)
    out = io.BytesIO()
    book.save(out)
    return out.getvalue()


def sheet(content: bytes) -> list[tuple[object, ...]]:
    return list(load_workbook(io.BytesIO(content)).active.iter_rows(values_only=True))


class TestAWordForm:
    def test_a_place_cut_into_runs_is_filled_in_the_look_of_its_first_letter(self) -> None:
        made = read(filling.fill(word(["关于{", "{标", "题}", "}的", "通知"]), "docx", WORDS))

        assert made.paragraphs[0].text == "关于考核通报的通知"
        assert [(run.text, run.bold) for run in made.paragraphs[0].runs if run.text] == [
            ("关于考核通报", True), ("的", False), ("通知", True),
        ]  # fmt: skip

    def test_two_places_in_one_run(self) -> None:
        made = read(filling.fill(word("{{年度}}：{{ 标题 }}。{{年度}}"), "docx", WORDS))

        assert made.paragraphs[0].text == "2026：考核通报。2026"

    def test_a_row_is_repeated_for_each_of_its_list(self) -> None:
        places = ["{{结果.名次}}", "{{结果．单位}}", "{{结果.得分}}分"]
        form = word(table=[["名次", "单位", "得分"], places, ["合计", "", ""]])

        rows = [[cell.text for cell in row.cells] for row in read(filling.fill(form, "docx", WORDS)).tables[0].rows]

        assert rows == [
            ["名次", "单位", "得分"], ["1", "昆明市", "92.00分"], ["2", "普洱市", "88.50分"],
            ["3", "迪庆州", "75.00分"], ["合计", "", ""],
        ]  # fmt: skip

    def test_outside_tables_the_paragraph_is(self) -> None:
        made = read(filling.fill(word("{{标题}}", "{{正文.段落}}", "完"), "docx", WORDS))

        assert [each.text for each in made.paragraphs] == ["考核通报", "第一段。", "第二段。", "完"]

    def test_an_empty_list_leaves_one_empty_row(self) -> None:
        form = word(table=[["单位"], ["{{结果.单位}}"]])

        made = read(filling.fill(form, "docx", Words({}, {"结果": []})))

        assert [row.cells[0].text for row in made.tables[0].rows] == ["单位", ""]

    def test_heads_and_feet_are_filled(self) -> None:
        paper = docx.Document()
        paper.sections[0].header.paragraphs[0].text = "{{文号}}"
        paper.add_paragraph("{{标题}}")
        out = io.BytesIO()
        paper.save(out)

        made = read(filling.fill(out.getvalue(), "docx", WORDS))

        assert made.sections[0].header.paragraphs[0].text == "云移责〔2027〕3号"

    def test_a_value_is_text_whatever_it_says(self) -> None:
        words = Words({"标题": "<w:p/>{{文号}}&", "文号": "不该出现"})

        assert read(filling.fill(word("{{标题}}"), "docx", words)).paragraphs[0].text == "<w:p/>｛｛文号｝｝&"

    def test_equal_words_give_equal_bytes(self) -> None:
        form = word("{{标题}}", table=[["{{结果.单位}}"]])

        assert filling.fill(form, "docx", WORDS) == filling.fill(form, "docx", WORDS)


class TestAnExcelForm:
    def test_rows_are_repeated_with_their_look_and_what_stands_under_them_moves_down(self) -> None:
        book = Workbook()
        book.active.append(["{{年度}}年结果", None, None])
        book.active.append(["{{结果.名次}}", "{{结果.单位}}", "{{结果.得分}}"])
        book.active.append(["制表：{{文号}}", None, "=C2"])
        book.active["B2"].font = Font(bold=True)
        book.active.row_dimensions[2].height = 31
        book.active.row_dimensions[3].height = 17
        book.active.merge_cells("A3:B3")
        out = io.BytesIO()
        book.save(out)

        made = load_workbook(io.BytesIO(filling.fill(out.getvalue(), "xlsx", WORDS))).active

        assert list(made.iter_rows(values_only=True)) == [
            ("2026年结果", None, None), (1, "昆明市", 92), (2, "普洱市", 88.5), (3, "迪庆州", 75),
            ("制表：云移责〔2027〕3号", None, "=C4"),
        ]  # fmt: skip
        assert [made.cell(row, 2).font.bold for row in (1, 2, 3, 4, 5)] == [False, True, True, True, False]
        assert [made.row_dimensions[row].height for row in (2, 3, 4, 5)] == [31, 31, 31, 17]
        assert [str(each) for each in made.merged_cells.ranges] == ["A5:B5"]

    def test_cells_merged_within_the_repeated_row_are_merged_in_each(self) -> None:
        form = excel([["{{结果.单位}}", None, "{{结果.得分}}"]], one="A1:B1")

        made = load_workbook(io.BytesIO(filling.fill(form, "xlsx", WORDS))).active

        assert sorted(str(each) for each in made.merged_cells.ranges) == ["A1:B1", "A2:B2", "A3:B3"]

    def test_what_looks_like_a_formula_is_text(self) -> None:
        words = Words({"标题": "=1+1"}, {})

        assert sheet(filling.fill(excel([["{{标题}}", "看{{标题}}"]]), "xlsx", words)) == [("'=1+1", "看=1+1")]

    def test_equal_words_give_equal_bytes(self) -> None:
        form = excel([["{{结果.单位}}"]])

        assert filling.fill(form, "xlsx", WORDS) == filling.fill(form, "xlsx", WORDS)


class TestAFormIsLookedAtFirst:
    @pytest.mark.parametrize(
        ("form", "kind"),
        [(word("{{标题}}", "{{结果.单位}}"), "docx"), (excel([["{{标题}}", "{{结果.单位}}"]]), "xlsx")],
    )
    def test_its_places_are_told(self, form: bytes, kind: filling.Kind) -> None:
        assert filling.check(form, kind, KNOWN) == ["标题", "结果.单位"]

    @pytest.mark.parametrize(
        ("form", "said"),
        [
            (word("没有位置"), "没有可以填写的位置"),
            (word("{{标提}}"), "是不是 {{标题}}"),
            (word("{{结果.得份}}"), "是不是 {{结果.得分}}"),
            (word("{{完全不对}}"), "可用的位置见样例"),
            (word("{{标题}"), "花括号没有成对"),
            (word(table=[["{{结果.单位}}", "{{正文.段落}}"]]), "一行只能用一个清单"),
            (word("{% for x in y %}{{x}}{% endfor %}"), "没有“x”这个填写位置"),
            (b"PK\x03\x04 broken", "已损坏"),
        ],
    )
    def test_what_is_wrong_with_it_is_said(self, form: bytes, said: str) -> None:
        with pytest.raises(Invalid, match=said.replace("{", r"\{").replace("}", r"\}")) as refused:
            filling.check(form, "docx", KNOWN)

        assert refused.value.field == "file"

    def test_nothing_in_it_is_run(self) -> None:
        form = word("{{标题}} {% raw %} {{ 标题.__class__ }}")

        with pytest.raises(Invalid, match=r"没有“标题\.__class__”"):
            filling.check(form, "docx", KNOWN)
