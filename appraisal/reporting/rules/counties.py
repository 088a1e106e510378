"""County lines: each county once, and together the value; where they are not, what the difference consists of."""

from collections.abc import Mapping
from dataclasses import dataclass
from decimal import Decimal
from typing import Any

from appraisal.reporting.rules.changes import plain


@dataclass(frozen=True)
class Mismatch:
    """Why the counties do not make up the value: their total, who has no line, who changed since the last handing-over.

    missing: names; changed: (name, before, now), before None where the county is new, now None where it is gone.
    """

    total: Decimal
    value: Decimal | None
    missing: tuple[str, ...]
    changed: tuple[tuple[str, Decimal | None, Decimal | None], ...] = ()

    @property
    def difference(self) -> Decimal:
        return Decimal(0) if self.value is None else self.value - self.total

    def values(self) -> dict[str, Any]:
        """As a remark keeps it: numbers as text."""
        return {
            "total": plain(self.total),
            "value": None if self.value is None else plain(self.value),
            "difference": plain(self.difference),
            "missing": list(self.missing),
            "changed": [
                [name, *(None if one is None else plain(one) for one in (before, now))]
                for name, before, now in self.changed
            ],
        }


def mismatch(
    lines: Mapping[str, Decimal],
    counties: Mapping[str, str],
    value: Decimal | None,
    handed: Mapping[str, Decimal] | None = None,
) -> Mismatch | None:
    """What has to be explained of the county lines, or None. lines, handed: code → quantity; counties: code → name.

    No line at all is in order: counties are optional until one is filled in, from then on each has a line (0 where
    nothing happened), so that an unknown figure is not taken for none. handed: the lines of the month's last
    handing-over; they are compared only where something does not add up.
    """
    if not lines:
        return None
    total = sum(lines.values(), Decimal(0))
    missing = tuple(name for code, name in counties.items() if code not in lines)
    if not missing and (value is None or total == value):
        return None
    changed = (
        ()
        if handed is None
        else tuple(
            (counties.get(code, code), handed.get(code), lines.get(code))
            for code in sorted(lines.keys() | handed.keys())
            if handed.get(code) != lines.get(code)
        )
    )
    return Mismatch(total, value, missing, changed)
