"""When a grave change waits for a second administrator, and for how long. Source: domain reference 5.1, 5.2."""

from datetime import date, timedelta
from pathlib import Path

from core.parameters import load

PARAMS = Path(__file__).parent / "params"


def required(*, on: date, since: date | None) -> bool:
    """since: the day an installation chose (SECOND_PERSON_FROM), None: as the parameter says."""
    return bool(load(PARAMS / "second_person_required.yaml").value(on)) or (since is not None and on >= since)


def waits(*, on: date) -> timedelta:
    """How long a request may wait (parameter change_request_hours)."""
    return timedelta(hours=int(load(PARAMS / "change_request_hours.yaml").value(on)))
