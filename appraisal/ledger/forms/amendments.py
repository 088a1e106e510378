"""Proposing, approving, withdrawing and undoing a mid-year amendment."""

from typing import Any

from django import forms
from django.utils.translation import gettext
from django.utils.translation import gettext_lazy as _

from appraisal.library.models import TemplateVersion
from core import months


class ProposeForm(forms.Form):
    version_id = forms.TypedChoiceField(coerce=int, label=_("改按哪个版本"))
    from_month = forms.TypedChoiceField(coerce=int, label=_("自哪个月起"))
    reason = forms.CharField(label=_("修订理由"), max_length=2000, widget=forms.Textarea(attrs={"rows": 3}))

    def __init__(self, versions: list[TemplateVersion], *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.fields["version_id"].choices = [  # type: ignore[attr-defined]
            (row.pk, f"{row.label} {row.minutes_number}") for row in versions
        ]
        self.fields["from_month"].choices = [  # type: ignore[attr-defined]
            (n, gettext("%(month)s 月") % {"month": months.named(n)}) for n in range(1, 13)
        ]


class ApproveForm(forms.Form):
    lock_version = forms.IntegerField(min_value=0, widget=forms.HiddenInput)
    minutes_number = forms.CharField(label=_("会议纪要编号"), max_length=60, help_text=_("例如 云移党纪〔2026〕2号"))


class EndForm(forms.Form):
    lock_version = forms.IntegerField(min_value=0, widget=forms.HiddenInput)
    reason = forms.CharField(label=_("理由"), max_length=2000, widget=forms.Textarea(attrs={"rows": 2}))
