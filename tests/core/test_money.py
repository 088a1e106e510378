"""Amounts: exact, half-up, parts that sum to the whole, and 大写 as payment forms want it."""

from decimal import Decimal as D

import pytest
from hypothesis import given
from hypothesis import strategies as st

from core import money

amounts = st.decimals(D("-9999999999999999.99"), D("9999999999999999.99"), places=2)
finer = st.decimals(D("-1e12"), D("1e12"), places=7)


class TestRounding:
    @pytest.mark.parametrize(
        ("value", "places", "rounded"),
        [("0.005", 2, "0.01"), ("-0.005", 2, "-0.01"), ("1.005", 2, "1.01"), ("2.5", 0, "3"), ("0.0049", 2, "0.00")],
    )
    def test_halves_go_away_from_zero(self, value: str, places: int, rounded: str) -> None:
        assert str(money.round_half_up(D(value), places)) == rounded

    @pytest.mark.parametrize("value", [0.1, True])
    def test_floats_are_refused(self, value: float) -> None:
        with pytest.raises(TypeError):
            money.round_half_up(value)

    @pytest.mark.parametrize("value", ["NaN", "Infinity", "1,5", ""])
    def test_what_is_no_number_is_refused(self, value: str) -> None:
        with pytest.raises(ValueError, match="number"):
            money.exact(value)

    @given(value=finer, places=st.integers(0, 6))
    def test_never_moves_further_than_half_a_unit(self, value: D, places: int) -> None:
        rounded = money.round_half_up(value, places)
        assert abs(rounded - value) <= D(1).scaleb(-places) / 2
        assert money.round_half_up(rounded, places) == rounded


class TestReading:
    @pytest.mark.parametrize(
        ("value", "places", "text"),
        [
            ("4952796.18", 2, "495.28"),
            ("13444850", 3, "1,344.485"),
            ("-0.001", 2, "0.00"),
            ("92653534.42", 6, "9,265.353442"),
        ],
    )
    def test_wan(self, value: str, places: int, text: str) -> None:
        assert money.wan(value, places) == text

    def test_yuan(self) -> None:
        assert money.yuan("4952796.175") == "4,952,796.18"
        assert money.yuan(-1234, 0) == "-1,234"

    @given(value=amounts)
    def test_wan_and_yuan_lose_nothing(self, value: D) -> None:
        assert money.from_wan(value / 10000) == value

    def test_finer_than_a_fen_is_refused(self) -> None:
        with pytest.raises(ValueError, match="finer"):
            money.from_wan("0.0000001")


class TestSplitting:
    def test_the_largest_remainders_get_the_rest(self) -> None:
        assert money.split("100.00", [1, 1, 1]) == [D("33.34"), D("33.33"), D("33.33")]
        assert money.split("1.00", ["0.5", "0.3", "0.2"], 0) == [D(1), D(0), D(0)]
        assert money.split("-0.05", [1, 1]) == [D("-0.03"), D("-0.02")]

    @given(total=amounts, weights=st.lists(st.decimals(0, 10**6, places=3), min_size=1, max_size=40).filter(any))
    def test_the_parts_sum_to_the_whole_and_each_is_near_its_share(self, total: D, weights: list[D]) -> None:
        parts = money.split(total, weights)
        whole = sum(weights)

        assert sum(parts) == total
        assert all(part == 0 for part, weight in zip(parts, weights, strict=True) if weight == 0)
        for part, weight in zip(parts, weights, strict=True):
            assert abs(part * whole - total * weight) < D("0.01") * whole

    @pytest.mark.parametrize(("total", "weights"), [("1", []), ("1", [0, 0]), ("1", [-1, 2]), ("1.005", [1])])
    def test_what_cannot_be_shared_is_refused(self, total: str, weights: list[int]) -> None:
        with pytest.raises(ValueError, match=r"weights|finer"):
            money.split(total, weights)

    def test_a_printed_column_that_does_not_add_up_says_so(self) -> None:
        thirds = money.column(["0.333", "0.333", "0.334"], 2)

        assert (thirds.cells, thirds.total) == ((D("0.33"), D("0.33"), D("0.33")), D("1.00"))
        assert "四舍五入" in thirds.note
        assert money.column(["1.5", "2.5"], 2).note == ""


class TestUppercase:
    @pytest.mark.parametrize(
        ("value", "text"),
        [
            # domain reference 5.9
            ("4952796.18", "肆佰玖拾伍万贰仟柒佰玖拾陆元壹角捌分"),
            ("600", "陆佰元整"),
            ("20000000.05", "贰仟万元零伍分"),
            ("6007.14", "陆仟零柒元壹角肆分"),
            # edges
            ("0", "零元整"),
            ("0.05", "伍分"),
            ("0.50", "伍角"),
            ("10", "壹拾元整"),
            ("10001", "壹万零壹元整"),
            ("100000000", "壹亿元整"),
            ("100010000", "壹亿零壹万元整"),
            ("1000000000001.10", "壹万亿零壹元壹角"),
            ("9999999999999999.99", "玖仟玖佰玖拾玖万玖仟玖佰玖拾玖亿玖仟玖佰玖拾玖万玖仟玖佰玖拾玖元玖角玖分"),
            ("-1020.3", "负壹仟零贰拾元叁角"),
            ("16409.02", "壹万陆仟肆佰零玖元零贰分"),
        ],
    )
    def test_as_written_on_payment_forms(self, value: str, text: str) -> None:
        assert money.uppercase(value) == text

    @given(fen=st.integers(0, 10**16 - 1))
    def test_reads_back_as_the_same_amount(self, fen: int) -> None:
        assert _read(money.uppercase(D(fen).scaleb(-2))) == fen

    def test_too_large_is_refused(self) -> None:
        with pytest.raises(ValueError, match="too large"):
            money.uppercase(10**16)


def _read(text: str) -> int:
    """An amount in 大写 as fen, by a reader that shares nothing with the writer."""
    yuan, _, rest = text.partition("元") if "元" in text else ("", "", text)
    total = section = upper = digit = 0
    for char in yuan:
        if char in money.DIGITS:
            digit = money.DIGITS.index(char)
        elif char in "拾佰仟":
            section += digit * 10 ** ("拾佰仟".index(char) + 1)
            digit = 0
        elif char == "万":
            upper += (section + digit) * 10**4
            section = digit = 0
        else:
            total += (upper + section + digit) * 10**8
            upper = section = digit = 0
    fen = (total + upper + section + digit) * 100
    for char in rest:
        if char in money.DIGITS:
            digit = money.DIGITS.index(char)
        elif char in "角分":
            fen += digit * (10 if char == "角" else 1)
    return fen
