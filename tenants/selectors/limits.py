"""The dated parameters as they are in force: value, source, since when."""

from dataclasses import dataclass
from datetime import date
from pathlib import Path
from typing import Any

from django.conf import settings
from django.utils.translation import get_language
from django.utils.translation import gettext as _

from core import parameters
from core.parameters import Dated, Parameter


@dataclass(frozen=True)
class Limit:
    """A parameter on a day. now: the entry in force; next: the one that a later day brings, if it is known."""

    app: str
    parameter: Parameter
    now: Dated
    next: Dated | None

    @property
    def label(self) -> str:
        """In the reader's language."""
        chinese = (get_language() or "").startswith("zh")
        return self.parameter.label if chinese else f"{self.parameter.description} ({self.parameter.unit or '–'})"

    @property
    def value(self) -> str:
        return _said(self.now.value)


def _said(value: Any) -> str:
    if isinstance(value, bool | int | float | str):
        return str(value)
    return _("%(n)s 项") % {"n": len(value)}


def limits_on(day: date) -> list[Limit]:
    """All of them, by app and name; those whose first value holds later are left out."""
    found = parameters.found(Path(settings.BASE_DIR), settings.PARAMETER_APPS)
    return [
        Limit(app, one, one.at(day), one.next_after(day))
        for app, known in found.items()
        for one in known
        if one.values[0].since <= day
    ]
