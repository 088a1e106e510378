"""What is said of every value on offer: its file, subject, words, shape, and the day it is looked up at."""

from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from django.utils.translation import gettext_lazy

import tenants
from appraisal.library.rules.agreeing import Others
from appraisal.library.rules.shapes import Shape, Words
from core import parameters
from core.parameters import Parameter

APPRAISAL = Path(__file__).resolve().parents[2]
SCORES, LEDGER, INSPECTIONS, REPORTING, DUTIES = (
    APPRAISAL / folder / "params"
    for folder in ("rules", "ledger/rules", "inspections/rules", "reporting/rules", "duties/rules")
)
PEOPLE = Path(tenants.__file__).parent / "rules" / "params"
SUBJECTS: Mapping[str, Words] = {
    "scores": gettext_lazy("计分与等次"),
    "year": gettext_lazy("年度考核与结果运用"),
    "days": gettext_lazy("期限"),
    "tracking": gettext_lazy("跟踪预警"),
    "inspections": gettext_lazy("抽查、检查和督办"),
    "reporting": gettext_lazy("填报"),
    "reminders": gettext_lazy("提醒"),
}
GRADES = {
    "EXCELLENT": gettext_lazy("优秀"), "GOOD": gettext_lazy("良好"), "QUALIFIED": gettext_lazy("合格"),
    "UNQUALIFIED": gettext_lazy("不合格"),
}  # fmt: skip
Together = Callable[[Any, Others], Iterable[tuple[str, str]]]
POINTS, PERCENT, WORKING_DAYS = gettext_lazy("分"), "%", gettext_lazy("个工作日")
AT_PERIOD = gettext_lazy("每月按当月最后一天的规定计算；已计算的月份不变")
AT_YEAR = gettext_lazy("每个年度按当年 12 月 31 日的规定计算；已计算的年度不变")
WHEN_BEGUN = gettext_lazy("期限从起算之日的规定；已经起算的不变")
ON_DAY = gettext_lazy("按办理当天的规定")


@dataclass(frozen=True)
class Offer:
    """One value: its file, what it is called, its shape; when: which day's rule counts, in words.

    calculated: scores rest on it, so that no day may get another one that a score was calculated by. together: what it
    must agree on with others: the places that do not.
    """

    name: str
    folder: Path
    subject: str
    title: Words
    shape: Shape
    when: Words
    together: Together | None = None

    @property
    def calculated(self) -> bool:
        return self.when in (AT_PERIOD, AT_YEAR)

    @property
    def parameter(self) -> Parameter:
        """What the file gives."""
        return parameters.load(self.folder / f"{self.name}.yaml")
