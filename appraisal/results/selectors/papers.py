"""The circular (通报) and the summary tables of a year's result, as files. The same result gives the same circular."""

import io
from collections.abc import Sequence
from datetime import datetime
from decimal import Decimal
from typing import Any

from django.utils import timezone
from django.utils.translation import override
from openpyxl import Workbook
from openpyxl.styles import Alignment, Font
from openpyxl.utils import get_column_letter
from openpyxl.worksheet.worksheet import Worksheet

from appraisal.ledger.selectors.explanations import sentence, word
from appraisal.results.models import PaperForm, YearCard, YearResult
from appraisal.results.selectors import inputs, paper_forms
from appraisal.results.selectors import outcome as selectors
from appraisal.rules import grades
from core import documents, wording
from core.money import round_half_up
from core.sheets import cell

WIDEST = 60  # characters
XLSX = "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet"


def circular(result: YearResult, kind: documents.Kind, *, own: bool = True) -> bytes:
    """The circular as docx or PDF after GB/T 9704, with head, number and day once it is issued; before, a draft.

    own: as Word file in the bureau's own form, where it has one (see paper_forms); a PDF is always the standard's.
    Raises Invalid (personal numbers, characters no paper shows), Conflict (no font for a PDF), DamagedFile (the form).
    """
    lines = list(result.lines.all())
    said, number = result.paper_at, result.circular_number
    with override(wording.kept()):  # an official paper is Chinese, whatever language its reader's pages are in
        document = documents.Document(
            title=wording.said(f"关于{result.cycle.year}年度州市目标责任考核结果的通报"),
            body=[*_opening(result, lines), documents.Paragraph("特此通报。")],
            made_at=said,
            issuer=f"{result.cycle.province.name}文件" if result.circular_issued_at else "",
            number=number,
            to=wording.said("各州市"),
            signed_by=result.cycle.province.name,
            dated_on=timezone.localdate(said),
            annexes=[documents.Annex(wording.said(f"{result.cycle.year}年度州市目标责任考核结果表"), [_table(lines)])],
        )
        shown = [document.title, *(block.text for block in document.body if isinstance(block, documents.Paragraph))]
        selectors.check_masked(shown)
        form = paper_forms.drawn_by(result, PaperForm.Kind.CIRCULAR) if own and kind == "docx" else None
        if form is None:
            return documents.render(document, kind)
        return paper_forms.filled(form, result, title=document.title, number=number, body=_said(document.body))


def _said(blocks: Sequence[documents.Block]) -> list[str]:
    """Headings with their numbers, and paragraphs."""
    return [
        f"{label}{block.text}"
        for label, block in zip(documents.labels(blocks), blocks, strict=True)
        if isinstance(block, documents.Heading | documents.Paragraph)
    ]


def _opening(result: YearResult, lines: list[Any]) -> list[documents.Block]:
    year, minutes, assessed = result.cycle.year, result.decision_minutes, wording.said("州市")
    decided = f"经{minutes}审定，" if minutes else ""
    noticed = ""
    if result.notice_from and result.notice_until:
        noticed = f"并于{documents.day(result.notice_from)}至{documents.day(result.notice_until)}公示，"
    blocks: list[documents.Block] = [
        documents.Paragraph(f"根据《{result.cycle.name}》安排，对{len(lines)}个{assessed}{year}年度目标责任完成情况进行了考核。"
                            f"{decided}{noticed}现将结果通报如下。"),
        documents.Heading("考核等次"),
    ]  # fmt: skip
    for grade in grades.grades(inputs.last_day(result.cycle)):
        names = [line.office.short_name for line in lines if line.grade == grade]
        if names:
            told = f"{word(f'grade.{grade}')}等次（{len(names)}个）：{'、'.join(names)}。"
            blocks.append(documents.Paragraph(told))
    vetoed = [line.office.short_name for line in lines if line.vetoes]
    if vetoed:
        blocks += [
            documents.Heading("一票否决"),
            documents.Paragraph(f"{'、'.join(vetoed)}有一票否决事项，等次按规定限制，得分不变。"),
        ]
    return blocks


def _table(lines: list[Any]) -> documents.Table:
    columns = [
        documents.Column("名次", 1, "center"), documents.Column("单位", 3), documents.Column("组别", 1.2, "center"),
        documents.Column("组内名次", 1.4, "center"), documents.Column("年度得分", 1.6, "right"),
        documents.Column("等次", 1.4, "center"),
    ]  # fmt: skip
    rows = [
        [str(line.rank), line.office.short_name, f"第{line.peer_group}组", str(line.peer_rank), str(line.total),
         word(f"grade.{line.grade}")]
        for line in lines
    ]  # fmt: skip
    return documents.Table(columns, rows)


def summary(result: YearResult, *, own: bool = True) -> bytes:
    """The summary tables as xlsx: results, how each was composed, seats. Texts that look like formulas are not.

    own: in the bureau's own form, where it has one (see paper_forms). Raises DamagedFile (the form).
    """
    form = paper_forms.drawn_by(result, PaperForm.Kind.SUMMARY) if own else None
    if form is not None:
        with override(wording.kept()):
            return paper_forms.filled(form, result, title=f"{result.cycle.name}考核结果汇总表", number="", body=[])
    book = Workbook()
    cards = YearCard.objects.filter(run_id=result.run_id).select_related("office")
    by_office = {card.office_id: card for card in cards}
    lines = [(line, by_office[line.office_id]) for line in result.lines.all()]
    with override(wording.kept()):  # an official paper is Chinese, whatever language its reader's pages are in
        sheet: Worksheet = book.active  # type: ignore[assignment]
        sheet.title = "考核结果"
        _fill(sheet, RESULT_HEAD, [_result_row(line, card) for line, card in lines], _told(result))
        months = sorted({each["month"] for _line, card in lines for each in card.trace["interim"]})
        head = ["单位", *(f"{month}月" for month in months), "平时成绩", "年终得分", "综合得分"]
        _fill(book.create_sheet("得分构成"), head, [_months_row(card, months) for _line, card in lines], _told(result))
        pools = [
            [pool["name"], pool["units"], pool["seats"], pool["taken"], sentence(pool["steps"][0])]
            for pool in selectors.seats_of(result)
        ]
        _fill(book.create_sheet("优秀名额"), ["名额组", "单位数", "名额", "已用", "怎么来的"], pools, _told(result))
    made = result.paper_at
    book.properties.created = book.properties.modified = _naive(made)
    out = io.BytesIO()
    book.save(out)
    return out.getvalue()


def own_forms(result: YearResult) -> set[str]:
    """Kinds of papers (PaperForm.Kind) that come out in a form of the bureau's own."""
    return {kind for kind in PaperForm.Kind.values if paper_forms.drawn_by(result, kind) is not None}


def summary_pdf(result: YearResult) -> bytes:
    """The table of results as PDF in the standard's shape, for the bureau. Raises Conflict (no font)."""
    cards = {card.office_id: card for card in YearCard.objects.filter(run_id=result.run_id)}
    with override(wording.kept()):  # as the workbook
        heads = ("名次", "单位", "组别", "平时", "年终", "综合", "自评扣分", "年度", "计算等次", "等次")
        columns = [documents.Column(head, 2 if head == "单位" else 1.1, "center") for head in heads]
        rows = [_printed_row(line, cards[line.office_id]) for line in result.lines.all()]
        said: list[documents.Block] = [documents.Paragraph(_told(result), indent=False), documents.Table(columns, rows)]
        title = f"{result.cycle.name}考核结果汇总表"
        return documents.render(documents.Document(title=title, body=said, made_at=result.paper_at), "pdf")


def _printed_row(line: Any, card: YearCard) -> list[str]:
    interim = "–" if card.interim is None else str(round_half_up(card.interim, 2))
    return [
        str(line.rank), line.office.short_name, str(line.peer_group), interim, str(card.year_end), str(card.composite),
        str(round_half_up(card.honesty, 2)), str(line.total), word(f"grade.{line.computed}"),
        word(f"grade.{line.grade}"),
    ]  # fmt: skip


RESULT_HEAD = (
    "名次", "单位", "组别", "组内名次", "平时成绩", "年终得分", "综合得分", "自评折合", "自评扣分", "年度得分",
    "按分数等次", "计算等次", "等次", "否决", "为什么是这个等次", "调整理由",
)  # fmt: skip


def _result_row(line: Any, card: YearCard) -> list[Any]:
    reasons = "；".join(sentence(step) for step in card.trace["reasons"])
    return [
        line.rank, line.office.short_name, line.peer_group, line.peer_rank, card.interim, card.year_end, card.composite,
        card.own, card.honesty, line.total, word(f"grade.{card.grade_by_score}"), word(f"grade.{line.computed}"),
        word(f"grade.{line.grade}"), line.vetoes, reasons, line.reason,
    ]  # fmt: skip


def _months_row(card: YearCard, months: list[int]) -> list[Any]:
    totals = {each["month"]: Decimal(each["total"]) for each in card.trace["interim"]}
    return [
        card.office.short_name,
        *(totals.get(month) for month in months),
        card.interim,
        card.year_end,
        card.composite,
    ]


def _told(result: YearResult) -> str:
    """The line that says what the table is of: year, which result, its state, its run."""
    return f"{result.cycle.name} · 第{result.number}份结果（{result.get_state_display()}）· {result.run.code}"


def _fill(sheet: Worksheet, head: Any, rows: list[list[Any]], told: str) -> None:
    sheet.append([cell(told)])
    sheet.append(list(head))
    for row in rows:
        sheet.append([value if isinstance(value, int | Decimal) or value is None else cell(value) for value in row])
    for titled in sheet[2]:
        titled.font = Font(bold=True)
    sheet.freeze_panes = "A3"
    for place in range(1, len(head) + 1):
        widest = max((len(str(row[place - 1])) for row in rows if row[place - 1] is not None), default=4)
        sheet.column_dimensions[get_column_letter(place)].width = min(max(widest * 1.8, 9), WIDEST)
    for filled in sheet.iter_rows(min_row=3):
        for each in filled:
            each.alignment = Alignment(wrap_text=True, vertical="top")


def _naive(moment: datetime) -> datetime:
    return timezone.localtime(moment).replace(tzinfo=None)
