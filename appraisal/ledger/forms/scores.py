"""Forms of runs."""

from django import forms
from django.utils.translation import gettext_lazy as _


class RunForm(forms.Form):
    """Why the month is calculated (again)."""

    note = forms.CharField(label=_("计算说明"), max_length=200, required=False)


class PublishForm(forms.Form):
    """Pinning asks for the password again."""

    password = forms.CharField(
        label=_("登录密码"), widget=forms.PasswordInput(attrs={"autocomplete": "current-password"})
    )
