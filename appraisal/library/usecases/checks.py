"""What a template's entries must look like, whoever hands them in."""

import json
import re
from collections.abc import Mapping
from datetime import date
from decimal import Decimal, InvalidOperation
from typing import Any

from django.utils.translation import gettext as _

from appraisal.library.models import EnteredBy, Indicator, Method, TargetBasis
from appraisal.rules import scheme as rules_scheme
from core.errors import Invalid

CODE = re.compile(r"^[A-Za-z0-9][A-Za-z0-9.-]{0,9}$")
CONTROL = re.compile(r"[\x00-\x08\x0b\x0c\x0e-\x1f\x7f]")
SURROGATE = re.compile(r"[\ud800-\udfff]")
LARGEST_PARAMETERS = 20_000
LENGTHS: dict[str, int] = {
    field.name: field.max_length or 0
    for field in Indicator._meta.concrete_fields
    if getattr(field, "max_length", None) and not field.choices
}
CHOICES: dict[str, list[str]] = {
    "method": Method.values,
    "target_basis": TargetBasis.values,
    "entered_by": EnteredBy.values,
    "direction": ["HIGHER", "LOWER"],
}


def no_control_characters(value: str, field: str) -> None:
    if CONTROL.search(value):
        raise Invalid(_("含有不可见的控制字符，请删除后再提交。"), field=field)


def text(value: str, field: str, *, longest: int, label: str, required: bool = True) -> str:
    """The text without surrounding blanks. Raises Invalid when empty (if required), too long or unprintable."""
    value = value.strip()
    if required and not value:
        raise Invalid(_("请填写%(label)s。") % {"label": label}, field=field)
    if len(value) > longest:
        raise Invalid(
            _("%(label)s最多 %(longest)s 个字，现有 %(given)s 个。")
            % {"label": label, "longest": longest, "given": len(value)},
            field=field,
        )
    no_control_characters(value, field)
    return value


def year(value: int, today: date) -> None:
    """An appraisal year within five years of today."""
    if abs(value - today.year) > 5:
        raise Invalid(
            _("考核年度应在 %(first)s 至 %(last)s 之间。") % {"first": today.year - 5, "last": today.year + 5},
            field="year",
        )


def points(value: object, field: str = "points") -> Decimal:
    """Points of an indicator: above 0, at most 100, at most two decimals."""
    try:
        amount = Decimal(str(value).strip())
    except InvalidOperation:
        raise Invalid(_("“%(value)s”不是分值。") % {"value": str(value)[:20]}, field=field) from None
    if not amount.is_finite() or not 0 < amount <= 100:
        raise Invalid(_("分值应大于 0、不超过 100，现为 %(value)s。") % {"value": str(value)[:20]}, field=field)
    if amount != amount.quantize(Decimal("0.01")):
        raise Invalid(_("分值最多两位小数，现为 %(value)s。") % {"value": str(value)[:20]}, field=field)
    return amount.quantize(Decimal("0.01"))


def code(value: str) -> str:
    """An indicator's code such as A1: letters and digits, at most 10."""
    value = value.strip()
    if not CODE.match(value):
        raise Invalid(_("编码由字母和数字组成，最多 10 位，例如 A8。"), field="code")
    return value


def fields(given: Mapping[str, Any]) -> dict[str, Any]:
    """The given fields of an indicator, checked one by one. Raises Invalid naming the first wrong field."""
    checked: dict[str, Any] = {}
    for name, value in given.items():
        if name == "points":
            checked[name] = points(value)
        elif name == "parameters":
            checked[name] = parameters(value)
        elif name == "cumulative":
            checked[name] = bool(value)
        elif name in CHOICES:
            if value not in CHOICES[name]:
                raise Invalid(_("“%(value)s”不在可选范围内。") % {"value": str(value)[:20]}, field=name)
            checked[name] = value
        elif name in LENGTHS:
            label = str(_("名称")) if name == "name" else str(_("内容"))
            checked[name] = text(str(value), name, longest=LENGTHS[name], label=label, required=name == "name")
        else:
            raise Invalid(_("“%(name)s”不是可以修改的内容。") % {"name": name}, field=name)
    return checked


def parameters(value: object) -> dict[str, Any]:
    """A method's parameters: a mapping of printable, moderate size; whether they make sense is for the rules."""
    if not isinstance(value, dict):
        raise Invalid(_("计分参数应为键值对。"), field="parameters")
    written = json.dumps(value, ensure_ascii=False)
    if len(written) > LARGEST_PARAMETERS:
        raise Invalid(_("计分参数过长。"), field="parameters")
    if "\\u00" in written or CONTROL.search(written) or SURROGATE.search(written):
        raise Invalid(_("含有不可见的控制字符，请删除后再提交。"), field="parameters")
    return value


def too_long(entry: rules_scheme.Indicator) -> list[dict[str, str]]:
    """Rows of a refusal for a CSV row whose cells do not fit, or whose choices do not exist."""
    found = []
    for name in ("code", "name", "name_en", "unit", "data_source", "evidence"):
        if len(getattr(entry, name)) > LENGTHS[name]:
            message = _("%(column)s 最多 %(longest)s 个字。") % {"column": name, "longest": LENGTHS[name]}
            found.append({"code": entry.code[:10], "message": message})
    if entry.points != entry.points.quantize(Decimal("0.01")) or not 0 < entry.points <= 100:
        found.append({"code": entry.code, "message": _("分值应大于 0、不超过 100，最多两位小数。")})
    for name in ("target_basis", "direction"):
        value = getattr(entry, name)
        if value and value not in CHOICES[name]:
            message = _("%(column)s 不能是“%(value)s”。") % {"column": name, "value": value[:20]}
            found.append({"code": entry.code, "message": message})
    return found


def fits_number(text: str) -> int:
    """An id as typed into an address; -1, which nothing has, for what is none."""
    return int(text) if text.isascii() and text.isdecimal() and len(text) < 19 else -1
