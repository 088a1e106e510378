"""What an office had at a moment: asked for."""

from typing import Any

from django import forms
from django.utils.translation import gettext_lazy as _

from tenants.forms.offices import reason_field
from tenants.models import Office


class PutBackForm(forms.Form):
    reason = reason_field()
    drop = forms.BooleanField(label=_("恢复后清除这份历史副本"), required=False)


class ShadowForm(forms.Form):
    office_id = forms.TypedChoiceField(label=_("机构"), coerce=int)
    as_of = forms.DateTimeField(
        label=_("时刻"),
        input_formats=["%Y-%m-%dT%H:%M", "%Y-%m-%d %H:%M"],
        widget=forms.DateTimeInput(format="%Y-%m-%dT%H:%M", attrs={"type": "datetime-local"}),
        help_text=_("北京时间，取这一刻已经保存的数据"),
    )
    reason = reason_field()

    def __init__(self, *args: Any, offices: list[Office], **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.fields["office_id"].choices = [(each.pk, each.label) for each in offices]  # type: ignore[attr-defined]
