"""Dated figures from YAML: each value holds from its day on and names its reference."""

from bisect import bisect_right
from dataclasses import dataclass
from datetime import date
from functools import cache
from pathlib import Path
from typing import Any

import yaml

FOLDER = Path(__file__).parent / "params"


class NoValueYet(LookupError):
    """Asked for a day before the first value."""


@dataclass(frozen=True, slots=True)
class Value:
    """A figure and the order that set it."""

    since: date
    value: Any
    reference: str


@dataclass(frozen=True, slots=True)
class Parameter:
    """A figure's history, oldest first."""

    name: str
    description: str
    values: tuple[Value, ...]

    def on(self, day: date) -> Value:
        """The value in force on `day`. Raises NoValueYet before the first one."""
        place = bisect_right([value.since for value in self.values], day)
        if place == 0:
            raise NoValueYet(f"{self.name} has no value on {day}; the first holds from {self.values[0].since}")
        return self.values[place - 1]

    @property
    def latest(self) -> Value:
        """The newest value, for questions that name no day."""
        return self.values[-1]

    def at(self, day: date | None) -> Value:
        """The value on `day`, or the newest when no day is asked for."""
        return self.latest if day is None else self.on(day)


@cache
def parameter(name: str) -> Parameter:
    """The figure kept in params/<name>.yaml. Every value must have a reference."""
    content = yaml.safe_load((FOLDER / f"{name}.yaml").read_text(encoding="utf-8"))
    values = tuple(Value(since, row["value"], row["reference"]) for since, row in sorted(content["values"].items()))
    if not values or not all(value.reference for value in values):
        raise ValueError(f"{name}.yaml: every value needs a reference")
    return Parameter(name, content["description"], values)
