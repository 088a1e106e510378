"""What the entries of an own rule must agree on, with each other and other rules. Each tells (place, sentence)."""

from collections.abc import Callable, Iterable, Mapping
from decimal import Decimal
from itertools import pairwise
from typing import Any

from django.utils.translation import gettext as _

from appraisal.library.rules.shapes import Check

Others = Callable[[str], list[Any]]  # another rule's values from the same day on
GRADES = ("EXCELLENT", "GOOD", "QUALIFIED", "UNQUALIFIED")


def total_100(*names: str) -> Check:
    def check(value: Any) -> Iterable[tuple[str, str]]:
        total = sum((Decimal(value[name]) for name in names), Decimal(0))
        if total != 100:
            yield names[-1], _("各项合计应为 100，现为 %(total)s。") % {"total": f"{total.normalize():f}"}

    return check


def rising(*names: str) -> Check:
    """Each entry not below the one before."""

    def check(value: Any) -> Iterable[tuple[str, str]]:
        for before, name in pairwise(names):
            if Decimal(value[name]) < Decimal(value[before]):
                yield name, _("不能小于前一项（%(before)s）。") % {"before": value[before]}

    return check


def earlier(first: str, last: str) -> Check:
    def check(value: Any) -> Iterable[tuple[str, str]]:
        if value[last] < value[first]:
            yield last, _("不能早于 %(first)s。") % {"first": value[first]}

    return check


def grades(rows: Any) -> Iterable[tuple[str, str]]:
    if [row["grade"] for row in rows] != list(GRADES):
        yield "", _("等次依次为优秀、良好、合格、不合格，各一行。")
        return
    for place in range(1, len(rows)):
        if Decimal(rows[place]["at_least"]) >= Decimal(rows[place - 1]["at_least"]):
            yield (
                f"{place}-at_least",
                _("分数线应低于上一等次（%(above)s 分）。") % {"above": rows[place - 1]["at_least"]},
            )
    if Decimal(rows[-1]["at_least"]) != 0:
        yield f"{len(rows) - 1}-at_least", _("最低等次的分数线应为 0，其余各分都归入它。")


def composite(value: Any) -> Iterable[tuple[str, str]]:
    yield from total_100("year_end", "interim")(value)
    if max(value["interim_months"]) >= value["year_end_month"]:
        yield "interim_months", _("计入平时成绩的月份应早于年终月份。")


def inflated(rows: Any) -> Iterable[tuple[str, str]]:
    for place in range(1, len(rows)):
        for name in ("above", "points"):
            if Decimal(rows[place][name]) <= Decimal(rows[place - 1][name]):
                yield f"{place}-{name}", _("应大于上一行（%(above)s）。") % {"above": rows[place - 1][name]}


def unpack_tie(row: Any) -> Any:
    """As the file has it ({fewer: …} or {higher: […]}) into the entries of a row; what is typed already stays."""
    if not isinstance(row, Mapping) or "by" in row:
        return row
    if set(row) == {"higher"}:
        return {"by": "higher", "groups": row["higher"]}
    return {"by": row["fewer"], "groups": []} if set(row) == {"fewer"} else row


def pack_tie(row: Any) -> Any:
    return {"higher": row["groups"]} if row["by"] == "higher" else {"fewer": row["by"]}


def tie(row: Any) -> Iterable[tuple[str, str]]:
    if row["by"] == "higher" and not row["groups"]:
        yield "groups", _("请填写比哪些一级指标，如 A、B。")
    if row["by"] != "higher" and row["groups"]:
        yield "groups", _("只有比一级指标得分时才填编码。")


def items_agree(value: Any, others: Others) -> Iterable[tuple[str, str]]:
    for vetoes in others("vetoes"):
        yield from _told_twice(value, vetoes, _("编码 %(code)s 已用于一票否决事项，请换一个编码。"))
    for name, title in (("false_claim", _("虚假填报的认定")), ("matter", _("督办事项的逾期"))):
        for rule in others(name):
            if value.get(rule["item"], {}).get("kind") != "DEDUCTION":
                yield (
                    "",
                    _("“%(title)s”要扣 %(code)s 项，请保留这一扣分事项，或先改“%(title)s”。")
                    % {"title": title, "code": rule["item"]},
                )
                return


def vetoes_agree(value: Any, others: Others) -> Iterable[tuple[str, str]]:
    for items in others("adjustment_items"):
        yield from _told_twice(value, items, _("编码 %(code)s 已用于加扣分事项，请换一个编码。"))


def _told_twice(value: Any, others: Any, sentence: str) -> Iterable[tuple[str, str]]:
    for place, code in enumerate(value):
        if code in others:
            yield f"{place}-code", sentence % {"code": code}


def deducts(value: Any, others: Others) -> Iterable[tuple[str, str]]:
    """What is deducted is one of the items for it."""
    for items in others("adjustment_items"):
        if items.get(value["item"], {}).get("kind") != "DEDUCTION":
            yield "item", _("加扣分事项里没有编码为 %(code)s 的扣分事项。") % {"code": value["item"]}
            return


def adds_up(units: Any) -> Iterable[tuple[str, str]]:
    """Shares and means of counties do not add up to their prefecture's."""
    for unit in units:
        if unit in ("%", "％", "‰", "百分点") or unit.endswith(("率", "均")):
            yield "", _("“%(unit)s”不能分县相加：比率和平均数相加没有意义。") % {"unit": unit}


HEARERS = {"DEPUTY": ["LEADER_IN_CHARGE", "PRINCIPAL_LEADER"], "FIRST": ["PRINCIPAL_LEADER"]}


def unpack_step(row: Any) -> Any:
    """As the file has it ({after, to: [roles]}) into the entries of a row; what is typed already stays."""
    if not isinstance(row, Mapping) or not isinstance(row.get("to"), list):
        return row
    return {**row, "to": next((name for name, roles in HEARERS.items() if roles == row["to"]), "")}


def pack_step(row: Any) -> Any:
    return {"after": row["after"], "to": HEARERS[row["to"]]}


def steps(rows: Any) -> Iterable[tuple[str, str]]:
    """Later steps come later."""
    for place, (before, row) in enumerate(pairwise(rows), start=1):
        if row["after"] <= before["after"]:
            yield f"{place}-after", _("应大于上一行（%(above)s）。") % {"above": before["after"]}
