"""Forms of the record that both sides of an inspection sign."""

from collections.abc import Sequence
from typing import Any

from django import forms
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from appraisal.inspections.models import SiteStep
from appraisal.ledger.forms.evidence import UploadsField

OPINIONS = [(kind.value, kind.label) for kind in (SiteStep.Kind.AGREE, SiteStep.Kind.OBJECT)]


class CountersignForm(forms.Form):
    """The office's opinion."""

    opinion = forms.ChoiceField(label=gettext_lazy("会签意见"), choices=OPINIONS, widget=forms.RadioSelect)
    text = forms.CharField(
        label=gettext_lazy("说明"), max_length=2000, required=False, widget=forms.Textarea(attrs={"rows": 4}),
        help_text=gettext_lazy("有异议的写明对哪一条、为什么。"),
    )  # fmt: skip
    evidence = UploadsField(label=gettext_lazy("佐证材料"), required=False)


class AnswerObjectionForm(forms.Form):
    """The bureau's answer, with what stands instead of a finding; cleaned into `corrections`."""

    text = forms.CharField(label=gettext_lazy("答复"), max_length=2000, widget=forms.Textarea(attrs={"rows": 4}))

    def __init__(self, *args: Any, findings: Sequence[dict[str, Any]], **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.numbers = [row["number"] for row in findings]
        for row in findings:
            self.fields[f"correct_{row['number']}"] = forms.CharField(
                label=_("更正第 %(n)s 条发现") % {"n": row["number"]}, max_length=2000, required=False,
                widget=forms.Textarea(attrs={"rows": 2}), help_text=_("不填表示维持：%(text)s") % {"text": row["text"]},
            )  # fmt: skip
        self.fields["evidence"] = UploadsField(label=gettext_lazy("佐证材料"), required=False)

    def clean(self) -> dict[str, Any]:
        data = dict(super().clean() or {})
        told = {number: data.pop(f"correct_{number}", "") for number in self.numbers}
        data["corrections"] = [{"number": number, "text": text} for number, text in told.items() if text]
        return data


class LapseForm(forms.Form):
    """How the office was asked."""

    text = forms.CharField(
        label=gettext_lazy("办结说明"), max_length=2000, widget=forms.Textarea(attrs={"rows": 3}),
        help_text=gettext_lazy("写明怎样催办、为何未签。"),
    )  # fmt: skip
