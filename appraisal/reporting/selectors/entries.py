"""What somebody writes for one indicator of a month, by form, API or spreadsheet, and what is wrong with it."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from django.utils.translation import gettext as _

from appraisal.library.models import Indicator
from appraisal.reporting.rules import facts
from appraisal.reporting.rules.facts import Wrong
from appraisal.reporting.selectors.sheet import Sheet

LONGEST_NARRATIVE = 2000
LONGEST_REASON = 200


@dataclass(frozen=True)
class Entry:
    """What is written for one indicator. county_lines: [{"code", "quantity"}], None leaves them as they are.

    lock_version: the version that was read; 0 when nothing had been written yet.
    """

    indicator_id: int
    fact: Mapping[str, Any] | None = None
    nothing_to_report: bool = False
    nothing_reason: str = ""
    narrative: str = ""
    county_lines: Sequence[Mapping[str, Any]] | None = None
    lock_version: int = 0


def tidied(entry: Entry) -> Entry:
    """The entry as it would be kept: texts trimmed, digits made plain; nothing to report leaves no figures."""
    lines: list[dict[str, Any]] | None = None
    if entry.county_lines is not None:
        lines = [
            {"code": str(line.get("code", "")), "quantity": facts.cleaned({"quantity": line.get("quantity")})}
            for line in entry.county_lines
        ]
        lines = [{**line, "quantity": (line["quantity"] or {}).get("quantity")} for line in lines]
    if entry.nothing_to_report:
        return Entry(
            entry.indicator_id, None, True, entry.nothing_reason.strip(), entry.narrative.strip(), [],
            entry.lock_version,
        )  # fmt: skip
    return Entry(
        entry.indicator_id, facts.cleaned(entry.fact), False, "", entry.narrative.strip(), lines, entry.lock_version
    )


def wrongs(sheet: Sheet, indicator: Indicator, entry: Entry) -> list[Wrong]:
    """What cannot be kept even in a draft: what is merely missing can."""
    found = []
    if entry.nothing_to_report:
        if not facts.can_be_nothing(indicator):
            found.append(Wrong("nothing_to_report", _("本指标须如实填写节点、要件、等次或评分，不能报“无发生”。")))
        if not entry.nothing_reason:
            found.append(Wrong("nothing_reason", _("报“无发生”请写明原因。")))
        if len(entry.nothing_reason) > LONGEST_REASON:
            found.append(Wrong("nothing_reason", _("原因最多 %(most)s 字。") % {"most": LONGEST_REASON}))
    elif entry.fact is not None:
        checked = facts.wrongs(indicator, entry.fact, sheet.milestones(indicator), on=sheet.on)
        found += [wrong for wrong in checked if not wrong.missing]
    if len(entry.narrative) > LONGEST_NARRATIVE:
        found.append(Wrong("narrative", _("说明最多 %(most)s 字。") % {"most": LONGEST_NARRATIVE}))
    return found + _wrong_lines(sheet, indicator, entry)


def _wrong_lines(sheet: Sheet, indicator: Indicator, entry: Entry) -> list[Wrong]:
    found = []
    lines = [line for line in entry.county_lines or [] if line["quantity"] is not None]
    if lines and not sheet.takes_counties(indicator):
        return [Wrong("county_lines", _("本指标不分县填报。"))]
    seen = set()
    for line in lines:
        code, name = line["code"], sheet.counties.get(line["code"])
        if name is None:
            found.append(Wrong(f"county.{code}", _("本单位没有编码为“%(code)s”的县。") % {"code": code[:12]}))
        elif code in seen:
            found.append(Wrong(f"county.{code}", _("%(county)s重复填了。") % {"county": name}))
        elif not isinstance(line["quantity"], str) or not facts.NUMBER.fullmatch(line["quantity"]):
            found.append(
                Wrong(
                    f"county.{code}",
                    _("%(county)s的“%(value)s”不是数字，应为最多 14 位整数、6 位小数。")
                    % {"county": name, "value": str(line["quantity"])[:40]},
                )
            )
        seen.add(code)
    return found
