"""Forms of bonus items, deductions and vetoes."""

from typing import Any

from django import forms
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from appraisal.ledger.forms.evidence import UploadsField
from appraisal.ledger.models import Cycle, Participant
from appraisal.ledger.selectors.adjustments import Item
from core import months


class AdjustmentForm(forms.Form):
    """One case of an item of the dated list."""

    office_id = forms.TypedChoiceField(label=gettext_lazy("州市"), coerce=int)
    code = forms.ChoiceField(label=gettext_lazy("事项"))
    points = forms.DecimalField(
        label=gettext_lazy("分值"), required=False, max_digits=6, decimal_places=4, min_value=0,
        widget=forms.TextInput(attrs={"inputmode": "decimal", "autocomplete": "off"}),
        help_text=gettext_lazy("不填按清单分值；否决事项不填。"),
    )  # fmt: skip
    from_month = forms.TypedChoiceField(label=gettext_lazy("起算月份"), coerce=int)
    legal_basis = forms.CharField(
        label=gettext_lazy("依据文件"), max_length=200, help_text=gettext_lazy("文号和条款，例如 云政发〔2026〕8号")
    )
    confirming_unit = forms.CharField(label=gettext_lazy("认定单位"), max_length=80)
    late_reason = forms.CharField(
        label=gettext_lazy("补记理由"), required=False, max_length=2000, widget=forms.Textarea(attrs={"rows": 3}),
        help_text=gettext_lazy("起算月份已核定的必须写明；已核定的得分不变，重新计算并核定后计入。"),
    )  # fmt: skip
    evidence = UploadsField(label=gettext_lazy("认定文件"), help_text=gettext_lazy("没有文件不能登记。"))

    def __init__(
        self, *args: Any, participants: list[Participant], items: list[Item], cycle: Cycle,
        first_month: int, last_published: int, **kwargs: Any,
    ) -> None:  # fmt: skip
        super().__init__(*args, **kwargs)
        self.fields["office_id"].choices = [("", "—")] + [(row.office_id, row.office.label) for row in participants]  # type: ignore[attr-defined]
        grouped: dict[str, list[tuple[str, str]]] = {}
        for item in items:
            shown = _("等次限制") if item.ceiling else _("%(points)s 分") % {"points": f"{item.points.normalize():f}"}
            grouped.setdefault(item.kind_label, []).append(
                (item.code, _("%(name)s（%(more)s）") % {"name": f"{item.code} {item.name}", "more": shown})
            )
        self.fields["code"].choices = [("", "—"), *grouped.items()]  # type: ignore[attr-defined]
        self.fields["from_month"].choices = [  # type: ignore[attr-defined]
            (month, self._month(cycle, month, first_month, last_published)) for month in range(1, 13)
        ]

    @staticmethod
    def _month(cycle: Cycle, month: int, first: int, published: int) -> str:
        """How a month is offered: from `first` on points may count; those up to `published` have their scores."""
        told = {"year": cycle.year, "month": months.named(month)}
        if month < first:
            return _("%(year)s 年 %(month)s 月（已核定，只能登记否决）") % told
        if month <= published:
            return _("%(year)s 年 %(month)s 月（已核定，须写补记理由）") % told
        return _("%(year)s 年 %(month)s 月") % told


class RevokeForm(forms.Form):
    """Why an item is taken back."""

    reason = forms.CharField(label=gettext_lazy("撤销理由"), max_length=200, widget=forms.Textarea(attrs={"rows": 3}))
