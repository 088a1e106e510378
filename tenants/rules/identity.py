"""How long a recognition by another lasts: at the provider, on the way, and a password given a moment ago."""

from datetime import date, timedelta
from pathlib import Path

from core.parameters import load

PARAMS = Path(__file__).parent / "params"


def _minutes(name: str, on: date) -> timedelta:
    return timedelta(minutes=int(load(PARAMS / f"{name}.yaml").value(on)))


def longest_at_provider(*, on: date) -> timedelta:
    """Since the person last gave a password there (parameter identity_max_age_minutes)."""
    return _minutes("identity_max_age_minutes", on)


def longest_on_the_way(*, on: date) -> timedelta:
    """For the whole way there and back (parameter identity_flow_minutes)."""
    return _minutes("identity_flow_minutes", on)


def confirmed_for(*, on: date) -> timedelta:
    """For which a password that was given is not asked for again (parameter confirmed_minutes)."""
    return _minutes("confirmed_minutes", on)
