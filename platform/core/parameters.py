"""Rules and thresholds as dated data: a YAML file per parameter, every value with its reference.

```yaml
label: 负债率指标的满分（分）
description: Full marks of the debt ratio criterion
unit: points
values:
  2023-01-01: {value: 20, reference: "Appraisal Order 2023/4, annex B, row 3"}
```
Numbers written in quotes become Decimal by the caller; this module does not guess.
"""

from bisect import bisect_right
from collections.abc import Iterable
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
    """One value from a day on, with the source it rests on."""

    since: date
    value: Any
    reference: str


@dataclass(frozen=True)
class Parameter:
    name: str
    description: str
    unit: str
    values: tuple[Dated, ...]
    label: str = ""  # in Chinese, with the unit; description and unit are English

    def at(self, day: date) -> Dated:
        """The entry in force on `day`. Raises ParameterError before the first one, naming the day."""
        index = bisect_right(self.values, day, key=lambda entry: entry.since)
        if not index:
            raise ParameterError(f"{self.name} has no value on {day}: the first is of {self.values[0].since}")
        return self.values[index - 1]

    def value(self, day: date) -> Any:
        return self.at(day).value


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
