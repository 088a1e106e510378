"""Codes of places, organisations, people and cards: shape, check characters, masks.

`…_problem` gives the sentence for what cannot be right (forms block on it), `…_warnings` sentences for what is
doubtful and may still be true (shown, never blocking). The `validate_…` functions are Django validators over the
former. Source: domain reference 5.10 (GB/T 2260, GB 32100-2015, GB 11714, GB 11643-1999, Luhn).
"""

import re
import unicodedata
from dataclasses import dataclass
from datetime import date

from django.core.exceptions import ValidationError
from django.utils.translation import gettext as _
from stdnum import luhn
from stdnum.cn import ric, uscc

USCC_ALPHABET = "0123456789ABCDEFGHJKLMNPQRTUWXY"  # 31 characters: no I, O, S, V, Z
ORGANISATION_WEIGHTS = (3, 7, 9, 10, 5, 8, 4, 2)
PROVINCES = frozenset(
    "11 12 13 14 15 21 22 23 31 32 33 34 35 36 37 41 42 43 44 45 46 50 51 52 53 54 61 62 63 64 65 71 81 82".split()  # noqa: SIM905
)
COMPOUND_SURNAMES = frozenset(
    "欧阳 司马 上官 诸葛 东方 皇甫 尉迟 公孙 令狐 宇文 长孙 慕容 司徒 夏侯 轩辕 端木 百里 南宫 独孤 呼延".split()  # noqa: SIM905
)


def compact(text: str) -> str:
    """Without spaces and hyphens, full-width characters made plain, upper-case."""
    return re.sub(r"[\s\-]", "", unicodedata.normalize("NFKC", text)).upper()


# --- GB/T 2260: places --------------------------------------------------------------------------------------------


def division_problem(code: str) -> str | None:
    """6 digits (to the county), 9 (township) or 12 (village); a lower level must not be given below an empty one."""
    if not re.fullmatch(r"\d{6}(\d{3}(\d{3})?)?", code, re.ASCII):
        return _("行政区划代码应为 6、9 或 12 位数字。")
    if code.startswith("00") or (code[2:4] == "00" and code[4:6] != "00"):
        return _("行政区划代码 %(code)s 的层级不对：没有州市代码，却有县级代码。") % {"code": code}
    return None


def division_warnings(code: str) -> list[str]:
    """That the first two digits are no province's of GB/T 2260."""
    if division_problem(code) is None and code[:2] not in PROVINCES:
        return [_("国家标准中没有以 %(prefix)s 开头的省级代码，请核对。") % {"prefix": code[:2]}]
    return []


def division_level(code: str) -> str:
    """PROVINCE, PREFECTURE, COUNTY, TOWNSHIP or VILLAGE, by the shape of a valid code."""
    if len(code) > 6:
        return "TOWNSHIP" if len(code) == 9 else "VILLAGE"
    return "PROVINCE" if code.endswith("0000") else "PREFECTURE" if code.endswith("00") else "COUNTY"


# --- GB 32100, GB 11714: organisations ----------------------------------------------------------------------------


def credit_code_problem(code: str) -> str | None:
    """18 characters of the alphabet with six digits for the place."""
    text = compact(code)
    if len(text) != 18:
        return _("统一社会信用代码应为 18 位，现在是 %(count)s 位。") % {"count": len(text)}
    wrong = sorted({char for char in text if char not in USCC_ALPHABET})
    if wrong:
        return _("统一社会信用代码不使用字符 %(chars)s（没有 I、O、S、V、Z），请核对。") % {
            "chars": _("、").join(wrong)
        }
    if not text[2:8].isdigit():
        return _("统一社会信用代码的第 3 至 8 位应为数字（登记机关行政区划）。")
    return None


def credit_code_warnings(code: str) -> list[str]:
    """A check character that does not fit. Some real codes in circulation fail it, so it never blocks."""
    text = compact(code)
    if credit_code_problem(text) is not None:
        return []
    found = []
    if uscc.calc_check_digit(text[:17]) != text[17]:
        found.append(
            _("统一社会信用代码的校验位不符（应为 %(expected)s），请与证照核对。")
            % {"expected": uscc.calc_check_digit(text[:17])}
        )
    if organisation_check(text[8:16]) != text[16]:
        found.append(
            _("第 9 至 17 位组织机构代码的校验位不符（应为 %(expected)s），请与证照核对。")
            % {"expected": organisation_check(text[8:16])}
        )
    return found


def organisation_check(body: str) -> str:
    """The check character of a GB 11714 organisation code's eight characters."""
    total = sum(int(char, 36) * weight for char, weight in zip(body, ORGANISATION_WEIGHTS, strict=True))
    return "0123456789X0"[11 - total % 11]


# --- GB 11643: people ----------------------------------------------------------------------------------------------


def resident_id_problem(number: str) -> str | None:
    """18 characters with a real date of birth and the right check character; lower-case x is accepted."""
    text = compact(number)
    if re.fullmatch(r"\d{15}", text, re.ASCII):
        return _("这是 15 位旧身份证号，请填 18 位。按规则换算为 %(number)s，请与证件核对。") % {
            "number": resident_id_from_15(text)
        }
    if not re.fullmatch(r"\d{17}[\dX]", text, re.ASCII):
        return _("身份证号应为 18 位：17 位数字，末位为数字或 X。")
    try:
        date(int(text[6:10]), int(text[10:12]), int(text[12:14]))
    except ValueError:
        return _("身份证号第 7 至 14 位不是日期，请核对。")
    if ric.calc_check_digit(text) != text[17]:
        return _("身份证号的校验位不符，请逐位核对。")
    return None


def resident_id_warnings(number: str, *, on: date) -> list[str]:
    """A date of birth after `on`, or more than 120 years before."""
    text = compact(number)
    if resident_id_problem(text) is not None:
        return []
    born = date(int(text[6:10]), int(text[10:12]), int(text[12:14]))
    if born > on or on.year - born.year > 120:
        return [_("身份证号中的出生日期是 %(born)s，请核对。") % {"born": born}]
    return []


def resident_id_from_15(number: str) -> str:
    """The 18-character number that a 15-digit one became: the century 19 put in, the check character added."""
    body = f"{number[:6]}19{number[6:]}"
    return body + ric.calc_check_digit(body + "0")


# --- Bank cards -----------------------------------------------------------------------------------------------------


def card_problem(number: str) -> str | None:
    """12 to 19 digits: what any bank account or card has."""
    if not re.fullmatch(r"\d{12,19}", compact(number), re.ASCII):
        return _("银行账号应为 12 至 19 位数字。")
    return None


def card_warnings(number: str) -> list[str]:
    """A card (16 to 19 digits) whose Luhn digit does not fit. Accounts have none, so it never blocks."""
    text = compact(number)
    if re.fullmatch(r"\d{16,19}", text, re.ASCII) and not luhn.is_valid(text):
        return [_("银行卡号的校验位不符，请逐位核对；如是对公账号可以忽略。")]
    return []


# --- Django validators ----------------------------------------------------------------------------------------------


def validate_division(code: str) -> None:
    """Django validator: the shape of a GB/T 2260 code."""
    _raise(division_problem(code))


def validate_credit_code(code: str) -> None:
    """Django validator: the shape of a unified social credit code."""
    _raise(credit_code_problem(code))


def validate_resident_id(number: str) -> None:
    """Django validator: a resident identity number, check character included."""
    _raise(resident_id_problem(number))


def validate_card(number: str) -> None:
    """Django validator: the shape of a bank account or card."""
    _raise(card_problem(number))


def _raise(problem: str | None) -> None:
    if problem:
        raise ValidationError(problem)


# --- Masks ------------------------------------------------------------------------------------------------------------


def mask_resident_id(number: str) -> str:
    """530***********0014: three characters in front, four behind."""
    return _masked(number, 3, 4)


def mask_phone(number: str) -> str:
    """138****5678."""
    return _masked(number, 3, 4)


def mask_card(number: str) -> str:
    """The last four digits alone."""
    return _masked(number, 0, 4)


def mask_name(name: str) -> str:
    """张*明, 张*, 欧阳*, 欧阳*华: surname and, from the third character on, the last one."""
    surname = 2 if name[:2] in COMPOUND_SURNAMES and len(name) > 2 else 1
    given = name[surname:]
    if len(given) < 2:
        return name[:surname] + "*" * len(given) if given else "*" * len(name)
    return name[:surname] + "*" * (len(given) - 1) + given[-1]


def _masked(text: str, front: int, behind: int) -> str:
    if len(text) <= front + behind:
        return "*" * len(text)
    return text[:front] + "*" * (len(text) - front - behind) + text[len(text) - behind :]


# --- Scanning free text ----------------------------------------------------------------------------------------------


@dataclass(frozen=True)
class Found:
    """A personal number in a text: kind is resident_id, card or phone; start and end are character positions."""

    kind: str
    start: int
    end: int
    masked: str


_NUMBER = re.compile(r"(?<![0-9A-Za-z])(?:\d[ \-]?){10,18}[\dXx](?![0-9A-Za-z])", re.ASCII)
_PHONE = re.compile(r"1[3-9]\d{9}")


def scan_for_personal_numbers(text: str) -> list[Found]:
    """Resident IDs, bank cards (by Luhn) and mobile numbers in a text, in order; so that a form can warn or mask.

    Full-width digits, spaces and hyphens inside a number are seen through.
    """
    plain = "".join(
        unicodedata.normalize("NFKC", char) if unicodedata.east_asian_width(char) == "F" else char for char in text
    )
    found = []
    for match in _NUMBER.finditer(plain):
        number = compact(match.group())
        if len(number) == 18 and resident_id_problem(number) is None:
            found.append(Found("resident_id", match.start(), match.end(), mask_resident_id(number)))
        elif len(number) == 11 and _PHONE.fullmatch(number):
            found.append(Found("phone", match.start(), match.end(), mask_phone(number)))
        elif 16 <= len(number) <= 19 and number.isdigit() and luhn.is_valid(number):
            found.append(Found("card", match.start(), match.end(), mask_card(number)))
    return found
