"""Offices and divisions."""

from django import forms
from django.utils.translation import gettext_lazy as _


def day_field(label: str, *, required: bool = True, **more: object) -> forms.DateField:
    """A day, typed as 2026-11-05 or picked."""
    widget = forms.DateInput(format="%Y-%m-%d", attrs={"type": "date"})
    return forms.DateField(label=label, required=required, widget=widget, **more)  # type: ignore[arg-type]


def reason_field(label: object = _("原因")) -> forms.CharField:
    return forms.CharField(label=label, max_length=200, widget=forms.Textarea(attrs={"rows": 2}))  # type: ignore[arg-type]


class NamesForm(forms.Form):
    name = forms.CharField(label=_("全称"), max_length=60)
    short_name = forms.CharField(label=_("简称"), max_length=20)
    name_en = forms.CharField(label=_("英文名"), max_length=80)
    valid_from = day_field(_("起始日期"))


class OnboardForm(NamesForm):
    schema_name = forms.CharField(
        label=_("地址标识"), max_length=51, help_text=_("网址中的一段，如 kunming；建立后不能更改")
    )
    region_code = forms.CharField(label=_("行政区划代码"), max_length=6, help_text=_("GB/T 2260，6 位"))
    credit_code = forms.CharField(label=_("统一社会信用代码"), max_length=18, required=False)
    field_order = ["schema_name", "name", "short_name", "name_en", "region_code", "credit_code", "valid_from"]


class RenameForm(NamesForm):
    reason = reason_field(_("更名依据"))


class ReasonForm(forms.Form):
    reason = reason_field()


class DivisionForm(forms.Form):
    name = forms.CharField(label=_("处室名称"), max_length=40)
    name_en = forms.CharField(label=_("英文名"), max_length=80, required=False)
    valid_from = day_field(_("设立日期"))


class DivisionNameForm(forms.Form):
    name = forms.CharField(label=_("处室名称"), max_length=40)
    name_en = forms.CharField(label=_("英文名"), max_length=80, required=False)


class DivisionCloseForm(forms.Form):
    valid_to = day_field(_("最后一天"))
