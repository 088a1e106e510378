"""When failed sign-ins lock an account or an address. Source: domain reference 5.1, GB/T 22239-2019 8.1.4.1 b)."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date, datetime, timedelta

from tenants.rules.passwords import value

FAILED, SUCCEEDED, LOCKED, UNLOCKED = "failed", "succeeded", "locked", "unlocked"


@dataclass(frozen=True)
class Mark:
    """One thing that happened at a door: a failure, a success, the beginning of a lock, an unlocking.

    account: whose; at an address only the failures after which that account did not sign in there count.
    """

    kind: str
    at: datetime
    account: str = ""


def window(*, on: date) -> timedelta:
    """How long a lock holds, and after how long a failure is forgotten."""
    return timedelta(minutes=value("sign_in_lock_minutes", on=on))


def kept_days(*, on: date) -> int:
    """Days for which attempts to sign in are kept."""
    return value("sign_in_rows_days", on=on)


def locked_until(marks: Sequence[Mark], *, now: datetime, on: date) -> datetime | None:
    """When the lock in force ends, or None. marks: in any order."""
    unlocked = max((mark.at for mark in marks if mark.kind == UNLOCKED), default=None)
    starts = [mark.at for mark in marks if mark.kind == LOCKED and (unlocked is None or mark.at > unlocked)]
    ends = max(starts) + window(on=on) if starts else None
    return ends if ends is not None and ends > now else None


def tries_left(marks: Sequence[Mark], *, now: datetime, on: date) -> int:
    """How many more failures lock. Failures count from the last lock or unlocking, for the length of the window."""
    since = max((mark.at for mark in marks if mark.kind in (LOCKED, UNLOCKED)), default=None)
    oldest = now - window(on=on)
    good: dict[str, datetime] = {}
    for mark in marks:
        if mark.kind == SUCCEEDED:
            good[mark.account] = max(mark.at, good.get(mark.account, mark.at))
    counted = sum(
        mark.kind == FAILED
        and mark.at > oldest
        and (since is None or mark.at > since)
        and (mark.account not in good or mark.at > good[mark.account])
        for mark in marks
    )
    return max(value("sign_in_tries", on=on) - counted, 0)
