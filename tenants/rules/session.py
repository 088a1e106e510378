"""How long a session may idle."""

from datetime import date, timedelta
from pathlib import Path

from core.parameters import load

PARAMS = Path(__file__).parent / "params"


def idle_minutes(duty: str, *, on: date) -> int:
    """Minutes without a request after which a session ends; administrators have less. Source: domain reference 5.1."""
    name = "idle_minutes" if duty == "BUSINESS" else "idle_minutes_administrator"
    return int(load(PARAMS / f"{name}.yaml").value(on))


def longest(*, on: date) -> timedelta:
    """How long a session lasts at most, however busy it is (parameter session_hours)."""
    return timedelta(hours=int(load(PARAMS / "session_hours.yaml").value(on)))


def warning_minutes(*, on: date) -> int:
    """Minutes before the end of a session at which its owner is warned."""
    return int(load(PARAMS / "session_warning_minutes.yaml").value(on))


def single_session(*, on: date, since: date | None) -> bool:
    """Whether a new sign-in ends the others. since: the day an installation chose, None: as the parameter says."""
    return bool(load(PARAMS / "single_session.yaml").value(on)) or (since is not None and on >= since)


def kept_days(*, on: date) -> int:
    """Days for which the row of a session that is over is kept."""
    return int(load(PARAMS / "session_rows_days.yaml").value(on))
