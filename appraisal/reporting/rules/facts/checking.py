"""What is wrong with a fact, field by field, in sentences; and making plain what people type."""

import re
import unicodedata
from collections.abc import Iterator, Mapping, Sequence
from datetime import date
from decimal import Decimal
from typing import Any

from django.utils.translation import gettext as _

from appraisal.library.models import Indicator, Method
from appraisal.library.models.words import input_label
from appraisal.reporting.rules.facts.kinds import (
    NUMBER,
    PARAMS,
    Due,
    Fact,
    Wrong,
    as_date,
    categories_of,
    entries_of,
    events_of,
    inputs_of,
    required_of,
    takes_target,
)
from core import parameters

MOST_MARKS = 60


def cleaned(fact: Fact | None) -> dict[str, Any] | None:
    """The fact with its texts trimmed, full-width digits and thousands separators made plain, empty entries as None.

    Digits are kept as given ("1344.4850" stays). None when nothing at all was filled in.
    """
    if fact is None:
        return None
    tidy = {str(key): _cleaned(value) for key, value in fact.items()}
    # No milestone done yet is an answer; no number is none.
    return tidy if any(_filled(value) for value in tidy.values()) or "done_on" in tidy else None


def _cleaned(value: Any) -> Any:
    if isinstance(value, str):
        text = unicodedata.normalize("NFKC", value).strip().replace("−", "-")
        return text.replace(",", "") if re.fullmatch(r"[+-]?[\d,]+(\.\d+)?", text) else text or None
    if isinstance(value, bool) or value is None:
        return value
    if isinstance(value, int | Decimal):
        return str(value)
    if isinstance(value, Mapping):
        return {str(key): _cleaned(entry) for key, entry in value.items() if _cleaned(entry) is not None}
    if isinstance(value, list | tuple):
        return [_cleaned(entry) for entry in value]
    return value


def _filled(value: Any) -> bool:
    if isinstance(value, Mapping):
        return bool(value)
    if isinstance(value, list):
        # A list of unticked boxes says something only together with a tick or another entry.
        return any(entry is not None for entry in value)
    return value is not None


def of_last_month(indicator: Indicator, fact: Fact | None) -> dict[str, Any] | None:
    """Last month's fact as a beginning for this one: without the remarks that verification may have put beside it."""
    return None if fact is None else {key: fact[key] for key in entries_of(indicator) if key in fact}


def wrongs(indicator: Indicator, fact: Fact | None, milestones: Sequence[Due] = (), *, on: date) -> list[Wrong]:
    """Everything wrong with a cleaned fact, in the order of its fields; empty when it can be handed over.

    on: the day nothing may lie after. What is merely missing is marked as such.
    """
    if fact is None:
        return [Wrong("value", _("还没有填写本指标。"), missing=True)]
    known = entries_of(indicator)
    found = [Wrong(key, _("本指标没有“%(entry)s”这一项。") % {"entry": key}) for key in fact if key not in known]
    found += _wrongs(indicator, fact, milestones, on)
    return found


def _wrongs(indicator: Indicator, fact: Fact, milestones: Sequence[Due], on: date) -> Iterator[Wrong]:
    match indicator.method:
        case Method.MILESTONE:
            yield from _milestones(fact, milestones, on)
        case Method.THRESHOLD:
            yield from _present(indicator, fact)
        case Method.PANEL:
            yield from _marks(indicator, fact)
            yield from _counts(indicator, fact)
        case Method.FORMULA:
            yield from _inputs(indicator, fact)
        case Method.MANUAL:
            yield from _between(fact.get("points"), "points", _("评定分"), indicator)
        case Method.DEDUCT | Method.ADD:
            yield from _counts(indicator, fact)
        case _:
            yield from _value(indicator, fact, on)


def _value(indicator: Indicator, fact: Fact, on: date) -> Iterator[Wrong]:
    grades = categories_of(indicator)
    value = fact.get("value")
    if grades:
        if value is None:
            yield Wrong("value", _("请选择等次。"), missing=True)
        elif value not in grades:
            yield Wrong("value", _("等次只能是：%(grades)s。") % {"grades": "、".join(grades)})
        return
    label = str(indicator.parameters.get("numerator") or _("完成值"))
    whole = indicator.unit if indicator.unit in parameters.load(PARAMS / "whole_units.yaml").value(on) else ""
    yield from _number(value, "value", label, whole=whole)
    if takes_target(indicator):
        name = str(indicator.parameters.get("denominator") or _("应完成数"))
        yield from _number(fact.get("target"), "target", name, whole=whole, negative=False)


def _number(value: Any, field: str, label: str, *, whole: str = "", negative: bool = True) -> Iterator[Wrong]:
    """A number as text. whole: the unit of which there are only whole ones, '' where decimals are right."""
    if value is None:
        yield Wrong(field, _("请填写“%(label)s”。") % {"label": label}, missing=True)
    elif isinstance(value, float):
        yield Wrong(field, _("“%(label)s”请写成文本（带引号），以免小数失真。") % {"label": label})
    elif not isinstance(value, str) or not NUMBER.fullmatch(value):
        yield Wrong(
            field,
            _("“%(label)s”里的“%(value)s”不是数字，应为最多 14 位整数、6 位小数。")
            % {"label": label, "value": str(value)[:40]},
        )
    elif not negative and Decimal(value) < 0:
        yield Wrong(field, _("“%(label)s”不能为负数（%(value)s）。") % {"label": label, "value": value})
    elif whole and Decimal(value) % 1:
        yield Wrong(
            field,
            _("“%(label)s”按%(unit)s计，应为整数（%(value)s）。") % {"label": label, "unit": whole, "value": value},
        )


def _between(value: Any, field: str, label: str, indicator: Indicator) -> Iterator[Wrong]:
    before = list(_number(value, field, label))
    yield from before
    if not before and not 0 <= Decimal(value) <= indicator.points:
        yield Wrong(
            field,
            _("“%(label)s”为 %(value)s，应在 0 与 %(points)s 之间。")
            % {"label": label, "value": value, "points": f"{indicator.points.normalize():f}"},
        )


def _listed(fact: Fact, key: str, length: int) -> tuple[list[Any], list[Wrong]]:
    given = fact.get(key)
    if given is None:
        return [None] * length, []
    if not isinstance(given, list) or len(given) > length:
        return [], [Wrong(key, _("“%(entry)s”应为 %(count)s 项的列表。") % {"entry": key, "count": length})]
    return [*given, *[None] * (length - len(given))], []


def _counts(indicator: Indicator, fact: Fact) -> Iterator[Wrong]:
    names = events_of(indicator)
    counts, found = _listed(fact, "counts", len(names))
    yield from found
    for place, (name, count) in enumerate(zip(names, counts, strict=False)):
        yield from _number(count, f"counts.{place}", name, negative=False)


def _present(indicator: Indicator, fact: Fact) -> Iterator[Wrong]:
    names = required_of(indicator)
    present, found = _listed(fact, "present", len(names))
    yield from found
    for place, (name, there) in enumerate(zip(names, present, strict=False)):
        if there is None:
            yield Wrong(f"present.{place}", _("请说明“%(name)s”是否具备。") % {"name": name}, missing=True)
        elif not isinstance(there, bool):
            yield Wrong(f"present.{place}", _("“%(name)s”只能是“有”或“无”。") % {"name": name})


def _marks(indicator: Indicator, fact: Fact) -> Iterator[Wrong]:
    marks = fact.get("marks")
    if marks is not None and (not isinstance(marks, list) or len(marks) > MOST_MARKS):
        yield Wrong("marks", _("“%(entry)s”应为最多 %(count)s 项的列表。") % {"entry": "marks", "count": MOST_MARKS})
        return
    if marks is None or not [mark for mark in marks if mark is not None]:
        yield Wrong("marks.0", _("请至少填写一个评分。"), missing=True)
        return
    for place, mark in enumerate(marks):
        if mark is not None:
            yield from _between(mark, f"marks.{place}", _("评分 %(number)s") % {"number": place + 1}, indicator)


def _inputs(indicator: Indicator, fact: Fact) -> Iterator[Wrong]:
    given = fact.get("inputs") or {}
    if not isinstance(given, Mapping):
        yield Wrong("inputs", _("“%(entry)s”应为键值对。") % {"entry": "inputs"})
        return
    names = inputs_of(indicator)
    for name in given:
        if name not in names:
            yield Wrong(f"inputs.{name}", _("本指标没有“%(entry)s”这一项。") % {"entry": name})
    for name in names:
        yield from _number(given.get(name), f"inputs.{name}", input_label(name), negative=False)


def _milestones(fact: Fact, milestones: Sequence[Due], on: date) -> Iterator[Wrong]:
    given = fact.get("done_on") or {}
    if not isinstance(given, Mapping):
        yield Wrong("done_on", _("“%(entry)s”应为键值对。") % {"entry": "done_on"})
        return
    known = {str(milestone.pk): milestone for milestone in milestones}
    for key, text in given.items():
        milestone = known.get(str(key))
        day = as_date(text)
        if milestone is None:
            yield Wrong(f"done_on.{key}", _("责任书里没有编号为 %(key)s 的节点。") % {"key": key})
        elif milestone.done_before:
            yield Wrong(
                f"done_on.{key}",
                _("“%(name)s”已由原单位于 %(day)s 完成，不用再填。")
                % {"name": milestone.name, "day": milestone.done_before},
            )
        elif day is None:
            yield Wrong(
                f"done_on.{key}",
                _("“%(name)s”的完成日期“%(value)s”应写成 2026-05-31 的样子。")
                % {"name": milestone.name, "value": str(text)[:20]},
            )
        elif day > on:
            yield Wrong(
                f"done_on.{key}",
                _("“%(name)s”的完成日期 %(day)s 在今天之后；没有完成请留空。") % {"name": milestone.name, "day": day},
            )
