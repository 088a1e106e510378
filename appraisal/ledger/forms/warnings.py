"""Issuing, answering and assessing a warning about progress."""

from django import forms
from django.utils.translation import gettext_lazy as _

AREA = {"rows": 4}


class WarningForm(forms.Form):
    request = forms.CharField(
        max_length=2000, label=_("要求"), widget=forms.Textarea(attrs=AREA), help_text=_("要州市做什么，写给州市领导")
    )


class MeasuresForm(forms.Form):
    measures = forms.CharField(max_length=2000, label=_("措施"), widget=forms.Textarea(attrs=AREA))
    until = forms.DateField(label=_("何时赶上计划"), widget=forms.DateInput(attrs={"type": "date"}, format="%Y-%m-%d"))


class AssessmentForm(forms.Form):
    reason = forms.CharField(max_length=2000, label=_("意见"), widget=forms.Textarea(attrs=AREA))
