"""A statement of deductions as an official document. The same statement gives the same paper for good.

The paper is Chinese whatever language its reader's pages are in, and says what was kept when it was issued.
"""

from datetime import date
from decimal import ROUND_HALF_UP, Decimal
from typing import Any

from django.utils import timezone

from appraisal.ledger.models import DeductionStatement
from core.documents import Annex, Block, Column, Document, Heading, Paragraph, Table, day

EMPTY = "—"
ADJUSTMENTS = "加扣分和一票否决"
LINES = (
    Column("代码", 1.1, "center"), Column("指标", 5.4), Column("应得分", 1.5, "right"), Column("得分", 1.5, "right"),
    Column("扣分", 1.5, "right"), Column("能否申诉", 1.9, "center"),
)  # fmt: skip
ITEMS = (Column("类别", 1.4, "center"), Column("事由", 7), Column("分值", 1.5, "right"))
ITEMS_WITH_BASIS = (
    Column("类别", 1.4, "center"), Column("事由", 4.6), Column("分值", 1.3, "right"), Column("依据", 4.2),
    Column("认定单位", 2.6),
)  # fmt: skip
OPINIONS = {"VERIFIED": "核验通过", "RETURNED": "退回", "CORRECTED": "核验更正", "REOPENED": "重新打开"}
MAY_OBJECT = {"OPEN": "可以", "OBJECTED": "已提出", "LATE": "已过期"}


def paper_of(statement: DeductionStatement) -> Document:
    """The statement's paper, dated by the day it was issued."""
    said = statement.content
    return Document(
        title=f"{said['year']}年{said['month']}月目标责任考核扣分告知书",
        issuer=said["province"],
        number=statement.number,
        made_at=statement.issued_at,
        to=said["office"],
        body=[*_opening(said), *_lines(said), *_adjustments(said), *_rights(statement, said)],
        signed_by=said["province"],
        dated_on=timezone.localdate(statement.issued_at),
        annexes=_annexes(said),
    )


def name_of(statement: DeductionStatement) -> str:
    """The file's name: number and office."""
    return f"{statement.number} {statement.office.short_name}扣分告知书"


def points(text: str) -> str:
    """Points as papers show them: half-up at four decimals, two of them at least."""
    shown = f"{Decimal(text).quantize(Decimal('0.0001'), ROUND_HALF_UP):f}"
    return shown[:-2] if shown.endswith("00") else shown.removesuffix("0")


def _opening(said: dict[str, Any]) -> list[Block]:
    grade = f"，等次为{said['grade']}" if said["grade"] else ""
    return [
        Paragraph(
            f"经核定，你单位{said['year']}年{said['month']}月目标责任考核得分为{points(said['total'])}分{grade}"
            f"（计算批次{said['run']}）。其中指标满分{points(said['full'])}分，得{points(said['indicator_total'])}分，"
            f"各项指标共扣{points(said['points_off'])}分；加分{points(said['bonus'])}分，"
            f"扣分{points(said['deduction'])}分。现将扣分情况告知如下。"
        )
    ]


def _lines(said: dict[str, Any]) -> list[Block]:
    if not said["lines"]:
        return [Heading("指标扣分"), Paragraph("各项指标均未扣分。")]
    rows = [
        (line["code"], line["name"], points(line["points"]), points(line["score"]), points(line["off"]),
         MAY_OBJECT[line["objection"]])
        for line in said["lines"]
    ]  # fmt: skip
    return [Heading("指标扣分"), Table(LINES, rows)]


def _adjustments(said: dict[str, Any]) -> list[Block]:
    items = _items(said)
    if not items:
        return []
    if not any("basis" in each for _, _, _, each in items):  # a statement of an earlier release
        return [Heading(ADJUSTMENTS), Table(ITEMS, [told for *told, _ in items])]
    rows = [(*told, each.get("basis", EMPTY), each.get("unit", EMPTY)) for *told, each in items]
    return [Heading(ADJUSTMENTS), Table(ITEMS_WITH_BASIS, rows)]


def _items(said: dict[str, Any]) -> list[tuple[str, str, str, dict[str, Any]]]:
    """Kind, what for, points, and all that was kept of it."""
    return [
        *(("加分", each["reason"], f"+{points(each['points'])}", each) for each in said["added"]),
        *(("扣分", each["reason"], f"−{points(each['points'])}", each) for each in said["taken"]),
        *(
            ("一票否决", f"{each['code']} {each['reason']}，等次不高于{each['ceiling']}", EMPTY, each)
            for each in said["vetoes"]
        ),
    ]


def _annexes(said: dict[str, Any]) -> list[Annex]:
    told = [each for each in _items(said) if "basis" in each[-1]]
    return [
        *([Annex("扣分理由逐项说明", _reasons(said))] if said["lines"] else []),
        *([Annex("加扣分和一票否决认定情况", _recorded(told))] if told else []),
    ]


def _recorded(items: list[tuple[str, str, str, dict[str, Any]]]) -> list[Block]:
    blocks: list[Block] = []
    for kind, what, brought, each in items:
        shown = "" if brought == EMPTY else f"（{brought}分）"
        blocks += [
            Heading(f"{kind}：{what}{shown}", 3),
            Paragraph(f"依据：{each['basis']}。"),
            Paragraph(
                f"认定单位：{each['unit']}。{each['by']}于{_day(each['on'])}登记，自{each['from_month']}月起计。"
            ),
        ]
        if each["late_reason"]:
            blocks.append(Paragraph(f"补记理由：{each['late_reason']}"))
        files = "、".join(file["name"] for file in each["evidence"])
        blocks.append(Paragraph(f"认定文件：{files}。{_may_object(each)}"))
    return blocks


def _rights(statement: DeductionStatement, said: dict[str, Any]) -> list[Block]:
    until = _day(said["objection"]["until"])
    told = (
        f"对上列扣分有异议的，可以在{until}前（含当日）逐项提出申诉，每项以一次为限。"
        if said["objection"]["open"]
        else f"本月得分的申诉期已于{until}截止。"
    )
    return [
        Heading("申诉和签收"),
        Paragraph(told),
        Paragraph(f"请在{day(statement.receipt_due_on)}前（含当日）签收本告知书。签收不表示同意，不影响申诉。"),
        Paragraph(f"内容校验码（SHA-256）：{statement.content_sha256}", indent=False),
    ]


def _reasons(said: dict[str, Any]) -> list[Block]:
    blocks: list[Block] = []
    for line in said["lines"]:
        blocks.append(Heading(f"{line['code']} {line['name']}（扣{points(line['off'])}分）", 3))
        blocks += [Paragraph(f"取数：{line['shown']}。")]
        blocks += [Paragraph(text) for text in line["reasons"]]
        blocks += [Paragraph(f"核验意见：{_opinion(each)}") for each in line["opinions"]]
        if line["evidence"]:
            blocks.append(Paragraph(f"佐证材料：{'、'.join(line['evidence'])}。"))
    return blocks


def _may_object(each: dict[str, Any]) -> str:
    return f"能否申诉：{MAY_OBJECT[each['objection']]}。" if each.get("objection") else ""


def _opinion(each: dict[str, str]) -> str:
    """One decision of a verifier in a line."""
    off = f"，扣{points(each['points_off'])}分" if each["points_off"] != "0" else ""
    reason = f"：{each['reason']}" if each["reason"] else ""
    return f"{OPINIONS[each['decision']]}{off}{reason}（{each['by']}，{_day(each['on'])}）"


def _day(text: str) -> str:
    return day(date.fromisoformat(text))
