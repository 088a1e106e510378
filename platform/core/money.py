"""Amounts: Decimal only, half-up, parts that sum to the whole, and the ways people read them.

Source: domain reference 5.9 (yuan with two decimals, 万元 with the decimals of the report, 大写 on payment forms).
"""

from collections.abc import Sequence
from dataclasses import dataclass
from decimal import ROUND_DOWN, ROUND_HALF_UP, Context, Decimal

from django.utils.translation import gettext as _

WAN = Decimal(10000)  # 1 万元 in yuan
FEN = Decimal("0.01")
DIGITS = "零壹贰叁肆伍陆柒捌玖"
UNITS = ("", "拾", "佰", "仟")
LARGEST = Decimal("9999999999999999.99")  # what Decimal(18, 2) holds
_WIDE = Context(prec=60)


def exact(value: Decimal | int | str) -> Decimal:
    """The value as a finite Decimal. Raises TypeError for floats, which are never exact, ValueError for the rest."""
    if isinstance(value, float | bool):
        raise TypeError(f"{value!r} is no exact amount: give a Decimal, an int or a string")
    try:
        number = Decimal(value)
    except ArithmeticError:
        raise ValueError(f"{value!r} is not a number") from None
    if not number.is_finite():
        raise ValueError(f"{value!r} is not a finite number")
    return number


def round_half_up(value: Decimal | int | str, places: int = 2) -> Decimal:
    """Rounded to `places` decimals (0 … 12), halves away from zero. Raises TypeError for floats."""
    return exact(value).quantize(Decimal(1).scaleb(-places), rounding=ROUND_HALF_UP, context=_WIDE)


def yuan(value: Decimal | int | str, places: int = 2) -> str:
    """Yuan with thousands separators: 4952796.18 → "4,952,796.18"."""
    return _grouped(round_half_up(value, places))


def wan(value: Decimal | int | str, places: int = 2) -> str:
    """Yuan as 万元 with thousands separators, without the unit: 4952796.18 → "495.28". Rounded half-up."""
    return _grouped(round_half_up(_WIDE.divide(exact(value), WAN), places))


def from_wan(value: Decimal | int | str) -> Decimal:
    """万元 as yuan, to the fen. Raises ValueError when it is finer than a fen (0.000001 万元)."""
    amount = _WIDE.multiply(exact(value), WAN)
    rounded = round_half_up(amount, 2)
    if rounded != amount:
        raise ValueError(f"{value} 万元 is finer than one fen")
    return rounded


def _grouped(value: Decimal) -> str:
    text = f"{value:,f}"
    return text.removeprefix("-") if not value else text


def split(total: Decimal | int | str, weights: Sequence[Decimal | int | str], places: int = 2) -> list[Decimal]:
    """Share `total` in proportion to the weights by largest remainders; the parts sum to the total exactly.

    Each part lies less than one unit of the last place from its exact share; equal remainders go to the earlier one.
    Raises ValueError: no weight above zero, a negative weight, or a total finer than `places` decimals.
    """
    whole, shares = exact(total), [exact(weight) for weight in weights]
    if any(share < 0 for share in shares) or not any(shares):
        raise ValueError("weights must not be negative and not all be zero")
    unit = Decimal(1).scaleb(-places)
    if whole != whole.quantize(unit, rounding=ROUND_DOWN, context=_WIDE):
        raise ValueError(f"{whole} is finer than {places} decimals")
    units = int(abs(whole).scaleb(places, context=_WIDE))
    scale = Decimal(10) ** max(-int(share.as_tuple().exponent) for share in shares)  # integers, so nothing is lost
    counts = [int(_WIDE.multiply(share, scale)) for share in shares]
    everything = sum(counts)
    parts = [units * count // everything for count in counts]
    remainders = [units * count % everything for count in counts]
    order = sorted(range(len(counts)), key=lambda index: (-remainders[index], index))
    for index in order[: units - sum(parts)]:
        parts[index] += 1
    sign = -1 if whole < 0 else 1
    return [Decimal(sign * part).scaleb(-places, context=_WIDE) for part in parts]


@dataclass(frozen=True)
class Column:
    """A printed column: each cell rounded on its own, the total rounded from the exact sum, a note when they differ."""

    cells: tuple[Decimal, ...]
    total: Decimal
    note: str


def column(values: Sequence[Decimal | int | str], places: int = 2) -> Column:
    """Round a column for print. note: the sentence under the table when the printed cells do not add up, else ''."""
    cells = tuple(round_half_up(value, places) for value in values)
    total = round_half_up(sum((exact(value) for value in values), Decimal(0)), places)
    differs = sum(cells, Decimal(0)) != total
    return Column(cells, total, _("合计因四舍五入与各项之和略有出入。") if differs else "")


def uppercase(value: Decimal | int | str) -> str:
    """The amount in 大写 for payment forms: 6007.14 → 陆仟零柒元壹角肆分, 600 → 陆佰元整.

    yuan, rounded half-up to the fen, at most sixteen digits before the point (ValueError beyond). Up to the jiao no 整
    is written. Source: domain reference 5.9.
    """
    amount = round_half_up(value, 2)
    if abs(amount) > LARGEST:
        raise ValueError(f"{value} is too large an amount")
    fen_in_all = int(abs(amount) * 100)
    whole, jiao, fen = fen_in_all // 100, fen_in_all // 10 % 10, fen_in_all % 10
    text = f"{_integer(whole)}元" if whole else ""
    if not jiao and not fen:
        text = f"{text or '零元'}整"
    elif jiao:
        text += f"{DIGITS[jiao]}角" + (f"{DIGITS[fen]}分" if fen else "")
    else:
        text += ("零" if whole else "") + f"{DIGITS[fen]}分"
    return f"负{text}" if amount < 0 else text


def _integer(number: int) -> str:
    for size, name in ((10**8, "亿"), (10**4, "万")):
        if number >= size:
            high, low = divmod(number, size)
            gap = "零" if 0 < low < size // 10 else ""
            return f"{_integer(high)}{name}{gap}{_integer(low) if low else ''}"
    text, pending = "", False
    for position in (3, 2, 1, 0):
        digit = number // 10**position % 10
        if digit:
            text += ("零" if pending and text else "") + DIGITS[digit] + UNITS[position]
            pending = False
        else:
            pending = True
    return text
