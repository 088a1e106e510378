"""Sets a document as Word file (docx): the standard's fonts by name, so that it can be edited and stamped.

The zip is packed anew with fixed times, so the same description gives the same bytes.
"""

import io
from collections.abc import Callable, Sequence
from datetime import UTC
from typing import Any

import docx as word
from docx.document import Document as WordDocument
from docx.enum.table import WD_TABLE_ALIGNMENT
from docx.enum.text import WD_ALIGN_PARAGRAPH, WD_LINE_SPACING, WD_TAB_ALIGNMENT
from docx.oxml import OxmlElement
from docx.oxml.ns import qn
from docx.shared import Mm, Pt, RGBColor
from docx.table import _Cell
from docx.text.paragraph import Paragraph as WordParagraph

from core.documents import measures, numbers
from core.documents.fonts import WORD
from core.documents.packing import packed
from core.documents.tree import Document
from core.documents.words import WORDS, given

SIDES = {"left": WD_ALIGN_PARAGRAPH.LEFT, "center": WD_ALIGN_PARAGRAPH.CENTER, "right": WD_ALIGN_PARAGRAPH.RIGHT}
HEADINGS = {1: "bold", 2: "script", 3: "text", 4: "text"}
TWIPS = 20  # to a point


def docx(document: Document) -> bytes:
    """The document as docx; the same description gives the same bytes. Raises Invalid (control characters)."""
    return _Setter(document).made()


class _Setter:
    def __init__(self, document: Document) -> None:
        self.document = document
        self.told = given(document)
        self.figures = measures.in_force(document.dated_on or document.made_at.date())
        self.sizes = self.figures["sizes"]
        page, margins = self.figures["page"], self.figures["margins"]
        self.wide = page[0] - margins["left"] - margins["right"]
        self.pitch = (page[1] - margins["top"] - margins["bottom"]) / self.figures["lines"] * 72 / 25.4
        self.paper: WordDocument = word.Document()

    def made(self) -> bytes:
        self.page()
        self.head()
        self.line(self.told["title"], "mark", self.sizes["title"], side="center", exact=False)
        self.blank()
        if self.told["to"]:
            self.line(self.told["to"] + "：")
        self.body(self.told["body"])
        self.annex_list()
        self.signed()
        for place, annex in enumerate(self.told["annexes"], start=1):
            self.annex(annex, place)
        self.colophon()
        return self.packed()

    # --- the page ---

    def page(self) -> None:
        """Size, margins, the grid of lines and characters, page numbers, and what all text has."""
        section, margins = self.paper.sections[0], self.figures["margins"]
        section.page_width, section.page_height = (Mm(length) for length in self.figures["page"])
        section.top_margin, section.bottom_margin = Mm(margins["top"]), Mm(margins["bottom"])
        section.left_margin, section.right_margin = Mm(margins["left"]), Mm(margins["right"])
        section.footer_distance = Mm(
            margins["bottom"] - self.figures["page_number_below_type_area"] - self.sizes["small"] * 1.2 * 25.4 / 72
        )
        grid = section._sectPr.find(qn("w:docGrid"))
        if grid is None:
            grid = OxmlElement("w:docGrid")
            section._sectPr.append(grid)
        grid.set(qn("w:type"), "linesAndChars")
        grid.set(qn("w:linePitch"), str(round(self.pitch * TWIPS)))
        # A character's share of the width beside its size, in 4096ths of a point (ECMA-376 17.6.5).
        share = self.wide * 72 / 25.4 / self.figures["characters"] - self.sizes["text"]
        grid.set(qn("w:charSpace"), str(round(share * 4096)))
        style = self.paper.styles["Normal"]
        style.font.size = Pt(self.sizes["text"])
        _fonts(style.element.get_or_add_rPr(), WORD["text"])
        style.paragraph_format.space_before = style.paragraph_format.space_after = Pt(0)
        style.paragraph_format.line_spacing_rule = WD_LINE_SPACING.EXACTLY
        style.paragraph_format.line_spacing = Pt(round(self.pitch, 2))
        self.paper.settings.odd_and_even_pages_header_footer = True
        for footer, side in ((section.footer, "right"), (section.even_page_footer, "left")):
            self.page_number(footer.paragraphs[0], side)
        about = self.paper.core_properties
        about.title, about.author, about.comments = self.told["title"][:255], self.told["issuer"][:255], ""
        about.created = about.modified = self.document.made_at.astimezone(UTC).replace(tzinfo=None, microsecond=0)
        about.last_modified_by, about.revision, about.language = "", 1, "zh-CN"

    def page_number(self, paragraph: WordParagraph, side: str) -> None:
        """—1—, one character in from the outer side."""
        paragraph.alignment = SIDES[side]
        paragraph.paragraph_format.right_indent = Pt(self.sizes["small"]) if side == "right" else None
        paragraph.paragraph_format.left_indent = Pt(self.sizes["small"]) if side == "left" else None
        self.run(paragraph, "—", "page", self.sizes["small"])
        run = self.run(paragraph, "", "page", self.sizes["small"])
        for kind in ("begin", "instr", "end"):
            part = OxmlElement("w:instrText" if kind == "instr" else "w:fldChar")
            if kind == "instr":
                part.text = "PAGE"
            else:
                part.set(qn("w:fldCharType"), kind)
            run._r.append(part)
        self.run(paragraph, "—", "page", self.sizes["small"])

    # --- lines ---

    def line(
        self, text: str, use: str = "text", size: float | None = None, *, side: str = "left", indent: float = 0,
        exact: bool = True, into: Any = None,
    ) -> WordParagraph:  # fmt: skip
        """A paragraph. indent: of its first line in characters; exact: on the grid of lines."""
        paragraph: WordParagraph = (into or self.paper).add_paragraph()
        paragraph.alignment = SIDES[side]
        size = size or self.sizes["text"]
        if indent:
            paragraph.paragraph_format.first_line_indent = Pt(indent * size)
        if not exact:
            paragraph.paragraph_format.line_spacing_rule = WD_LINE_SPACING.EXACTLY
            paragraph.paragraph_format.line_spacing = Pt(max(round(self.pitch, 2), size * 1.35))
        self.run(paragraph, text, use, size)
        return paragraph

    def run(self, paragraph: WordParagraph, text: str, use: str, size: float) -> Any:
        run = paragraph.add_run(text)
        run.font.size = Pt(size)
        _fonts(run._r.get_or_add_rPr(), WORD[use])
        return run

    def blank(self, count: int = 1) -> None:
        for _each in range(count):
            self.line("")

    # --- the parts of the paper ---

    def head(self) -> None:
        """The red mark, the number, the red rule."""
        if not self.told["issuer"]:
            if self.told["number"]:
                self.line(self.told["number"], side="right")
                self.blank()
            return
        size = min(self.sizes["mark"], self.wide * 72 / 25.4 / len(self.told["issuer"]))
        mark = self.line(self.told["issuer"], "mark", size, side="center", exact=False)
        mark.paragraph_format.space_before = Mm(self.figures["mark_below_type_area"])
        mark.runs[0].font.color.rgb = RGBColor.from_string(self.figures["red"])
        self.blank(2)
        number = self.line(self.told["number"], side="center")
        _border(number, "bottom", 12, self.figures["red"], Mm(self.figures["rule_below_number"]).pt)
        self.blank(2)

    def body(self, blocks: Sequence[dict[str, Any]]) -> None:
        setters: dict[str, Callable[[dict[str, Any]], object]] = {
            "paragraph": lambda block: self.justified(block["text"], indent=2 if block["indent"] else 0),
            "heading": lambda block: self.line(block["number"] + block["text"], HEADINGS[block["level"]], indent=2),
            "table": self.table,
            "signatures": self.signatures,
        }
        for block in blocks:
            setters[block["kind"]](block)

    def justified(self, text: str, indent: float) -> None:
        self.line(text, indent=indent).alignment = WD_ALIGN_PARAGRAPH.JUSTIFY

    def table(self, block: dict[str, Any]) -> None:
        if block["caption"]:
            self.line(block["caption"], "bold", side="center")
        columns = block["columns"]
        table = self.paper.add_table(rows=0, cols=len(columns))
        table.style, table.alignment, table.autofit = "Table Grid", WD_TABLE_ALIGNMENT.CENTER, False
        shares = sum(column["width"] for column in columns)
        widths = [Mm(self.wide * column["width"] / shares) for column in columns]
        for given_column, width in zip(table.columns, widths, strict=True):
            given_column.width = width
        rows = [(True, [column["title"] for column in columns]), *((False, row) for row in block["rows"])]
        for head, row in rows:
            cells = table.add_row().cells
            for cell, text, column, width in zip(cells, row, columns, widths, strict=True):
                cell.width = width
                self.cell(cell, text, "center" if head else column["align"], "bold" if head else "text")
            properties = table.rows[-1]._tr.get_or_add_trPr()
            for name in ("w:cantSplit", *(("w:tblHeader",) if head else ())):
                properties.append(OxmlElement(name))

    def cell(self, cell: _Cell, text: str, side: str, use: str) -> None:
        paragraph, size = cell.paragraphs[0], self.sizes["table"]
        paragraph.alignment = SIDES[side]
        paragraph.paragraph_format.line_spacing_rule = WD_LINE_SPACING.SINGLE
        self.run(paragraph, text, use, size)

    def signatures(self, block: dict[str, Any]) -> None:
        """The parties side by side, in a table without lines that no page end cuts."""
        self.blank()
        table = self.paper.add_table(rows=1, cols=len(block["signed"]))
        table.rows[0]._tr.get_or_add_trPr().append(OxmlElement("w:cantSplit"))
        for cell, party in zip(table.rows[0].cells, block["signed"], strict=True):
            self.run(cell.paragraphs[0], party["party"], "bold", self.sizes["text"])
            self.line(WORDS["signer"] + party["signer"], into=cell)
            for text in party["lines"]:
                self.line(text, size=self.sizes["small"], into=cell)

    def annex_list(self) -> None:
        """附件：1.… under the text."""
        titles = [annex["title"] for annex in self.told["annexes"]]
        if titles:
            self.blank()
        for place, title in enumerate(titles, start=1):
            lead = WORDS["annex"] + "：" if place == 1 else ""
            number = f"{place}." if len(titles) > 1 else ""
            self.line(lead + number + title, indent=2 if place == 1 else 5)

    def signed(self) -> None:
        """Office and day: the day four characters in from the right, the office in the middle over it."""
        office, on = self.told["signed_by"], self.document.dated_on
        if not office and on is None:
            return
        self.blank(2)
        dated = numbers.day(on) if on else ""
        size = self.sizes["text"]
        widths = [sum(size if ord(letter) > 255 else size / 2 for letter in text) for text in (office, dated)]
        for text, width in zip((office, dated), widths, strict=True):
            if text:
                paragraph = self.line(text, side="right")
                paragraph.paragraph_format.right_indent = Pt(4 * size + (max(widths) - width) / 2)
                paragraph.paragraph_format.keep_with_next = text is office

    def annex(self, annex: dict[str, Any], place: int) -> None:
        number = str(place) if len(self.told["annexes"]) > 1 else ""
        first = self.line(WORDS["annex"] + number, "bold")
        first.paragraph_format.page_break_before = True
        self.blank()
        self.line(annex["title"], "mark", self.sizes["title"], side="center", exact=False)
        self.blank()
        self.body(annex["body"])

    def colophon(self) -> None:
        """Copies, printer and day between rules. Word has no foot of the last page: they follow the text."""
        said, on = self.told, self.document.printed_on
        if not (said["copies_to"] or said["printed_by"] or on):
            return
        self.blank(2)
        size, rules = self.sizes["small"], self.figures["rules"]
        lines = [f"{WORDS['copies']}：{said['copies_to']}。"] if said["copies_to"] else []
        lines.append(said["printed_by"] + ("\t" + numbers.day(on) + WORDS["printed"] if on else ""))
        for place, text in enumerate(lines):
            paragraph = self.line("", size=size)
            paragraph.paragraph_format.left_indent = paragraph.paragraph_format.right_indent = Pt(size)
            paragraph.paragraph_format.tab_stops.add_tab_stop(Mm(self.wide) - Pt(size), WD_TAB_ALIGNMENT.RIGHT)
            self.run(paragraph, text, "text", size)
            thick = Mm(rules["thick"]).pt * 8
            _border(paragraph, "top", thick if place == 0 else Mm(rules["thin"]).pt * 8, "000000", 1)
            if place == len(lines) - 1:
                _border(paragraph, "bottom", thick, "000000", 1)

    def packed(self) -> bytes:
        made = io.BytesIO()
        self.paper.save(made)
        return packed(made.getvalue())


def _fonts(properties: Any, name: str) -> None:
    """One font for Chinese and Latin letters alike."""
    fonts = properties.get_or_add_rFonts()
    for attribute in ("ascii", "hAnsi", "eastAsia", "cs"):
        fonts.set(qn(f"w:{attribute}"), name)
    fonts.set(qn("w:hint"), "eastAsia")


def _border(paragraph: WordParagraph, side: str, eighths: float, colour: str, space: float) -> None:
    """A rule over or under a paragraph. eighths: thickness in 8ths of a point; space: to the text, in points."""
    properties = paragraph._p.get_or_add_pPr()
    borders = properties.find(qn("w:pBdr"))
    if borders is None:
        borders = OxmlElement("w:pBdr")
        properties.insert_element_before(
            borders, "w:shd", "w:tabs", "w:suppressAutoHyphens", "w:spacing", "w:ind", "w:jc", "w:rPr"
        )  # the order that the schema demands
    rule = OxmlElement(f"w:{side}")
    for name, value in (("val", "single"), ("sz", round(eighths)), ("space", round(space)), ("color", colour)):
        rule.set(qn(f"w:{name}"), str(value))
    borders.append(rule)
