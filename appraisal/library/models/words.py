"""Words of a scheme from short lists: units, and the inputs of the shipped formulas. Others stay as written."""

from django.utils.functional import Promise
from django.utils.translation import gettext_lazy, pgettext_lazy

UNITS: dict[str, Promise] = {
    "人": pgettext_lazy("unit", "人"),
    "户": pgettext_lazy("unit", "户"),
    "万元": pgettext_lazy("unit", "万元"),
    "元": pgettext_lazy("unit", "元"),
    "个": pgettext_lazy("unit", "个"),
    "件": pgettext_lazy("unit", "件"),
    "条": pgettext_lazy("unit", "条"),
    "项": pgettext_lazy("unit", "项"),
    "次": pgettext_lazy("unit", "次"),
    "起": pgettext_lazy("unit", "起"),
    "县": pgettext_lazy("unit", "县"),
    "天": pgettext_lazy("unit", "天"),
    "学时": pgettext_lazy("unit", "学时"),
    "百分点": pgettext_lazy("unit", "百分点"),
    "分": pgettext_lazy("unit", "分"),
    "等次": pgettext_lazy("unit", "等次"),
    "亩": pgettext_lazy("unit", "亩"),
    "公里": pgettext_lazy("unit", "公里"),
}
INPUTS: dict[str, Promise] = {
    "rectified_amount": gettext_lazy("已整改金额"),
    "found_amount": gettext_lazy("查出金额"),
    "rectified_count": gettext_lazy("已整改件数"),
    "found_count": gettext_lazy("查出件数"),
    "overdue_items": gettext_lazy("逾期未整改件数"),
}

# The data sources that the shipped scheme names; another scheme's own words are shown as they are.
SOURCES: dict[str, Promise] = {
    "monthly_report": gettext_lazy("月报"),
    "project_ledger": gettext_lazy("项目台账"),
    "fund_ledger": gettext_lazy("资金台账"),
    "subsidy_ledger": gettext_lazy("直补台账"),
    "rectification_ledger": gettext_lazy("整改台账"),
    "petition_register": gettext_lazy("信访登记"),
    "milestone": gettext_lazy("节点台账"),
    "red_flags": gettext_lazy("红旗预警"),
    "archive": gettext_lazy("档案"),
    "document": gettext_lazy("文件资料"),
    "survey": gettext_lazy("调查"),
    "manual": gettext_lazy("人工录入"),
    "verification": gettext_lazy("核查"),
    "panel": gettext_lazy("评议"),
    "system": gettext_lazy("系统计算"),
}


def unit_label(unit: str) -> str:
    """A unit in the reader's language; one without a known word stays as it is."""
    return str(UNITS.get(unit, unit))


def input_label(name: str) -> str:
    """A formula's input in the reader's language; an input without a known word keeps its name."""
    return str(INPUTS.get(name, name))


def source_label(source: str) -> str:
    """Where a figure is from, in the reader's language; a scheme's own word stays as it is."""
    return str(SOURCES.get(source, source))
