"""Targets and monthly values of the demo's prefectures: invented, smooth, the same every time. Pure functions.

An office is a Profile: how big its work is and how well it does. A value is target-to-date × performance, with a
small ripple drawn from a hash, so that nothing depends on the order of calls.
"""

import hashlib
from dataclasses import dataclass, field
from decimal import ROUND_HALF_UP, Decimal
from typing import Any

QUARTER_SHARES = (Decimal("0.16"), Decimal("0.46"), Decimal("0.76"), Decimal(1))
# The payment rate's usual way through the year, in percent at the ends of the months (domain reference 2.3, B6).
PAYMENT_RATE = (6, 12, 20, 31, 43, 55, 64, 72, 80, 86, 90, 94)
START_RATE = (10, 25, 45, 64, 80, 93, 94, 95, 96, 97, 97, 98)


@dataclass(frozen=True)
class Profile:
    """One prefecture. scale: 1 is an average workload; level: 1 meets every target; group: peer group."""

    slug: str
    scale: Decimal
    level: Decimal
    group: int
    group_reason: str
    not_applicable: tuple[str, ...] = ()
    payment: Decimal = Decimal(1)
    tweaks: dict[str, Decimal] = field(default_factory=dict, compare=False)


def ripple(*parts: object, width: str = "0.02") -> Decimal:
    """A number in ±width that depends on `parts` alone."""
    digest = hashlib.sha256("|".join(map(str, parts)).encode()).digest()
    share = Decimal(int.from_bytes(digest[:4], "big")) / Decimal(2**32)
    return (share * 2 - 1) * Decimal(width)


def rounded(value: Decimal, places: str = "1") -> Decimal:
    return value.quantize(Decimal(places), ROUND_HALF_UP)


# indicator → (year target of an average prefecture, places shown)
YEAR_TARGETS = {
    "A1": (Decimal(1800), "1"),
    "A2": (Decimal(96000), "0.01"),
    "A3": (Decimal(2100), "1"),
    "A4": (Decimal(12), "1"),
    "B5": (Decimal(64), "1"),
    "D2": (Decimal(2400), "1"),
    "D4": (Decimal(8), "1"),
}
MILESTONES = {
    "A5": (("四级公路复建通车", "05-31"), ("35kV 输电线路改建投运", "09-15")),
    "A6": (("库底清理验收", "06-30"), ("阶段性蓄水验收", "10-20")),
    "A7": (("实物指标调查成果确认", "04-30"), ("规划大纲报批", "08-31")),
}
SMALL_WHOLE = frozenset({"A4", "D4"})


def year_target(profile: Profile, code: str) -> Decimal:
    """The year's target in the indicator's unit; whole numbers of sites and villages are at least 3."""
    base, places = YEAR_TARGETS[code]
    target = rounded(base * profile.scale, "1" if places == "1" else "10")
    return max(target, Decimal(3)) if code in SMALL_WHOLE else target


def quarters(profile: Profile, code: str) -> tuple[Decimal, Decimal, Decimal]:
    """Cumulative targets to the ends of March, June and September."""
    target = year_target(profile, code)
    return tuple(rounded(target * share) for share in QUARTER_SHARES[:3])  # type: ignore[return-value]


def slow_start(profile: Profile, code: str) -> list[Decimal]:
    """The twelve months of an office that reaches a fifth of each quarter in its first month and half by its second."""
    ends = (Decimal(0), *quarters(profile, code), year_target(profile, code))
    return [
        ends[quarter + 1] if part == 1 else rounded(ends[quarter] + (ends[quarter + 1] - ends[quarter]) * part)
        for quarter in range(4)
        for part in (Decimal("0.2"), Decimal("0.5"), Decimal(1))
    ]


def to_date(profile: Profile, code: str, month: int) -> Decimal:
    """Target to the end of `month`, straight between quarter ends."""
    ends = (Decimal(0), *quarters(profile, code), year_target(profile, code))
    quarter, into = divmod(month - 1, 3)
    return ends[quarter] + (ends[quarter + 1] - ends[quarter]) * (into + 1) / 3


def performance(profile: Profile, code: str, month: int) -> Decimal:
    """How much of what should be there is there: about the profile's level, catching up over the year."""
    tweak = profile.tweaks.get(code, Decimal(1))
    return profile.level * tweak * (1 + ripple(profile.slug, code, month)) - Decimal("0.004") * (10 - month)


def cumulative(profile: Profile, code: str, month: int) -> Decimal:
    """The year's value so far; never less than the month before."""
    places = YEAR_TARGETS[code][1]
    reached = [
        rounded(to_date(profile, code, each) * performance(profile, code, each), places) for each in range(1, month + 1)
    ]
    return max(reached)


def rate(profile: Profile, code: str, month: int, base: str, spread: str) -> Decimal:
    """A percentage near `base` for a good office, lower by `spread` for each 10 % of level missing; at most 100."""
    below = (1 - profile.level) * 10 * Decimal(spread)
    value = Decimal(base) - below + ripple(profile.slug, code, month, width="0.6")
    return min(rounded(value, "0.1"), Decimal(100))


def along(profile: Profile, code: str, month: int, curve: tuple[int, ...], factor: Decimal) -> Decimal:
    value = Decimal(curve[month - 1]) * factor * (1 + ripple(profile.slug, code, month, width="0.015"))
    return min(rounded(value, "0.1"), Decimal(100))


def events_so_far(profile: Profile, code: str, month: int, yearly: str) -> int:
    """Events counted up to the month: more where the level is low."""
    pace = Decimal(yearly) * (Decimal("1.12") - profile.level) * 6
    return int(pace * month / 12 + ripple(profile.slug, code, width="0.35"))


def fact(profile: Profile, code: str, month: int) -> dict[str, Any] | None:
    """The month's fact of a prefecture-reported indicator, as reporting takes it; None when nothing happened."""
    if code in YEAR_TARGETS:
        return {"value": str(cumulative(profile, code, month))}
    if code in ("B7", "B8", "F2"):
        return _ratio(profile, code, month)
    makers = {
        "B2": lambda: rate(profile, code, month, "99.8", "0.7"),
        "B3": lambda: Decimal(0 if profile.level > Decimal("0.9") else 14),
        "B4": lambda: along(profile, code, month, START_RATE, min(profile.level * Decimal("1.02"), Decimal(1))),
        "B6": lambda: along(profile, code, month, PAYMENT_RATE, profile.level * profile.payment),
        "C2": lambda: rounded(26 + (1 - profile.level) * 160 + ripple(profile.slug, code, month, width="2"), "1"),
        "C4": lambda: rate(profile, code, month, "97.5", "5"),
        "E1": lambda: rate(profile, code, month, "99.4", "1.8"),
        "E2": lambda: rounded(4 + (1 - profile.level) * 60 + ripple(profile.slug, code, month, width="1.2"), "0.1"),
        "G2": lambda: rounded(Decimal(4) * month * profile.level + ripple(profile.slug, code, width="1"), "0.1"),
        "G3": lambda: rounded(Decimal("4.6") * profile.level + ripple(profile.slug, code, month, width="0.5"), "0.1"),
    }
    if code in makers:
        return {"value": str(makers[code]())}
    if code == "C3":
        return {"inputs": _rectification(profile, month)}
    if code in ("C5", "F1"):
        count = events_so_far(profile, code, month, {"C5": "1.3", "F1": "1.1"}[code])
        return {"counts": [str(count)]} if count else None
    if code == "F3":
        return {"present": [True, month >= 2, month >= 9 or profile.level > Decimal("0.93")]}
    raise KeyError(code)


def _ratio(profile: Profile, code: str, month: int) -> dict[str, Any]:
    yearly = {"B7": 46, "B8": 38, "F2": 1450}[code]
    target = max(rounded(Decimal(yearly) * profile.scale * month / 12), Decimal(1))
    reached = min(performance(profile, code, month) * Decimal("1.01"), Decimal(1))
    value = min(rounded(target * reached), target)
    return {"value": str(value), "target": str(target)}


def _rectification(profile: Profile, month: int) -> dict[str, str]:
    found = max(int(14 * profile.scale), 3)
    share = min(profile.level * (Decimal("0.45") + Decimal("0.055") * month), Decimal(1))
    done = int(found * share)
    amount = rounded(Decimal("86.4") * profile.scale, "0.01")
    return {
        "found_count": str(found),
        "rectified_count": str(done),
        "found_amount": str(amount),
        "rectified_amount": str(rounded(amount * done / found, "0.01")),
        "overdue_items": str(1 if profile.level < Decimal("0.88") and month > 5 else 0),
    }


def province_fact(profile: Profile, code: str, month: int) -> dict[str, Any] | None:
    """The month's fact of an indicator that the bureau enters; None when there was no event."""
    if code in ("B1", "C1", "E4", "G4"):
        yearly = {"B1": "9", "C1": "0.9", "E4": "0.35", "G4": "0.5"}[code]
        count = events_so_far(profile, code, month, yearly)
        rows = 2 if code == "E4" else 1
        return {"counts": [str(count), *["0"] * (rows - 1)]} if count else None
    if code == "E3":
        count = events_so_far(profile, code, month, "1")
        return {"counts": [str(count), "0", "0"]} if count else None
    if code == "B9":
        grade = "优" if profile.level > Decimal("0.95") else "良" if profile.level > Decimal("0.88") else "中"
        return {"value": grade}
    if code == "D1":
        return {
            "value": str(
                rounded((profile.level - Decimal("0.9")) * 16 + ripple(profile.slug, code, width="0.4"), "0.1")
            )
        }
    if code == "D3":
        return {"value": str(rate(profile, code, 1, "96.6", "4.5"))}
    if code == "G1":
        base = Decimal("1.62") + (profile.level - Decimal("0.9")) * 3
        marks = [
            min(rounded(base + ripple(profile.slug, code, seat, width="0.15"), "0.01"), Decimal(2)) for seat in range(7)
        ]
        return {"marks": [str(mark) for mark in marks], "counts": ["0"]}
    raise KeyError(code)


def done_on(profile: Profile, year: int, code: str, month: int) -> list[str | None]:
    """For each milestone of `code`: the day it was done, if by the end of `month`."""
    found: list[str | None] = []
    for name, due in MILESTONES[code]:
        late = max(int((1 - profile.level) * 160 + ripple(profile.slug, name, width="9")), 0)
        due_month, due_day = (int(part) for part in due.split("-"))
        day_of_year = (due_month - 1) * 30 + due_day + late
        at_month, at_day = min((day_of_year - 1) // 30 + 1, 12), (day_of_year - 1) % 28 + 1
        if late == 0:
            at_month, at_day = due_month, max(due_day - 3, 1)
        found.append(f"{year}-{at_month:02d}-{at_day:02d}" if at_month <= month else None)
    return found
