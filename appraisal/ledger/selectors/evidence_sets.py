"""材料包: every file that an office handed over about a month, with a list of what each is and whether it is whole."""

from collections import Counter
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from django.utils import timezone
from django.utils.translation import gettext as _

from appraisal.ledger.models import FactClaim, FurtherAppeal, Objection, Period, ReportedValue
from appraisal.ledger.selectors.values import values_for
from core import files, sheets
from core.errors import NotFound
from core.files import packing
from core.models import StoredFile
from tenants.actors import Actor
from tenants.models import Office

UNSAFE = str.maketrans(dict.fromkeys('\\/:*?"<>|', "_"))
LONGEST_FOLDER = 60


@dataclass(frozen=True)
class Filed:
    """One file of the month. path: in the archive; what: it was handed over with; file: None where its row is gone."""

    path: str
    what: str
    entry: Mapping[str, Any]
    file: StoredFile | None


@dataclass(frozen=True)
class EvidenceSet:
    """period: with its cycle."""

    period: Period
    office: Office
    filed: list[Filed]

    @property
    def name(self) -> str:
        """Of the archive, without its ending."""
        values = {"office": self.office.label, "year": self.period.cycle.year, "month": self.period.month}
        return (_("%(office)s%(year)s年%(month)s月材料") % values).translate(UNSAFE)

    def packed(self) -> Iterator[bytes]:
        """The archive as it is made; asks no database."""
        return files.packed([(each.path, each.file) for each in self.filed], self._told)

    def _told(self, states: Sequence[str]) -> tuple[str, bytes]:
        words = {
            packing.WHOLE: _("完好"), packing.MISSING: _("缺失或损坏，未能装入，请联系系统管理员从备份恢复"),
            packing.DIFFERENT: _("与登记的指纹不符"),
        }  # fmt: skip
        rows: list[list[object]] = [
            [_("序号"), _("位置"), _("来历"), _("文件"), _("字节"), "SHA-256", _("上传人"), _("上传时间"), _("状态")]
        ]
        for number, (each, state) in enumerate(zip(self.filed, states, strict=True), start=1):
            who = each.file.uploaded_by_name if each.file else ""
            at = timezone.localtime(each.file.uploaded_at).strftime("%Y-%m-%d %H:%M") if each.file else ""
            entry = each.entry
            rows.append([number, each.path, each.what, entry["name"], entry.get("size", ""), entry.get("sha256", ""),
                         who, at, words[state]])  # fmt: skip
        return _("目录.csv"), (sheets.BOM + "".join(map(sheets.line, rows))).encode()


def of_month(actor: Actor, period_id: int, office_id: int) -> EvidenceSet:
    """Whoever knows of the office's values of the month. Raises NotFound, also where there is no file at all."""
    period = Period.objects.filter(pk=period_id, cycle__province_id=actor.province_id).select_related("cycle").first()
    known = values_for(actor).filter(period_id=period_id, office_id=office_id)
    if period is None or not known.exists():
        raise NotFound(_("没有这个单位这个月的填报数据。"))
    office = Office.objects.select_related("parent").get(pk=office_id)
    told = list(_told(period_id, office_id))
    ids = {str(entry["id"]) for _folder, _what, entries in told for entry in entries}
    if not ids:
        raise NotFound(_("%(office)s这个月没有上传材料。") % {"office": office.label})
    # Its own, or of the bureau that entered for it: as who may read each of them.
    owners = [each.schema_name for each in (office, office.parent) if each]
    stored = {str(file.pk): file for file in StoredFile.objects.filter(pk__in=ids, office__in=owners)}
    taken: Counter[str] = Counter()
    filed = []
    for folder, what, entries in told:
        for entry in entries:
            path = _once(f"{folder}/{str(entry['name']).translate(UNSAFE)}", taken)
            filed.append(Filed(path, what, entry, stored.get(str(entry["id"]))))
    return EvidenceSet(period, office, filed)


def counts(period: Period) -> dict[int, int]:
    """Office id → how many files its archive of the month has. Four queries."""
    found: Counter[int] = Counter()
    for model in (ReportedValue, FactClaim, Objection, FurtherAppeal):
        rows = model.objects.filter(period=period).exclude(evidence=[])
        for office_id, evidence in rows.values_list("office_id", "evidence"):
            found[office_id] += len(evidence)
    return dict(found)


def _told(period_id: int, office_id: int) -> Iterator[tuple[str, str, list[dict[str, Any]]]]:
    """(folder, what it was handed over with, entries) in the scheme's order. Four queries."""
    mine = {"period_id": period_id, "office_id": office_id}
    values = ReportedValue.objects.filter(**mine).exclude(evidence=[]).select_related("indicator")
    for row in values.order_by("indicator__parent__position", "indicator__position", "version"):
        what = _("%(code)s 第 %(n)s 次填报") % {"code": row.indicator.code, "n": row.version}
        yield _folder(row.indicator.code, row.indicator.label), what, row.evidence
    for claim in FactClaim.objects.filter(**mine).exclude(evidence=[]).select_related("indicator").order_by("pk"):
        what = _("%(code)s 对台账数据的主张") % {"code": claim.indicator.code}
        yield _folder(claim.indicator.code, claim.indicator.label), what, claim.evidence
    for rows, word in ((Objection.objects.all(), _("申诉")), (FurtherAppeal.objects.all(), _("再申诉"))):
        found = rows.filter(**mine).exclude(evidence=[]).order_by("pk").values_list("evidence", flat=True)
        for number, entries in enumerate(found, start=1):
            yield f"{word} {number}", f"{word} {number}", entries


def _folder(code: str, label: str) -> str:
    return f"{code} {label}"[:LONGEST_FOLDER].translate(UNSAFE).strip()


def _once(path: str, taken: Counter[str]) -> str:
    """The path, numbered where another file has it: letter case does not tell files apart everywhere."""
    taken[path.lower()] += 1
    n = taken[path.lower()]
    if n == 1:
        return path
    stem, dot, ending = path.rpartition(".")
    return _once(f"{stem} ({n}){dot}{ending}" if dot else f"{path} ({n})", taken)
