"""How often somebody may knock in a minute. Source: domain reference 5.1 (input and intrusion: rate limit)."""

from datetime import date
from pathlib import Path

from core.parameters import load

PARAMS = Path(__file__).parent / "params"


def most(what: str, *, on: date) -> int:
    """Calls a minute. what: sign_ins_from_address, sign_ins_of_account, api_calls."""
    return int(load(PARAMS / f"{what}_per_minute.yaml").value(on))
