"""What the resources of indicator templates take and answer."""

from typing import Any

from django.utils.translation import gettext as _
from drf_spectacular.utils import extend_schema_field
from rest_framework import serializers

from appraisal.library import owners, schemes, selectors
from appraisal.library.forms.versions import LARGEST_BOOK
from appraisal.library.models import EnteredBy, Indicator, IndicatorTemplate, Method, TargetBasis, TemplateVersion
from appraisal.library.models.indicator import Better
from appraisal.rules.crosschecks import Relation, Severity

MOST = 2**31 - 1


class LockIn(serializers.Serializer):
    lock_version = serializers.IntegerField(
        min_value=0, max_value=MOST, help_text="as last read; 409 when someone else changed the draft meanwhile"
    )


class TemplateIn(serializers.Serializer):
    code = serializers.CharField(max_length=30)
    name = serializers.CharField(max_length=80)
    name_en = serializers.CharField(max_length=120, allow_blank=True, default="")
    year = serializers.IntegerField(min_value=2000, max_value=2100)
    csv_text = serializers.CharField(
        max_length=500_000, trim_whitespace=False, help_text="columns code, parent, name, points, method, parameters …"
    )


class BookIn(serializers.Serializer):
    """multipart/form-data; what is not given is taken from the workbook's first sheet."""

    file = serializers.FileField(help_text="xlsx, at most 1 MB")
    code = serializers.CharField(max_length=30, allow_blank=True, default="")
    name = serializers.CharField(max_length=80, allow_blank=True, default="")
    year = serializers.IntegerField(min_value=2000, max_value=2100, required=False, allow_null=True, default=None)
    next_version = serializers.BooleanField(default=False, help_text="the next draft of the template with that code")

    def validate_file(self, upload: Any) -> Any:
        if upload.size > LARGEST_BOOK:
            raise serializers.ValidationError(_("文件超过 1 MB，指标体系不会这么大。请只保留模板里的工作表。"))
        return upload


class TemplateOut(serializers.ModelSerializer):
    class Meta:
        model = IndicatorTemplate
        fields = ("id", "code", "name", "name_en", "created_at")


class VersionRefusals(serializers.Serializer):
    """For each act the sentence why not, or null when it is allowed."""

    edit = serializers.CharField(allow_null=True)
    copy = serializers.CharField(allow_null=True)
    publish = serializers.CharField(allow_null=True)


class VersionOut(serializers.ModelSerializer):
    template = TemplateOut()
    label = serializers.CharField()
    refusals = serializers.SerializerMethodField()

    class Meta:
        model = TemplateVersion
        fields = (
            "id", "template", "number", "label", "year", "state", "copied_from", "na_treatment", "note",
            "minutes_number", "effective_on", "published_by_name", "published_at", "lock_version", "refusals",
        )  # fmt: skip

    def get_refusals(self, version: TemplateVersion) -> VersionRefusals:
        return selectors.refusals(self.context["actor"], version)  # type: ignore[return-value]


class ProblemRow(serializers.Serializer):
    code = serializers.CharField()
    message = serializers.CharField()


class IndicatorOut(serializers.ModelSerializer):
    parameters = serializers.DictField(child=serializers.JSONField(allow_null=True))
    owner = serializers.CharField(
        source="owner.name", default=None, allow_null=True,
        help_text="division that confirms the figures of a published version; of a draft null",
    )  # fmt: skip

    class Meta:
        model = Indicator
        fields = (
            "id", "parent", "code", "name", "name_en", "points", "position", "method", "parameters", "unit",
            "direction", "cumulative", "target_basis", "entered_by", "data_source", "evidence", "legal_basis",
            "owner_division", "owner", "origins",
        )  # fmt: skip


class IndicatorDifferenceOut(serializers.Serializer):
    """What was done to one indicator between two versions."""

    code = serializers.CharField()
    name = serializers.SerializerMethodField()
    kinds = serializers.ListField(child=serializers.ChoiceField(choices=selectors.Kind.choices))
    origins = serializers.SerializerMethodField(help_text="codes in the other version that it comes from")
    fields_changed = serializers.ListField(child=serializers.CharField(), source="fields")
    points_before = serializers.DecimalField(max_digits=9, decimal_places=4, help_text="of all its origins together")
    points_after = serializers.DecimalField(max_digits=9, decimal_places=4)

    def get_name(self, difference: selectors.Difference) -> str:
        row = difference.after or difference.before
        return row.name if row else ""

    def get_origins(self, difference: selectors.Difference) -> list[str]:
        return [row.code for row in difference.befores]


class CheckDifferenceOut(serializers.Serializer):
    """What was done to one check between two versions."""

    code = serializers.CharField()
    code_before = serializers.CharField(source="before.code", default="", help_text="'' where it is new")
    kinds = serializers.ListField(child=serializers.ChoiceField(choices=selectors.CheckKind.choices))
    fields_changed = serializers.ListField(child=serializers.CharField(), source="fields")


class ComparisonOut(serializers.Serializer):
    version = serializers.CharField()
    base = serializers.CharField()
    differences = IndicatorDifferenceOut(many=True)
    checks = CheckDifferenceOut(many=True)


class CompareQuery(serializers.Serializer):
    base = serializers.IntegerField(
        min_value=1, max_value=MOST, required=False, help_text="another version; the one it was copied from if absent"
    )


class VersionDetailOut(VersionOut):
    indicators = serializers.SerializerMethodField()
    problems = serializers.SerializerMethodField(help_text="what stops it from being published")

    class Meta(VersionOut.Meta):
        fields = (*VersionOut.Meta.fields, "indicators", "problems")

    def rows(self, version: TemplateVersion) -> list[Indicator]:
        if "rows" not in self.context:
            self.context["rows"] = list(version.indicators.select_related("owner").order_by("position", "id"))
        return self.context["rows"]

    @extend_schema_field(IndicatorOut(many=True))
    def get_indicators(self, version: TemplateVersion) -> Any:
        return IndicatorOut(self.rows(version), many=True).data

    @extend_schema_field(ProblemRow(many=True))
    def get_problems(self, version: TemplateVersion) -> Any:
        rows = self.rows(version)
        return schemes.problems_of(version, rows) + owners.problems_of(version, rows)


class VersionQuery(serializers.Serializer):
    state = serializers.ChoiceField(choices=TemplateVersion.State.choices, required=False)
    year = serializers.IntegerField(min_value=2000, max_value=2100, required=False)
    template = serializers.IntegerField(min_value=1, max_value=MOST, required=False)


class CopyIn(serializers.Serializer):
    year = serializers.IntegerField(min_value=2000, max_value=2100, required=False, allow_null=True)
    note = serializers.CharField(max_length=500, allow_blank=True, default="")


class PublishIn(LockIn):
    minutes_number = serializers.CharField(max_length=60)
    effective_on = serializers.DateField()


class CheckFields(serializers.Serializer):
    """left and right: arithmetic over names of figures; what stands between them when all is well."""

    left = serializers.CharField(max_length=500)
    relation = serializers.ChoiceField(choices=[each.value for each in Relation])
    right = serializers.CharField(max_length=500)
    severity = serializers.ChoiceField(
        choices=[each.value for each in Severity],
        help_text="BLOCK: not handed over; REASON: handed over with an explanation; HINT: shown",
    )
    sentence = serializers.CharField(max_length=200, help_text="what is said when it does not hold, in Chinese")
    sentence_en = serializers.CharField(max_length=300, allow_blank=True, default="")
    basis = serializers.CharField(max_length=200, allow_blank=True, default="", help_text="the rule it rests on")


class CheckIn(LockIn, CheckFields):
    pass


class CheckAddIn(CheckIn):
    code = serializers.CharField(max_length=10)


class CheckOut(CheckFields):
    code = serializers.CharField()


class CheckNameOut(serializers.Serializer):
    name = serializers.CharField()
    figure = serializers.CharField(help_text="what it stands for")


class ChecksOut(serializers.Serializer):
    lock_version = serializers.IntegerField()
    checks = CheckOut(many=True)
    names = CheckNameOut(many=True)


class IndicatorFields(serializers.Serializer):
    """Fields of an indicator; a group has only names, legal basis and division."""

    name = serializers.CharField(max_length=80, required=False)
    name_en = serializers.CharField(max_length=160, allow_blank=True, required=False)
    points = serializers.CharField(max_length=12, required=False, help_text="a decimal with at most two places")
    method = serializers.ChoiceField(choices=Method.choices, required=False)
    parameters = serializers.DictField(child=serializers.JSONField(allow_null=True), required=False)
    unit = serializers.CharField(max_length=20, allow_blank=True, required=False)
    direction = serializers.ChoiceField(choices=Better.choices, required=False)
    cumulative = serializers.BooleanField(required=False)
    target_basis = serializers.ChoiceField(
        choices=[(value, label) for value, label in TargetBasis.choices if value], allow_blank=True, required=False
    )
    entered_by = serializers.ChoiceField(choices=EnteredBy.choices, required=False)
    data_source = serializers.CharField(max_length=30, allow_blank=True, required=False)
    evidence = serializers.CharField(max_length=120, allow_blank=True, required=False)
    legal_basis = serializers.CharField(max_length=200, allow_blank=True, required=False)
    owner_division = serializers.CharField(max_length=40, allow_blank=True, required=False)


class OwnerIn(serializers.Serializer):
    """A published indicator's division, by name; '' for all verifiers. seen: who owned it when it was read."""

    owner_division = serializers.CharField(max_length=40, allow_blank=True)
    seen = serializers.CharField(max_length=40, allow_blank=True, default="")
    reason = serializers.CharField(max_length=500)


class IndicatorPatchIn(LockIn, IndicatorFields):
    def changes(self) -> dict[str, Any]:
        return {name: value for name, value in self.validated_data.items() if name != "lock_version"}


class IndicatorAddIn(LockIn, IndicatorFields):
    code = serializers.CharField(max_length=10)
    group_id = serializers.IntegerField(
        min_value=1, max_value=MOST, allow_null=True, default=None, help_text="null adds a first-level group"
    )
    name = serializers.CharField(max_length=80)
    origins = serializers.ListField(
        child=serializers.CharField(max_length=10), default=list, max_length=20,
        help_text="codes in the version it was copied from that it is split off",
    )  # fmt: skip

    def fields_given(self) -> dict[str, Any]:
        apart = {"lock_version", "code", "group_id", "origins"}
        return {name: value for name, value in self.validated_data.items() if name not in apart}


class RemoveIn(LockIn):
    into = serializers.CharField(
        max_length=10, default="", allow_blank=True, help_text="code of the indicator that it is merged into"
    )


class RegroupIn(LockIn):
    group_id = serializers.IntegerField(min_value=1, max_value=MOST)


class MoveIn(LockIn):
    direction = serializers.ChoiceField(choices=["up", "down"])


class PointsIn(LockIn):
    points = serializers.DictField(
        child=serializers.CharField(max_length=12), help_text="indicator code → points, for example {'A1': '6.50'}"
    )


class NaTreatmentIn(LockIn):
    na_treatment = serializers.ChoiceField(choices=TemplateVersion.NaTreatment.choices)


class TrialIn(serializers.Serializer):
    fact = serializers.DictField(
        child=serializers.JSONField(allow_null=True), help_text="as in the table of facts of the rules"
    )


class TrialOut(serializers.Serializer):
    points = serializers.CharField(allow_null=True, help_text="four decimals, half-up; null: not applicable")
    steps = serializers.ListField(child=serializers.CharField())
    problems = serializers.ListField(child=serializers.CharField())
