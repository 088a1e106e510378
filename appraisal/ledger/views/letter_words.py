"""How the events of years and letters read."""

from typing import Any

from django.utils.translation import gettext as _

from appraisal.ledger.models import LetterScan
from core import months
from core.models import EventRecord
from tenants.models import Office

LISTED = 12


def timeline(events: list[EventRecord]) -> list[dict[str, Any]]:
    """For the component of that name."""
    items = []
    for event in events:
        text, quote, icon, tone = _said(event)
        items.append(
            {"icon": icon, "tone": tone, "text": text, "actor": event.actor_name, "at": event.at, "quote": quote}
        )
    return items


def _said(event: EventRecord) -> tuple[str, str, str, str]:
    """(sentence, quote, icon, tone)"""
    data = event.data
    if "from_month" in data:
        data = {**data, "from_month": months.named(data["from_month"])}
    match event.name:
        case "CycleOpened":
            return _("建立考核年度，使用指标体系 %(version)s") % data, "", "plus", "brand"
        case "PeerGroupsSet":
            groups = len(set(data["groups"].values()))
            return (
                _("确定 %(n)s 个单位、%(groups)s 个组") % {"n": len(data["groups"]), "groups": groups},
                "",
                "users",
                "",
            )
        case "PeriodsMade":
            return _("生成 %(months)s 个填报期") % data, "", "calendar", ""
        case "PeriodsRecomputed":
            return _("按工作日历重算填报期"), _moved(data["changes"]), "calendar", "warn"
        case "DifficultySet":
            offices = Office.objects.filter(schema_name__in=data["changes"])
            named = {office.schema_name: office.label for office in offices}
            pairs = [f"{named.get(slug, slug)} {before} → {after}" for slug, (before, after) in data["changes"].items()]
            return _("修改 %(n)s 个单位的难度系数") % {"n": len(pairs)}, _cut(pairs), "scale", ""
        case "DifficultyPublished":
            return _("公布分组和难度系数，依据 %(basis)s") % data, "", "send", "ok"
        case "CycleStarted":
            return _("启动考核，%(participants)s 个单位参加") % data, "", "send", "ok"
        case "CycleClosed":
            return _("归档本年度，通报 %(circular)s") % data, data["basis"], "archive", "ok"
        case "AmendmentProposed":
            text = _("提出第 %(number)s 项年中修订：自 %(from_month)s 月起按 %(version)s 计分") % data
            return text, _cut([data["reason"], *_weights(data["weights"])]), "pencil", "warn"
        case "AmendmentApproved":
            text = _("批准第 %(number)s 项年中修订，纪要 %(minutes_number)s") % data
            return text, _("自 %(from_month)s 月起按 %(version)s 计分") % data, "check", "ok"
        case "AmendmentWithdrawn":
            return _("撤回第 %(number)s 项年中修订") % data, data["reason"], "arrow-back-up", "bad"
        case "AmendmentUndone":
            text = _("回退第 %(number)s 项年中修订：自 %(from_month)s 月起仍按 %(version)s 计分") % data
            return text, data["reason"], "arrow-back-up", "bad"
        case "LetterDrafted":
            return _("起草责任书，%(targets)s 项指标") % data, "", "plus", "brand"
        case "TargetsSaved":
            return _("修改 %(n)s 项目标") % {"n": len(data["changes"])}, _targets(data["changes"]), "pencil", ""
        case "MilestonesSet":
            quote = _("；").join(f"{name} {day}" for name, day in data["milestones"])
            return _("设定 %(code)s 的节点") % data, quote, "pencil", ""
        case "LetterIssued":
            return _("省级签署，%(number)s") % data, "", "writing-sign", "ok"
        case "LetterWithdrawn":
            return _("省级撤回签署"), data["reason"], "arrow-back-up", "bad"
        case "LetterChangeApplied":
            return (
                _("申请调整目标，自 %(effective_on)s 起") % data,
                f"{data['reason']}（{data['basis']}）",
                "edit",
                "warn",
            )
        case "LetterChangeDecided" if data["approved"]:
            return _("批准调整，形成第 %(version)s 版") % data, data["said"], "check", "ok"
        case "LetterChangeDecided":
            return _("不批准调整"), data["said"], "x", "bad"
        case "LetterChangeWithdrawn":
            return _("撤回调整申请"), data["reason"], "arrow-back-up", ""
        case "DecompositionReleased":
            late = _("，逾期") if data["on_time"] is False else ""
            said = _("确认责任清单第 %(number)s 版，覆盖 %(covered)s / %(of)s 项目标") % data
            short = _("合计不足：%(codes)s") % {"codes": _("、").join(data["short"])} if data["short"] else ""
            return said + late, short, "list-check", "warn" if late or short else "ok"
        case "MonthsLaidDown":
            return (
                _("安排 %(codes)s 的分月计划") % {"codes": _("、").join(data["codes"])},
                data["reason"],
                "calendar",
                "",
            )
        case "ConsultationOpened":
            return _("开始商定目标，一上截止 %(due_on)s") % data, "", "plus", "brand"
        case "FiguresSent":
            said = _("%(step)s，与上一步不同 %(n)s 项") % {"step": steps()[data["step"]], "n": len(data["differing"])}
            late = _("，逾期") if data["late"] else ""
            return said + late, data["note"], "send", "warn" if data["late"] else "ok"
        case "LetterScanFiled":
            side = LetterScan.Side(data["side"]).label
            said = _("%(side)s存入第 %(version)s 版的扫描件（第 %(number)s 份）") % {**data, "side": side}
            return said, data["note"], "file", "ok"
        case "LetterSigned":
            return _("州市签署，责任书生效"), "", "writing-sign", "ok"
    return event.name, "", "pencil", ""


def steps() -> dict[str, str]:
    """What the four steps of agreeing on targets are called."""
    return {
        "first": _("一上（州市建议）"),
        "control": _("一下（控制数）"),
        "second": _("二上（再次建议）"),
        "final": _("二下（确定）"),
    }


def _moved(changes: dict[str, dict[str, list[str]]]) -> str:
    words = {"county_due_on": _("县级"), "due_on": _("州市"), "verify_due_on": _("省级"), "closes_on": _("截止")}
    parts = []
    for month, fields in changes.items():
        for name, (before, after) in fields.items():
            if name in words:
                parts.append(_("%(month)s 月") % {"month": months.short(month)} + f" {words[name]} {before} → {after}")
    return _cut(parts)


def _weights(weights: dict[str, list[str]]) -> list[str]:
    return [f"{code} {before} → {after}" for code, (before, after) in weights.items()]


def _targets(changes: dict[str, dict[str, list]]) -> str:
    words = {
        "applicable": _("适用"), "not_applicable_reason": _("不适用理由"), "year_target": _("年度目标"),
        "q1": _("一季度"), "q2": _("二季度"), "q3": _("三季度"), "note": _("备注"),
    }  # fmt: skip
    parts = []
    for code, fields in changes.items():
        for name in (name for name in words if name in fields):  # in the order of the grid; JSON keeps none
            pair = fields[name]
            before, after = (_("是") if one is True else _("否") if one is False else one or "—" for one in pair)
            parts.append(f"{code} {words[name]} {before} → {after}")
    return _cut(parts)


def _cut(parts: list[str]) -> str:
    return _("；").join(parts[:LISTED]) + ("…" if len(parts) > LISTED else "")
