"""Trying a value on a rule: the inputs each method needs, and the fact they make."""

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from django.utils.translation import gettext as _

from appraisal.library.models import Method


@dataclass(frozen=True)
class Entry:
    """One input: its name in the form, its label, and the choices where it is a selection."""

    name: str
    label: str
    choices: tuple[str, ...] = ()
    check: bool = False
    text: bool = False


def entries(method: str, parameters: Mapping[str, Any], unit: str) -> list[Entry]:
    """What to type to try the rule."""
    value = Entry("x-value", _("数值（%(unit)s）") % {"unit": unit} if unit else _("数值"))
    if method in (Method.RATIO, Method.INVERSE_RATIO):
        return [
            Entry("x-value", str(parameters.get("numerator") or _("实际值"))),
            Entry("x-target", str(parameters.get("denominator") or _("目标值"))),
        ]
    if method == Method.STEP and parameters.get("direction") == "category":
        return [Entry("x-value", _("等次"), choices=tuple(_texts(parameters.get("steps"), "equals")))]
    if method in (Method.STEP, Method.LINEAR):
        return [value]
    if method in (Method.DEDUCT, Method.ADD):
        return [Entry("x-count", name) for name in _texts(parameters.get("rules"), "event")]
    if method == Method.MILESTONE:
        return [Entry("x-late", _("各节点逾期天数（空格分开）"), text=True)]
    if method == Method.RANK:
        return [value, Entry("x-rank", _("名次")), Entry("x-among", _("参加单位数"))]
    if method == Method.PANEL:
        deducts = [Entry("x-count", name) for name in _texts(parameters.get("then_deduct"), "event")]
        return [Entry("x-marks", _("各评分（空格分开）"), text=True), *deducts]
    if method == Method.THRESHOLD:
        return [Entry(f"x-has-{place}", name, check=True) for place, name in enumerate(_names(parameters, "requires"))]
    if method == Method.FORMULA:
        return [Entry(f"x-in-{name}", name) for name in _names(parameters, "inputs")]
    return [Entry("x-points", _("评定分"))]


def _texts(rows: Any, column: str) -> list[str]:
    rows = rows if isinstance(rows, list) else []
    return [str(row.get(column, "")) for row in rows if isinstance(row, dict)]


def _names(parameters: Mapping[str, Any], key: str) -> list[str]:
    names = parameters.get(key)
    return [str(name) for name in names] if isinstance(names, list) else []


def fact_of(method: str, parameters: Mapping[str, Any], data: Any) -> dict[str, Any] | None:
    """The fact as typed, None when nothing was typed. data: the request's POST or GET."""
    if not any(key.startswith("x-") and data.get(key, "").strip() for key in data):
        return None

    def one(name: str) -> str | None:
        return data.get(name, "").strip() or None

    counts = [text.strip() or "0" for text in data.getlist("x-count")]
    if method in (Method.RATIO, Method.INVERSE_RATIO):
        return {"value": one("x-value"), "target": one("x-target")}
    if method in (Method.DEDUCT, Method.ADD):
        return {"counts": counts}
    if method == Method.MILESTONE:
        return {"late_days": (one("x-late") or "").replace("，", " ").replace(",", " ").split()}
    if method == Method.RANK:
        among = {"rank": one("x-rank") or "1", "count": one("x-among") or "1"}
        return {
            "value": one("x-value"),
            **{key: int(text) if text.isdecimal() and len(text) < 5 else 0 for key, text in among.items()},
        }
    if method == Method.PANEL:
        return {"marks": (one("x-marks") or "").replace("，", " ").replace(",", " ").split(), "counts": counts}
    if method == Method.THRESHOLD:
        return {"present": [bool(one(f"x-has-{place}")) for place in range(len(_names(parameters, "requires")))]}
    if method == Method.FORMULA:
        return {"inputs": {name: one(f"x-in-{name}") or "0" for name in _names(parameters, "inputs")}}
    if method == Method.MANUAL:
        return {"points": one("x-points")}
    return {"value": one("x-value")}
