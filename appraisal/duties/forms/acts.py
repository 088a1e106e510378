"""Forms of what is done with a list and with one's own duties."""

from typing import Any

from django import forms
from django.utils.translation import gettext_lazy

from appraisal.ledger.forms.evidence import UploadsField


class SubmitForm(forms.Form):
    """short: whether a sum falls short, so that a reason is asked for."""

    short_reason = forms.CharField(
        label=gettext_lazy("合计低于目标的原因"), max_length=500, required=False,
        widget=forms.Textarea(attrs={"rows": 3}),
    )  # fmt: skip

    def __init__(self, *args: Any, short: bool, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        if not short:
            del self.fields["short_reason"]


class ReasonForm(forms.Form):
    reason = forms.CharField(label=gettext_lazy("原因"), max_length=500, widget=forms.Textarea(attrs={"rows": 3}))


class DeliverForm(forms.Form):
    text = forms.CharField(label=gettext_lazy("完成情况"), max_length=500, widget=forms.Textarea(attrs={"rows": 4}))
    evidence = UploadsField(label=gettext_lazy("成果文件"), required=False)


class PopulationForm(forms.Form):
    """Registered people of each county. names: code → county."""

    def __init__(self, *args: Any, names: dict[str, str], **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        for code, name in names.items():
            self.fields[code] = forms.CharField(
                label=name, required=False, max_length=20, widget=forms.TextInput(attrs={"inputmode": "numeric"})
            )


class FileForm(forms.Form):
    file = forms.FileField(label=gettext_lazy("填好的清单（.xlsx）"))


class FillForm(forms.Form):
    """How a target is shared out."""

    kind = forms.ChoiceField(label=gettext_lazy("分到"))
    by = forms.ChoiceField(
        label=gettext_lazy("办法"),
        choices=[
            ("EQUAL", gettext_lazy("平均分摊")),
            ("POPULATION", gettext_lazy("按各县移民人口")),
            ("LAST_YEAR", gettext_lazy("按上年数")),
        ],
    )
    lock_version = forms.IntegerField(widget=forms.HiddenInput)

    def __init__(self, *args: Any, kinds: list[tuple[str, Any]], **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.fields["kind"].choices = kinds
