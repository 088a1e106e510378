"""The dated figures of the rules, kept in params/*.yaml: each value holds from its day on and names its reference."""

from datetime import date
from functools import cache
from pathlib import Path
from typing import Any

from core import parameters

FOLDER = Path(__file__).parent / "params"


def in_force(name: str, on: date | None) -> Any:
    """The value of params/<name>.yaml on a day, or the newest when no day is asked for.

    Raises core.parameters.ParameterError for a day before the first value.
    """
    parameter = _parameter(name)
    return parameter.newest() if on is None else parameter.value(on)


@cache
def _parameter(name: str) -> parameters.Parameter:
    """By name: making and hashing a path costs more than looking a value up."""
    return parameters.load(FOLDER / f"{name}.yaml")
