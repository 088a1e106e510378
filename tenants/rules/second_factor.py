"""The second factor: six digits that change every thirty seconds (RFC 6238), and ten codes for the day without them.

Pure functions; the secret and the last step accepted come in as arguments. Source: domain reference 5.1 (two factors).
"""

import hashlib
import hmac
import re
import secrets
from collections.abc import Iterable
from datetime import date, datetime
from pathlib import Path

import pyotp

from core.parameters import load

PARAMS = Path(__file__).parent / "params"
ISSUER = "Anlan"
STEP = 30  # seconds; what authenticator apps assume, RFC 6238 5.2
LETTERS = "abcdefghjkmnpqrstuvwxyz23456789"  # none that look alike
# Of letters in a recovery code: 118 bits; from 112 on a plain hash keeps it (OWASP ASVS 5.0, 6.5.2).
GROUPS, GROUP = 6, 4


def _value(name: str, on: date) -> object:
    return load(PARAMS / f"{name}.yaml").value(on)


def number(name: str, *, on: date) -> int:
    """A whole-number parameter of the second factor on that day."""
    return int(str(_value(name, on)))


def switched_on(*, on: date, since: date | None) -> bool:
    """Whether anybody needs one. since: the day an installation chose; None: as the parameter says."""
    return bool(number("second_factor_required", on=on)) or (since is not None and on >= since)


def required(roles: Iterable[str], *, on: date, since: date | None) -> bool:
    """Whether someone with these roles needs one. since: as in switched_on."""
    named = _value("second_factor_roles", on)
    assert isinstance(named, list)
    return switched_on(on=on, since=since) and bool(set(named) & set(roles))


def new_secret() -> str:
    """160 bits, base32 as authenticator apps want them."""
    return pyotp.random_base32()


def address(secret: str, username: str) -> str:
    """What the QR code says: otpauth://totp/…"""
    return pyotp.TOTP(secret).provisioning_uri(name=username, issuer_name=ISSUER)


def matching_step(secret: str, code: str, *, at: datetime, after: int, on: date) -> int | None:
    """The time step whose code this is, or None.

    One step before and after the present one are heard, for clocks that differ (parameter second_factor_drift); steps
    up to `after` are used up, so that a code seen over somebody's shoulder opens nothing again.
    """
    now, drift = int(at.timestamp()) // STEP, number("second_factor_drift", on=on)
    code, found = plain(code), None
    for step in range(now - drift, now + drift + 1):
        good = hmac.compare_digest(pyotp.TOTP(secret).at(step * STEP), code)
        if good and step > after and found is None:
            found = step
    return found


def plain(code: str) -> str:
    """As typed, without blanks, dashes and capitals. ASCII only: other digits are nobody's."""
    return re.sub(r"[^a-z0-9]", "", code.lower())


def is_recovery_code(code: str) -> bool:
    return len(plain(code)) > 8


def new_recovery_codes(count: int) -> list[str]:
    """Codes for one use each, in groups of letters: abcd-efgh-jkmn-pqrs-tuvw-xyz2."""
    return ["-".join(_group() for _each in range(GROUPS)) for _code in range(count)]


def _group() -> str:
    return "".join(secrets.choice(LETTERS) for _letter in range(GROUP))


def digest_of(code: str) -> str:
    """How a recovery code is kept. It is chance of 118 bits, so a plain hash cannot be guessed through."""
    return hashlib.sha256(plain(code).encode()).hexdigest()
