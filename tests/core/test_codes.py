"""Codes: the fixtures of domain reference 5.10, what blocks, what only warns, what is masked."""

from datetime import date

import pytest
from django.core.exceptions import ValidationError
from hypothesis import given
from hypothesis import strategies as st

from core import codes

TODAY = date(2026, 11, 5)
CREDIT_CODES = [
    "11530000000000019N", "11530622000000027C", "91530100MA0000015A", "91530622MA0000023T", "91532300MA00000313",
    "12530000000000094C", "91350100M000100Y43",
]  # fmt: skip
RESIDENT_IDS = [
    "530622189901010019", "532627189903150027", "530102209901010038", "532901189912310240", "11010519491231002X",
]  # fmt: skip
USCC_WEIGHTS = (1, 3, 9, 27, 19, 26, 16, 17, 20, 29, 25, 13, 8, 24, 10, 30, 28)
RIC_WEIGHTS = (7, 9, 10, 5, 8, 4, 2, 1, 6, 3, 7, 9, 10, 5, 8, 4, 2)


class TestDivisions:
    @pytest.mark.parametrize(
        ("code", "level"),
        [
            ("530000", "PROVINCE"), ("530100", "PREFECTURE"), ("532302", "COUNTY"), ("530102001", "TOWNSHIP"),
            ("530102001001", "VILLAGE"),
        ],
    )  # fmt: skip
    def test_levels(self, code: str, level: str) -> None:
        codes.validate_division(code)
        assert codes.division_level(code) == level

    @pytest.mark.parametrize("code", ["53", "5301020", "53010a", "５３０１００", "530002", "000000", "530100 "])
    def test_shape_blocks(self, code: str) -> None:
        with pytest.raises(ValidationError):
            codes.validate_division(code)

    def test_an_unknown_province_only_warns(self) -> None:
        assert codes.division_problem("990000") is None
        assert codes.division_warnings("990000")
        assert not codes.division_warnings("530000")


class TestCreditCodes:
    @pytest.mark.parametrize("code", CREDIT_CODES)
    def test_the_fixtures_are_right(self, code: str) -> None:
        codes.validate_credit_code(code)
        assert [text for text in codes.credit_code_warnings(code) if "统一" in text] == []

    @pytest.mark.parametrize("code", CREDIT_CODES)
    def test_agrees_with_the_formula_of_the_standard(self, code: str) -> None:
        total = sum(
            codes.USCC_ALPHABET.index(char) * weight for char, weight in zip(code[:17], USCC_WEIGHTS, strict=True)
        )
        assert codes.USCC_ALPHABET[(31 - total % 31) % 31] == code[17]

    def test_the_sample_of_the_standard(self) -> None:
        prefix = "91350100M000100Y4"
        assert sum(codes.USCC_ALPHABET.index(c) * w for c, w in zip(prefix, USCC_WEIGHTS, strict=True)) == 1640
        assert codes.credit_code_warnings(prefix + "3") == []

    def test_a_wrong_check_character_warns_and_does_not_block(self) -> None:
        code = CREDIT_CODES[0][:17] + "P"

        codes.validate_credit_code(code)
        assert "应为 N" in codes.credit_code_warnings(code)[0]

    def test_the_organisation_code_inside_is_checked_too(self) -> None:
        assert any("组织机构" in text for text in codes.credit_code_warnings("91530100MA0000016A"))

    @pytest.mark.parametrize("code", ["", "1153", "1153000000000001I9", "11530A00000000019N"])
    def test_shape_blocks(self, code: str) -> None:
        with pytest.raises(ValidationError):
            codes.validate_credit_code(code)

    def test_lower_case_and_full_width_are_read(self) -> None:
        assert codes.credit_code_problem("１1530000000000019n") is None


class TestResidentIds:
    @pytest.mark.parametrize("number", RESIDENT_IDS)
    def test_the_fixtures_are_right_in_either_case(self, number: str) -> None:
        codes.validate_resident_id(number)
        codes.validate_resident_id(number.lower())
        total = sum(int(digit) * weight for digit, weight in zip(number[:17], RIC_WEIGHTS, strict=True))
        assert "10X98765432"[total % 11] == number[17]

    @pytest.mark.parametrize(
        ("number", "why"),
        [
            ("110105194912310021", "校验位"), ("53010220990230003X", "不是日期"), ("5301022099010100", "18 位"),
            ("X30102209901010038", "18 位"),
        ],
    )  # fmt: skip
    def test_what_cannot_be_right_blocks(self, number: str, why: str) -> None:
        with pytest.raises(ValidationError, match=why):
            codes.validate_resident_id(number)

    def test_fifteen_digits_block_with_the_converted_number(self) -> None:
        with pytest.raises(ValidationError, match="11010519491231002X"):
            codes.validate_resident_id("110105491231002")

    def test_an_unlikely_birth_warns(self) -> None:
        assert codes.resident_id_warnings("530102209901010038", on=TODAY)
        assert codes.resident_id_warnings("530622189901010019", on=TODAY)
        assert not codes.resident_id_warnings("11010519491231002X", on=TODAY)

    @given(number=st.sampled_from(RESIDENT_IDS), place=st.integers(0, 16), digit=st.integers(0, 9))
    def test_any_single_wrong_digit_is_found(self, number: str, place: int, digit: int) -> None:
        changed = number[:place] + str(digit) + number[place + 1 :]
        assert (codes.resident_id_problem(changed) is None) == (changed == number)


class TestCards:
    def test_luhn_warns_on_cards_only(self) -> None:
        assert codes.card_warnings("4111111111111111") == []
        assert codes.card_warnings("4111111111111112")
        assert codes.card_warnings("123456789012") == []
        with pytest.raises(ValidationError):
            codes.validate_card("12345")


class TestMasks:
    def test_as_agreed(self) -> None:
        assert codes.mask_resident_id("530622189901010014") == "530***********0014"
        assert codes.mask_phone("13812345678") == "138****5678"
        assert codes.mask_card("4111111111111111") == "************1111"
        names = ["张三明", "张三", "欧阳华", "欧阳修文", "阿依古丽", "张", ""]
        assert [codes.mask_name(name) for name in names] == ["张*明", "张*", "欧阳*", "欧阳*文", "阿**丽", "*", ""]

    @given(text=st.text("0123456789", max_size=30))
    def test_a_mask_keeps_the_length_and_hides_most(self, text: str) -> None:
        masked = codes.mask_resident_id(text)
        assert len(masked) == len(text)
        assert len(text) < 8 or "*" in masked


class TestScanning:
    def test_finds_personal_numbers_in_a_narrative(self) -> None:
        text = "户主张三（11010519491231002x，电话１３８12345678）领款卡号 4111 1111 1111 1111，文号 202611050001234。"

        found = codes.scan_for_personal_numbers(text)

        assert [(one.kind, one.masked) for one in found] == [
            ("resident_id", "110***********002X"),
            ("phone", "138****5678"),
            ("card", "************1111"),
        ]
        assert text[found[0].start : found[0].end] == "11010519491231002x"

    def test_leaves_amounts_and_codes_alone(self) -> None:
        assert codes.scan_for_personal_numbers("总投资 4952796.18 元，代码 11530000000000019N，2026-11-05") == []
