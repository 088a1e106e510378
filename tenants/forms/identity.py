"""Providers of identity and links to them."""

from collections.abc import Iterable

from django import forms
from django.utils.translation import gettext_lazy as _

from tenants.models import IdentityProvider


class ProviderForm(forms.Form):
    name = forms.CharField(label=_("名称"), max_length=40, help_text=_("登录页按钮上的名称，如“统一身份认证”"))
    name_en = forms.CharField(label=_("英文名"), max_length=60, required=False)
    issuer = forms.CharField(
        label=_("服务地址（issuer）"), max_length=300, help_text=_("https 开头，与对方公布的 issuer 完全一致")
    )
    client_id = forms.CharField(label=_("客户端标识"), max_length=200)
    client_secret = forms.CharField(
        label=_("客户端密钥"), max_length=300, strip=False, required=False,
        widget=forms.PasswordInput(attrs={"autocomplete": "off"}),
        help_text=_("加密保存，不再显示；修改时不填则沿用原密钥"),
    )  # fmt: skip
    subject_claim = forms.CharField(
        label=_("标识人员的声明"), max_length=40, help_text=_("令牌中唯一且不变的声明，一般为 sub")
    )
    strong_values = forms.CharField(
        label=_("算作二次验证的 acr 或 amr 值"), max_length=200, required=False,
        help_text=_("以空格分隔，如 mfa otp；不填则始终使用本系统的二次验证"),
    )  # fmt: skip


class LinkForm(forms.Form):
    """providers: those open to the person."""

    provider_id = forms.TypedChoiceField(label=_("身份认证服务"), coerce=int)
    subject = forms.CharField(label=_("对方系统中的唯一标识"), max_length=255)

    def __init__(self, *args: object, providers: Iterable[IdentityProvider], **kwargs: object) -> None:
        super().__init__(*args, **kwargs)  # type: ignore[arg-type]
        self.fields["provider_id"].choices = [(each.pk, each.label) for each in providers]  # type: ignore[attr-defined]
