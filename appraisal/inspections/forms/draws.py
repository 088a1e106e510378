"""Forms of a round of the draw."""

from typing import Any

from django import forms
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from appraisal.inspections.models import Draw
from appraisal.ledger.models import Period
from core import months

_NUMBER = forms.TextInput(attrs={"inputmode": "numeric", "autocomplete": "off"})


class PrepareForm(forms.Form):
    """What is drawn, how many, and where the seed will come from."""

    title = forms.CharField(label=gettext_lazy("名称"), max_length=80)
    kind = forms.ChoiceField(label=gettext_lazy("抽取对象"), choices=Draw.Kind.choices)
    month = forms.TypedChoiceField(
        label=gettext_lazy("数据月份"), coerce=int, empty_value=None, required=False,
        help_text=gettext_lazy("只在抽取已核验数据时选择。"),
    )  # fmt: skip
    wanted = forms.IntegerField(label=gettext_lazy("抽取数"), min_value=1, max_value=500, widget=_NUMBER)
    each = forms.IntegerField(
        label=gettext_lazy("每个对象派"), min_value=1, max_value=500, initial=2, widget=_NUMBER
    )  # fmt: skip
    per_office = forms.IntegerField(
        label=gettext_lazy("每个州市至少"), min_value=0, max_value=500, initial=0, required=False, widget=_NUMBER,
        help_text=gettext_lazy("抽县或数据时，每个州市至少抽到的个数，例如 2；不足的全部抽取。0 为不限。"),
    )  # fmt: skip
    seed_kind = forms.ChoiceField(
        label=gettext_lazy("种子"), choices=Draw.SeedKind.choices, initial=Draw.SeedKind.FIGURE,
        widget=forms.RadioSelect,
    )  # fmt: skip
    seed_source = forms.CharField(
        label=gettext_lazy("哪个数字，由谁公布"), max_length=200, required=False,
        help_text=gettext_lazy("例如：上海证券交易所公布的上证综合指数收盘点位，遇休市取其后第一个交易日。"),
    )  # fmt: skip
    seed_on = forms.DateField(
        label=gettext_lazy("哪一天的数字"), required=False, widget=forms.DateInput(attrs={"type": "date"}),
        help_text=gettext_lazy("须在冻结名单之后。"),
    )  # fmt: skip
    seed_people = forms.IntegerField(
        label=gettext_lazy("由几人各出一段"), required=False, min_value=2, max_value=9, widget=_NUMBER,
        help_text=gettext_lazy("冻结后各人先交哈希，交齐再公开原文；冻结名单的人不参加。"),
    )  # fmt: skip

    def __init__(self, *args: Any, periods: list[Period], **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.fields["month"].choices = [("", "—")] + [
            (row.month, _("%(month)s 月") % {"month": months.named(row.month)}) for row in periods
        ]

    def clean_per_office(self) -> int:
        """Left empty: none."""
        return self.cleaned_data["per_office"] or 0


class ReasonForm(forms.Form):
    """Why."""

    reason = forms.CharField(label=gettext_lazy("理由"), max_length=200, widget=forms.Textarea(attrs={"rows": 3}))


class LeaveOutForm(ReasonForm):
    """Why an object is not drawn from."""

    key = forms.CharField(widget=forms.HiddenInput, max_length=120)


class CommitForm(forms.Form):
    """The hash of a phrase. The page works it out from the phrase, which stays in the browser."""

    sha256 = forms.CharField(
        label=gettext_lazy("SHA-256"), max_length=64, min_length=64,
        widget=forms.TextInput(attrs={"autocomplete": "off", "spellcheck": "false"}),
        help_text=gettext_lazy("64 位十六进制。也可以自己算：printf '%s' '原文' | sha256sum"),
    )  # fmt: skip


class RevealForm(forms.Form):
    """The phrase itself, letter by letter."""

    phrase = forms.CharField(
        label=gettext_lazy("原文"), max_length=200, strip=False, widget=forms.TextInput(attrs={"autocomplete": "off"}),
        help_text=gettext_lazy("与交哈希时一字不差，公开后所有人可见。"),
    )  # fmt: skip


class FigureForm(forms.Form):
    """The figure of the day, as it was published."""

    figure = forms.CharField(
        label=gettext_lazy("公布的数字"), max_length=60,
        widget=forms.TextInput(attrs={"inputmode": "decimal", "autocomplete": "off"}),
        help_text=gettext_lazy("照公布的样子填；种子只取其中的数字，依次相连。"),
    )  # fmt: skip
    note = forms.CharField(
        label=gettext_lazy("出处"), max_length=120, help_text=gettext_lazy("在哪里看到的，例如网址或报纸版面。")
    )
