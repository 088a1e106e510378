"""Rules and thresholds as dated data: a YAML file per parameter, every value with its reference.

```yaml
label: 负债率指标的满分（分）
description: Full marks of the debt ratio criterion
unit: points
values:
  2023-01-01: {value: 20, reference: "Appraisal Order 2023/4, annex B, row 3"}
```
Numbers written in quotes become Decimal by the caller; this module does not guess.

A province may lay down values of its own from a day on (adr/0037). Who keeps them registers with `follow`; this module
knows no provinces: it asks for the own values of the office whose work is being done, each time a value is read.
"""

from bisect import bisect_right
from collections.abc import Callable, Iterable
from dataclasses import dataclass
from datetime import date
from functools import lru_cache
from pathlib import Path
from typing import Any

import yaml


class ParameterError(ValueError):
    """A parameter file is malformed, or asked for a day before its first value."""


@dataclass(frozen=True)
class Dated:
    """One value from a day on, with the source it rests on. own: laid down by the province itself.

    An own entry whose value is None goes back to the file's value from its day on.
    """

    since: date
    value: Any
    reference: str
    own: bool = False


Own = Callable[[str], tuple[Dated, ...]]
_own: Own | None = None


def follow(own: Own) -> None:
    """Register who tells a parameter's own values where the work is being done, by day; () where there are none."""
    global _own
    _own = own


@dataclass(frozen=True)
class Parameter:
    name: str
    description: str
    unit: str
    values: tuple[Dated, ...]
    label: str = ""  # in Chinese, with the unit; description and unit are English

    def at(self, day: date) -> Dated:
        """The entry in force on `day`, the province's own where it has one.

        Raises ParameterError before the first one, naming the day.
        """
        return self.among(_own(self.name) if _own else (), day)

    def among(self, own: tuple[Dated, ...], day: date) -> Dated:
        """The entry of `day` where these own ones stand before the file's."""
        entry = _last(own, day)
        return entry if entry is not None and entry.value is not None else self.default_at(day)

    def default_at(self, day: date) -> Dated:
        """The file's entry of `day`, whatever a province has laid down. Raises ParameterError before the first one."""
        found = _last(self.values, day)
        if found is None:
            raise ParameterError(f"{self.name} has no value on {day}: the first is of {self.values[0].since}")
        return found

    def value(self, day: date) -> Any:
        return self.at(day).value

    def newest(self) -> Any:
        """The value of the last day that anything is known of."""
        own = _own(self.name) if _own else ()
        return self.among(own, max(entry.since for entry in (*self.values, *own))).value

    def next_after(self, day: date) -> Dated | None:
        """What comes into force next after `day`, with the day it does; None while nothing is known."""
        return self.next_among(_own(self.name) if _own else (), day)

    def next_among(self, own: tuple[Dated, ...], day: date) -> Dated | None:
        """The same where these own entries stand before the file's; going back is the file's entry from that day."""
        now = self.among(own, day)
        for since in sorted({entry.since for entry in (*self.values, *own) if entry.since > day}):
            if (then := self.among(own, since)) != now:
                return Dated(since, then.value, then.reference, then.own)
        return None


def _last(entries: tuple[Dated, ...], day: date) -> Dated | None:
    index = bisect_right(entries, day, key=lambda entry: entry.since)
    return entries[index - 1] if index else None


@lru_cache(maxsize=256)
def load(path: Path) -> Parameter:
    """Read and check a parameter file; cached. Raises ParameterError with what is wrong."""
    content = yaml.safe_load(path.read_text("utf-8"))
    if not isinstance(content, dict) or not content.get("values") or "description" not in content:
        raise ParameterError(f"{path.name}: needs description and values")
    entries = []
    for since, entry in content["values"].items():
        if not isinstance(since, date) or not isinstance(entry, dict) or "value" not in entry:
            raise ParameterError(f"{path.name}: each value needs a date and {{value, reference}}")
        if not entry.get("reference"):
            raise ParameterError(f"{path.name}: the value of {since} gives no reference")
        entries.append(Dated(since, entry["value"], entry["reference"]))
    entries.sort(key=lambda item: item.since)
    return Parameter(
        path.stem, content["description"], content.get("unit", ""), tuple(entries), content.get("label", "")
    )  # fmt: skip


def found(root: Path, apps: Iterable[str]) -> dict[str, list[Parameter]]:
    """App → all its parameters, by name: the files in its folders called params."""
    return {app: [load(path) for path in sorted((root / app).rglob("params/*.yaml"))] for app in apps}


def shortly(value: Any) -> str:
    """A value as it is where it is short, '' for a table or list of many entries."""
    text = str(value)
    return text if len(text) <= 60 else ""
