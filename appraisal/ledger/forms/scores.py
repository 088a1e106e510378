"""Forms of runs."""

from typing import Any

from django import forms
from django.utils.translation import gettext_lazy as _

from tenants.models import User


class RunForm(forms.Form):
    """Why the month is calculated (again)."""

    note = forms.CharField(label=_("计算说明"), max_length=200, required=False)


class PublishForm(forms.Form):
    """Pinning asks for the password again."""

    password = forms.CharField(
        label=_("登录密码"), widget=forms.PasswordInput(attrs={"autocomplete": "current-password"})
    )

    def __init__(self, *args: Any, user: User, **kwargs: Any) -> None:
        self.user = user
        super().__init__(*args, **kwargs)

    def clean_password(self) -> str:
        password = self.cleaned_data["password"]
        if not self.user.check_password(password):
            raise forms.ValidationError(_("密码不正确，没有核定。请重新输入您的登录密码。"))
        return password
