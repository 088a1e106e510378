"""Document numbers (发文字号): one series per office, code and year, without gaps and without doubles."""

from django.utils.translation import gettext as _

from appraisal.ledger.models import DocumentSeries
from core.documents import document_number, read_number
from core.errors import Conflict, Invalid
from tenants.models import Office

LONGEST, LONGEST_CODE = 40, 20


def next_number(office: Office, code: str, year: int) -> str:
    """The number that would be given now; nothing is taken, somebody else may be faster."""
    series = DocumentSeries.objects.filter(office=office, code=code, year=year).first()
    return document_number(code, year, (series.last if series else 0) + 1)


def take_numbers(office: Office, code: str, year: int, count: int) -> list[str]:
    """Give the next `count` numbers of the series together. Call in a transaction, as take_number."""
    DocumentSeries.objects.get_or_create(office=office, code=code, year=year)
    series = DocumentSeries.objects.select_for_update(no_key=True).get(office=office, code=code, year=year)
    first = series.last + 1
    series.last += count
    series.save(update_fields=["last"])
    return [document_number(code, year, serial) for serial in range(first, series.last + 1)]


def take_number(office: Office, code: str, year: int, *, wanted: str = "") -> str:
    """Give the next number of the series, or `wanted` where that is the next of its own series. Call in a transaction.

    The series stays locked until the transaction ends: rolled back, the number is free again. What is no number of
    this form (an older register's) is given as it is; that it is free is the caller's to know.
    Raises Invalid (too long, control characters), Conflict (not the next one; says which is).
    """
    wanted = wanted.strip()
    if len(wanted) > LONGEST or "\x00" in wanted:
        raise Invalid(_("文号最多 40 个字，格式如 云移责〔2026〕3号。"), field="number")
    read = read_number(wanted)
    if wanted and read is None:
        return wanted
    code, year, serial = read or (code, year, 0)
    if len(code) > LONGEST_CODE or serial > 10**6:
        raise Invalid(_("文号最多 40 个字，格式如 云移责〔2026〕3号。"), field="number")
    DocumentSeries.objects.get_or_create(office=office, code=code, year=year)
    series = DocumentSeries.objects.select_for_update(no_key=True).get(office=office, code=code, year=year)
    following = document_number(code, year, series.last + 1)
    if wanted and serial != series.last + 1:
        raise Conflict(
            _("文号要连续、不重号：下一个是 %(next)s，现为 %(given)s。请改用下一个，或留空由系统编号。")
            % {"next": following, "given": wanted},
            field="number",
        )
    series.last += 1
    series.save(update_fields=["last"])
    return following
