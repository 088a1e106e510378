"""The differences of a shadow as a file, in pieces: each is read in a transaction of its own."""

from collections.abc import Iterator

from django.db import transaction
from django.db.models import QuerySet
from django.utils import timezone
from django.utils.translation import gettext as _

from core import office as office_core
from core import sheets
from tenants.models import DifferenceKind, ShadowDifference
from tenants.selectors import shadows

BATCH = 1000


def pieces(rows: QuerySet[ShadowDifference]) -> Iterator[str]:
    """The text of the CSV, piece by piece: a line per column that differs. Read in the mount in force now."""
    mount = office_core.current() or office_core.PUBLIC
    yield sheets.BOM + sheets.line(
        [
            _("对象"), _("编号"), _("变化"), _("字段"), _("字段名"), _("当时"), _("现在"), _("最后修改人"),
            _("最后修改时间"), _("其后修改次数"), _("日志编号"),
        ]
    )  # fmt: skip
    last: int | None = 0
    while last is not None:
        text, last = _piece(mount, rows, last)
        yield text


def _piece(mount: office_core.Mount, rows: QuerySet[ShadowDifference], after: int) -> tuple[str, int | None]:
    with office_core.mounted(mount), transaction.atomic():
        found = list(rows.filter(number__gt=after)[:BATCH])
        text = "".join(_lines(row) for row in shadows.shown(found))
    return text, found[-1].number if len(found) == BATCH else None


def _lines(row: shadows.RowShown) -> str:
    each = row.difference
    at = timezone.localtime(each.changed_at).strftime("%Y-%m-%d %H:%M:%S") if each.changed_at else ""
    first = [row.table, each.row_id, str(DifferenceKind(each.kind).label)]
    rest = [row.who, at, each.changes, each.entry_id or ""]
    return "".join(
        sheets.line([*first, field.word, field.column, field.before, field.after, *rest]) for field in row.fields
    )
