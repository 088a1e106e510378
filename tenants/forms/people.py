"""Accounts, roles and stand-ins."""

from collections.abc import Iterable
from datetime import date

from django import forms
from django.utils.translation import gettext_lazy as _

from tenants.forms.offices import day_field, reason_field
from tenants.models import Division, Membership, Office, Role, User


class EditForm(forms.Form):
    name = forms.CharField(label=_("姓名"), max_length=40)
    name_en = forms.CharField(label=_("拼音或英文名"), max_length=60, required=False)
    staff_number = forms.CharField(label=_("工号"), max_length=30, required=False)
    phone = forms.CharField(
        label=_("电话"), max_length=20, required=False,
        widget=forms.TextInput(attrs={"type": "tel", "autocomplete": "off"}),
    )  # fmt: skip
    resident_id = forms.CharField(
        label=_("居民身份证号"), max_length=20, required=False, widget=forms.TextInput(attrs={"autocomplete": "off"}),
        help_text=_("只在确有需要时填写；加密保存，页面只显示首尾几位"),
    )  # fmt: skip


class AccountForm(EditForm):
    """offices: those in charge."""

    office = forms.TypedChoiceField(label=_("所属机构"), coerce=int)
    username = forms.CharField(
        label=_("账号"), max_length=40, help_text=_("小写字母开头；一人一号，不得共用"),
        widget=forms.TextInput(attrs={"autocapitalize": "none", "autocomplete": "off"}),
    )  # fmt: skip
    field_order = ["office", "username", "name", "name_en", "staff_number", "phone", "resident_id"]

    def __init__(self, *args: object, offices: Iterable[Office], **kwargs: object) -> None:
        super().__init__(*args, **kwargs)  # type: ignore[arg-type]
        self.fields["office"].choices = [(office.pk, office.full_label) for office in offices]  # type: ignore[attr-defined]


class RoleForm(forms.Form):
    """offices: those in charge; divisions: those of all of them, in being."""

    office = forms.TypedChoiceField(label=_("机构"), coerce=int)
    role = forms.ChoiceField(label=_("角色"), choices=Role.choices)
    division = forms.TypedChoiceField(label=_("处室"), coerce=int, required=False, empty_value=None)
    valid_from = day_field(_("起始日期"))
    valid_to = day_field(_("截止日期"), required=False, help_text=_("不填为长期"))
    reason = reason_field(_("授予依据"))

    def __init__(self, *args: object, offices: list[Office], **kwargs: object) -> None:
        super().__init__(*args, **kwargs)  # type: ignore[arg-type]
        self.fields["office"].choices = [(office.pk, office.full_label) for office in offices]  # type: ignore[attr-defined]
        rows = Division.objects.filter(office__in=offices, valid_to__isnull=True).order_by("office_id", "position")
        grouped: dict[str, list[tuple[int, str]]] = {}
        names = {office.pk: office.label for office in offices}
        for row in rows:
            grouped.setdefault(names[row.office_id], []).append((row.pk, row.label))
        self.fields["division"].choices = [("", _("不限处室")), *grouped.items()]  # type: ignore[attr-defined]


class StandInForm(forms.Form):
    """roles: the actor's own; people: who may be named."""

    membership = forms.TypedChoiceField(label=_("我的角色"), coerce=int)
    person = forms.TypedChoiceField(label=_("代理人"), coerce=int)
    starts_on = day_field(_("开始日期"))
    ends_on = day_field(_("最后一天"))
    reason = reason_field()

    def __init__(self, *args: object, roles: list[Membership], people: list[User], **kwargs: object) -> None:
        super().__init__(*args, **kwargs)  # type: ignore[arg-type]
        self.fields["membership"].choices = [(row.pk, row.get_role_display()) for row in roles]  # type: ignore[attr-defined]
        named = [(user.pk, user.account_label) for user in people]
        self.fields["person"].choices = [("", _("请选择")), *named]  # type: ignore[attr-defined]


class CalendarDayForm(forms.Form):
    day = day_field(_("日期"))
    is_working = forms.TypedChoiceField(
        label=_("当天"), choices=[("off", _("休息")), ("working", _("上班"))], coerce=lambda value: value == "working"
    )
    name = forms.CharField(label=_("名称或原因"), max_length=60)
    source = forms.CharField(label=_("依据"), max_length=200)


class CalendarImportForm(forms.Form):
    text = forms.CharField(
        label=_("每行一天：日期，班或休，名称"), widget=forms.Textarea(attrs={"rows": 8}), max_length=40_000
    )
    source = forms.CharField(label=_("依据"), max_length=200)


class DerivationForm(forms.Form):
    """The calculator: the n-th working day after a day."""

    start = day_field(_("从"))
    n = forms.IntegerField(label=_("第几个工作日"), min_value=-400, max_value=400)


def initial_day(day: date) -> dict[str, date]:
    return {"valid_from": day}


class NumberForm(forms.Form):
    number = forms.CharField(max_length=30, error_messages={"required": _("请填写完整的电话或身份证号。")})
