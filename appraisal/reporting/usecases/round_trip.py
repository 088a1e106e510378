"""The month by spreadsheet: take in what was filled in, hold it against the portal, write what a person has decided.

Nothing of an upload is in the draft before `write_book`, which saves as form and API do (`fill.save_into`).
"""

import hashlib
import json
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from datetime import datetime
from pathlib import Path
from typing import Any

from django.core.files.base import ContentFile
from django.db import transaction
from django.utils import timezone
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from appraisal.ledger.models import Period
from appraisal.ledger.selectors import reports as ledger
from appraisal.reporting import events, policies
from appraisal.reporting.models import Book
from appraisal.reporting.rules import book as rules
from appraisal.reporting.selectors import book as selectors
from appraisal.reporting.selectors import sheet as sheets
from appraisal.reporting.selectors.book import Comparison
from appraisal.reporting.states import BookState
from appraisal.reporting.usecases.fill import locked_draft, save_into, subject
from core import events as core_events
from core import files, jobs, months, parameters, processes, workbooks
from core.errors import Conflict, Invalid
from core.files.storing import Upload, store
from core.models import Job
from tenants.actors import Actor
from tenants.models import Office

READ = "reporting.read_book"
PARAMS = Path(__file__).parents[1] / "rules" / "params"
MINE, THEIRS = "mine", "theirs"
Told = Callable[..., None]


@dataclass(frozen=True)
class Written:
    """What became of an upload. cells: taken into the draft; left: rows that were not, for their faults."""

    book: Book
    cells: int
    left: int


@transaction.atomic
def take_in(*, period_id: int, upload: Upload, actor: Actor, at: datetime) -> Book:
    """Keep an uploaded sheet of the month and compare it with the portal: at once, or by a job where it is large.

    Raises NotFound, Denied, Conflict (as `save_values`; the very same file is there already), Invalid (field `file`:
    as core.files.store; no xlsx; not downloaded here; changed stamp; another office's, month's or template version's;
    nothing filled in).
    """
    period = ledger.get_period(actor, period_id)
    policies.fill(actor, period, ledger.demands(actor, period).letter, timezone.localdate(at))
    if not (upload.name or "").lower().endswith(".xlsx"):
        raise Invalid(
            _("只接收 .xlsx 表格。WPS 的 .et 和旧版 .xls 请用“另存为”选择 .xlsx（Microsoft Excel 2007 及以后）。"),
            field="file",
        )
    locked_draft(period_id)  # two uploads of one file go one after the other
    file = files.upload_file(upload=upload, actor=actor, at=at)
    _refuse_repeated(period_id, file.sha256)
    book = Book.objects.create(
        period=period, file=file, uploaded_by_id=actor.user_id or 0, uploaded_by_name=actor.name, uploaded_at=at
    )
    most = int(parameters.load(PARAMS / "book_read_at_once_bytes.yaml").value(timezone.localdate(at)))
    if file.size <= most:
        return read_book(book_id=book.pk, actor=actor, at=at)
    job = jobs.want(READ, arguments={"book_id": book.pk}, key=str(book.pk), actor=actor, at=at)
    book.job_id = job.pk
    book.save(update_fields=["job_id"])
    return book


def _refuse_repeated(period_id: int, sha256: str) -> None:
    same = Book.objects.filter(period_id=period_id, file__sha256=sha256)
    written = same.filter(state=BookState.WRITTEN).first()
    if written is not None and written.ended_at is not None:
        raise Conflict(
            _("这份文件已由%(name)s于 %(time)s 写入过，没有新的内容。要再改，请在表格里改动后另存并上传。")
            % {"name": written.ended_by_name, "time": f"{timezone.localtime(written.ended_at):%m-%d %H:%M}"}
        )
    if same.filter(state__in=[BookState.READING, BookState.READY]).exists():
        raise Conflict(_("这份文件已经上传，正等待写入。请在下面的上传记录里打开它办理。"))


@processes.uncollected()
@transaction.atomic
def read_book(*, book_id: int, actor: Actor, at: datetime, told: Told = lambda *_of: None) -> Book:
    """Read an upload, note what was changed in it, and write what is wrong into a copy of it.

    told(done, total, note). Repeatable: one that is no longer being read is returned as it is. Raises Invalid.
    """
    book = Book.objects.select_for_update(of=("self",), no_key=True).select_related("file").get(pk=book_id)
    if book.state != BookState.READING:
        return book
    told(0, 3, _("读取表格"))
    with files.open_content(book.file):
        path = files.content_path(book.file.office, book.file.sha256)
    pages = workbooks.read(path)
    stamp = rules.stamp_of(pages)
    period = ledger.get_period(actor, book.period_id)
    _refuse_another(stamp, actor, period)
    loaded = sheets.sheet(actor, book.period_id, on=timezone.localdate(at))
    asked = {pk: selectors.asked(loaded, row) for pk, row in loaded.indicators.items()}
    filled = rules.read(pages, stamp, asked)
    if not filled.touched and not filled.problems:
        raise Invalid(_("表格里没有改动：各单元格与下载时相同。请填好并保存后再上传。"), field="file")
    told(1, 3, _("与门户里的数据核对"))
    book.touched = [
        {"indicator": each.indicator_id, "base": dict(each.base), "mine": dict(each.mine), "refs": dict(each.refs)}
        for each in filled.touched
    ]
    book.problems = [
        {"indicator": each.indicator_id, "key": each.key, "ref": each.ref, "text": each.text, "message": each.message}
        for each in filled.problems
    ]
    book.downloaded_at, book.sheet, book.missing = stamp.made, stamp.sheet, filled.missing
    compared = selectors.comparison(actor, loaded, book)
    told(2, 3, _("把问题写回表格"))
    if compared.wrong or compared.conflicts or compared.remarks:
        _mark(book, path, compared, at)
    book.move(BookState.READY)
    book.save()
    return book


def _refuse_another(stamp: rules.Stamp, actor: Actor, period: Period) -> None:
    if stamp.office != actor.office.schema_name:
        raise Invalid(
            _("这是其他单位的表格，不能在%(office)s上传。请下载本单位的表格填报。") % {"office": actor.office.label},
            field="file",
        )
    if stamp.period_id != period.pk:
        raise Invalid(
            _("这是另一个月份的表格，不是 %(year)s 年 %(month)s 月的。请在对应的月份上传，或者下载本月表格。")
            % {"year": period.cycle.year, "month": months.named(period.month)},
            field="file",
        )
    if stamp.version_id != period.cycle.version_id:
        raise Invalid(
            _(
                "下载这份表格后，指标体系换了版本（现在是 %(version)s），旧表格的行与现在的指标对不上。"
                "请重新下载本月表格填报。"
            )
            % {"version": period.cycle.version.label},
            field="file",
        )


def _mark(book: Book, path: Path, compared: Comparison, at: datetime) -> None:
    marks = [
        rules.Mark(
            row.ref,
            row.message if row.verdict == "WRONG" else _conflict_sentence(row),
            "bad" if row.verdict == "WRONG" else "warn",
            row.indicator.code,
            row.indicator.label,
            row.place,
            row.mine,
        )
        for row in compared.rows
        if row.verdict in ("WRONG", "CONFLICT") and not row.held
    ]
    for part, remark in compared.remarks:
        cell = part.cells[0]
        tone = "bad" if remark.severity == "BLOCK" else "warn"
        marks.append(rules.Mark(cell.ref, remark.sentence, tone, part.indicator.code, part.indicator.label))
    stem = book.file.name.rpartition(".")[0]
    name = _("%(name)s（有批注）.xlsx") % {"name": stem[:150]}
    upload: Any = ContentFile(rules.mark(path, book.sheet, marks), name=name)
    book.marked = store(
        upload,
        office_schema=book.file.office,
        uploader_id=book.uploaded_by_id,
        uploader_name=book.uploaded_by_name,
        at=at,
    )


def _conflict_sentence(row: selectors.Row) -> str:
    said = _("下载后门户里已改为“%(theirs)s”（下载时是“%(base)s”）。请在门户里选择以哪个为准。") % {
        "theirs": row.theirs or "—",
        "base": row.base or "—",
    }
    return f"{row.message}{said}" if row.message else said


def token_of(compared: Comparison) -> str:
    """What a decision about conflicts refers to: it changes when the portal, and so the conflicts, have changed."""
    seen = [[row.indicator.pk, row.key, row.base, row.theirs, row.mine] for row in compared.conflicts]
    return hashlib.sha256(json.dumps(sorted(seen), ensure_ascii=False).encode()).hexdigest()[:32]


@processes.uncollected()
@transaction.atomic
def write_book(
    *, period_id: int, book_id: int, choices: Mapping[str, str], seen: str, actor: Actor, at: datetime
) -> Written:
    """Write an upload into the draft: what only the sheet changed, and the conflicts that were decided for it.

    choices: "<indicator id>.<key>" → "mine" (the sheet) or "theirs" (the portal), for every conflict; seen: `token_of`
    the comparison that was decided about. Indicators with faults are left out, whole; the sheet says which.
    Raises NotFound, Denied, Conflict (as `save_values`; written or given up already; the portal has changed since
    `seen`; nothing is left to write), Invalid (field `choices`: a conflict is undecided, rows name them).
    """
    on = timezone.localdate(at)
    book = selectors.get_book(actor, period_id, book_id, lock=True)
    if book.state != BookState.READY:
        book.move(BookState.WRITTEN)  # raises, with the state it is in
    period = ledger.get_period(actor, period_id)
    demands = ledger.demands(actor, period)
    policies.fill(actor, period, demands.letter, on)
    draft = locked_draft(period_id)
    loaded = sheets.loaded(actor, period, draft, on=on, demands=demands)
    compared = selectors.comparison(actor, loaded, book)
    if seen != token_of(compared):
        raise Conflict(
            _("您打开页面后门户里的数据又有改动，冲突的单元格与您看到的不同。请核对后重新选择，什么都没有写入。"),
            rows=_rows(compared),
        )
    undecided = [row for row in compared.conflicts if choices.get(row.name) not in (MINE, THEIRS)]
    if undecided:
        raise Invalid(
            _("还有 %(count)s 个冲突的单元格没有选择以哪个为准，什么都没有写入。") % {"count": len(undecided)},
            field="choices",
            rows=[row for row in _rows(compared) if choices.get(row["name"]) not in (MINE, THEIRS)],
        )
    entries, cells = [], 0
    for part in compared.parts:
        if not part.sound:
            continue
        mine = {
            cell.key for cell in part.conflicts if choices[f"{part.indicator.pk}.{cell.key}"] == MINE
        }  # fmt: skip
        taken = [cell for cell in part.cells if cell.verdict == rules.Verdict.TAKE or cell.key in mine]
        if taken:
            entries.append(selectors.entry_of(loaded, part, mine))
            cells += len(taken)
    if entries:
        save_into(loaded, draft, entries, actor=actor, at=at)
    elif compared.wrong:
        raise Conflict(_("没有可以写入的单元格：改动过的都有问题。请下载带批注的表格，改好后重新上传。"))
    return _written(book, cells, compared, actor, at)


def _written(book: Book, cells: int, compared: Comparison, actor: Actor, at: datetime) -> Written:
    book.move(BookState.WRITTEN)
    book.written, book.ended_by_name, book.ended_at = cells, actor.name, at
    book.save(update_fields=["state", "written", "ended_by_name", "ended_at"])
    core_events.record(
        events.BookWritten(
            subject=subject(actor, book.period_id), file_name=book.file.name, sha256=book.file.sha256, cells=cells
        ),
        actor=actor,
        at=at,
    )
    return Written(book, cells, len(compared.wrong))


def _rows(compared: Comparison) -> list[dict[str, Any]]:
    return [
        {
            "name": row.name,
            "indicator_id": row.indicator.pk,
            "code": row.indicator.code,
            "field": row.key,
            "label": row.place,
            "ref": row.ref,
            "base": row.base,
            "theirs": row.theirs,
            "yours": row.mine,
            "message": row.message,
        }
        for row in compared.conflicts
    ]


@transaction.atomic
def drop_book(*, period_id: int, book_id: int, actor: Actor, at: datetime) -> Book:
    """Give an upload up; nothing of it is written. Raises NotFound, Denied (no filler), Conflict (ended already)."""
    book = selectors.get_book(actor, period_id, book_id, lock=True)
    policies.fill_in(actor)
    book.move(BookState.DROPPED)
    book.ended_by_name, book.ended_at = actor.name, at
    book.save(update_fields=["state", "ended_by_name", "ended_at"])
    return book


def _refused(job: Job, book_id: int) -> None:
    """The job failed for good or was cancelled: the upload says why, and the next one is free."""
    book = Book.objects.select_for_update(of=("self",), no_key=True).filter(pk=book_id).first()
    if book is not None and book.state == BookState.READING:
        book.move(BookState.REFUSED)
        book.refusal, book.ended_by_name, book.ended_at = job.error, job.wanted_by_name, job.finished_at
        book.save(update_fields=["state", "refusal", "ended_by_name", "ended_at"])


@jobs.job(READ, label=gettext_lazy("读取月报表格"), ended=_refused)
def _read(job: Job, progress: Told, book_id: int) -> dict[str, Any]:
    office = Office.objects.get(schema_name=job.office)
    # Who wanted it was let in as a filler; what they may do now is asked again when it is written.
    actor = Actor(job.wanted_by_id, job.wanted_by_name, office, office, frozenset(policies.FILLERS))
    book = read_book(book_id=book_id, actor=actor, at=timezone.now(), told=progress)
    return {"indicators": len(book.touched), "problems": len(book.problems)}
