"""The dated figures of inspections, kept in params/*.yaml with their references."""

from datetime import date
from pathlib import Path
from typing import Any

from core import parameters

FOLDER = Path(__file__).parent / "params"


def in_force(name: str, on: date) -> Any:
    """The value of params/<name>.yaml on a day. Raises core.parameters.ParameterError before the first."""
    return parameters.load(FOLDER / f"{name}.yaml").value(on)


def reference(name: str, on: date) -> str:
    """What that value rests on."""
    return parameters.load(FOLDER / f"{name}.yaml").at(on).reference
