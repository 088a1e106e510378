"""Form of a form: which paper it is for, and the file."""

from django import forms
from django.utils.translation import gettext_lazy as _

from appraisal.results.models import PaperForm


class PaperFormForm(forms.Form):
    kind = forms.ChoiceField(label=_("用于"), choices=PaperForm.Kind.choices)
    file = forms.FileField(
        label=_("样式文件"), help_text=_("通报用 .docx，汇总表用 .xlsx；填写位置照样例写成 {{标题}}、{{结果.单位}}。"),
        widget=forms.FileInput(attrs={"accept": ".docx,.xlsx"}),
    )  # fmt: skip
