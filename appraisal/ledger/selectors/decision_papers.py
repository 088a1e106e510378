"""The document of a decision as an official document. The same document gives the same paper for good.

The paper is Chinese whatever language its reader's pages are in, and says what was kept when it was issued.
"""

from datetime import date
from typing import Any

from django.utils import timezone

from appraisal.ledger.models import DecisionDocument
from appraisal.ledger.selectors.statement_papers import points
from core.documents import Block, Column, Document, Heading, Paragraph, Table, day

EMPTY = "—"
COMMITTEE = "考核委员会"
SCORES = (Column("", 3), Column("计算批次", 4, "center"), Column("应得分", 2, "right"), Column("得分", 2, "right"),
          Column("扣分", 2, "right"))  # fmt: skip
ITEM_SCORES = (Column("", 3), Column("计算批次", 4, "center"), Column("本项分值", 2.4, "right"),
               Column("总分", 2, "right"), Column("等次", 2, "center"))  # fmt: skip
SIGNS = {"BONUS": "+", "DEDUCTION": "−"}
Stage = DecisionDocument.Stage
TITLES = {Stage.REVIEW: "目标责任考核申诉复核决定书", Stage.FURTHER: "目标责任考核再申诉决定书"}


def paper_of(document: DecisionDocument) -> Document:
    """The document's paper, dated by the day it was issued."""
    said = document.content
    body = [*_parties(said), *_grounds(said), *_hearing(said), *_decision(said), *_score(said), *_further(said)]
    check = Paragraph(f"内容校验码（SHA-256）：{document.content_sha256}", indent=False)
    return Document(
        title=TITLES[Stage(document.stage)],
        issuer=said["province"],
        number=document.number,
        made_at=document.issued_at,
        to=said["office"],
        body=[*body, check],
        signed_by=said["province"],
        dated_on=timezone.localdate(document.issued_at),
    )


def name_of(document: DecisionDocument) -> str:
    """The file's name: number and office."""
    return f"{document.number} {document.office.short_name}{document.get_stage_display()}"


def _parties(said: dict[str, Any]) -> list[Block]:
    filed = said["filed"]
    if said["stage"] == Stage.FURTHER:
        return [
            Paragraph(
                f"你单位对{said['year']}年{said['month']}月“{_indicator(said)}”{_what(said)}的复核决定"
                f"（{_day(said['review']['on'])}，{said['review']['finding']}）不服，于{_day(filed['on'])}提出再申诉"
                f"（经办人：{filed['by']}）。{COMMITTEE}已审议完毕，现将决定告知如下。"
            ),
            Heading("当事各方"),
            Paragraph(f"再申诉单位：{said['office']}。"),
            Paragraph(f"审议单位：{said['province']}{COMMITTEE}。"),
        ]
    return [
        Paragraph(
            f"你单位于{_day(filed['on'])}对{said['year']}年{said['month']}月“{_indicator(said)}”的{_what(said)}提出申诉"
            f"（经办人：{filed['by']}）。本局已复核完毕，现将决定告知如下。"
        ),
        Heading("当事各方"),
        Paragraph(f"申诉单位：{said['office']}。"),
        Paragraph(f"复核单位：{said['province']}。"),
    ]


def _grounds(said: dict[str, Any]) -> list[Block]:
    if "item" in said:
        return [Heading("申诉事项和理由"), Paragraph(_listed(said)), *_reasons(said)]
    line = said["line"]
    figure = f"计分采用{line['figure']}，" if line["figure"] else ""
    return [
        Heading("申诉事项和理由"),
        Paragraph(
            f"“{_indicator(said)}”（计算批次{line['run']}）：{figure}核验扣{points(line['verified_off'])}分，"
            f"应得{points(line['points'])}分，得{points(line['score'])}分，扣{points(line['off'])}分。"
        ),
        *_reasons(said),
    ]


def _listed(said: dict[str, Any]) -> str:
    """A bonus, deduction or veto as the card lists it, and what it stands on."""
    item, line = said["item"], said["line"]
    brought = f"等次不高于{item['ceiling']}" if item["ceiling"] else f"{SIGNS[item['kind']]}{points(item['points'])}分"
    return (
        f"{item['word']}“{_indicator(said)}”（计算批次{line['run']}）：{brought}；依据{item['basis']}，"
        f"由{item['unit']}认定，{item['by']}于{_day(item['on'])}登记。"
    )


def _reasons(said: dict[str, Any]) -> list[Block]:
    evidence = f"佐证材料：{'、'.join(said['evidence'])}。" if said["evidence"] else "未附佐证材料。"
    return [
        Paragraph(f"{'再申诉' if said['stage'] == Stage.FURTHER else '申诉'}理由：{said['grounds']}"),
        Paragraph(evidence),
    ]


def _hearing(said: dict[str, Any]) -> list[Block]:
    heard = said["hearing"]
    if said["stage"] == Stage.FURTHER:
        told = f"{COMMITTEE}于{_day(heard['on'])}开会审议（会议纪要{heard['minutes']}），结论为“{said['finding']}”。"
        return [Heading("审议情况"), Paragraph(told)]
    members = "、".join(heard["members"])
    return [
        Heading("复核情况"),
        Paragraph(
            f"本局组成复核小组（{members}，共{len(heard['members'])}人），于{_day(heard['on'])}开会复核"
            f"（会议纪要{heard['minutes']}），由成员逐一表决，多数意见为“{said['finding']}”。"
        ),
    ]


def _decision(said: dict[str, Any]) -> list[Block]:
    changed = said["correction"] if said["upheld"] else None
    told = [f"决定：{said['finding']}。", f"理由：{said['decision']}"]
    if changed and "item" in said:
        sign = SIGNS.get(said["item"]["kind"], "")
        kept = "撤销" if changed["struck"] else f"改为{sign}{points(changed['points'])}分"
        told.append(f"更正：这一项{kept}，原登记和撤销、更正的记录都保留。")
    elif changed:
        told.append(f"更正：计分采用{changed['figure']}，核验扣{points(changed['verified_off'])}分。")
    told.append(f"作出决定：{said['decided']['by']}，{_day(said['decided']['on'])}。")
    return [Heading("决定"), *(Paragraph(text) for text in told)]


def _score(said: dict[str, Any]) -> list[Block]:
    further = said["stage"] == Stage.FURTHER
    kind = said["item"]["kind"] if "item" in said else ""
    rows = [_row("申诉时" if further else "决定前", said["line"], kind)]
    if further and said["review"]["after"]:
        rows.append(_row("复核决定后", said["review"]["after"], kind))
    if not said["upheld"]:
        told = "维持复核决定，本项得分不变。" if further else "维持原分，本项得分不变。"
    elif said["after"] is None:
        told = "本月得分截至本决定书发出之日尚未按本决定重新核定，本项得分以重新核定的为准。"
    else:
        rows.append(_row("决定后", said["after"], kind))
        told = "本月得分已按本决定重新核定。"
    if "item" in said:
        return [Heading("得分"), Table(ITEM_SCORES, rows), Paragraph(told.replace("本项得分", "本项"))]
    return [Heading("得分"), Table(SCORES, rows), Paragraph(told)]


def _row(label: str, line: dict[str, Any], kind: str = "") -> tuple[str, ...]:
    if "total" in line:
        brought = f"{SIGNS.get(kind, '')}{points(line['points'])}" if line["counts"] else "不再计入"
        brought = "计入" if kind == "VETO" and line["counts"] else brought
        return label, line["run"], brought, points(line["total"]), line["grade"] or EMPTY
    return (label, line["run"], points(line["points"]), points(line["score"]), points(line["off"]))


def _further(said: dict[str, Any]) -> list[Block]:
    if said["stage"] == Stage.FURTHER:
        return [Heading("效力"), Paragraph("本决定为最终决定，不再受理申诉。")]
    further = said["further"]
    if further is None:
        return [Heading("再申诉"), Paragraph("本项失分已全部恢复，不再受理再申诉。")]
    until = _day(further["until"])
    told = (
        f"不服本决定的，可以在{until}前（含当日）向{COMMITTEE}提出再申诉，以一次为限；逾期不提出的，本决定为最终决定。"
        if further["open"]
        else f"向{COMMITTEE}提出再申诉的期限已于{until}截止。"
    )
    return [Heading("再申诉"), Paragraph(told)]


def _indicator(said: dict[str, Any]) -> str:
    return f"{said['indicator']['code']} {said['indicator']['name']}"


def _what(said: dict[str, Any]) -> str:
    return str(said["item"]["word"]) if "item" in said else "得分"


def _day(text: str) -> str:
    return day(date.fromisoformat(text))
