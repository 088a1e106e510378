"""The responsibility list as a paper, and as what its hash is of. Chinese, whatever language its reader has."""

import hashlib
import json
from typing import Any

from django.utils.translation import override

from appraisal.duties.models import Duty, ResponsibilityList
from appraisal.duties.rules.sums import Rule
from appraisal.duties.selectors.lists import Demand, Loaded
from appraisal.ledger.selectors.letters import plain
from core import wording
from core.documents import Block, Column, Document, Heading, Paragraph, Table, day

EMPTY = "—"
COLUMNS = (
    Column("分解到", 2), Column("任务", 3.6), Column("目标数", 1.5, "right"), Column("责任人", 1.4),
    Column("协办", 1.5), Column("时限", 1.7, "center"), Column("成果", 2.3),
)  # fmt: skip
CHANGES = (Column("代码", 1, "center"), Column("分解到", 2.4), Column("原定", 4), Column("现为", 4))


def content_of(found: Loaded) -> dict[str, Any]:
    """All that the list says, for its hash and to be compared: figures without trailing zeros."""
    row = found.row
    return {
        "letter": row.letter.number,
        "letter_version": row.letter_version,
        "number": row.number,
        "short_reason": row.short_reason,
        "lines": [
            {"code": code, "under": "" if duty is top else top.party, **said(duty)}
            for code in found.demands
            for top in found.duties.get(code, [])
            for duty in (top, *top.below)  # type: ignore[attr-defined]
        ],
    }


def said(duty: Duty) -> dict[str, Any]:
    """What one line says."""
    return {
        "key": str(duty.key), "party": duty.party, "name": duty.name, "task": duty.task, "owner": duty.owner_name,
        "partner": duty.partner, "due_on": duty.due_on.isoformat() if duty.due_on else None,
        "deliverable": duty.deliverable, **{name: plain(value) for name, value in duty.figures.items()},
    }  # fmt: skip


def sha256_of(content: dict[str, Any]) -> str:
    """SHA-256 of the canonical JSON: UTF-8, keys sorted, no blanks."""
    text = json.dumps(content, ensure_ascii=False, sort_keys=True, separators=(",", ":"))
    return hashlib.sha256(text.encode()).hexdigest()


def name_of(row: ResponsibilityList) -> str:
    """The file's name."""
    return f"{row.letter.cycle.year}年{row.letter.office.short_name}责任清单（第{row.number}版）"


def paper_of(found: Loaded, changes: list[tuple[str, str, str, str]]) -> Document:
    """The list as an official paper, by targets; changes: against the list before, as `differing` tells them."""
    with override(wording.kept()):
        return _paper(found, changes)


def _paper(found: Loaded, changes: list[tuple[str, str, str, str]]) -> Document:
    row = found.row
    made_at = row.confirmed_at or row.submitted_at or row.begun_at
    state = "" if row.confirmed_at else "（未确认）"
    body: list[Block] = [
        Paragraph(
            f"根据{row.letter.number}目标责任书（第{row.letter_version}版）分解，共{len(found.lines())}项任务。{state}"
        )
    ]
    for code, demand in found.demands.items():
        tops = found.duties.get(code, [])
        if tops:
            body += [Heading(f"{code} {demand.paper_name}{_aim(demand)}", 2), Table(COLUMNS, _rows(tops))]
    if row.short_reason:
        body.append(Paragraph(f"合计低于目标的说明：{row.short_reason}"))
    if changes:
        body += [Heading(f"与第{row.number - 1}版的不同"), Table(CHANGES, changes)]
    if row.confirmed_at:
        body.append(
            Paragraph(f"确认人：{row.confirmed_by_name}（{row.confirmed_by_role}），{day(row.confirmed_at.date())}")
        )
        body.append(Paragraph(f"内容校验码（SHA-256）：{row.content_sha256}", indent=False))
    return Document(
        title=f"{row.letter.cycle.year}年度目标任务分解责任清单（第{row.number}版）",
        body=body,
        made_at=made_at,
        signed_by=row.letter.office.name if row.confirmed_at else "",
        dated_on=row.confirmed_at.date() if row.confirmed_at else None,
    )


def _aim(demand: Demand) -> str:
    if demand.rule == Rule.TASK:
        return "".join(f"；{name} {day(on)}" for name, on in demand.milestones)
    return f"：{plain(demand.figures['year_target'])}{demand.unit}"


def _rows(tops: list[Duty]) -> list[tuple[str, ...]]:
    rows: list[tuple[str, ...]] = []
    for top in tops:
        for duty in (top, *top.below):  # type: ignore[attr-defined]
            name = duty.name if duty is top else f"其中 {duty.name}"
            due = duty.due_on.isoformat() if duty.due_on else EMPTY
            rows.append(
                (name, duty.task or EMPTY, plain(duty.year_target) or EMPTY, duty.owner_name or EMPTY,
                 duty.partner or EMPTY, due, duty.deliverable or EMPTY)
            )  # fmt: skip
    return rows
