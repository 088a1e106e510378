"""What the system remarks on a reported value: a check that does not hold, a figure out of proportion, counties.

A remark is kept with the value as it was handed over, as data; its sentence is made for whoever reads it.
kinds: CHECK {code, sentence, sentence_en, figures}; LEAP {change, middle, times, unit}: against the office's own other
months; PEERS {share, median, offices, month}: growth as shares of the month before, decimals as text; COUNTIES
{total, value, difference, missing, changed, unit}: the counties do not make up the value; OWN {differing, open, silent,
unit}: a county's line is not what the county itself reports, or that is not final. Asked when a value is read, never
kept: FILES_LATE {files: [[name, day]], due}; FILE_SHARED {file, offices: [[name, day]]}: the same content elsewhere.
"""

from collections.abc import Mapping
from dataclasses import dataclass
from decimal import ROUND_HALF_UP, Decimal
from typing import Any

from django.utils.translation import get_language
from django.utils.translation import gettext as _

from appraisal.library.models.words import unit_label
from core import months

TONES = {"BLOCK": "bad", "REASON": "warn", "HINT": "info"}


@dataclass(frozen=True)
class Remark:
    """kind: CHECK …; severity: BLOCK (keeps from handing over), REASON (wants an explanation), HINT (is shown)."""

    kind: str
    severity: str
    values: Mapping[str, Any]

    @property
    def tone(self) -> str:
        return TONES[self.severity]

    @property
    def sentence(self) -> str:
        """In the reader's language."""
        return said(self.kind, self.values)

    def stored(self) -> dict[str, Any]:
        return {"kind": self.kind, "severity": self.severity, **self.values}


def read(row: Mapping[str, Any]) -> Remark:
    """A stored remark."""
    rest = {key: value for key, value in row.items() if key not in ("kind", "severity")}
    return Remark(str(row["kind"]), str(row["severity"]), rest)


def said(kind: str, values: Mapping[str, Any]) -> str:
    """The sentence of a remark. Raises ValueError for a kind that nobody knows."""
    match kind:
        case "CHECK":
            english = (get_language() or "").startswith("en") and values.get("sentence_en")
            text = str(values["sentence_en"] if english else values["sentence"]).rstrip("。.")
            return _("%(sentence)s（勾稽 %(code)s：%(figures)s）。") % {**values, "sentence": text}
        case "COUNTIES":
            return _counties(values)
        case "OWN":
            return _own(values)
        case "LEAP":
            return _(
                "比上月变动 %(change)s %(unit)s，是本单位今年其他月份变动中位数（%(middle)s %(unit)s）的 %(times)s 倍。"
            ) % {**values, "unit": unit_label(str(values["unit"]))}
        case "PEERS":
            return _("比上月%(moved)s，同组 %(offices)s 个单位 %(month)s 月的中位数为%(median)s。") % {
                **values, "moved": moved(values["share"]), "median": moved(values["median"]),
                "month": months.named(int(values["month"])),
            }  # fmt: skip
        case "FILES_LATE":
            named = _("、").join(f"{name}（{day}）" for name, day in values["files"])
            return _("截止日（%(due)s）后才上传的材料：%(files)s。") % {"due": values["due"], "files": named}
        case "FILE_SHARED":
            where = _("、").join(f"{office}（{day}）" for office, day in values["offices"])
            return _("内容相同的材料也由其他单位上传：%(file)s；%(offices)s。请核对是否用错或重复使用。") % {
                "file": values["file"], "offices": where,
            }  # fmt: skip
    raise ValueError(f"no such remark: {kind}")


def _counties(values: Mapping[str, Any]) -> str:
    """By how much, which counties are missing, which changed since the last handing-over."""
    unit = unit_label(str(values.get("unit", "")))
    parts = []
    if values["value"] is not None and values["value"] != values["total"]:
        parts.append(
            _("县级合计 %(total)s %(unit)s，与填报值 %(value)s %(unit)s差 %(difference)s %(unit)s") % {
                **values, "difference": str(values["difference"]).removeprefix("-"), "unit": unit,
            }
        )  # fmt: skip
    if values["missing"]:
        names = _("、").join(values["missing"])
        parts.append(_("还没有填的县：%(names)s（没有发生请填 0）") % {"names": names})
    if values["changed"]:
        told = _("、").join(f"{name} {before or '—'} → {now or '—'}" for name, before, now in values["changed"])
        parts.append(_("上次报送后改动的县：%(names)s") % {"names": told})
    return _("；").join(parts) + _("。")


def _own(values: Mapping[str, Any]) -> str:
    """Which counties report another figure than their line, whose is not verified yet, who has reported none."""
    unit, parts = unit_label(str(values.get("unit", ""))), []
    for name, line, own in values["differing"]:
        parts.append(
            _("%(name)s自报 %(own)s %(unit)s，本表 %(line)s %(unit)s")
            % {"name": name, "own": own, "line": line, "unit": unit}
        )
    if values["open"]:
        parts.append(_("还没有核验的县：%(names)s") % {"names": _("、").join(values["open"])})
    if values["silent"]:
        parts.append(_("自己没有报送的县：%(names)s") % {"names": _("、").join(values["silent"])})
    return _("；").join(parts) + _("。")


def moved(share: Any) -> str:
    """Growth as a share of the month before, in words: times from one on, percent below. share: decimal as text."""
    value = Decimal(str(share))
    if abs(value) >= 1:
        text = f"{abs(value).quantize(Decimal('0.1'), ROUND_HALF_UP):f}"
        return (_("增加 %(n)s 倍") if value > 0 else _("减少 %(n)s 倍")) % {"n": text}
    percent = f"{(abs(value) * 100).quantize(Decimal(1), ROUND_HALF_UP):f}"
    if percent == "0":
        return _("持平")
    return (_("增加 %(n)s%%") if value > 0 else _("减少 %(n)s%%")) % {"n": percent}
