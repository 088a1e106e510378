"""The audit log as a file, in pieces: each is read in a transaction of its own, so that nothing is held meanwhile."""

from collections.abc import Iterator
from datetime import datetime

from django.db import transaction
from django.db.models import Q, QuerySet
from django.utils import timezone
from django.utils.translation import gettext as _

from core import office as office_core
from core import sheets
from core.audit import exporting
from core.models import AuditEntry
from tenants.selectors import logs

BATCH = 1000
FORMATS = {"csv": "text/csv; charset=utf-8", "jsonl": "application/x-ndjson; charset=utf-8"}


def pieces(entries: QuerySet[AuditEntry], form: str, *, at: datetime) -> Iterator[str]:
    """The text of the file, piece by piece. form: csv for people, jsonl for deploy/verify_audit_export.py.

    In the order of the chains: office, then place. The mount in force now is put in force again for each piece, since a
    file is sent after the view has ended.
    """
    mount = office_core.current() or office_core.PUBLIC
    yield sheets.BOM + sheets.line(_headings()) if form == "csv" else exporting.header(whole=False, at=at)
    place: tuple[str, int] | None = ("", 0)
    while place is not None:
        text, place = _piece(mount, entries, form, place)
        yield text


def _piece(
    mount: office_core.Mount, entries: QuerySet[AuditEntry], form: str, after: tuple[str, int]
) -> tuple[str, tuple[str, int] | None]:
    chain, seq = after
    later = Q(link__chain__gt=chain) | Q(link__chain=chain, link__seq__gt=seq)
    with office_core.mounted(mount), transaction.atomic():
        rows = list(entries.filter(later).order_by("link__chain", "link__seq")[:BATCH])
        if form == "jsonl":
            text = exporting.of_entries([row.pk for row in rows])
        else:
            names = logs.names_by_id(row.actor_id for row in rows)
            text = "".join(_row(row, names) for row in rows)
    last = (rows[-1].link.chain, rows[-1].link.seq) if len(rows) == BATCH else None
    return text, last


def _headings() -> list[str]:
    return [
        _("账链"), _("序号"), _("时间"), _("人员"), _("操作"), _("对象"), _("对象编号"), _("字段"), _("修改前"),
        _("修改后"), _("理由"), _("来源地址"), _("请求编号"), _("哈希"),
    ]  # fmt: skip


def _row(entry: AuditEntry, names: dict[int, str]) -> str:
    """One line per changed field, so that a spreadsheet can filter by it; a row without one has a line all the same."""
    link = entry.link
    at = timezone.localtime(entry.at).strftime("%Y-%m-%d %H:%M:%S")
    who = names.get(entry.actor_id or 0, "") or _("系统")
    first = [link.chain, link.seq, at, who, logs.ACTIONS[entry.action], logs.label_of(entry.table_name), entry.row_id]
    rest = [link.reason, entry.address, entry.request_id, bytes(link.hash).hex()]
    changes = logs.differences(entry) or [("", None, None)]
    return "".join(sheets.line([*first, *change, *rest]) for change in changes)
