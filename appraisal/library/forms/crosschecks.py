"""One check between figures of a report."""

from django import forms
from django.utils.translation import gettext_lazy as _

from appraisal.library.forms.versions import LockForm
from appraisal.rules.crosschecks import Relation, Severity

RELATIONS = [
    (Relation.AT_MOST.value, _("左边不大于右边（≤）")),
    (Relation.EQUAL.value, _("左边等于右边（=）")),
    (Relation.AT_LEAST.value, _("左边不小于右边（≥）")),
]
SEVERITIES = [
    (Severity.BLOCK.value, _("不能提交")),
    (Severity.REASON.value, _("须说明原因")),
    (Severity.HINT.value, _("只作提示")),
]


class CheckForm(LockForm):
    code = forms.CharField(max_length=10, label=_("编码"), help_text=_("例如 K1，本版本内不重复"))
    left = forms.CharField(max_length=500, label=_("左边"), help_text=_("用指标编码和 + − * / ( ) 写成，例如 B7"))
    relation = forms.ChoiceField(choices=RELATIONS, label=_("关系"))
    right = forms.CharField(max_length=500, label=_("右边"), help_text=_("例如 B7_target；可用的名称见页面右侧"))
    severity = forms.ChoiceField(choices=SEVERITIES, label=_("不成立时"))
    sentence = forms.CharField(
        max_length=200, label=_("不成立时的提示"), help_text=_("一句完整的话，填报人和核验人都会看到")
    )
    sentence_en = forms.CharField(max_length=300, required=False, label=_("英文提示"))
    basis = forms.CharField(max_length=200, required=False, label=_("依据"))
