"""Reading and writing of numbers, the checker's own way."""

from fractions import Fraction as F
from math import floor


class Unreadable(ValueError):
    """The trace does not say what it should."""


def read(text: object) -> F:
    """An exact number from a trace: digits with at most one point, or one stroke."""
    if not isinstance(text, str) or not text or set(text) - set("0123456789+-./") or "e" in text.lower():
        raise Unreadable(f"not a number: {text!r}")
    try:
        return F(text)
    except (ValueError, ZeroDivisionError):
        raise Unreadable(f"not a number: {text!r}") from None


def maybe(text: object) -> F | None:
    """A number or null."""
    return None if text is None else read(text)


def rounded(value: F, decimals: int) -> str:
    """Half-up (a half goes away from zero), written with exactly `decimals` decimals."""
    whole = floor(abs(value) * 10**decimals + F(1, 2))
    digits = f"{whole:0{decimals + 1}d}"
    return f"{'-' if value < 0 and whole else ''}{digits[:-decimals]}.{digits[-decimals:]}"
