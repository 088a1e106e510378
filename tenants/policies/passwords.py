"""A new password's rules, one sentence per broken one."""

from collections.abc import Iterable
from datetime import date
from functools import lru_cache

from django.contrib.auth.hashers import check_password
from django.contrib.auth.password_validation import CommonPasswordValidator
from django.utils.translation import gettext as _

from core.errors import Invalid
from core.policy import policy
from tenants.models import User
from tenants.rules import passwords


def complaints(password: str, user: User, former: Iterable[str], *, on: date) -> list[str]:
    """What is wrong with a new password, in sentences; empty when it is good. former: hashes of earlier ones."""
    about = (user.username, user.name, user.name_en, user.numbers.phone.to_compare, user.staff_number)
    said = {
        "too-short": _("密码至少要有 %(n)s 个字符。") % {"n": passwords.value("password_min_length", on=on)},
        "too-uniform": _("大写字母、小写字母、数字、符号四类中至少要用 %(n)s 类。")
        % {"n": passwords.value("password_classes", on=on)},
        "personal": _("密码不能包含账号、姓名、手机号或工号。"),
        "ours": _("密码不能包含系统名称或本行业的常用词，请换一个别人想不到的。"),
    }
    found = [said[rule] for rule in passwords.failures(password, about=about, on=on)]
    if password.strip().casefold() in _common():
        found.append(_("这个密码在已泄露的常用密码之中，请换一个。"))
    if user.password and user.check_password(password):
        found.append(_("新密码不能与现在的密码相同。"))
    elif any(check_password(password, encoded) for encoded in former):
        found.append(
            _("新密码不能与最近 %(n)s 次用过的密码相同，请换一个没有用过的。")
            % {"n": passwords.value("password_history", on=on)}
        )
    return found


@lru_cache
def _common() -> frozenset[str]:
    """The 20,000 most common ones of what has leaked, in small letters; the list comes with Django."""
    return frozenset(CommonPasswordValidator().passwords)


@policy
def new_password(password: str, user: User, former: Iterable[str], on: date) -> None:
    """GB/T 22239-2019 8.1.4.1 a), domain reference 5.1."""
    if found := complaints(password, user, former, on=on):
        raise Invalid(" ".join(found), field="new_password")
