"""The bridge from stored versions to the scoring rules, and what must be right before a version is published."""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from decimal import Decimal, InvalidOperation
from typing import Any

from django.utils.translation import get_language
from django.utils.translation import gettext as _

from appraisal.library.models import EnteredBy, Indicator, Method, TargetBasis, TemplateVersion
from appraisal.library.models.parameters import entry_label
from appraisal.rules import scheme as rules_scheme
from appraisal.rules import sentences
from appraisal.rules.exact import half_up, number
from appraisal.rules.methods import METHODS, Rule, Status
from appraisal.rules.methods.rank import Comparison, Rank
from appraisal.rules.problems import FactsError, Problem

RATIOS = frozenset({Method.RATIO, Method.INVERSE_RATIO})


def scheme_of(version: TemplateVersion, rows: Iterable[Indicator] | None = None) -> rules_scheme.Scheme:
    """The version as the rules read it, in tree order. One query, none when its `rows` are handed in."""
    indicators = list(version.indicators.order_by("position", "id")) if rows is None else list(rows)
    codes = {row.pk: row.code for row in indicators}
    return rules_scheme.Scheme(
        tuple(rule_row(row, codes.get(row.parent_id or 0, "")) for row in indicators), na_treatment=version.na_treatment
    )


def rule_row(row: Indicator, parent_code: str) -> rules_scheme.Indicator:
    """One indicator as the rules read it."""
    return rules_scheme.Indicator(
        code=row.code,
        parent=parent_code,
        name=row.name,
        points=row.points,
        method=row.method,
        parameters=row.parameters,
        unit=row.unit,
        data_source=row.data_source,
        evidence=row.evidence,
        name_en=row.name_en,
        cumulative=row.cumulative,
        target_basis=row.target_basis,
        direction=row.direction,
    )


def language() -> str:
    """The reader's language as the rules name it."""
    return "en" if (get_language() or "").startswith("en") else "zh"


def row_label(row: rules_scheme.Indicator) -> str:
    """The name of an indicator of the rules in the reader's language."""
    return row.name_en if row.name_en and language() == "en" else row.name


def said(problem: Problem) -> dict[str, str]:
    """A problem as a row of a refusal: indicator code and sentence in the reader's language."""
    code = problem.indicator or str(problem.values.get("group", ""))
    return {"code": code, "message": sentence(problem)}


def sentence(problem: Problem) -> str:
    """The problem in the reader's language, without its place, entries by the names that forms give them."""
    values = dict(problem.values)
    if "entry" in values:
        values["entry"] = entry_label(str(values["entry"]))
    return sentences.render(problem.code, values, language())


def rule_problems(row: Indicator) -> list[Problem]:
    """What is wrong with one indicator's parameters for its method; empty for a group."""
    if row.method not in METHODS:
        return []
    return METHODS[row.method](number(row.points), row.parameters).problems


def basis_problem(row: Indicator) -> str | None:
    """Why target basis, accumulation and who enters do not fit the method; None when they do."""
    if row.method in RATIOS:
        if not row.target_basis:
            return _("比率类指标要说明分母来自哪里（责任书、月报、固定值或系统）。")
        if row.target_basis == TargetBasis.FIXED and not _positive(row.parameters.get("denominator")):
            return _("分母为固定值时，“分母”要写成大于 0 的数。")
        if row.target_basis == TargetBasis.SYSTEM and row.entered_by != EnteredBy.SYSTEM:
            return _("分母由系统计算的指标，数据也应由系统计算。")
        if row.cumulative and row.target_basis != TargetBasis.LETTER:
            return _("只有以责任书目标为分母的指标才按截至当期累计计分。")
    elif row.target_basis:
        return _("只有比率类指标才有分母来源。")
    elif row.cumulative:
        return _("只有以责任书目标为分母的比率类指标才按累计值计分。")
    return None


def _positive(text: object) -> bool:
    try:
        return Decimal(str(text)) > 0
    except InvalidOperation:
        return False


# What the system counts itself (appraisal.ledger.selectors.facts), by the name that a scheme gives as numerator.
ON_TIME, FIRST_PASS = "按时报送", "首次提交即通过"


def hints_of(rows: Iterable[Indicator]) -> list[dict[str, str]]:
    """What does not stop a version from being published and is likely to be an oversight, as {code, message}."""
    return [
        {
            "code": row.code,
            "message": _(
                "系统不知道分子“%(numerator)s”，会一直按未报送计 0 分；系统能取的是“%(on_time)s”和“%(first_pass)s”。"
            )
            % {
                "numerator": row.parameters.get("numerator") or _("（未填）"),
                "on_time": ON_TIME, "first_pass": FIRST_PASS,
            },
        }
        for row in rows
        if row.target_basis == TargetBasis.SYSTEM and row.parameters.get("numerator") not in (ON_TIME, FIRST_PASS)
    ]  # fmt: skip


def problems_of(version: TemplateVersion, rows: Iterable[Indicator] | None = None) -> list[dict[str, str]]:
    """Everything that stops the version from being published, as {code, message}; empty when it is in order."""
    indicators = list(version.indicators.order_by("position", "id")) if rows is None else list(rows)
    found = [said(problem) for problem in rules_scheme.check_scheme(scheme_of(version, indicators))]
    for row in indicators:
        if row.method and (message := basis_problem(row)):
            found.append({"code": row.code, "message": message})
    return found


@dataclass(frozen=True)
class Trial:
    """What one fact would earn: points half-up at 4 decimals (None when not applicable) and how, in sentences."""

    points: Decimal | None = None
    steps: list[str] = field(default_factory=list)
    problems: list[str] = field(default_factory=list)


def trial(row: Indicator, fact: Mapping[str, Any]) -> Trial:
    """Try a fact on an indicator's rule. RANK also takes rank and count, the place and the size of the field."""
    if row.method not in METHODS:
        return Trial(problems=[_("二级指标必须有计分方法。")])
    rule: Rule = METHODS[row.method](number(row.points), row.parameters)
    blocking = [problem for problem in rule.problems if problem.blocking]
    try:
        if blocking:
            raise FactsError(blocking)
        fact, comparison = dict(fact), None
        if isinstance(rule, Rank):
            place, count = _whole(fact.pop("rank", 1)), _whole(fact.pop("count", 1))
            if not 1 <= place <= count:
                return Trial(problems=[_("名次应在 1 与参加单位数之间。")])
            reading = rule.read(fact)
            comparison = Comparison("peer_group", count, {reading: place}, [])
        else:
            reading = rule.read(fact)
    except FactsError as error:
        return Trial(problems=[sentence(problem) for problem in error.problems])
    earned = rule.earn(reading, comparison)
    steps = [sentences.render(step["key"], step["values"], language()) for step in rule.steps(reading, comparison)]
    if isinstance(earned, Status):
        return Trial(None, steps or [sentences.word(f"status.{earned.value}", language())])
    return Trial(half_up(earned, 4), steps)


def _whole(value: Any) -> int:
    """A place or a count of offices as typed; 0 for anything that is none."""
    text = str(value)
    return int(text) if text.isdecimal() and len(text) < 6 else 0
