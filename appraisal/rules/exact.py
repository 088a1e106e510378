"""Exact numbers: decimal strings at the borders, fractions inside, one rounding (half-up) where a rule names it."""

import re
from collections.abc import Iterable
from decimal import Context, Decimal
from fractions import Fraction
from functools import lru_cache
from math import gcd

WRITTEN = re.compile(r"([+-]?)([0-9]+)(?:\.([0-9]+)|/([0-9]+))?")
LONGEST = 80
SHOWN_DECIMALS = 6
STORED_PLACES = 4  # an indicator's score
PUBLISHED_PLACES = 2  # a group's score and the total
WIDE = Context(prec=400)
ZERO = Fraction(0)
ONE = Fraction(1)


class NotExact(ValueError):
    """The value is no exact number. `code` is the sentence that says why (see `sentences`)."""

    def __init__(self, code: str, value: object) -> None:
        super().__init__(f"{code}: {value!r}")
        self.code = code
        self.value = value


def number(value: object) -> Fraction:
    """The exact number written as "12.50", "-3", "1/3", or given as int, Decimal or Fraction.

    Raises NotExact for floats (they are not what somebody wrote), truth values, and text that is no plain number.
    """
    if isinstance(value, str):
        return _written(value)
    if isinstance(value, Fraction):
        return value
    if isinstance(value, bool):
        raise NotExact("number.wrong", value)
    if isinstance(value, int):
        if value.bit_length() > 4 * LONGEST:
            raise NotExact("number.long", "…")
        return Fraction(value)
    if isinstance(value, Decimal):
        if value.is_finite() and "E" not in (text := str(value)) and len(text) <= LONGEST:
            return _written(text)  # read before, more often than not
        if not value.is_finite() or abs(value.adjusted()) > LONGEST or len(value.as_tuple().digits) > LONGEST:
            raise NotExact("number.wrong", value)
        return Fraction(value)
    if isinstance(value, float):
        raise NotExact("number.float", value)
    raise NotExact("number.wrong", value)


@lru_cache(maxsize=20_000)
def _written(text: str) -> Fraction:
    if len(text) > LONGEST:
        raise NotExact("number.long", text[:20] + "…")
    match = WRITTEN.fullmatch(text.strip())
    if match is None:
        raise NotExact("number.wrong", text)
    sign, whole, decimals, divisor = match.groups()
    if divisor is not None:
        if int(divisor) == 0:
            raise NotExact("number.wrong", text)
        return Fraction(int(sign + whole), int(divisor))
    if decimals is None:
        return Fraction(int(sign + whole))
    return Fraction(int(sign + whole + decimals), int("1" + "0" * len(decimals)))


def plain(value: Fraction) -> str:
    """The number written so that nothing is lost: "7.2" where decimals end, otherwise "22/3"."""
    return _plain(*value.as_integer_ratio())


# What is kept goes by the two whole numbers: a fraction's own hash and comparison cost more than what they find.
@lru_cache(maxsize=20_000)
def _plain(numerator: int, denominator: int) -> str:
    if denominator == 1:
        return str(numerator)
    rest, twos, fives = denominator, 0, 0
    while rest % 2 == 0:
        rest, twos = rest // 2, twos + 1
    while rest % 5 == 0:
        rest, fives = rest // 5, fives + 1
    if rest != 1:
        return f"{numerator}/{denominator}"
    places = max(twos, fives)
    return fixed(numerator * (10**places // denominator), places)


def shown(value: Fraction) -> str:
    """The number for a sentence: cut after six decimals, with "…" when something was cut."""
    return _shown(*value.as_integer_ratio())


def shown_of(numerator: int, denominator: int) -> str:
    """`shown` of a quotient that nobody has reduced; denominator: above 0."""
    common = gcd(numerator, denominator)
    return _shown(numerator // common, denominator // common)


@lru_cache(maxsize=20_000)
def _shown(numerator: int, denominator: int) -> str:
    scaled = abs(numerator) * 10**SHOWN_DECIMALS
    if scaled % denominator == 0:
        return _plain(numerator, denominator)
    sign = "-" if numerator < 0 else ""
    return f"{sign}{fixed(scaled // denominator, SHOWN_DECIMALS)}…"


def marks(value: Fraction) -> str:
    """Points for a sentence: at least two decimals ("6.00"), otherwise as `shown`."""
    return _marks(*value.as_integer_ratio())


def marks_of(numerator: int, denominator: int) -> str:
    """`marks` of a quotient that nobody has reduced; denominator: above 0."""
    common = gcd(numerator, denominator)
    return _marks(numerator // common, denominator // common)


@lru_cache(maxsize=20_000)
def _marks(numerator: int, denominator: int) -> str:
    text = _shown(numerator, denominator)
    if "/" in text or "…" in text:
        return text
    whole, _, decimals = text.partition(".")
    return f"{whole}.{decimals.ljust(PUBLISHED_PLACES, '0')}"


def half_up_units(value: Fraction, places: int) -> int:
    """The value in units of 10⁻ᵖˡᵃᶜᵉˢ, a half going away from zero."""
    return half_up_units_of(*value.as_integer_ratio(), places)


def half_up_units_of(numerator: int, denominator: int, places: int) -> int:
    """`half_up_units` of a quotient that nobody has reduced; denominator: above 0."""
    units = (2 * abs(numerator) * 10**places + denominator) // (2 * denominator)
    return -units if numerator < 0 else units


def together(values: Iterable[Fraction]) -> Fraction:
    """The sum, reduced once: adding fractions one by one looks for a common divisor at every step."""
    whole, below = 0, 1
    for value in values:
        numerator, denominator = value.as_integer_ratio()
        if denominator == below:
            whole += numerator
        elif denominator == 1:
            whole += numerator * below
        else:
            whole, below = whole * denominator + numerator * below, below * denominator
    return Fraction(whole, below)


def at_least(value: Fraction, other: Fraction) -> bool:
    """value >= other. A fraction's own comparison first asks what kind of number the other is."""
    over, under = value.as_integer_ratio()
    above, below = other.as_integer_ratio()
    return over * below >= above * under


def scaled(earned: Fraction, points: Fraction, effective: Fraction) -> tuple[int, int]:
    """(earned ÷ points) × effective, numerator and denominator, not reduced; points: above 0."""
    over, under = earned.as_integer_ratio()
    whole, part = effective.as_integer_ratio()
    above, below = points.as_integer_ratio()
    return over * whole * below, under * part * above


def floor_to(value: Fraction, places: int) -> Fraction:
    """The largest number of so many decimals that is not above the value."""
    return Fraction(value.numerator * 10**places // value.denominator, 10**places)


def ceil_to(value: Fraction, places: int) -> Fraction:
    """The smallest number of so many decimals that is not below the value."""
    return -floor_to(-value, places)


def half_up(value: Fraction, places: int) -> Decimal:
    """The value rounded half-up (a half goes away from zero) to `places` decimals."""
    return from_units(half_up_units(value, places), places)


def from_units(units: int, places: int) -> Decimal:
    """12345 units of 10⁻⁴ are Decimal("1.2345")."""
    return Decimal(units).scaleb(-places, context=WIDE)


def fixed(units: int, places: int) -> str:
    """12345 units of 10⁻⁴ are "1.2345"; places: at least 1."""
    sign, digits = ("-" if units < 0 else ""), str(abs(units)).rjust(places + 1, "0")
    return f"{sign}{digits[:-places]}.{digits[-places:]}"
