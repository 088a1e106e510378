"""Shapes of dated values: what a page asks for, what is taken, how it is said. Values keep the form of the files.

A shape reads what was typed or handed in and gives the value as the file would have it (figures that may have
decimals as text, counts as int), noting a Problem beside each place that does not fit. Places are named by a path:
"items-0-text". The same shapes serve the pages and the API.
"""

import re
from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass, field
from datetime import date
from decimal import Decimal, InvalidOperation
from typing import Any, Protocol

from django.utils.functional import Promise
from django.utils.translation import get_language
from django.utils.translation import gettext as _

Words = str | Promise
CONTROL = re.compile(r"[\x00-\x1f\x7f\ud800-\udfff]")
CODE = re.compile(r"^[A-Z][A-Z0-9]{0,5}$")
MONTH_DAY = re.compile(r"^(\d{2})-(\d{2})$")
SEPARATORS = re.compile(r"[、，,;；\s]+")


@dataclass(frozen=True)
class Problem:
    """What does not fit at a place of the value, in a sentence."""

    path: str
    message: str


Problems = list[Problem]
Check = Callable[[Any], Iterable[tuple[str, str]]]  # a value that fits in itself → (path, sentence) of what does not


class Shape(Protocol):
    """What a place of a value may hold."""

    @property
    def label(self) -> Words: ...

    def read(self, given: Any, path: str, problems: Problems) -> Any:
        """The value in the file's form; what does not fit is noted, and what is given back then means nothing."""

    def typed(self, data: Mapping[str, Any], path: str) -> Any:
        """What was typed at this place of a form, to be read."""

    def said(self, value: Any) -> str:
        """A value in words, in the reader's language."""


def at(path: str, name: object) -> str:
    return f"{path}-{name}" if path else str(name)


class _Typed:
    """A place that is one entry of a form."""

    def typed(self, data: Mapping[str, Any], path: str) -> Any:
        return data.get(path, "")


def _missing(given: Any) -> bool:
    return given is None or (isinstance(given, str) and not given.strip())


def _fail(problems: Problems, path: str, sentence: str, **values: object) -> None:
    problems.append(Problem(path, sentence % values if values else sentence))


@dataclass(frozen=True)
class Amount(_Typed):
    """A figure that may have decimals; kept as text."""

    label: Words
    unit: Words = ""
    least: str = "0"
    most: str = "1000"
    places: int = 2

    def read(self, given: Any, path: str, problems: Problems) -> str:
        if _missing(given):
            _fail(problems, path, _("请填写%(label)s。"), label=self.label)
            return ""
        text = str(given).strip()
        try:
            figure = Decimal(text) if not isinstance(given, bool | float) and len(text) <= 20 else None
        except InvalidOperation:
            figure = None
        if figure is None or not figure.is_finite():
            _fail(problems, path, _("%(label)s应为数字，如 12.5。"), label=self.label)
        elif not Decimal(self.least) <= figure <= Decimal(self.most):
            _fail(
                problems, path, _("%(label)s应在 %(least)s 至 %(most)s 之间，填的是 %(given)s。"),
                label=self.label, least=self.least, most=self.most, given=text,
            )  # fmt: skip
        elif figure != round(figure, self.places):
            _fail(problems, path, _("%(label)s最多保留 %(n)s 位小数。"), label=self.label, n=self.places)
        else:
            return f"{figure.normalize():f}"
        return ""

    def said(self, value: Any) -> str:
        return f"{value} {self.unit}".strip()


@dataclass(frozen=True)
class Count(_Typed):
    """A whole number. odd: of people who vote, so that there is a majority."""

    label: Words
    unit: Words = ""
    least: int = 1
    most: int = 100
    odd: bool = False

    def read(self, given: Any, path: str, problems: Problems) -> int:
        if _missing(given):
            _fail(problems, path, _("请填写%(label)s。"), label=self.label)
            return 0
        text = str(given).strip()
        if isinstance(given, bool | float) or not text.isascii() or not text.isdigit() or len(text) > 9:
            _fail(problems, path, _("%(label)s应为整数。"), label=self.label)
        elif not self.least <= int(text) <= self.most:
            _fail(
                problems, path, _("%(label)s应在 %(least)s 至 %(most)s 之间，填的是 %(given)s。"),
                label=self.label, least=self.least, most=self.most, given=text,
            )  # fmt: skip
        elif self.odd and int(text) % 2 == 0:
            _fail(
                problems, path, _("%(label)s应为单数，表决才有多数；填的是 %(given)s。"), label=self.label, given=text
            )
        else:
            return int(text)
        return 0

    def said(self, value: Any) -> str:
        return f"{value} {self.unit}".strip()


@dataclass(frozen=True)
class Flag:
    """Yes or no."""

    label: Words

    def read(self, given: Any, path: str, problems: Problems) -> bool:
        if not isinstance(given, bool):
            _fail(problems, path, _("%(label)s应为是或否。"), label=self.label)
            return False
        return given

    def typed(self, data: Mapping[str, Any], path: str) -> Any:
        return bool(data.get(path))

    def said(self, value: Any) -> str:
        return _("是") if value else _("否")


@dataclass(frozen=True)
class Choice(_Typed):
    """One of several; options: kept → said."""

    label: Words
    options: Mapping[str, Words]

    def read(self, given: Any, path: str, problems: Problems) -> str:
        if not isinstance(given, str) or given not in self.options:
            _fail(problems, path, _("请选择%(label)s。"), label=self.label)
            return ""
        return given

    def said(self, value: Any) -> str:
        return str(self.options.get(value, value))


@dataclass(frozen=True)
class Text(_Typed):
    """Words in one line."""

    label: Words
    longest: int = 100
    required: bool = True

    def read(self, given: Any, path: str, problems: Problems) -> str:
        text = given.strip() if isinstance(given, str) else ""
        if not text and self.required:
            _fail(problems, path, _("请填写%(label)s。"), label=self.label)
        if len(text) > self.longest:
            _fail(
                problems, path, _("%(label)s最多 %(longest)s 个字，现有 %(given)s 个。"),
                label=self.label, longest=self.longest, given=len(text),
            )  # fmt: skip
        if CONTROL.search(text):
            _fail(problems, path, _("含有不可见的控制字符，请删除后再提交。"))
        return text

    def said(self, value: Any) -> str:
        return str(value)


@dataclass(frozen=True)
class Code(_Typed):
    """A short code: a capital letter, then letters and digits."""

    label: Words

    def read(self, given: Any, path: str, problems: Problems) -> str:
        text = given.strip() if isinstance(given, str) else ""
        if not CODE.match(text):
            _fail(
                problems, path, _("%(label)s应以大写字母开头，只含大写字母和数字，最多 6 位，如 P1。"), label=self.label
            )
        return text

    def said(self, value: Any) -> str:
        return str(value)


@dataclass(frozen=True)
class MonthDay(_Typed):
    """A day of every year, as 06-01; 29 February is none."""

    label: Words

    def read(self, given: Any, path: str, problems: Problems) -> str:
        text = given.strip() if isinstance(given, str) else ""
        found = MONTH_DAY.match(text)
        try:
            date(2023, int(found[1]) if found else 0, int(found[2]) if found else 0)
        except ValueError:
            _fail(problems, path, _("%(label)s应写成“月-日”，如 06-01。"), label=self.label)
        return text

    def said(self, value: Any) -> str:
        return str(value)


@dataclass(frozen=True)
class Months:
    """Months of the year, in order."""

    label: Words
    most: int = 12

    def read(self, given: Any, path: str, problems: Problems) -> list[int]:
        texts = [str(each) for each in given] if isinstance(given, list) else []
        months = sorted({int(text) for text in texts if text.isascii() and text.isdigit() and len(text) < 3})
        if not months or len(months) != len(texts) or not 1 <= months[0] <= months[-1] <= self.most:
            _fail(
                problems,
                path,
                _("%(label)s：请至少选一个月份，且不晚于 %(most)s 月。"),
                label=self.label,
                most=self.most,
            )
        return months

    def typed(self, data: Mapping[str, Any], path: str) -> Any:
        given = data.getlist(path) if hasattr(data, "getlist") else data.get(path, [])
        return list(given)

    def said(self, value: Any) -> str:
        return _("、").join(str(month) for month in value)


@dataclass(frozen=True)
class Codes:
    """Several codes in order, typed with commas between."""

    label: Words
    required: bool = True

    def read(self, given: Any, path: str, problems: Problems) -> list[str]:
        codes = [str(code).strip() for code in given] if isinstance(given, list) else []
        if (
            (not codes and (self.required or given))
            or len(set(codes)) != len(codes)
            or not all(CODE.match(code) for code in codes)
        ):
            _fail(problems, path, _("%(label)s：请填写指标组的编码，用顿号或逗号分开，如 A、B。"), label=self.label)
        return codes

    def typed(self, data: Mapping[str, Any], path: str) -> Any:
        return [part for part in SEPARATORS.split(str(data.get(path, ""))) if part]

    def said(self, value: Any) -> str:
        return _("、").join(value)


@dataclass(frozen=True)
class Several:
    """Several texts or whole numbers, none twice, typed with commas between; each: what one of them may be."""

    label: Words
    each: Text | Count
    most: int = 40
    longest: int = 600  # characters of the whole line
    check: Check | None = None

    def read(self, given: Any, path: str, problems: Problems) -> list[Any]:
        if not isinstance(given, list) or not 1 <= len(given) <= self.most:
            _fail(
                problems, path, _("%(label)s：请填写 1 至 %(most)s 个，用顿号或逗号分开。"),
                label=self.label, most=self.most,
            )  # fmt: skip
            return []
        before = len(problems)
        found = [self.each.read(one, path, problems) for one in given]
        if len(problems) == before and len(set(found)) != len(found):
            _fail(problems, path, _("%(label)s：有重复的，请每个只写一次。"), label=self.label)
        if len(problems) == before and self.check:
            problems += [Problem(path, said) for _where, said in self.check(found)]
        return found

    def typed(self, data: Mapping[str, Any], path: str) -> Any:
        return [part for part in SEPARATORS.split(str(data.get(path, ""))) if part]

    def said(self, value: Any) -> str:
        return _("、").join(self.each.said(each) for each in value)


@dataclass(frozen=True)
class Record:
    """Named entries. check: what the entries must agree on; fallback: entry → whose words it takes when empty."""

    fields: Mapping[str, Shape]
    label: Words = ""
    check: Check | None = None
    fallback: Mapping[str, str] = field(default_factory=dict)

    def read(self, given: Any, path: str, problems: Problems) -> dict[str, Any]:
        if not isinstance(given, Mapping) or (extra := set(given) - set(self.fields)):
            said = "、".join(sorted(map(str, extra))) if isinstance(given, Mapping) else str(type(given).__name__)
            _fail(
                problems, path, _("应有这些项：%(names)s；现有 %(given)s。"), names="、".join(self.fields), given=said
            )
            return {}
        before = len(problems)
        value = {name: shape.read(given.get(name), at(path, name), problems) for name, shape in self.fields.items()}
        for name, other in self.fallback.items():
            value[name] = value[name] or value[other]
        if len(problems) == before and self.check:
            problems += [Problem(at(path, where) if where else path, said) for where, said in self.check(value)]
        return value

    def typed(self, data: Mapping[str, Any], path: str) -> Any:
        return {name: shape.typed(data, at(path, name)) for name, shape in self.fields.items()}

    def said(self, value: Any) -> str:
        english = (get_language() or "").startswith("en")
        parts = []
        for name, shape in self.fields.items():
            paired = f"{name}_en" in self.fields if english else name.endswith("_en") and name[:-3] in self.fields
            if paired or name not in value:
                continue
            told = shape.said(value[name])
            plain = isinstance(shape, Text | Code | Choice)
            parts.append(told if plain or not told else f"{shape.label} {told}")
        return _("，").join(part for part in parts if part)


@dataclass(frozen=True)
class Rows:
    """Rows of the same entries, in order; they can be added, moved and removed. key: the entry that names a row, whose

    value is then kept as a mapping by it, else as a list. check: what the whole must be. unpack and pack: a row of the
    file into its entries and back, where the file has another form.
    """

    row: Record
    label: Words
    least: int = 1
    most: int = 40
    key: str = ""
    check: Check | None = None
    unpack: Callable[[Any], Any] | None = None
    pack: Callable[[Any], Any] | None = None

    def read(self, given: Any, path: str, problems: Problems) -> Any:
        if self.key and isinstance(given, Mapping):
            given = [{self.key: code, **row} if isinstance(row, Mapping) else row for code, row in given.items()]
        if not isinstance(given, list):
            _fail(problems, path, _("%(label)s应为若干行。"), label=self.label)
            return {} if self.key else []
        if not self.least <= len(given) <= self.most:
            _fail(
                problems, path, _("%(label)s应有 %(least)s 至 %(most)s 行，现有 %(n)s 行。"),
                label=self.label, least=self.least, most=self.most, n=len(given),
            )  # fmt: skip
            return {} if self.key else []
        before = len(problems)
        unpack = self.unpack or (lambda row: row)
        rows = [self.row.read(unpack(row), at(path, place), problems) for place, row in enumerate(given)]
        unique = self.key or ("code" if "code" in self.row.fields else "")
        if unique and len(problems) == before:
            seen: set[str] = set()
            for place, row in enumerate(rows):
                if row[unique] in seen:
                    where = at(at(path, place), unique)
                    _fail(problems, where, _("编码 %(code)s 重复，每行应各不相同。"), code=row[unique])
                seen.add(row[unique])
        if len(problems) == before and self.check:
            problems += [Problem(at(path, where) if where else path, said) for where, said in self.check(rows)]
        if len(problems) > before:
            return {} if self.key else []
        if not self.key:
            return [self.pack(row) for row in rows] if self.pack else rows
        return {row[self.key]: {name: entry for name, entry in row.items() if name != self.key} for row in rows if row}

    def typed(self, data: Mapping[str, Any], path: str) -> Any:
        text = str(data.get(at(path, "n"), ""))
        n = int(text) if text.isascii() and text.isdigit() and len(text) < 4 else 0
        return [self.row.typed(data, at(path, place)) for place in range(min(n, self.most + 1))]

    def rows_of(self, value: Any) -> list[dict[str, Any]]:
        """The rows of a value in the file's form, or as they were typed."""
        if self.key and not isinstance(value, list):
            return [{self.key: code, **row} for code, row in (value or {}).items()]
        return [self.unpack(row) if self.unpack else row for row in value or []]

    def said(self, value: Any) -> str:
        return _("；").join(self.row.said(row) for row in self.rows_of(value))
