"""Forms of the steps of a year's result, and of the self-appraisal."""

from collections.abc import Mapping, Sequence
from typing import Any

from django import forms
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from appraisal.ledger.forms.evidence import UploadsField
from appraisal.ledger.selectors.explanations import word
from appraisal.library.models import EnteredBy
from appraisal.results.selectors.own import Item

UPHELD, REJECTED = "upheld", "rejected"
AREA = forms.Textarea(attrs={"rows": 3})


class YearRunForm(forms.Form):
    """Why the year is calculated (again)."""

    note = forms.CharField(label=gettext_lazy("计算说明"), max_length=200, required=False)


class MinutesForm(forms.Form):
    """The number of a meeting's minutes."""

    minutes = forms.CharField(
        label=gettext_lazy("会议纪要文号"), max_length=60, help_text=gettext_lazy("例如 考核委员会纪要〔2027〕1号")
    )


class ReasonForm(forms.Form):
    """Why a result ends."""

    reason = forms.CharField(label=gettext_lazy("理由"), max_length=500, widget=AREA)


class PasswordForm(forms.Form):
    """What cannot be undone asks for the password again."""

    password = forms.CharField(
        label=gettext_lazy("登录密码"), widget=forms.PasswordInput(attrs={"autocomplete": "current-password"})
    )


class DecideForm(MinutesForm, PasswordForm):
    """A leader signs for what the deciding meeting said."""

    field_order = ("minutes", "password")


class CircularForm(forms.Form):
    """The number under which the circular is issued."""

    number = forms.CharField(
        label=gettext_lazy("文号"), max_length=40, required=False,
        help_text=gettext_lazy("留空由系统按顺序编号；文号要连续、不重号。"),
    )  # fmt: skip


class ReopenForm(ReasonForm, PasswordForm):
    """Opening again what the public saw."""

    field_order = ("reason", "password")


class ClosingForm(PasswordForm):
    """Closing a year for good."""

    basis = forms.CharField(
        label=gettext_lazy("归档依据"), max_length=200, help_text=gettext_lazy("例如 党组会纪要〔2027〕8号")
    )
    field_order = ("basis", "password")


class GradeForm(forms.Form):
    """Another grade than the rules gave."""

    grade = forms.ChoiceField(label=gettext_lazy("等次"))
    reason = forms.CharField(
        label=gettext_lazy("理由"), max_length=500, required=False, widget=AREA,
        help_text=gettext_lazy("与计算结果不同时必填；须由另一人复核。"),
    )  # fmt: skip
    minutes = forms.CharField(
        label=gettext_lazy("会议纪要文号"),
        max_length=60,
        required=False,
        help_text=gettext_lazy("与计算结果不同时必填。"),
    )

    def __init__(self, *args: Any, grades: Sequence[str], **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.fields["grade"].choices = [(grade, word(f"grade.{grade}")) for grade in grades]


class NoticeForm(forms.Form):
    """What the public notice says besides the table."""

    words = forms.CharField(
        label=gettext_lazy("公示说明"), max_length=2000, required=False, widget=AREA,
        help_text=gettext_lazy("公示表之外要说明的事项；不得出现身份证号、手机号、银行卡号。"),
    )  # fmt: skip
    contact = forms.CharField(
        label=gettext_lazy("异议受理"),
        max_length=120,
        help_text=gettext_lazy("受理处室和固定电话，例如 考核处 0871-6512 3456"),
    )


class NoticeObjectionForm(forms.Form):
    """Why the result should be another one."""

    grounds = forms.CharField(label=gettext_lazy("异议理由"), max_length=2000, widget=forms.Textarea(attrs={"rows": 5}))
    evidence = UploadsField(label=gettext_lazy("佐证材料"), required=False)


class AnswerForm(forms.Form):
    """The committee's answer."""

    upheld = forms.ChoiceField(
        label=gettext_lazy("核查结论"), widget=forms.RadioSelect,
        choices=[(UPHELD, gettext_lazy("异议成立，重新启动")), (REJECTED, gettext_lazy("异议不成立"))],
    )  # fmt: skip
    decision = forms.CharField(label=gettext_lazy("答复"), max_length=2000, widget=forms.Textarea(attrs={"rows": 5}))


class SelfForm(forms.Form):
    """Score, statement and evidence for each indicator that applies.

    Fields: score-<code>, statement-<code>, kept-<code> (ids of the files that stay), evidence-<code> (new ones).
    uploaded: names by id of files that came with this form, which stay when something else is refused.
    """

    lock_version = forms.IntegerField(widget=forms.HiddenInput)

    def __init__(
        self, *args: Any, items: Sequence[Item], uploaded: Mapping[str, str] | None = None, **kwargs: Any
    ) -> None:
        super().__init__(*args, **kwargs)
        self.codes = [item.indicator.code for item in items]
        for item in items:
            code = item.indicator.code
            self.fields[f"score-{code}"] = forms.DecimalField(
                label=_("%(code)s 自评得分") % {"code": code}, required=False, initial=item.score,
                widget=forms.TextInput(attrs={"inputmode": "decimal", "autocomplete": "off"}),
            )  # fmt: skip
            self.fields[f"statement-{code}"] = forms.CharField(
                label=_("%(code)s 说明") % {"code": code}, required=False, max_length=1000, initial=item.statement,
                widget=forms.Textarea(attrs={"rows": 2}),
            )  # fmt: skip
            names = {each["id"]: each["name"] for each in item.evidence} | dict(uploaded or {})
            asked = set(self.data.getlist(f"kept-{code}")) if self.is_bound else set()
            kept = [each["id"] for each in item.evidence]
            self.fields[f"kept-{code}"] = forms.MultipleChoiceField(
                label=_("%(code)s 已附材料（去掉勾选即移除）") % {"code": code}, required=False, initial=kept,
                choices=[(key, name) for key, name in names.items() if key in asked or key in kept],
                widget=forms.CheckboxSelectMultiple,
            )  # fmt: skip
            self.fields[f"evidence-{code}"] = UploadsField(
                label=_("%(code)s 佐证材料") % {"code": code}, required=False, help_text=_wanted(item)
            )


def _wanted(item: Item) -> str:
    if not item.indicator.evidence or item.indicator.entered_by != EnteredBy.PREFECTURE:
        return ""
    values = {"evidence": item.indicator.evidence}
    if item.reported:
        return _("指标要求：%(evidence)s。月报已附过，可以不再附。") % values
    return _("须附：%(evidence)s") % values
