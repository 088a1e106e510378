"""The record of an inspection on site as an official document: what both sides said under it, with their days.

The paper is Chinese whatever language its reader's pages are in. The content is what the inspectors signed; it grows
by each signature and answer, and gives the same paper for good once there is nothing to come.
"""

from collections.abc import Sequence
from datetime import date, datetime
from typing import Any

from django.utils import timezone

from appraisal.inspections.models import SiteRecord, SiteStep
from appraisal.inspections.selectors import site
from core.documents import Block, Column, Document, Heading, Paragraph, Table, day

Kind = SiteStep.Kind
EMPTY = "—"
POINTS = (Column("序号", 1, "center"), Column("检查内容", 6), Column("结论", 2, "center"), Column("说明", 4))
SIGNATURES = (Column("签署方", 4), Column("签署人", 3, "center"), Column("日期", 3, "center"),
              Column("意见", 3, "center"))  # fmt: skip


def paper_of(record: SiteRecord) -> Document:
    """The record's paper, dated by the day the inspectors signed it."""
    said, steps = record.content, site.steps_of(record)
    check = Paragraph(f"内容校验码（SHA-256）：{record.content_sha256}", indent=False)
    body = [*_checked(said), *_found(said, steps), *_signed(record, steps), *_words(steps), check]
    return Document(
        title="现场核查确认书", issuer=said["province"], number=record.number,
        made_at=steps[-1].at if steps else record.issued_at, to=said["office"], body=body, signed_by=said["province"],
        dated_on=timezone.localdate(record.issued_at),
    )  # fmt: skip


def name_of(record: SiteRecord) -> str:
    """The file's name: number and office."""
    return f"{record.number} {record.office.short_name}现场核查确认书"


def _checked(said: dict[str, Any]) -> list[Block]:
    names = "、".join(said["inspectors"])
    rows = [(row["code"], row["text"], row["answer"], row["note"] or EMPTY) for row in said["points"]]
    return [
        Paragraph(
            f"核查组（{names}，共{len(said['inspectors'])}人）于{_day(said['starts_on'])}至{_day(said['ends_on'])}对你单位"
            f"进行了{said['year']}年度“{said['task']}”现场核查（{said['checklist']}）。核查情况如下，请予确认。"
        ),
        Heading("逐项核查"),
        Table(POINTS, rows),
    ]


def _found(said: dict[str, Any], steps: Sequence[SiteStep]) -> list[Block]:
    corrected = site.corrections_of(list(steps))
    told = []
    for row in said["findings"]:
        point = f"（{row['point']}）" if row["point"] else ""
        due = f"整改要求：{row['requirement']}（{_day(row['due_on'])}前）。" if row["due_on"] else ""
        told.append(f"{row['number']}．{row['consequence']}{point}：{_ended(row['text'])}{due}")
        if row["number"] in corrected:
            told.append(f"第{row['number']}条经异议答复更正为：{_ended(corrected[row['number']])}")
    if not told:
        told = ["核查没有发现问题。"]
    return [
        Heading("核查发现"),
        *(Paragraph(text) for text in told),
        Heading("核查结论"),
        Paragraph(_ended(said["summary"])),
    ]


def _signed(record: SiteRecord, steps: Sequence[SiteStep]) -> list[Block]:
    said = record.content
    rows = [(f"核查组（{said['province']}）", said["signed"]["by"], _day(said["signed"]["on"]), "签署")]
    signature = site.signature_of(list(steps))
    if signature is None:
        rows.append((said["office"], EMPTY, EMPTY, record.get_state_display()))
        told = f"请在{day(record.due_on)}前（含当日）会签；有异议的写明理由。会签表示确认核查的经过和记录，不影响申诉。"
    elif signature.kind == Kind.LAPSE:
        rows.append((said["office"], EMPTY, EMPTY, "逾期未签"))
        told = f"会签期限{day(record.due_on)}已过，被核查单位未会签，由{signature.by_name}于{_on(signature.at)}办结。"
    else:
        opinion = signature.get_kind_display() + ("（逾期）" if signature.late else "")
        rows.append((said["office"], f"{signature.by_name}（{signature.by_role}）", _on(signature.at), opinion))
        told = f"会签期限为{day(record.due_on)}。"
    return [Heading("双方签署"), Table(SIGNATURES, rows), Paragraph(told)]


def _words(steps: Sequence[SiteStep]) -> list[Block]:
    blocks: list[Block] = []
    for step in steps:
        if not step.text:
            continue
        blocks.append(Heading(TITLES[Kind(step.kind)]))
        blocks.append(Paragraph(f"{_ended(step.text)}（{step.by_name}，{_on(step.at)}）"))
        if step.evidence:
            blocks.append(Paragraph(f"附件：{'、'.join(row['name'] for row in step.evidence)}。"))
    if steps and steps[-1].kind == Kind.ANSWER and not steps[-1].corrections:
        blocks.append(Paragraph("核查发现维持不变。"))
    return blocks


TITLES = {
    Kind.AGREE: "被核查单位意见",
    Kind.OBJECT: "被核查单位的异议",
    Kind.ANSWER: "对异议的答复",
    Kind.LAPSE: "办结说明",
}


def _ended(text: str) -> str:
    """The text with a full stop where it has none."""
    return text if text[-1:] in "。！？；" else f"{text}。"


def _on(at: datetime) -> str:
    return day(timezone.localdate(at))


def _day(text: str) -> str:
    return day(date.fromisoformat(text))
