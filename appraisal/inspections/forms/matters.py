"""Forms of assigned matters."""

from typing import Any

from django import forms
from django.utils.translation import gettext_lazy

from appraisal.inspections.forms.tasks import DAY
from appraisal.ledger.forms.evidence import UploadsField
from tenants.models import Office


def _text(label: Any, rows: int = 4) -> forms.CharField:
    return forms.CharField(label=label, max_length=2000, widget=forms.Textarea(attrs={"rows": rows}))


class AssignForm(forms.Form):
    """What is asked of whom until when."""

    title = forms.CharField(label=gettext_lazy("事项"), max_length=120)
    text = _text(gettext_lazy("要求"), 5)
    basis = forms.CharField(
        label=gettext_lazy("依据"), max_length=200, help_text=gettext_lazy("文号、会议纪要或领导批示。")
    )
    due_on = forms.DateField(
        label=gettext_lazy("回复期限（含当日）"), widget=forms.DateInput(attrs=DAY),
        help_text=gettext_lazy("遇休息日顺延到下一个工作日。"),
    )  # fmt: skip
    office_ids = forms.TypedMultipleChoiceField(
        label=gettext_lazy("承办州市"), coerce=int, widget=forms.CheckboxSelectMultiple
    )
    evidence = UploadsField(label=gettext_lazy("附件"), required=False)

    def __init__(self, *args: Any, offices: list[Office], **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.fields["office_ids"].choices = [(office.pk, office.label) for office in offices]


class ReplyForm(forms.Form):
    """What the office did."""

    text = _text(gettext_lazy("办理情况"), 5)
    evidence = UploadsField(label=gettext_lazy("佐证材料"), required=False)


class MatterReturnForm(forms.Form):
    """Why the reply does not do, and until when another one is due."""

    reason = _text(gettext_lazy("退回理由"))
    due_on = forms.DateField(label=gettext_lazy("新的回复期限（含当日）"), widget=forms.DateInput(attrs=DAY))
    evidence = UploadsField(label=gettext_lazy("附件"), required=False)


class CloseForm(forms.Form):
    """What was checked."""

    text = _text(gettext_lazy("办结意见"))


class MatterReasonForm(forms.Form):
    """Why it is withdrawn, or why no points go."""

    reason = forms.CharField(label=gettext_lazy("理由"), max_length=200, widget=forms.Textarea(attrs={"rows": 3}))


class DeductForm(forms.Form):
    """Who confirmed it, by which paper."""

    confirming_unit = forms.CharField(label=gettext_lazy("认定单位"), max_length=80)
    evidence = UploadsField(
        label=gettext_lazy("认定文件"), required=False, help_text=gettext_lazy("交办时的附件会一并作为依据。")
    )
    late_reason = forms.CharField(
        label=gettext_lazy("补记理由"), max_length=2000, widget=forms.Textarea(attrs={"rows": 3}),
        help_text=gettext_lazy("年终月得分已核定：已核定的不变，重新计算并核定后计入。"),
    )  # fmt: skip

    def __init__(self, *args: Any, late: bool, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        if not late:
            del self.fields["late_reason"]
