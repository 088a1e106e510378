"""Reading a spreadsheet word for word: what Office, WPS and others write, and what an attacker would."""

import random
import zipfile
from decimal import Decimal
from pathlib import Path
from xml.sax.saxutils import escape

import pytest

from core import workbooks
from core.errors import Invalid
from core.workbooks import Bounds

MAIN = "http://schemas.openxmlformats.org/spreadsheetml/2006/main"
REL = "http://schemas.openxmlformats.org/officeDocument/2006/relationships"
STRICT_MAIN = "http://purl.oclc.org/ooxml/spreadsheetml/main"
STRICT_REL = "http://purl.oclc.org/ooxml/officeDocument/relationships"
# As WPS writes: an id of its own per sheet, rich text with readings, a formula with its result, cells without content.
WPS_STRINGS = (
    '<?xml version="1.0" encoding="UTF-8" standalone="yes"?>\n<sst xmlns="{main}" count="3" uniqueCount="3">'
    "<si><t>本月填报</t></si>"
    '<si><r><rPr><sz val="11"/><charset val="134"/></rPr><t xml:space="preserve">搬迁 </t></r><r><t>人口</t></r>'
    '<rPh sb="0" eb="2"><t>ban qian</t></rPh></si><si><t>a_x000D_b &amp; c</t></si></sst>'
)
WPS_SHEET = (
    '<?xml version="1.0" encoding="UTF-8" standalone="yes"?>\n<worksheet xmlns="{main}" xmlns:r="{rel}" '
    'xmlns:mc="http://schemas.openxmlformats.org/markup-compatibility/2006"><sheetPr/><dimension ref="A1:E3"/>'
    '<sheetData><row r="1" spans="1:5"><c r="A1" s="1" t="s"><v>0</v></c><c r="B1" s="1" t="s"><v>1</v></c>'
    '<c r="C1" s="2"/><c r="D1" t="s"><v>2</v></c></row>'
    '<row r="3"><c r="A3"><v>1344.4849999999999</v></c><c r="B3"><f>A3*2</f><v>2688.97</v></c>'
    '<c r="C3"><f>A3/0</f></c><c r="D3" t="e"><v>#DIV/0!</v></c><c r="E3" t="b"><v>1</v></c></row>'
    '<row><c t="str"><f>T(A1)</f><v>本月</v></c><c t="inlineStr"><is><t>行内</t></is></c><c><v>1E+3</v></c></row>'
    '</sheetData><mergeCells count="1"><mergeCell ref="A1:A2"/></mergeCells></worksheet>'
)


def parts(main: str = MAIN, rel: str = REL, **more: str) -> dict[str, str]:
    types = "http://schemas.openxmlformats.org/package/2006"
    return {
        "[Content_Types].xml": f'<Types xmlns="{types}/content-types"/>',
        "xl/workbook.xml": f'<workbook xmlns="{main}" xmlns:r="{rel}"><sheets>'
        '<sheet name="填报" sheetId="1" r:id="rId1"/>'
        '<sheet name="藏" sheetId="2" state="veryHidden" r:id="rId2"/></sheets></workbook>',
        "xl/_rels/workbook.xml.rels": f'<Relationships xmlns="{types}/relationships">'
        f'<Relationship Id="rId1" Type="{rel}/worksheet" Target="worksheets/sheet1.xml"/>'
        f'<Relationship Id="rId2" Type="{rel}/worksheet" Target="/xl/worksheets/sheet2.xml"/>'
        f'<Relationship Id="rId3" Type="{rel}/sharedStrings" Target="sharedStrings.xml"/>'
        f'<Relationship Id="rId4" Type="{rel}/externalLink" Target="http://x" TargetMode="External"/></Relationships>',
        "xl/sharedStrings.xml": WPS_STRINGS.format(main=main),
        "xl/worksheets/sheet1.xml": WPS_SHEET.format(main=main, rel=rel),
        "xl/worksheets/sheet2.xml": f'<worksheet xmlns="{main}"><sheetData/></worksheet>',
        **more,
    }


def packed(folder: Path, made: dict[str, str]) -> Path:
    path = folder / "book.xlsx"
    with zipfile.ZipFile(path, "w", zipfile.ZIP_DEFLATED) as archive:
        for name, text in made.items():
            archive.writestr(name, text)
    return path


@pytest.mark.parametrize(("main", "rel"), [(MAIN, REL), (STRICT_MAIN, STRICT_REL)])
def test_reads_what_wps_and_strict_office_write(tmp_path: Path, main: str, rel: str) -> None:
    first, second = workbooks.read(packed(tmp_path, parts(main, rel)))

    assert [(sheet.name, sheet.hidden) for sheet in (first, second)] == [("填报", False), ("藏", True)]
    Cell = workbooks.Cell
    assert first.rows[1] == {1: Cell("text", "本月填报"), 2: Cell("text", "搬迁 人口"), 4: Cell("text", "a\rb & c")}
    assert first.rows[3] == {
        1: Cell("number", "1344.4849999999999"), 2: Cell("number", "2688.97", True), 3: Cell("text", "", True),
        4: Cell("error", "#DIV/0!"), 5: Cell("bool", "1"),
    }  # fmt: skip
    # Row and cells without an address follow the one before.
    assert first.rows[4] == {1: Cell("text", "本月", True), 2: Cell("text", "行内"), 3: Cell("number", "1E+3")}


@pytest.mark.parametrize(
    ("stored", "shown"),
    [
        ("1344.4849999999999", "1344.485"), ("0.30000000000000004", "0.3"), ("1E+3", "1000"), ("12.50", "12.5"),
        ("-0.1", "-0.1"), ("100", "100"), ("1E+400", "1E+400"), ("x", "x"), ("NaN", "NaN"), ("0", "0"),
        ("99999999999999.123456", "99999999999999.1"),
    ],
)  # fmt: skip
def test_a_number_is_what_people_see(stored: str, shown: str) -> None:
    assert workbooks.decimal_text(stored) == shown


# As Chinese editions write days: formats of their own, and numbers of formats that no list in the file tells (31, 57).
STYLES = (
    '<styleSheet xmlns="{main}"><numFmts count="3"><numFmt numFmtId="176" formatCode="yyyy&quot;年&quot;m"/>'
    '<numFmt numFmtId="177" formatCode="0.00&quot;day&quot;;[Red]-0.00"/>'
    '<numFmt numFmtId="178" formatCode="[$-804]h:mm"/></numFmts>'
    '<cellStyleXfs><xf numFmtId="14"/></cellStyleXfs><cellXfs><xf numFmtId="0"/><xf numFmtId="14"/>'
    '<xf numFmtId="176"/><xf numFmtId="177"/><xf numFmtId="31"/><xf numFmtId="57"/><xf numFmtId="178"/></cellXfs>'
    '<dxfs><dxf><numFmt numFmtId="177" formatCode="yyyy"/></dxf></dxfs></styleSheet>'
)


def dated(folder: Path, cells: str, **more: str) -> dict[int, workbooks.Cell]:
    """The first row of a sheet of these cells."""
    rels = parts()["xl/_rels/workbook.xml.rels"].replace(
        "</Relationships>", f'<Relationship Id="rId9" Type="{REL}/styles" Target="styles.xml"/></Relationships>'
    )
    sheet = f'<worksheet xmlns="{MAIN}"><sheetData><row>{cells}</row></sheetData></worksheet>'
    made = {"xl/_rels/workbook.xml.rels": rels, "xl/styles.xml": STYLES.format(main=MAIN),
            "xl/worksheets/sheet1.xml": sheet, **more}  # fmt: skip
    return workbooks.read(packed(folder, parts(**made)))[0].rows[1]


def test_a_number_shown_as_a_day_is_that_day(tmp_path: Path) -> None:
    """Whoever types 3-1 where a number is asked gets 46082: as a number it would be taken, as a day it is told."""
    cells = "".join(f'<c s="{style}"><v>46082</v></c>' for style in range(7))
    found = dated(tmp_path, f'{cells}<c s="1"><v>46082.5</v></c><c s="6"><v>0.5</v></c><c s="1"><v>-3</v></c>'
                            '<c s="1"><v>1E+99</v></c><c t="d"><v>2026-03-01T00:00:00Z</v></c>')  # fmt: skip

    day, number = workbooks.Cell("date", "2026-03-01"), workbooks.Cell("number", "46082")
    assert [found[place] for place in range(1, 8)] == [number, day, day, number, day, day, day]
    assert [found[place].text for place in (8, 9)] == ["2026-03-01 12:00:00", "12:00:00"]
    assert [found[place].kind for place in (10, 11)] == ["number", "number"]
    assert found[12] == day


def test_days_from_1904_are_counted_from_1904(tmp_path: Path) -> None:
    old = parts()["xl/workbook.xml"].replace("<sheets>", '<workbookPr date1904="1"/><sheets>')

    assert dated(tmp_path, '<c s="1"><v>44620</v></c>', **{"xl/workbook.xml": old})[1].text == "2026-03-01"


def test_characters_that_no_database_takes_are_left_out(tmp_path: Path) -> None:
    cells = '<c t="str"><v>a_x0000_b_xD800_c_x005F_x0041_</v></c>'

    assert dated(tmp_path, cells)[1].text == "abc_x0041_"


def test_what_looks_like_an_escape_is_written_so_that_it_comes_back(tmp_path: Path) -> None:
    for text in ("_x0041_", "__x0041__x0042_", "x0041_", "_x004", "a\x01b"):
        cells = f'<c t="str"><v>{escape(workbooks.storable(text))}</v></c>'
        assert dated(tmp_path, cells)[1].text == text.replace("\x01", "")


def test_a_damaged_file_is_told_so_whatever_is_damaged(tmp_path: Path) -> None:
    """Bytes changed anywhere: read, or refused in a sentence; nothing else comes out."""
    chance, path = random.Random(20261123), packed(tmp_path, parts())
    whole, refused = path.read_bytes(), 0
    for _each in range(400):
        damaged = bytearray(whole)
        for _byte in range(chance.randint(1, 12)):
            damaged[chance.randrange(len(damaged))] = chance.randrange(256)
        path.write_bytes(damaged if chance.random() < 0.8 else damaged[: chance.randrange(len(damaged))])
        try:
            workbooks.read(path)
        except Invalid as refusal:
            refused += bool(refusal.message)
    assert refused > 200


def test_a_number_of_fifteen_digits_comes_through_a_float() -> None:
    for text in ("123456789012.345", "0.000123456789012", "99999999999999.1", "1344.485"):
        assert workbooks.decimal_text(repr(float(text))) == f"{Decimal(text):f}"


class TestHostile:
    @pytest.mark.parametrize(
        "name", ["xl/worksheets/sheet1.xml", "xl/sharedStrings.xml", "xl/workbook.xml", "xl/styles.xml"]
    )
    def test_a_document_type_is_refused_however_far_down_it_stands(self, tmp_path: Path, name: str) -> None:
        evil = (
            '<?xml version="1.0"?>'
            + " " * 200_000
            + '<!DOCTYPE x [<!ENTITY a "aaaaaaaaaa"><!ENTITY b "&a;&a;&a;&a;">]>'
            f'<worksheet xmlns="{MAIN}"><sheetData><row><c t="str"><v>&b;</v></c></row></sheetData></worksheet>'
        )

        with pytest.raises(Invalid, match="外部实体"):
            workbooks.read(packed(tmp_path, parts(**{name: evil})))

    def test_more_unpacked_than_anybody_fills_in(self, tmp_path: Path) -> None:
        with pytest.raises(Invalid, match="内容过多"):
            workbooks.read(packed(tmp_path, parts(**{"xl/media/x.bin": "0" * 20_000})), Bounds(expanded=10_000))

    def test_more_cells_than_anybody_fills_in(self, tmp_path: Path) -> None:
        """Sixteen bytes make a cell, and a cell in memory is ten times that."""
        path = packed(tmp_path, parts())
        assert workbooks.read(path, Bounds(cells=11))
        with pytest.raises(Invalid, match="内容过多"):
            workbooks.read(path, Bounds(cells=10))
        with pytest.raises(Invalid, match="列，不能读取"):
            workbooks.read(path, Bounds(columns=4))

    def test_one_text_named_by_many_cells(self, tmp_path: Path) -> None:
        """A megabyte told once and pointed at ten thousand times would be ten gigabytes."""
        strings = f'<sst xmlns="{MAIN}"><si><t>{"长" * 1000}</t></si></sst>'
        cells = '<c t="s"><v>0</v></c>' * 200
        sheet = f'<worksheet xmlns="{MAIN}"><sheetData><row>{cells}</row></sheetData></worksheet>'
        with pytest.raises(Invalid, match="内容过多"):
            workbooks.read(
                packed(tmp_path, parts(**{"xl/sharedStrings.xml": strings, "xl/worksheets/sheet1.xml": sheet})),
                Bounds(text=100_000),
            )

    def test_a_row_beyond_all_rows(self, tmp_path: Path) -> None:
        sheet = f'<worksheet xmlns="{MAIN}"><sheetData><row r="1048576"><c><v>1</v></c></row></sheetData></worksheet>'
        with pytest.raises(Invalid, match="行，不能读取"):
            workbooks.read(packed(tmp_path, parts(**{"xl/worksheets/sheet1.xml": sheet})))

    @pytest.mark.parametrize(
        "more",
        [
            {"xl/worksheets/sheet1.xml": "<worksheet><sheetData>"},
            {"xl/worksheets/sheet1.xml": '<w><row><c t="s"><v>99</v></c></row></w>'},
            {"xl/worksheets/sheet1.xml": '<w><row><c t="s"><v>-1</v></c></row></w>'},
            {"xl/worksheets/sheet1.xml": f'<w><row><c t="s"><v>{"9" * 5000}</v></c></row></w>'},
            {"xl/workbook.xml": escape("<>")},
            {
                "xl/_rels/workbook.xml.rels": '<R><Relationship Id="rId1" Type="x/worksheet" '
                'Target="../../etc/passwd"/></R>'
            },
        ],
    )
    def test_what_is_broken_or_leads_elsewhere(self, tmp_path: Path, more: dict[str, str]) -> None:
        with pytest.raises(Invalid, match="已损坏"):
            workbooks.read(packed(tmp_path, parts(**more)))

    def test_what_is_no_archive_at_all(self, tmp_path: Path) -> None:
        path = tmp_path / "book.xlsx"
        path.write_bytes(b"PK\x03\x04 no")
        with pytest.raises(Invalid, match="已损坏"):
            workbooks.read(path)
