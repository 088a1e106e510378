"""Opening the emergency account, and writing afterwards what was done."""

from typing import Any

from django import forms
from django.utils.translation import gettext_lazy as _

from tenants.forms.offices import reason_field

PAPER = {"autocomplete": "off", "autocapitalize": "none", "spellcheck": "false"}  # typed from a sheet of paper


def _half(label: Any) -> forms.CharField:
    """Not shown, nor sent back with a refusal: whoever types one half must not see the other."""
    return forms.CharField(label=label, max_length=60, widget=forms.PasswordInput(attrs=PAPER))


class OpenForm(forms.Form):
    username = forms.CharField(
        label=_("应急账号"), max_length=40, widget=forms.TextInput(attrs=PAPER), help_text=_("印在信封内的纸上")
    )
    first = _half(_("一半密码"))
    second = _half(_("另一半密码"))
    person = forms.CharField(
        label=_("开启人的账号"), max_length=40, widget=forms.TextInput(attrs=PAPER),
        help_text=_("您本人平时登录的账号；不需要它的密码"),
    )  # fmt: skip
    reason = reason_field(_("开启原因"))


class TellForm(forms.Form):
    told = forms.CharField(
        label=_("办理了什么，结果如何"), max_length=500, widget=forms.Textarea(attrs={"rows": 4}),
        help_text=_("谁开启、为何、恢复了哪些账号、有无其他操作，与操作日志核对过没有"),
    )  # fmt: skip
