"""Forms of the bureau's own: which one draws a result's paper, what may stand in it, a sample to start from."""

import io
from collections.abc import Mapping, Sequence
from datetime import datetime
from typing import Any

from django.db.models import Q
from django.db.models.query import QuerySet
from django.utils import timezone
from django.utils.translation import gettext as _
from openpyxl import Workbook
from openpyxl.styles import Alignment, Border, Font, Side

from appraisal.ledger.selectors.explanations import sentence, word
from appraisal.results.models import PaperForm, YearCard, YearResult
from appraisal.results.policies import years as years_policies
from appraisal.results.selectors import outcome
from core import documents, files
from core.documents import filling, packing
from core.errors import NotFound
from tenants.actors import Actor

Kind = PaperForm.Kind
KINDS: dict[str, filling.Kind] = {Kind.CIRCULAR: "docx", Kind.SUMMARY: "xlsx"}
SINGLE = (
    "年度", "年度名称", "标题", "文号", "主送", "落款", "成文日期", "审定纪要", "拟定纪要", "公示起", "公示止",
    "单位数", "结果编号", "计算批次", "状态",
)  # fmt: skip
RESULT = (
    "名次", "单位", "组别", "组内名次", "平时成绩", "年终得分", "综合得分", "自评折合", "自评扣分", "年度得分",
    "按分数等次", "计算等次", "等次", "否决", "理由",
)  # fmt: skip
LISTS = {
    "结果": RESULT,
    "等次": ("等次", "单位数", "单位"),
    "名额": ("名额组", "单位数", "名额", "已用", "怎么来的"),
    "正文": ("段落",),
}
# What the prefectures read says no more than the notice did: nothing of how the committee came to a grade.
PUBLIC = ("名次", "单位", "组别", "组内名次", "年度得分", "等次", "否决")
KNOWN: dict[str, filling.Known] = {
    Kind.CIRCULAR: filling.Known(
        [name for name in SINGLE if name not in ("拟定纪要", "计算批次", "状态")],
        {"结果": PUBLIC, "等次": LISTS["等次"], "正文": LISTS["正文"]},
    ),
    Kind.SUMMARY: filling.Known(SINGLE, {name: LISTS[name] for name in ("结果", "等次", "名额")}),
}


def forms_for(actor: Actor) -> QuerySet[PaperForm]:
    """The forms of the bureau, newest first. Raises Denied."""
    years_policies.see(actor)
    rows = PaperForm.objects.filter(province_id=actor.province_id).select_related("file")
    return rows.order_by("kind", "-number")


def get_form(actor: Actor, form_id: int, *, lock: bool = False) -> PaperForm:
    """One of them. Raises NotFound, Denied."""
    rows = forms_for(actor).filter(pk=form_id)
    if lock:
        rows = rows.select_for_update(of=("self",), no_key=True)
    found = rows.first()
    if found is None:
        raise NotFound(_("没有这份样式。"))
    return found


def drawn_by(result: YearResult, kind: str, *, at: datetime | None = None) -> PaperForm | None:
    """The form that draws this result's paper: the one in force when it was locked, else now. None: the standard's."""
    moment = result.locked_at or at or timezone.now()
    rows = PaperForm.objects.filter(province_id=result.cycle.province_id, kind=kind, filed_at__lte=moment)
    rows = rows.filter(Q(ended_at__isnull=True) | Q(ended_at__gt=moment))
    return rows.select_related("file").order_by("-number").first()


def filled(form: PaperForm, result: YearResult, *, title: str, number: str, body: list[str]) -> bytes:
    """The paper. title, number, body: as the standard's paper says them. Raises Invalid (control characters)."""
    words = words_of(result, form.kind, title=title, number=number, body=body)
    return filling.fill(content_of(form), KINDS[form.kind], words)


def content_of(form: PaperForm) -> bytes:
    """The file's bytes. Raises DamagedFile."""
    with files.open_content(form.file) as content:
        return content.read()


def words_of(result: YearResult, kind: str, *, title: str, number: str, body: list[str]) -> filling.Words:
    """What stands for each place of KNOWN[kind]; a circular without anything that its readers may not see."""
    said = timezone.localdate(result.paper_at)
    lines = list(result.lines.all())
    single: dict[str, filling.Value] = {
        "年度": result.cycle.year, "年度名称": result.cycle.name, "标题": title, "文号": number, "主送": "各州市",
        "落款": result.cycle.province.name, "成文日期": documents.day(said), "审定纪要": result.decision_minutes,
        "公示起": _day(result.notice_from), "公示止": _day(result.notice_until), "单位数": len(lines),
        "结果编号": result.number,
    }  # fmt: skip
    lists: dict[str, Sequence[Mapping[str, filling.Value]]] = {
        "结果": [_row(line) for line in lines], "等次": _grades(lines), "正文": [{"段落": text} for text in body],
    }  # fmt: skip
    if kind == Kind.SUMMARY:
        single |= {
            "拟定纪要": result.proposal_minutes, "计算批次": result.run.code, "状态": result.get_state_display(),
        }  # fmt: skip
        cards = {card.office_id: card for card in YearCard.objects.filter(run_id=result.run_id).only(*CARD)}
        lists["结果"] = [_row(line) | _composed(line, cards[line.office_id]) for line in lines]
        lists["名额"] = [
            dict(zip(LISTS["名额"], (*(each[name] for name in ("name", "units", "seats", "taken")),
                                    sentence(each["steps"][0])), strict=True))
            for each in outcome.seats_of(result)
        ]  # fmt: skip
    return filling.Words(single, lists)


CARD = ("office_id", "interim", "year_end", "composite", "own", "honesty", "grade_by_score")


def _row(line: Any) -> dict[str, filling.Value]:
    values = (
        line.rank, line.office.short_name, f"第{line.peer_group}组", line.peer_rank, line.total,
        word(f"grade.{line.grade}"), line.vetoes,
    )  # fmt: skip
    return dict(zip(PUBLIC, values, strict=True))


def _composed(line: Any, card: YearCard) -> dict[str, filling.Value]:
    return {
        "平时成绩": card.interim, "年终得分": card.year_end, "综合得分": card.composite, "自评折合": card.own,
        "自评扣分": card.honesty, "按分数等次": word(f"grade.{card.grade_by_score}"),
        "计算等次": word(f"grade.{line.computed}"), "理由": line.reason,
    }  # fmt: skip


def _grades(lines: list[Any]) -> list[dict[str, filling.Value]]:
    """Grades in the order of the best place in each, those that somebody has."""
    by_grade: dict[str, list[str]] = {}
    for line in lines:
        by_grade.setdefault(line.grade, []).append(line.office.short_name)
    return [
        {"等次": word(f"grade.{grade}"), "单位数": len(names), "单位": "、".join(names)}
        for grade, names in by_grade.items()
    ]


def _day(on: Any) -> str:
    return documents.day(on) if on else ""


# --- Samples ---------------------------------------------------------------------------------------------------------


def sample(kind: str, *, made_at: datetime) -> bytes:
    """A form to start from, with every place that people use; opened and kept in the bureau's own look."""
    return _sample_circular(made_at) if kind == Kind.CIRCULAR else _sample_summary()


def _sample_circular(made_at: datetime) -> bytes:
    columns = ("名次", "单位", "组别", "组内名次", "年度得分", "等次")
    return documents.render(
        documents.Document(
            title="{{标题}}",
            body=[
                documents.Paragraph("{{主送}}：", indent=False), documents.Paragraph("{{正文.段落}}"),
                documents.Table(
                    [documents.Column(name) for name in columns], [[f"{{{{结果.{name}}}}}" for name in columns]]
                ),
                documents.Paragraph("{{落款}}"), documents.Paragraph("{{成文日期}}"),
            ],
            made_at=made_at, issuer="{{落款}}文件", number="{{文号}}",
        ),
        "docx",
    )  # fmt: skip


def _sample_summary() -> bytes:
    book = Workbook()
    sheet: Any = book.active
    sheet.title = "考核结果"
    thin = Side(style="thin")
    columns = RESULT[:-1]
    sheet.append(["{{年度名称}}考核结果汇总表"])
    sheet.merge_cells(start_row=1, end_row=1, start_column=1, end_column=len(columns))
    sheet["A1"].font, sheet["A1"].alignment = Font(bold=True, size=16), Alignment(horizontal="center")
    sheet.append(list(columns))
    sheet.append([f"{{{{结果.{name}}}}}" for name in columns])
    sheet.append(["第{{结果编号}}份结果（{{状态}}）· {{计算批次}} · {{审定纪要}}"])
    for row in sheet.iter_rows(min_row=2, max_row=3):
        for cell in row:
            cell.border = Border(thin, thin, thin, thin)
            cell.alignment = Alignment(horizontal="center", vertical="center", wrap_text=True)
    for cell in sheet[2]:
        cell.font = Font(bold=True)
    out = io.BytesIO()
    book.save(out)
    return packing.packed(out.getvalue())
