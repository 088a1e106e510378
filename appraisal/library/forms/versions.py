"""Importing, copying and publishing a version, and the plain fields of an indicator."""

from collections.abc import Iterable
from typing import Any

from django import forms
from django.utils.translation import gettext_lazy as _

from appraisal.library.models import EnteredBy, Indicator, Method, TargetBasis, TemplateVersion

DATA_SOURCES = [
    ("monthly_report", _("月报")),
    ("project_ledger", _("项目台账")),
    ("fund_ledger", _("资金台账")),
    ("subsidy_ledger", _("直补发放台账")),
    ("milestone", _("节点表")),
    ("rectification_ledger", _("整改台账")),
    ("red_flags", _("红旗预警")),
    ("petition_register", _("信访台账")),
    ("archive", _("档案")),
    ("document", _("文件资料")),
    ("survey", _("抽样调查")),
    ("verification", _("省级核查")),
    ("panel", _("评议")),
    ("manual", _("省级录入")),
    ("system", _("系统计算")),
]
LARGEST_BOOK = 1_000_000  # bytes


class LockForm(forms.Form):
    """The state of the draft that the editor saw."""

    lock_version = forms.IntegerField(min_value=0, widget=forms.HiddenInput)


class ImportForm(forms.Form):
    code = forms.CharField(max_length=30, label=_("编号"), help_text=_("本省内不重复，例如 ZZ-MB"))
    name = forms.CharField(max_length=80, label=_("名称"))
    name_en = forms.CharField(max_length=120, required=False, label=_("英文名称"))
    year = forms.IntegerField(min_value=2000, max_value=2100, label=_("考核年度"))
    file = forms.FileField(
        required=False, label=_("CSV 文件"), help_text=_("不选文件时，使用平台自带的 100 分示例指标体系（38 项）")
    )

    def csv_text(self, shipped: str) -> str:
        """The text of the chosen file, or the shipped one. Raises UnicodeDecodeError."""
        chosen = self.cleaned_data["file"]
        return chosen.read().decode("utf-8-sig") if chosen else shipped

    def clean_file(self) -> Any:
        chosen = self.cleaned_data["file"]
        if chosen and chosen.size > 500_000:
            raise forms.ValidationError(_("文件超过 500 KB。"))
        return chosen


class BookForm(forms.Form):
    """A whole scheme as a workbook. What is left empty is taken from its first sheet."""

    file = forms.FileField(label=_("Excel/WPS 文件（.xlsx）"), widget=forms.FileInput(attrs={"accept": ".xlsx"}))
    code = forms.CharField(
        max_length=30, required=False, label=_("编号"), help_text=_("留空按文件里的；本省内不重复，例如 ZZ-MB")
    )
    name = forms.CharField(max_length=80, required=False, label=_("名称"), help_text=_("留空按文件里的"))
    year = forms.IntegerField(
        min_value=2000, max_value=2100, required=False, label=_("考核年度"), help_text=_("留空按文件里的")
    )
    next_version = forms.BooleanField(required=False, label=_("作为同编号指标体系的新版本草稿"))

    def clean_file(self) -> Any:
        chosen = self.cleaned_data["file"]
        if chosen.size > LARGEST_BOOK:
            raise forms.ValidationError(_("文件超过 1 MB，指标体系不会这么大。请只保留模板里的工作表。"))
        return chosen


class CopyForm(forms.Form):
    year = forms.IntegerField(min_value=2000, max_value=2100, label=_("考核年度"))
    note = forms.CharField(
        max_length=500, required=False, label=_("修订说明"), widget=forms.Textarea(attrs={"rows": 2})
    )


class PublishForm(LockForm):
    minutes_number = forms.CharField(
        max_length=60, label=_("党组会议纪要编号"), help_text=_("例如 云移党纪〔2026〕2号")
    )
    effective_on = forms.DateField(
        label=_("执行日期"), widget=forms.DateInput(attrs={"type": "date"}, format="%Y-%m-%d")
    )


class NaTreatmentForm(LockForm):
    na_treatment = forms.ChoiceField(choices=TemplateVersion.NaTreatment.choices, label=_("不适用指标的分值"))


class AddForm(LockForm):
    """A group (only code and name) or an indicator of a group."""

    code = forms.CharField(max_length=10, label=_("编码"))
    name = forms.CharField(max_length=80, label=_("名称"))
    name_en = forms.CharField(max_length=160, required=False, label=_("英文名称"))


class AddIndicatorForm(AddForm):
    """origins: code → name of what it may be split off, in the version that the draft was copied from."""

    points = forms.CharField(max_length=12, label=_("分值"))
    origin = forms.ChoiceField(
        required=False, label=_("由哪项拆分"), help_text=_("拆分的指标沿用原指标已报的数据；全新的指标留空")
    )

    def __init__(self, *args: Any, origins: dict[str, str] | None = None, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        if origins:
            choices = [(code, f"{code} {name}") for code, name in origins.items()]
            self.fields["origin"].choices = [("", "—"), *choices]  # type: ignore[attr-defined]
        else:
            del self.fields["origin"]


class RemoveForm(LockForm):
    """heirs: the other indicators of the draft, into which it may be merged."""

    into = forms.ChoiceField(
        required=False, label=_("并入哪项"), help_text=_("合并后的指标按几项已报数据之和计分；只是停用的留空")
    )

    def __init__(self, *args: Any, heirs: list[Indicator], **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        choices = [(row.code, f"{row.code} {row.label}") for row in heirs]
        self.fields["into"].choices = [("", "—"), *choices]  # type: ignore[attr-defined]


class RegroupForm(LockForm):
    """groups: the other first-level indicators."""

    group_id = forms.TypedChoiceField(coerce=int, label=_("移到"))

    def __init__(self, *args: Any, groups: list[Indicator], **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.fields["group_id"].choices = [  # type: ignore[attr-defined]
            (row.pk, f"{row.code} {row.label}") for row in groups
        ]


OWNER = _("由这个处室核实和更正州市报来的数；二级指标留空的随一级指标，都没有的由各核验人共同办理。")


class SourceForm(LockForm):
    """What is counted, in which unit, where it comes from and who brings it."""

    name = forms.CharField(max_length=80, label=_("名称"))
    name_en = forms.CharField(max_length=160, required=False, label=_("英文名称"))
    unit = forms.CharField(max_length=20, required=False, label=_("单位"))
    direction = forms.ChoiceField(choices=[("HIGHER", _("越高越好")), ("LOWER", _("越低越好"))], label=_("方向"))
    data_source = forms.ChoiceField(choices=[("", "—"), *DATA_SOURCES], required=False, label=_("数据来源"))
    entered_by = forms.ChoiceField(choices=EnteredBy.choices, label=_("数据由谁提供"))
    target_basis = forms.ChoiceField(choices=TargetBasis.choices, required=False, label=_("分母来源"))
    cumulative = forms.BooleanField(required=False, label=_("按年初至今累计，与截至当期的目标相比"))
    owner_division = forms.ChoiceField(required=False, label=_("责任处室"), help_text=OWNER)


class OwnerForm(forms.Form):
    """Which division confirms a published indicator's figures from now on."""

    seen = forms.CharField(required=False, max_length=40, widget=forms.HiddenInput)
    owner_division = forms.ChoiceField(required=False, label=_("责任处室"))
    reason = forms.CharField(max_length=500, label=_("理由"), widget=forms.Textarea(attrs={"rows": 2}))

    def __init__(self, *args: Any, divisions: Iterable[str], **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.fields["owner_division"].choices = [  # type: ignore[attr-defined]
            ("", _("—（各核验人共同办理）")), *((name, name) for name in divisions)
        ]  # fmt: skip


class EvidenceForm(LockForm):
    """What must be attached, and on which rule the indicator rests."""

    evidence = forms.CharField(max_length=120, required=False, label=_("必须附的证明材料"), help_text=_("留空则不要求"))
    legal_basis = forms.CharField(max_length=200, required=False, label=_("依据"))


class GroupForm(LockForm):
    name = forms.CharField(max_length=80, label=_("名称"))
    name_en = forms.CharField(max_length=160, required=False, label=_("英文名称"))
    legal_basis = forms.CharField(max_length=200, required=False, label=_("依据"))
    owner_division = forms.ChoiceField(required=False, label=_("责任处室"), help_text=OWNER)


def fields_form(
    kind: type[LockForm], row: Indicator, lock_version: int, data: Any = None, *, divisions: Iterable[str] = ()
) -> LockForm:
    """A form of some of the indicator's fields, filled from it. An unknown data source stays choosable.

    divisions: the bureau's, by name; one that is no more stays in sight, for the use case to refuse.
    """
    initial = {name: getattr(row, name) for name in kind.base_fields if name != "lock_version"}
    form = kind(data, initial={**initial, "lock_version": lock_version}, auto_id="panel_%s")
    source = form.fields.get("data_source")
    if isinstance(source, forms.ChoiceField) and row.data_source not in dict(source.choices):
        source.choices = [*source.choices, (row.data_source, row.data_source)]
    owner = form.fields.get("owner_division")
    if isinstance(owner, forms.ChoiceField):
        names = [*divisions, *([row.owner_division] if row.owner_division not in ("", *divisions) else [])]
        owner.choices = [("", "—"), *((name, name) for name in names)]
    return form


METHODS = Method.choices
