"""How the events and differences of a version read."""

from collections import Counter
from typing import Any

from django.utils.translation import gettext as _

from appraisal.library.forms.crosschecks import SEVERITIES
from appraisal.library.forms.rules import DIRECTIONS, ORDERS, SCOPES
from appraisal.library.models import Indicator, Method, TemplateVersion
from appraisal.library.models.parameters import LABELS
from appraisal.library.selectors import CheckDifference, Difference, Kind
from core.models import EventRecord

COLOURS = 8  # of groups in the points bar; a ninth begins again
WORDS: dict[str, Any] = dict([*DIRECTIONS, *SCOPES, *ORDERS])


def field_label(name: str) -> str:
    """A field of an indicator for people."""
    labels = {
        "name": _("名称"), "name_en": _("英文名称"), "points": _("分值"), "method": _("计分方法"),
        "parameters": _("计分参数"), "unit": _("单位"), "direction": _("方向"), "cumulative": _("累计计分"),
        "target_basis": _("分母来源"), "entered_by": _("数据提供方"), "data_source": _("数据来源"),
        "evidence": _("证明材料"), "legal_basis": _("依据"), "owner_division": _("责任处室"),
    }  # fmt: skip
    return labels.get(name, name)


def said(event: EventRecord) -> tuple[str, str, str, str]:
    """(sentence, quote, icon, tone) of an event about a version."""
    data = event.data
    match event.name:
        case "TemplateImported":
            return _("从文件导入 %(count)s 项指标") % {"count": data["indicators"]}, "", "upload", "brand"
        case "VersionCopied":
            return _("由 %(label)s 复制为草稿") % {"label": data["label"]}, "", "copy", "brand"
        case "IndicatorsChanged":
            codes = _("、").join(data["changes"])
            return _("修改 %(codes)s") % {"codes": codes}, _changes(data["changes"]), "pencil", ""
        case "IndicatorAdded":
            split = data.get("origins")
            quote = _("由 %(codes)s 拆分") % {"codes": _("、").join(split)} if split else ""
            return _("新增 %(code)s %(name)s") % data, quote, "plus", "ok"
        case "IndicatorRemoved":
            quote = _("并入 %(code)s") % {"code": data["into"]} if data.get("into") else ""
            return _("移除 %(code)s %(name)s") % data, quote, "minus", "bad"
        case "IndicatorRegrouped":
            return _("%(code)s 由 %(before)s 移到 %(after)s") % data, "", "arrow-right", ""
        case "IndicatorMoved":
            up = data["direction"] == "up"
            text = _("%(code)s 上移") if up else _("%(code)s 下移")
            return text % data, "", "arrow-up" if up else "arrow-down", ""
        case "NaTreatmentSet":
            after = TemplateVersion.NaTreatment(data["after"]).label
            return _("不适用指标的分值改为：%(after)s") % {"after": after}, "", "pencil", ""
        case "CheckSaved":
            text = _("修改勾稽关系 %(code)s") if data["before"] else _("新增勾稽关系 %(code)s")
            return text % data, str(data["after"].get("sentence", "")), "pencil" if data["before"] else "plus", ""
        case "CheckRemoved":
            return _("移除勾稽关系 %(code)s") % data, str(data["before"].get("sentence", "")), "minus", "bad"
        case "OwnerReassigned":
            text = _("%(code)s 的责任处室由 %(before)s 改为 %(after)s")
            names = {"before": data["before"] or "—", "after": data["after"] or "—"}
            return text % {**data, **names}, data["reason"], "arrow-right", "warn"
        case "VersionPublished":
            return _("发布，纪要 %(minutes_number)s，%(effective_on)s 起执行") % data, "", "send", "ok"
    return event.name, "", "pencil", ""


def _changes(changes: dict[str, dict[str, list]]) -> str:
    parts = []
    for code, fields in changes.items():
        for name, (before, after) in fields.items():
            if name == "parameters":
                parts.append(f"{code} {field_label(name)}")
            else:
                parts.append(f"{code} {field_label(name)} {_value(name, before)} → {_value(name, after)}")
    return _("；").join(parts[:12]) + ("…" if len(parts) > 12 else "")


def _value(name: str, value: Any) -> str:
    if name == "method" and value in Method.values:
        return str(Method(value).label)
    if isinstance(value, bool):
        return _("是") if value else _("否")
    return str(value) if value not in ("", None) else "—"


def timeline(events: list[EventRecord]) -> list[dict[str, Any]]:
    """The events for the component of that name."""
    items = []
    for event in events:
        text, quote, icon, tone = said(event)
        items.append(
            {"icon": icon, "tone": tone, "text": text, "actor": event.actor_name, "at": event.at, "quote": quote}
        )
    return items


def check_rows(differences: list[CheckDifference]) -> list[dict[str, Any]]:
    """Checks that differ, for the page of a comparison."""
    severities = dict(SEVERITIES)
    return [
        {
            "code": each.code, "was": each.before.code if each.before and each.before.code != each.code else "",
            "kinds": [str(kind.label) for kind in each.kinds],
            "sides": [
                {"check": check, "severity": severities[check.severity.value]} if check else None
                for check in (each.before, each.after)
            ],
        }
        for each in differences
    ]  # fmt: skip


def difference_words(difference: Difference) -> tuple[str, str]:
    """(word, tone) of the badge in the tree: 7 → 5, 拆分, 规则, 新增 …"""
    if difference.before is None or difference.after is None:
        return (_("新增"), "ok") if difference.added else (_("移除"), "bad")
    for kind in (Kind.SPLIT, Kind.MERGED):
        if kind in difference.kinds:
            return str(kind.label), "warn"
    if difference.points:
        return f"{plain(difference.before.points)} → {plain(difference.after.points)}", "warn"
    if not difference.rule and (Kind.MOVED in difference.kinds or Kind.RECODED in difference.kinds):
        return str(difference.kinds[0].label), "warn"
    return (_("规则"), "warn") if difference.rule else (_("口径"), "info")


TONES = {Kind.ADDED: "ok", Kind.REMOVED: "bad", Kind.RENAMED: "info", Kind.DETAILS: "info"}


def kind_badges(difference: Difference) -> list[tuple[str, str]]:
    """(word, tone) of everything that was done to it."""
    return [(str(kind.label), TONES.get(kind, "warn")) for kind in difference.kinds]


def difference_rows(differences: list[Difference]) -> list[dict[str, Any]]:
    """Every changed field of every indicator, for the comparison."""
    rows = []
    for difference in differences:
        row: Indicator = difference.after or difference.before  # type: ignore[assignment]
        rows.append({"row": row, "badges": kind_badges(difference), "entries": _entries(difference)})
    return rows


def _entries(difference: Difference) -> list[dict[str, str]]:
    before, after = difference.before, difference.after
    if before is None or after is None:
        return [
            {
                "label": field_label("points"),
                "before": shown(before, "points"),
                "after": shown(after, "points"),
            }
        ]
    entries = []
    if difference.befores and [each.code for each in difference.befores] != [after.code]:
        told = _("、").join(f"{each.code} {each.label}" for each in difference.befores)
        entries.append({"label": _("由来"), "before": told, "after": f"{after.code} {after.label}"})
    if Kind.MOVED in difference.kinds and before.parent and after.parent:
        groups = [f"{each.parent.code} {each.parent.label}" for each in (before, after) if each.parent]
        entries.append({"label": _("一级指标"), "before": groups[0], "after": groups[1]})
    return entries + [
        {"label": field_label(name), "before": shown(before, name), "after": shown(after, name)}
        for name in difference.fields
    ]


def kind_counts(differences: list[Difference]) -> list[tuple[str, int]]:
    """How many indicators had what done to them, in the order of the kinds."""
    counted = Counter(kind for difference in differences for kind in difference.kinds)
    return [(str(kind.label), counted[kind]) for kind in Kind if counted[kind]]


def weight_rows(differences: list[Difference]) -> list[Difference]:
    """The moved weights: what has other points than all that it comes from together, or came or went."""
    return [each for each in differences if each.added or each.removed or each.points or len(each.befores) > 1]


def shown(row: Indicator | None, name: str) -> str:
    """A field's value for people."""
    if row is None:
        return "—"
    if name == "points":
        return plain(row.points)
    if name in ("method", "target_basis", "entered_by", "direction"):
        return str(getattr(row, f"get_{name}_display")())
    if name == "parameters":
        return _("；").join(parameter_lines(row))
    return _value(name, getattr(row, name))


def parameter_lines(row: Indicator) -> list[str]:
    """The parameters in words, a line each."""
    lines = []
    for key, value in row.parameters.items():
        label = LABELS.get(key, key)
        if isinstance(value, list):
            parts = [
                " ".join(f"{LABELS.get(name, name)} {cell}" for name, cell in entry.items())
                if isinstance(entry, dict)
                else str(entry)
                for entry in value
            ]
            lines.append(_("%(name)s：%(value)s") % {"name": label, "value": _("；").join(parts)})
        else:
            lines.append(f"{label} {WORDS.get(str(value), value)}")
    return lines


def plain(points: Any) -> str:
    """Points without trailing zeros."""
    return f"{points.normalize():f}" if points else "0"
