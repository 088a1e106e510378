"""Personal numbers: how often a day somebody may see whole ones, and for how long. Source: domain reference 5.1."""

from datetime import date
from pathlib import Path

from core.parameters import load

PARAMS = Path(__file__).parent / "params"
FIELDS = ("phone", "resident_id")


def most_a_day(*, on: date) -> int:
    """Times that one person may be shown a whole number in a day, over all offices and people."""
    return int(load(PARAMS / "number_reveals_per_day.yaml").value(on))


def shown_seconds(*, on: date) -> int:
    """Seconds after which a shown number goes from the page."""
    return int(load(PARAMS / "number_shown_seconds.yaml").value(on))
