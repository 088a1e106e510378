"""Forms of filing and deciding an objection."""

from decimal import Decimal
from typing import Any

from django import forms
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from appraisal.ledger.forms.evidence import UploadsField
from appraisal.ledger.forms.facts import FactForm
from appraisal.ledger.models import ScoreAdjustment

UPHELD, REJECTED = "upheld", "rejected"


class ObjectionForm(forms.Form):
    """Why the office objects, with files it has uploaded."""

    grounds = forms.CharField(
        label=gettext_lazy("申诉理由"), max_length=2000, widget=forms.Textarea(attrs={"rows": 5}),
        help_text=gettext_lazy("写明对哪一步计算或核验有异议、依据是什么。"),
    )  # fmt: skip
    evidence = UploadsField(label=gettext_lazy("佐证材料"), required=False)


class DecisionFields(forms.Form):
    """What is said of every decision: upheld or rejected, the hearing, the reason."""

    upheld = forms.ChoiceField(
        label=gettext_lazy("复核结论"), widget=forms.RadioSelect,
        choices=[(UPHELD, gettext_lazy("异议成立")), (REJECTED, gettext_lazy("维持原分"))],
    )  # fmt: skip
    heard_on = forms.DateField(
        label=gettext_lazy("复核会日期"), widget=forms.DateInput(attrs={"type": "date"}),
    )  # fmt: skip
    minutes = forms.CharField(label=gettext_lazy("会议纪要编号"), max_length=60)
    decision = forms.CharField(
        label=gettext_lazy("复核意见"), max_length=2000, widget=forms.Textarea(attrs={"rows": 4}),
        help_text=gettext_lazy("会原文告知州市。"),
    )  # fmt: skip


class ItemDecisionForm(DecisionFields):
    """Of a bonus, deduction or veto: upheld, it is struck or counts other points.

    standing: the entry that counts now, None where it was taken back meanwhile; most: what a bonus can bring.
    """

    points = forms.DecimalField(
        label=gettext_lazy("改为"), required=False, max_digits=6, decimal_places=4, min_value=0,
        widget=forms.TextInput(attrs={"inputmode": "decimal", "autocomplete": "off"}),
    )  # fmt: skip

    def __init__(self, *given: Any, standing: ScoreAdjustment | None, most: Decimal, **more: Any) -> None:
        super().__init__(*given, **more)
        if standing is None or standing.kind == ScoreAdjustment.Kind.VETO:
            del self.fields["points"]
        elif standing.kind == ScoreAdjustment.Kind.BONUS:
            self.fields["points"].help_text = _("异议成立的必填：大于现在的 %(now)s 分，最多 %(most)s 分。") % {
                "now": f"{standing.points.normalize():f}", "most": f"{most.normalize():f}",
            }  # fmt: skip
        else:
            self.fields["points"].help_text = _("全部撤销的不填；改为少扣的，填应扣的分值（少于 %(now)s 分）。") % {
                "now": f"{standing.points.normalize():f}"
            }


class ObjectionDecisionForm(FactForm, DecisionFields):
    """Upheld with a corrected fact or other points off, or rejected; the reason in both cases.

    zeroed: a false claim makes the line 0; upheld, that is taken back and nothing else has to change.
    """

    points_off = forms.DecimalField(
        label=gettext_lazy("核验扣分改为"), required=False, max_digits=7, decimal_places=4, min_value=0,
        widget=forms.TextInput(attrs={"inputmode": "decimal", "autocomplete": "off"}),
        help_text=gettext_lazy("不改则不填；填 0 为恢复。"),
    )  # fmt: skip

    def __init__(self, *given: Any, zeroed: bool = False, **more: Any) -> None:
        super().__init__(*given, **more)
        self.zeroed = zeroed

    def clean(self) -> dict[str, Any]:
        cleaned = super().clean() or {}
        upheld = cleaned.get("upheld") == UPHELD and not self.errors
        if upheld and not self.zeroed and self.changed_fact() is None and cleaned.get("points_off") is None:
            raise forms.ValidationError(_("异议成立须写明更正后的数值，或调整后的扣分。"))
        return cleaned

    def changed_fact(self) -> dict[str, Any] | None:
        """The corrected fact; None when its fields still say what counts now."""
        fact = self.fact()
        return None if fact is None or not any(name in self.changed_data for name in self.entries) else fact
