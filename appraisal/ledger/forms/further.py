"""Forms of a further appeal and of what the committee decides about it."""

from django import forms
from django.utils.translation import gettext_lazy

from appraisal.ledger.forms.evidence import UploadsField
from appraisal.ledger.forms.objections import REJECTED, UPHELD, ItemDecisionForm, ObjectionDecisionForm


class FurtherAppealForm(forms.Form):
    """Why the office does not accept the decision."""

    grounds = forms.CharField(
        label=gettext_lazy("再申诉理由"), max_length=2000, widget=forms.Textarea(attrs={"rows": 5}),
        help_text=gettext_lazy("写明对复核决定的哪一点不服、依据是什么。"),
    )  # fmt: skip
    evidence = UploadsField(label=gettext_lazy("佐证材料"), required=False)


class FurtherFields(forms.Form):
    """With the committee's meeting in the place of the panel's hearing."""

    upheld = forms.ChoiceField(
        label=gettext_lazy("委员会结论"), widget=forms.RadioSelect,
        choices=[(UPHELD, gettext_lazy("再申诉成立")), (REJECTED, gettext_lazy("维持复核决定"))],
    )  # fmt: skip
    heard_on = None  # a committee meets, no panel hears
    met_on = forms.DateField(label=gettext_lazy("委员会会议日期"), widget=forms.DateInput(attrs={"type": "date"}))
    decision = forms.CharField(
        label=gettext_lazy("决定和理由"), max_length=2000, widget=forms.Textarea(attrs={"rows": 4}),
        help_text=gettext_lazy("会原文告知州市。"),
    )  # fmt: skip


class FurtherDecisionForm(FurtherFields, ObjectionDecisionForm):
    """As the decision about an objection to a line."""


class FurtherItemDecisionForm(FurtherFields, ItemDecisionForm):
    """As the decision about an objection to a bonus, deduction or veto."""
