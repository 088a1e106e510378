"""How long the shadow of an office is kept. Source: design decision; Personal Information Protection Law, art. 19."""

from datetime import date, timedelta
from pathlib import Path

from core.parameters import load

PARAMS = Path(__file__).parent / "params"


def drop_on(taken_on: date) -> date:
    """The day from which housekeeping removes a shadow that was taken on a day (parameter shadow_days)."""
    return taken_on + timedelta(days=int(load(PARAMS / "shadow_days.yaml").value(taken_on)))
