"""The sandbox's one long form: what stands in it, and which changes it asks for. Nothing is kept between two posts."""

import json
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from typing import Any

from django.http import QueryDict

from appraisal.library.forms.rules import SHAPES, RuleForm
from appraisal.library.models import Indicator, Method, TemplateVersion


@dataclass(frozen=True)
class Entry:
    """One indicator of the form with what was typed. rule: method and parameters as JSON where they were changed."""

    row: Indicator
    points: str
    cap: str | None  # None: its method has no cap
    off: bool
    rule: str
    changed: bool


@dataclass(frozen=True)
class Group:
    row: Indicator
    entries: list[Entry]


def groups_of(version: TemplateVersion, data: Mapping[str, Any]) -> list[Group]:
    """The form's rows in the scheme's order, filled from `data`, or from the version where nothing was typed."""
    groups: dict[int, Group] = {}
    rows = list(version.indicators.order_by("position", "id"))
    for row in rows:
        if row.parent_id is None:
            groups[row.pk] = Group(row, [])
    for row in rows:
        if row.parent_id is not None:
            groups[row.parent_id].entries.append(_entry(row, data))
    return list(groups.values())


def _entry(row: Indicator, data: Mapping[str, Any]) -> Entry:
    method, parameters = rule_of(row, data)
    cap = str(parameters.get("cap", "")) if "cap" in SHAPES[method].single else None
    typed = str(data.get(f"cap.{row.code}", cap or "")).strip()
    points = str(data.get(f"points.{row.code}", "")).strip() or _plain(row.points)
    off, rule = bool(data.get(f"off.{row.code}")), str(data.get(f"rule.{row.code}", ""))
    changed = off or bool(rule) or points != _plain(row.points) or (cap is not None and typed != cap)
    return Entry(row, points, None if cap is None else typed, off, rule, changed)


def _plain(points: Any) -> str:
    return f"{points.normalize():f}" if points else "0"


def rule_of(row: Indicator, data: Mapping[str, Any]) -> tuple[str, dict[str, Any]]:
    """Method and parameters as changed in the form, else the version's own. What cannot be read is the version's own:
    the page wrote it, and only a hand-made post can spoil it."""
    try:
        told = json.loads(str(data.get(f"rule.{row.code}", "")) or "null")
    except ValueError:
        told = None
    if isinstance(told, dict) and told.get("method") in Method.values and isinstance(told.get("parameters"), dict):
        return told["method"], told["parameters"]
    return row.method, row.parameters


def changes_of(groups: list[Group], data: Mapping[str, Any]) -> Iterator[dict[str, Any]]:
    """What the form asks for, as usecases.sandbox.plan_of takes it."""
    for entry in (entry for group in groups for entry in group.entries if entry.changed):
        change: dict[str, Any] = {"code": entry.row.code, "off": entry.off, "points": entry.points}
        if entry.rule:
            change["method"], change["parameters"] = rule_of(entry.row, data)
        if entry.cap:
            change["cap"] = entry.cap
        yield change


def took_rule(version: TemplateVersion, data: QueryDict) -> tuple[QueryDict, RuleForm | None]:
    """The post with the rule that stands in the open panel taken along, and that panel's form when it is in error."""
    code, method = data.get("rule_of", ""), data.get("rule_shown", "")
    row = version.indicators.exclude(method="").filter(code=code).first() if code else None
    if row is None or method not in Method.values:
        return data, None
    form = RuleForm(method, data)
    if not form.is_valid():
        return data, form
    taken = data.copy()
    now = rule_of(row, data)
    parameters = form.parameters()
    if data.get("do") == "forget":
        taken[f"rule.{code}"] = ""
        taken[f"cap.{code}"] = str(row.parameters.get("cap", ""))
    elif (method, parameters) != now and _said(method, parameters) != _said(*now):
        taken[f"rule.{code}"] = json.dumps({"method": method, "parameters": parameters}, ensure_ascii=False)
        taken[f"cap.{code}"] = str(parameters.get("cap", ""))
    return taken, None


def _said(method: str, parameters: Mapping[str, Any]) -> str:
    """The rule as text: the form gives numbers back as text, and leaves empty entries out."""

    def plain(value: Any) -> Any:
        if isinstance(value, Mapping):
            return {key: plain(each) for key, each in value.items() if each not in ("", None)}
        return [plain(each) for each in value] if isinstance(value, list) else str(value)

    return method + json.dumps(plain(parameters), sort_keys=True)
