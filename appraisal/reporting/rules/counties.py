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


@dataclass(frozen=True)
class Apart:
    """Where a county's line is not what the county itself reports.

    differing: (name, line, the county's own); open: names whose own figure is counted and not verified yet; silent:
    names that are counted and have reported nothing themselves.
    """

    differing: tuple[tuple[str, Decimal, Decimal], ...]
    open: tuple[str, ...]
    silent: tuple[str, ...]

    def values(self) -> dict[str, Any]:
        """As a remark keeps it: numbers as text."""
        return {
            "differing": [[name, plain(line), plain(own)] for name, line, own in self.differing],
            "open": list(self.open),
            "silent": list(self.silent),
        }


def apart(
    lines: Mapping[str, Decimal], counties: Mapping[str, str], own: Mapping[str, tuple[Decimal | None, bool]]
) -> Apart | None:
    """The county lines against what the counties report themselves, or None where nothing is to be said.

    own: code → (quantity, None where the county has not reported; whether it is verified), of counties in a house.
    """
    told = [(counties.get(code, code), lines[code], *own[code]) for code in sorted(lines.keys() & own.keys())]
    found = Apart(
        tuple((name, line, quantity) for name, line, quantity, _final in told if quantity not in (None, line)),
        tuple(name for name, _line, quantity, final in told if quantity is not None and not final),
        tuple(name for name, _line, quantity, _final in told if quantity is None),
    )
    return found if found.differing or found.open or found.silent else None


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
