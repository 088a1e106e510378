"""A workbook as WPS and Office write it: prefixes, no shared strings, and what openpyxl cannot hold."""

import zipfile
from pathlib import Path

MAIN = "http://schemas.openxmlformats.org/spreadsheetml/2006/main"
REL = "http://schemas.openxmlformats.org/officeDocument/2006/relationships"
PACKAGE = "http://schemas.openxmlformats.org/package/2006"
SHEET = "application/vnd.openxmlformats-officedocument.spreadsheetml"
HEAD = '<?xml version="1.0" encoding="UTF-8" standalone="yes"?>\n'
PICTURE = bytes(range(256)) * 20

FIRST = f"""{HEAD}<x:worksheet xmlns:x="{MAIN}" xmlns:r="{REL}"
 xmlns:mc="http://schemas.openxmlformats.org/markup-compatibility/2006" mc:Ignorable="x14ac xr"
 xmlns:x14ac="http://schemas.microsoft.com/office/spreadsheetml/2009/9/ac" xmlns:xr="urn:xr" xr:uid="{{A-1}}">
<x:sheetPr><x:tabColor rgb="FF00B0F0"/></x:sheetPr><x:dimension ref="A1:F9"/>
<x:sheetViews><x:sheetView tabSelected="1" workbookViewId="0"><x:pane ySplit="1" topLeftCell="A2" state="frozen"/>
</x:sheetView></x:sheetViews><x:sheetFormatPr defaultRowHeight="14" x14ac:dyDescent="0.15"/>
<x:cols><x:col min="1" max="1" width="33.6" customWidth="1"/><x:col min="2" max="3" width="9" style="2" hidden="1"/>
</x:cols><x:sheetData>
<x:row r="1" spans="1:6" ht="40" customHeight="1" x14ac:dyDescent="0.15"><x:c r="A1" s="1" t="inlineStr"><x:is><x:r>
<x:rPr><x:b/><x:color rgb="FFFF0000"/></x:rPr><x:t>红</x:t></x:r><x:r><x:t xml:space="preserve"> 与黑</x:t></x:r></x:is>
</x:c><x:c r="B1" s="1"/></x:row>
<x:row r="3" hidden="1"><x:c r="A3" s="2"><x:v>46082</x:v></x:c><x:c r="B3" s="3"><x:v>12.50</x:v></x:c>
<x:c r="C3" s="4"><x:v>46082</x:v></x:c></x:row>
<x:row r="4" s="3" customFormat="1"><x:c r="A4"><x:f t="shared" ref="A4:A5" si="0">B3*2</x:f><x:v>25</x:v></x:c>
<x:c r="C4" t="str"><x:f>T("本月")</x:f><x:v>本月</x:v></x:c></x:row>
<x:row r="5"><x:c r="A5"><x:f t="shared" si="0"/><x:v>0</x:v></x:c><x:c r="D5" t="b"><x:v>1</x:v></x:c></x:row>
<x:row><x:c t="inlineStr"><x:is><x:t>没有地址</x:t></x:is></x:c></x:row></x:sheetData>
<x:sheetProtection sheet="1" formatCells="0"/>
<x:mergeCells count="1"><x:mergeCell ref="A1:F1"/></x:mergeCells>
<x:conditionalFormatting sqref="B3:B9"><x:cfRule type="cellIs" dxfId="0" priority="1" operator="lessThan">
<x:formula>0</x:formula></x:cfRule></x:conditionalFormatting>
<x:dataValidations count="1"><x:dataValidation type="list" allowBlank="1" showErrorMessage="1" sqref="D5:D9">
<x:formula1>"是,否"</x:formula1></x:dataValidation></x:dataValidations>
<x:pageMargins left="0.7" right="0.7" top="0.75" bottom="0.75" header="0.3" footer="0.3"/>
<x:drawing r:id="rId1"/><x:legacyDrawing r:id="rId2"/><x:extLst><x:ext uri="{{CCE6A557-97BC-4b89-ADB6-D9C93CAAB3DF}}"
 xmlns:x14="http://schemas.microsoft.com/office/spreadsheetml/2009/9/main"><x14:dataValidations count="1"
 xmlns:xm="http://schemas.microsoft.com/office/excel/2006/main"><x14:dataValidation type="list"><x14:formula1>
<xm:f>另一页!$A$1:$A$9</xm:f></x14:formula1><xm:sqref>E5</xm:sqref></x14:dataValidation></x14:dataValidations></x:ext>
</x:extLst></x:worksheet>"""
# Office leaves <br> open in here: no parser of XML may be asked.
VML = """<xml xmlns:v="urn:schemas-microsoft-com:vml" xmlns:x="urn:schemas-microsoft-com:office:excel">
<v:shapetype id="_x0000_t202"/><v:shape id="_x0000_s2049" type="#_x0000_t202" style="width:300pt"><v:textbox><div>a<br>
b</div></v:textbox><x:ClientData ObjectType="Note"><x:Row>2</x:Row><x:Column>1</x:Column></x:ClientData></v:shape>
</xml>
"""
SECOND = f"""{HEAD}<worksheet xmlns="{MAIN}"><sheetViews><sheetView tabSelected="1" workbookViewId="0"/></sheetViews>
<sheetData><row r="1"><c r="A1" t="inlineStr"><is><t>=1+1</t></is></c></row></sheetData></worksheet>"""
STYLES = f"""{HEAD}<styleSheet xmlns="{MAIN}"><numFmts count="2">
<numFmt numFmtId="176" formatCode="yyyy&quot;年&quot;m"/>
<numFmt numFmtId="177" formatCode="#,##0.00_ ;[Red]\\-0.00"/></numFmts><fonts count="2"><font><sz val="11"/>
<name val="宋体"/><charset val="134"/></font><font><b/><i/><sz val="9"/><name val="仿宋"/></font></fonts>
<fills count="3"><fill><patternFill patternType="none"/></fill><fill><patternFill patternType="gray125"/></fill>
<fill><patternFill patternType="solid"><fgColor rgb="FFFFC7CE"/></patternFill></fill></fills>
<borders count="2"><border/><border><left style="thin"/></border></borders>
<cellStyleXfs count="1"><xf numFmtId="0" fontId="0" fillId="0" borderId="0"/></cellStyleXfs>
<cellXfs count="5"><xf numFmtId="0" fontId="0" fillId="0" borderId="0" xfId="0"/>
<xf numFmtId="0" fontId="1" fillId="2" borderId="1" xfId="0"><alignment horizontal="center" textRotation="45"/></xf>
<xf numFmtId="176" fontId="0" fillId="0" borderId="0" xfId="0"/><xf numFmtId="177" fontId="1" fillId="0" borderId="1"
 xfId="0"><protection locked="0"/></xf><xf numFmtId="31" fontId="0" fillId="0" borderId="0" xfId="0"/></cellXfs>
<cellStyles count="1"><cellStyle name="常规" xfId="0" builtinId="0"/></cellStyles>
<dxfs count="1"><dxf><font><color rgb="FF9C0006"/></font></dxf></dxfs>
<extLst><ext uri="{{46F421CA-312F-682f-3DD2-61675219B42D}}"/></extLst></styleSheet>"""


def rels(*given: tuple[str, str]) -> str:
    every = "".join(
        f'<Relationship Id="rId{number}" Type="{REL}/{kind}" Target="{target}"/>'
        for number, (kind, target) in enumerate(given, 1)
    )
    return f'{HEAD}<Relationships xmlns="{PACKAGE}/relationships">{every}</Relationships>'


PARTS: dict[str, str | bytes] = {
    "[Content_Types].xml": f'{HEAD}<Types xmlns="{PACKAGE}/content-types"><Default Extension="rels" ContentType="'
    'application/vnd.openxmlformats-package.relationships+xml"/><Default Extension="xml" ContentType="application/'
    'xml"/><Default Extension="png" ContentType="image/png"/><Default Extension="vml" ContentType="application/'
    f'vnd.openxmlformats-officedocument.vmlDrawing"/><Override PartName="/xl/workbook.xml" ContentType="{SHEET}.sheet.'
    f'main+xml"/><Override PartName="/xl/worksheets/sheet1.xml" ContentType="{SHEET}.worksheet+xml"/><Override '
    f'PartName="/xl/worksheets/sheet2.xml" ContentType="{SHEET}.worksheet+xml"/><Override PartName="/xl/styles.xml" '
    f'ContentType="{SHEET}.styles+xml"/><Override PartName="/xl/comments1.xml" ContentType="{SHEET}.comments+xml"/>'
    "</Types>",
    "_rels/.rels": rels(("officeDocument", "xl/workbook.xml")),
    "xl/workbook.xml": f'{HEAD}<x:workbook xmlns:x="{MAIN}" xmlns:r="{REL}"><x:bookViews><x:workbookView activeTab="1" '
    'firstSheet="1"/></x:bookViews><x:sheets><x:sheet name="填\'报" sheetId="7" r:id="rId1"/><x:sheet name="另一页" '
    'sheetId="9" state="hidden" r:id="rId2"/></x:sheets><x:definedNames><x:definedName name="_xlnm.Print_Titles" '
    "localSheetId=\"0\">'填''报'!$1:$1</x:definedName><x:definedName name=\"选项\">另一页!$A$1</x:definedName>"
    "</x:definedNames></x:workbook>",
    "xl/_rels/workbook.xml.rels": rels(
        ("worksheet", "worksheets/sheet1.xml"), ("worksheet", "/xl/worksheets/sheet2.xml"), ("styles", "styles.xml")
    ),
    "xl/worksheets/sheet1.xml": FIRST,
    "xl/worksheets/_rels/sheet1.xml.rels": rels(
        ("drawing", "../drawings/drawing1.xml"),
        ("vmlDrawing", "../drawings/vmlDrawing1.vml"),
        ("comments", "../comments1.xml"),
    ),
    "xl/worksheets/sheet2.xml": SECOND,
    "xl/drawings/drawing1.xml": f'{HEAD}<wsDr xmlns="http://schemas.openxmlformats.org/drawingml/2006/'
    'spreadsheetDrawing"/>',
    "xl/drawings/vmlDrawing1.vml": VML,
    "xl/media/image1.png": PICTURE,
    "xl/comments1.xml": f'{HEAD}<comments xmlns="{MAIN}"><authors><author>王敏</author></authors><commentList><comment '
    'ref="B3" authorId="0"><text><r><rPr><b/></rPr><t>请核对</t></r></text></comment></commentList></comments>',
    "xl/styles.xml": STYLES,
}


def written(folder: Path, **more: str) -> Path:
    path = folder / "foreign.xlsx"
    with zipfile.ZipFile(path, "w", zipfile.ZIP_DEFLATED) as archive:
        for name, content in {**PARTS, **more}.items():
            archive.writestr(name, content)
    return path
