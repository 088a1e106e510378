"""What the entries of scoring parameters are called, for forms and for sentences about them."""

import re

from django.utils.functional import Promise
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

LABELS: dict[str, Promise] = {
    "cap": gettext_lazy("上限"),
    "floor": gettext_lazy("下限"),
    "numerator": gettext_lazy("分子"),
    "denominator": gettext_lazy("分母"),
    "direction": gettext_lazy("方向"),
    "unit": gettext_lazy("单位"),
    "steps": gettext_lazy("分档表"),
    "at_least": gettext_lazy("不低于"),
    "at_most": gettext_lazy("不超过"),
    "equals": gettext_lazy("等次"),
    "points": gettext_lazy("得分"),
    "from": gettext_lazy("得 0 分的值"),
    "to": gettext_lazy("得满分的值"),
    "requires": gettext_lazy("必备要件"),
    "minimum": gettext_lazy("最低分"),
    "maximum": gettext_lazy("最高分"),
    "rules": gettext_lazy("事项表"),
    "event": gettext_lazy("事项"),
    "late_days": gettext_lazy("逾期分档"),
    "share": gettext_lazy("得分比例"),
    "otherwise": gettext_lazy("其余情形的比例"),
    "scope": gettext_lazy("排名范围"),
    "order": gettext_lazy("排名顺序"),
    "bands": gettext_lazy("名次分档"),
    "zero_above": gettext_lazy("高于此值得 0 分"),
    "trim_when_at_least": gettext_lazy("去掉最高最低分所需的评分数"),
    "then_deduct": gettext_lazy("评后扣分"),
    "expression": gettext_lazy("公式"),
    "inputs": gettext_lazy("输入项"),
    "value": gettext_lazy("值"),
    "target": gettext_lazy("目标"),
    "counts": gettext_lazy("次数"),
    "marks": gettext_lazy("评分"),
    "present": gettext_lazy("要件"),
}
ENTRY = re.compile(r"^([a-z_]+)(?:\[(\d+)\])?(?:\.([a-z_]+))?$")


def entry_label(entry: str) -> str:
    """The entry of a problem for people: steps[2].points → 分档表第 2 行的得分; unknown ones as they are."""
    match = ENTRY.match(entry)
    if match is None or match[1] not in LABELS:
        return entry
    name, row, column = match.groups()
    if row is None:
        return str(LABELS[name])
    if column is None:
        return _("%(table)s第 %(row)s 行") % {"table": LABELS[name], "row": row}
    return _("%(table)s第 %(row)s 行的%(column)s") % {
        "table": LABELS[name],
        "row": row,
        "column": LABELS.get(column, column),
    }
