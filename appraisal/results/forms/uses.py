"""Forms of the register of uses."""

from collections.abc import Sequence
from typing import Any

from django import forms
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from appraisal.ledger.forms.evidence import UploadsField
from appraisal.results.models import ResultLine, ResultUse

NUMBER = {"inputmode": "decimal", "autocomplete": "off"}


class UseForm(forms.Form):
    """An award, a talk or a rectification for one office."""

    office = forms.ChoiceField(label=gettext_lazy("州市"))
    kind = forms.ChoiceField(
        label=gettext_lazy("运用方式"),
        choices=[each for each in ResultUse.Kind.choices if each[0] != ResultUse.Kind.FUND],
    )
    title = forms.CharField(label=gettext_lazy("事项"), max_length=120)
    basis = forms.CharField(label=gettext_lazy("依据"), max_length=200, help_text=gettext_lazy("文件名称、文号和条款"))

    def __init__(self, *args: Any, lines: Sequence[ResultLine], **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.fields["office"].choices = [(line.office.schema_name, line.office.label) for line in lines]


class FundForm(forms.Form):
    """A fund and what each office brings in. Fields: population-<office>, other-<office>."""

    amount = forms.DecimalField(label=gettext_lazy("奖励资金总额（元）"), widget=forms.TextInput(attrs=NUMBER))
    title = forms.CharField(label=gettext_lazy("事项"), max_length=120, initial=gettext_lazy("年度考核奖励资金"))
    basis = forms.CharField(label=gettext_lazy("依据"), max_length=200, help_text=gettext_lazy("文件名称、文号和条款"))

    def __init__(self, *args: Any, lines: Sequence[ResultLine], **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.offices = [line.office.schema_name for line in lines]
        for line in lines:
            name, label = line.office.schema_name, line.office.label
            self.fields[f"population-{name}"] = forms.IntegerField(
                label=_("%(office)s 登记人口（人）") % {"office": label},
                min_value=0,
                widget=forms.TextInput(attrs=NUMBER),
            )
            self.fields[f"other-{name}"] = forms.DecimalField(
                label=_("%(office)s 其他因素") % {"office": label}, min_value=0, max_digits=18, decimal_places=4,
                initial=1,
                widget=forms.TextInput(attrs=NUMBER),
            )  # fmt: skip


class PlanForm(forms.Form):
    """The rectification plan."""

    plan = forms.CharField(label=gettext_lazy("整改方案"), max_length=2000, widget=forms.Textarea(attrs={"rows": 6}))
    evidence = UploadsField(label=gettext_lazy("佐证材料"), required=False)


class EndingForm(forms.Form):
    """What came of it."""

    ending = forms.CharField(label=gettext_lazy("办理结果"), max_length=500, widget=forms.Textarea(attrs={"rows": 3}))
