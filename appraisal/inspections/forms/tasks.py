"""Forms of tasks on site and of what has to be rectified."""

from typing import Any

from django import forms
from django.utils.translation import gettext_lazy

from appraisal.inspections.models import Finding, TaskItem
from appraisal.ledger.forms.evidence import UploadsField
from appraisal.library.models import Indicator
from tenants.models import Office

DAY = {"type": "date"}


class DaysForm(forms.Form):
    """Which checklist, between which days."""

    checklist = forms.ChoiceField(label=gettext_lazy("检查清单"))
    starts_on = forms.DateField(label=gettext_lazy("开始"), widget=forms.DateInput(attrs=DAY))
    ends_on = forms.DateField(label=gettext_lazy("结束"), widget=forms.DateInput(attrs=DAY))

    def __init__(self, *args: Any, checklists: list[tuple[str, str]], **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.fields["checklist"].choices = checklists


class PlanForm(DaysForm):
    """A task by hand."""

    title = forms.CharField(label=gettext_lazy("任务名称"), max_length=160)
    office_id = forms.TypedChoiceField(label=gettext_lazy("州市"), coerce=int)
    inspectors = forms.TypedMultipleChoiceField(
        label=gettext_lazy("检查人员"), coerce=int, widget=forms.CheckboxSelectMultiple
    )

    def __init__(self, *args: Any, offices: list[Office], people: list[dict[str, Any]], **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.fields["office_id"].choices = [("", "—"), *((office.pk, office.label) for office in offices)]
        self.fields["inspectors"].choices = [(row["user_id"], row["name"]) for row in people]


class AnswerItemForm(forms.Form):
    """What was seen at one point."""

    answer = forms.ChoiceField(
        label=gettext_lazy("结论"), choices=TaskItem.Answer.choices, widget=forms.RadioSelect
    )  # fmt: skip
    note = forms.CharField(
        label=gettext_lazy("说明"), max_length=500, required=False, widget=forms.Textarea(attrs={"rows": 2})
    )
    evidence = UploadsField(label=gettext_lazy("照片或文件"), required=False)


class FindingForm(forms.Form):
    """What was found and what should follow."""

    item_id = forms.TypedChoiceField(
        label=gettext_lazy("对应清单"), coerce=int, empty_value=None, required=False
    )  # fmt: skip
    text = forms.CharField(label=gettext_lazy("发现"), max_length=2000, widget=forms.Textarea(attrs={"rows": 4}))
    consequence = forms.ChoiceField(label=gettext_lazy("处理建议"), choices=Finding.Consequence.choices)
    requirement = forms.CharField(
        label=gettext_lazy("整改要求"), max_length=2000, required=False, widget=forms.Textarea(attrs={"rows": 2}),
        help_text=gettext_lazy("限期整改时填写。"),
    )  # fmt: skip
    days = forms.IntegerField(
        label=gettext_lazy("整改期限"), required=False, min_value=1,
        widget=forms.TextInput(attrs={"inputmode": "numeric"}),
        help_text=gettext_lazy("工作日，从任务办结的次日起算；不填按规定。"),
    )  # fmt: skip
    indicator = forms.ChoiceField(
        label=gettext_lazy("虚假填报的指标"), required=False, help_text=gettext_lazy("认定虚假填报时选择，并附证据。")
    )
    evidence = UploadsField(label=gettext_lazy("证据"), required=False)

    def __init__(self, *args: Any, items: list[tuple[int, str]], indicators: list[Indicator], **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.fields["item_id"].choices = [("", "—"), *items]
        self.fields["indicator"].choices = [("", "—"), *((row.code, f"{row.code} {row.label}") for row in indicators)]


class SummaryForm(forms.Form):
    """What the inspection comes to."""

    summary = forms.CharField(label=gettext_lazy("检查结论"), max_length=2000, widget=forms.Textarea(attrs={"rows": 4}))


class RectifyForm(forms.Form):
    """What was put right, or checked."""

    text = forms.CharField(label=gettext_lazy("说明"), max_length=2000, widget=forms.Textarea(attrs={"rows": 4}))
    evidence = UploadsField(label=gettext_lazy("佐证材料"), required=False)
