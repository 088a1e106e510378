"""Where reminders go: one's own address, the office's group robots."""

from django import forms
from django.utils.translation import gettext_lazy as _

from tenants.models import NoticeHook


class MailForm(forms.Form):
    address = forms.CharField(
        label=_("通知邮箱"),
        required=False,
        max_length=90,
        widget=forms.TextInput(attrs={"type": "email", "autocomplete": "email", "inputmode": "email"}),
        help_text=_("留空即不再收到邮件。地址加密保存，页面上只显示首字和域名。"),
    )


class HookForm(forms.Form):
    kind = forms.ChoiceField(label=_("类型"), choices=NoticeHook.Kind.choices)
    name = forms.CharField(label=_("群名称"), max_length=40)
    url = forms.CharField(
        label=_("机器人地址"),
        max_length=400,
        widget=forms.PasswordInput(attrs={"autocomplete": "off", "spellcheck": "false"}),
        help_text=_("从群设置里复制的 Webhook 地址，以 https:// 开头；保存后不再显示。"),
    )
    secret = forms.CharField(
        label=_("加签密钥"),
        required=False,
        max_length=120,
        widget=forms.PasswordInput(attrs={"autocomplete": "off", "spellcheck": "false"}),
        help_text=_("钉钉机器人选“加签”时给出，以 SEC 开头；企业微信不用填。"),
    )
