"""Offices and divisions."""

from collections.abc import Iterable
from typing import Any

from django import forms
from django.utils.translation import gettext_lazy as _

from tenants.models import Office, Region


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
    acts_for = forms.TypedChoiceField(
        label=_("为哪个州市考核所辖县区"), required=False, coerce=int, empty_value=None,
        help_text=_("建立州市的对县考核账套时选择，行政区划代码与该州市相同；建立省级机构时不选"),
    )  # fmt: skip
    field_order = (
        "acts_for", "schema_name", "name", "short_name", "name_en", "region_code", "credit_code", "valid_from",
    )  # fmt: skip

    def __init__(self, *args: Any, prefectures: Iterable[Office] = (), **kwargs: Any) -> None:
        """prefectures: those that may have a house; without any the form does not speak of houses."""
        super().__init__(*args, **kwargs)
        choices = [(office.pk, office.full_label) for office in prefectures]
        if choices:
            self.fields["acts_for"].choices = [("", _("不是对县考核账套")), *choices]  # type: ignore[attr-defined]
        else:
            del self.fields["acts_for"]


class RenameForm(NamesForm):
    reason = reason_field(_("更名依据"))


class CountyForm(forms.Form):
    """A dated change of a county, with what it rests on."""

    on = day_field(_("变更日"))
    basis = forms.CharField(label=_("依据文件"), max_length=200, help_text=_("文件名称和文号"))
    reason = forms.CharField(label=_("理由"), max_length=500, widget=forms.Textarea(attrs={"rows": 2}))


class CountyMoveForm(CountyForm):
    to = forms.ChoiceField(label=_("划归州市"))
    field_order = ("to", "on", "basis", "reason")

    def __init__(self, prefectures: Iterable[Region], *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, prefix="move", **kwargs)
        self.fields["to"].choices = [("", "—"), *((each.code, each.name) for each in prefectures)]  # type: ignore[attr-defined]


class CountyAbolishForm(CountyForm):
    into = forms.ChoiceField(label=_("并入的县级区划"))
    field_order = ("into", "on", "basis", "reason")

    def __init__(self, counties: Iterable[Region], *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, prefix="abolish", **kwargs)
        self.fields["into"].choices = [("", "—"), *((each.code, each.name) for each in counties)]  # type: ignore[attr-defined]


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
