"""Forms of a claim that is held to be false."""

from typing import Any

from django import forms
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from appraisal.ledger.forms.evidence import UploadsField
from appraisal.library.models import Indicator
from core import months
from tenants.models import Office


class ProposeForm(forms.Form):
    """Which claim, and why it is false."""

    office_id = forms.TypedChoiceField(label=gettext_lazy("州市"), coerce=int)
    indicator = forms.ChoiceField(label=gettext_lazy("指标"))
    month = forms.TypedChoiceField(label=gettext_lazy("填报月份"), coerce=int)
    facts = forms.CharField(
        label=gettext_lazy("查明的事实"), max_length=2000, widget=forms.Textarea(attrs={"rows": 5})
    )  # fmt: skip
    evidence = UploadsField(
        label=gettext_lazy("证据"), required=False, help_text=gettext_lazy("检查发现里的证据会一并带入。")
    )

    def __init__(self, *args: Any, offices: list[Office], indicators: list[Indicator], **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.fields["office_id"].choices = [("", "—"), *((office.pk, office.label) for office in offices)]
        self.fields["indicator"].choices = [("", "—"), *((row.code, f"{row.code} {row.label}") for row in indicators)]
        self.fields["month"].choices = [
            (month, _("%(month)s 月") % {"month": months.named(month)}) for month in range(1, 13)
        ]


class StatementForm(forms.Form):
    """The prefecture's side."""

    text = forms.CharField(label=gettext_lazy("陈述申辩"), max_length=2000, widget=forms.Textarea(attrs={"rows": 5}))
    evidence = UploadsField(label=gettext_lazy("佐证材料"), required=False)


class ClaimDecisionForm(forms.Form):
    """Why it is confirmed, or not."""

    decision = forms.CharField(label=gettext_lazy("理由"), max_length=2000, widget=forms.Textarea(attrs={"rows": 4}))
