"""The parameters of every scoring method as structured fields; nobody types JSON."""

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from django import forms
from django.http import QueryDict
from django.utils.functional import Promise
from django.utils.translation import gettext_lazy as _

from appraisal.library.models import Method
from appraisal.library.models.parameters import LABELS

SPARE_ROWS = 1  # empty rows at the end of a table, for those who have no script
MOST_ROWS = 60
DIRECTIONS = [
    ("higher_is_better", _("越高越好")),
    ("lower_is_better", _("越低越好")),
    ("category", _("按等次")),
]
SCOPES = [("peer_group", _("同组内")), ("province", _("全省"))]
ORDERS = [("ascending", _("从小到大（小者为先）")), ("descending", _("从大到小（大者为先）"))]


@dataclass(frozen=True)
class Table:
    """A parameter that is a list of rows. One column without a name: a list of plain texts."""

    name: str
    columns: tuple[str, ...]


@dataclass(frozen=True)
class Shape:
    """The entries of a method: single ones with their choices (() is a free text), and at most one table."""

    single: dict[str, list[tuple[str, Promise]]]
    table: Table | None = None


RATIO = Shape({"cap": [], "floor": [], "numerator": [], "denominator": []})
SHAPES: dict[str, Shape] = {
    Method.RATIO: RATIO,
    Method.INVERSE_RATIO: RATIO,
    Method.STEP: Shape({"direction": DIRECTIONS, "unit": []}, Table("steps", ("bound", "points"))),
    Method.LINEAR: Shape({"from": [], "to": []}),
    Method.THRESHOLD: Shape({}, Table("requires", ("",))),
    Method.DEDUCT: Shape({"minimum": []}, Table("rules", ("event", "points"))),
    Method.ADD: Shape({"cap": []}, Table("rules", ("event", "points"))),
    Method.MILESTONE: Shape({"otherwise": []}, Table("late_days", ("at_most", "share"))),
    Method.RANK: Shape({"scope": SCOPES, "order": ORDERS, "zero_above": []}, Table("bands", ("share", "points"))),
    Method.PANEL: Shape({"trim_when_at_least": []}, Table("then_deduct", ("event", "points"))),
    Method.FORMULA: Shape({"expression": [], "minimum": [], "maximum": []}, Table("inputs", ("",))),
    Method.MANUAL: Shape({}),
}
STEP_BOUNDS = {"higher_is_better": "at_least", "lower_is_better": "at_most", "category": "equals"}
HINTS = {
    "cap": _("得分比不超过此值"),
    "floor": _("比率低于此值得 0 分"),
    "expression": _("可用 + - * / ( ) min max、输入项和 points（本指标分值）"),
    "trim_when_at_least": _("留空则不去掉"),
    "zero_above": _("留空则不限"),
}


class RuleForm(forms.Form):
    """The parameters of one method. `parameters()` gives them as the rules read them; empty entries are left out."""

    def __init__(self, method: str, data: QueryDict | None = None, given: Mapping[str, Any] | None = None) -> None:
        self.method = method
        self.shape = SHAPES[method]
        self.given = dict(given or {})
        initial = {f"p-{name}": _written(self.given.get(name)) for name in self.shape.single}
        super().__init__(data, initial=initial, auto_id="rule_%s")
        for name, choices in self.shape.single.items():
            field: forms.Field
            if choices:
                field = forms.ChoiceField(choices=choices, required=False)
            else:
                widget = forms.Textarea(attrs={"rows": 4}) if name == "expression" else forms.TextInput
                field = forms.CharField(max_length=500, required=False, widget=widget)
            field.label, field.help_text = LABELS[name], HINTS.get(name, "")
            self.fields[f"p-{name}"] = field

    @property
    def single(self) -> list[forms.BoundField]:
        return [self[name] for name in self.fields]

    @property
    def columns(self) -> list[tuple[str, str]]:
        """(input name, label) of each column of the table."""
        table = self.shape.table
        if table is None:
            return []
        labels = {"": LABELS[table.name], "bound": LABELS[STEP_BOUNDS[self._direction()]]}
        return [(f"t-{column}", str(labels.get(column) or LABELS[column])) for column in table.columns]

    def _direction(self) -> str:
        direction = self.data.get("p-direction") if self.is_bound else self.given.get("direction")
        return direction if direction in STEP_BOUNDS else "higher_is_better"

    def rows(self) -> list[list[tuple[str, str, str]]]:
        """The table's rows as (input name, label, value), with spare empty ones."""
        columns = self.columns
        if not columns:
            return []
        filled = self._typed() if self.is_bound else self._stored()
        rows = filled + [[""] * len(columns)] * SPARE_ROWS
        return [[(*column, value) for column, value in zip(columns, row, strict=True)] for row in rows]

    def _stored(self) -> list[list[str]]:
        table = self.shape.table
        rows = self.given.get(table.name) if table else None
        if table is None or not isinstance(rows, list):
            return []
        names = [STEP_BOUNDS[self._direction()] if column == "bound" else column for column in table.columns]
        return [[_written(row.get(name) if isinstance(row, dict) else row) for name in names] for row in rows]

    def _typed(self) -> list[list[str]]:
        """The rows as submitted, without empty ones."""
        columns = [[value.strip() for value in self._list(name)] for name, _label in self.columns]
        longest = min(max((len(column) for column in columns), default=0), MOST_ROWS)
        padded = [column + [""] * longest for column in columns]
        rows = [[column[place] for column in padded] for place in range(longest)]
        return [row for row in rows if any(row)]

    def _list(self, name: str) -> list[str]:
        data = self.data
        return data.getlist(name) if isinstance(data, QueryDict) else list(data.get(name, []))

    def parameters(self) -> dict[str, Any]:
        """What was submitted; call on a valid form."""
        found: dict[str, Any] = {}
        for name in self.shape.single:
            value = self.cleaned_data[f"p-{name}"].strip()
            if value:
                found[name] = value
        table = self.shape.table
        if table is not None:
            names = [STEP_BOUNDS[self._direction()] if column == "bound" else column for column in table.columns]
            typed = self._typed()
            found[table.name] = (
                [row[0] for row in typed] if names == [""] else [dict(zip(names, row, strict=True)) for row in typed]
            )
        return found


def _written(value: Any) -> str:
    return "" if value is None else str(value)
