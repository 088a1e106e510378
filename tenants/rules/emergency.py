"""The emergency account: what it may do, for how long, and how its halves are made. Pure functions.

Source: domain reference 5.1, 5.2 (三员分立); GB/T 22239-2019 8.1.4.2 (least privilege of administrators).
"""

from datetime import date, timedelta
from pathlib import Path

from core.parameters import load
from tenants.rules import second_factor

PARAMS = Path(__file__).parent / "params"
POSSIBLE = frozenset({"SYS_ADMIN", "SEC_ADMIN"})  # never business, never audit, whatever a parameter says


def role(*, on: date) -> str:
    """The role in whose name it acts (parameter emergency_role). Raises ValueError for business and audit."""
    found = str(load(PARAMS / "emergency_role.yaml").value(on))
    if found not in POSSIBLE:
        raise ValueError(f"emergency_role is {found}: only {', '.join(sorted(POSSIBLE))} may be")
    return found


def rescued(*, on: date) -> frozenset[str]:
    """Whose accounts it may open again (parameter emergency_rescues). Raises ValueError for business and audit."""
    found = frozenset(load(PARAMS / "emergency_rescues.yaml").value(on))
    if not found <= POSSIBLE:
        raise ValueError(f"emergency_rescues is {sorted(found)}: only {', '.join(sorted(POSSIBLE))} may be")
    return found


def open_for(*, on: date) -> timedelta:
    """How long one opening lasts (parameter emergency_hours)."""
    return timedelta(hours=int(load(PARAMS / "emergency_hours.yaml").value(on)))


def new_half() -> str:
    """24 letters in groups, as a recovery code: 118 bits, so that who has one half knows nothing of the whole."""
    return second_factor.new_recovery_codes(1)[0]


digest_of = second_factor.digest_of
