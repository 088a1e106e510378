"""The form of a province's own rule: its value by its shape, entry by entry, and what it rests on."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any

from django import forms
from django.utils.translation import gettext_lazy as _

from appraisal.library.rules.shapes import (
    Amount,
    Choice,
    Codes,
    Count,
    Flag,
    Months,
    Record,
    Rows,
    Several,
    Shape,
    Words,
    at,
)
from tenants.forms.offices import day_field

ROOT = "v"  # how the names of the value's entries begin
MOVES = {"up": -1, "down": 1}


class LayDownForm(forms.Form):
    valid_from = day_field(_("执行日期"), help_text=_("从这一天起执行，须晚于今天"))
    source = forms.CharField(label=_("依据"), max_length=200, help_text=_("文件或会议的名称"))
    document = forms.CharField(label=_("文号或纪要编号"), max_length=60)
    reason = forms.CharField(
        label=_("改定的原因"), max_length=200, required=False, help_text=_("同一天已有规定、该日未到而改定时填写")
    )
    back = forms.BooleanField(label=_("恢复平台默认取值（不用下面填的取值）"), required=False)


@dataclass
class Node:
    """A place of the value on the page. kind: entry | group | rows.

    An entry's input: number, text, select, check, months. rows: lists of entries; fixed: none comes or goes.
    """

    kind: str
    path: str
    label: Words
    input: str = "text"
    value: Any = ""
    unit: Words = ""
    longest: int = 0
    options: list[tuple[str, Words]] = field(default_factory=list)
    error: str = ""
    nodes: list["Node"] = field(default_factory=list)
    rows: list[list["Node"]] = field(default_factory=list)
    columns: list[Words] = field(default_factory=list)
    fixed: bool = False


def node(shape: Shape, value: Any, errors: Mapping[str, str], path: str = ROOT, label: Words = "") -> Node:
    """The place with what it holds (in the file's form or as typed), and what does not fit beside it."""
    label, error = label or shape.label, errors.get(path, "")
    if isinstance(shape, Record):
        value = value if isinstance(value, Mapping) else {}
        inside = [node(each, value.get(name), errors, at(path, name)) for name, each in shape.fields.items()]
        return Node("group", path, label, nodes=inside, error=error)
    if isinstance(shape, Rows):
        given = enumerate(shape.rows_of(value))
        rows = [node(shape.row, row, errors, at(path, place)).nodes for place, row in given]
        columns = [each.label for each in shape.row.fields.values()]
        return Node("rows", path, label, rows=rows, columns=columns, fixed=shape.least == shape.most, error=error)
    return Node("entry", path, label, error=error, **_entry(shape, value))


def _entry(shape: Shape, value: Any) -> dict[str, Any]:
    if isinstance(shape, Flag):
        return {"input": "check", "value": bool(value)}
    if isinstance(shape, Choice):
        return {"input": "select", "value": value, "options": list(shape.options.items())}
    if isinstance(shape, Months):
        return {"input": "months", "value": [str(month) for month in value or []]}
    if isinstance(shape, Codes):
        return {"value": "、".join(value or [])}
    if isinstance(shape, Several):
        return {"value": "、".join(map(str, value or [])), "longest": shape.longest}
    more = {"unit": shape.unit, "input": "number"} if isinstance(shape, Amount | Count) else {}
    return {"value": "" if value is None else value, "longest": getattr(shape, "longest", 12), **more}


def moved(shape: Shape, typed: Any, act: str) -> Any:
    """What was typed, with a row added, moved or removed: act is "add:<path>", "up | down | remove:<path>:<row>".

    What makes no sense changes nothing.
    """
    verb, _colon, where = act.partition(":")
    path, _colon, place = where.partition(":")
    rows, kind = typed, shape
    for part in path.split("-")[1:]:
        if isinstance(kind, Record) and part in kind.fields:
            rows, kind = rows[part], kind.fields[part]
        else:
            return typed
    if not isinstance(kind, Rows):
        return typed
    n = int(place) if place.isascii() and place.isdigit() and len(place) < 4 else -1
    if verb == "add" and len(rows) < kind.most:
        rows.append({})
    elif verb == "remove" and 0 <= n < len(rows):
        del rows[n]
    elif verb in MOVES and 0 <= n < len(rows) and 0 <= n + MOVES[verb] < len(rows):
        rows[n], rows[n + MOVES[verb]] = rows[n + MOVES[verb]], rows[n]
    return typed
