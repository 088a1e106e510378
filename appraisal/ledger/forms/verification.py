"""Forms of the province's decisions about a value."""

from typing import Any

from django import forms
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from appraisal.ledger.forms.evidence import UploadsField
from appraisal.ledger.forms.facts import FactForm


def _reason(label: Any, help_text: Any) -> forms.CharField:
    return forms.CharField(
        label=label, max_length=2000, help_text=help_text, widget=forms.Textarea(attrs={"rows": 3}), strip=True
    )


class DecisionForm(forms.Form):
    """A reason, and the lock version of what was on the screen."""

    lock_version = forms.IntegerField(min_value=0, widget=forms.HiddenInput)
    reason = _reason(gettext_lazy("理由"), gettext_lazy("州市会看到这段话，请写明依据和改法。"))


class CorrectionForm(FactForm):
    """The value that counts instead of the reported one."""

    lock_version = forms.IntegerField(min_value=0, widget=forms.HiddenInput)
    reason = _reason(gettext_lazy("更正理由"), gettext_lazy("州市会看到这段话，请写明依据。"))

    def clean(self) -> dict[str, Any]:
        cleaned = super().clean() or {}
        if not self.errors and self.fact() is None:
            raise forms.ValidationError(_("请填写更正后的数值。"))
        return cleaned


class PointsForm(forms.Form):
    """Points that verification takes off the indicator."""

    lock_version = forms.IntegerField(min_value=0, widget=forms.HiddenInput)
    points = forms.DecimalField(
        label=gettext_lazy("扣分"), max_digits=7, decimal_places=4, min_value=0,
        widget=forms.TextInput(attrs={"inputmode": "decimal", "autocomplete": "off"}),
        help_text=gettext_lazy("直接从该指标得分中扣除，最低到 0 分；填 0 为恢复。"),
    )  # fmt: skip
    reason = _reason(gettext_lazy("扣分理由"), gettext_lazy("会写入得分说明，请写明依据。"))


class GridRowForm(FactForm):
    """One office's row in the province's grid. lock: of the value on the screen, empty when there was none."""

    lock = forms.IntegerField(required=False, min_value=0, widget=forms.HiddenInput)
    reason = forms.CharField(required=False, max_length=500, label=gettext_lazy("依据或理由"))


class LedgerForm(forms.Form):
    """What goes for the whole column of a ledger: up to when it counted, and what it was read from."""

    as_of = forms.DateField(
        label=gettext_lazy("数据截至（含当日）"), widget=forms.DateInput(attrs={"type": "date"}, format="%Y-%m-%d")
    )
    evidence = UploadsField(
        label=gettext_lazy("台账导出文件"), help_text=gettext_lazy("导出的表格或打印件，随数据一起给州市看。")
    )


class JudgedRowForm(FactForm):
    """One office's row in the verifiers' grid: what should count, why, and whether it is decided about now."""

    take = forms.BooleanField(required=False, label=gettext_lazy("办理"))
    lock_version = forms.IntegerField(min_value=0, widget=forms.HiddenInput)
    reason = forms.CharField(required=False, max_length=2000, label=gettext_lazy("更正理由"))


class ConfirmNoneForm(forms.Form):
    """The one reason for all offices without an entry."""

    reason = forms.CharField(
        label=gettext_lazy("依据"), max_length=500, widget=forms.Textarea(attrs={"rows": 2}),
        help_text=gettext_lazy("例如：省信访局 11 月 3 日函，本月各地无集访。"),
    )  # fmt: skip


class ReopenForm(forms.Form):
    """Up to when, and why, a closed month takes one office's report again."""

    until = forms.DateField(
        label=gettext_lazy("重开到（含当日）"), widget=forms.DateInput(attrs={"type": "date"}, format="%Y-%m-%d")
    )
    reason = _reason(gettext_lazy("重开理由"), gettext_lazy("州市会看到这段话；报送仍按逾期记录。"))
