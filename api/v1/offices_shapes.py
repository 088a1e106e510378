"""What the resources of offices, divisions, regions and the calendar take and answer."""

from datetime import date
from typing import Any

from drf_spectacular.utils import extend_schema_field
from rest_framework import serializers

from core.models import CalendarDay
from tenants.models import Division, Office, OfficeArchive, OfficeName, Region
from tenants.policies import offices as policies

EARLIEST, LATEST = date(1949, 10, 1), date(2999, 12, 31)


class Day(serializers.DateField):
    """A day between 1949 and 2999, as 2026-11-05."""

    def to_internal_value(self, value: date | str) -> date:
        day = super().to_internal_value(value)
        if not EARLIEST <= day <= LATEST:
            raise serializers.ValidationError(f"{EARLIEST} … {LATEST}")
        return day


class ReasonIn(serializers.Serializer):
    reason = serializers.CharField(max_length=200)


class OfficeNameOut(serializers.ModelSerializer):
    class Meta:
        model = OfficeName
        fields = ("name", "short_name", "name_en", "valid_from", "valid_to", "reason")


class OfficeRefusals(serializers.Serializer):
    """For each act the sentence why not, or null when it is allowed."""

    rename = serializers.CharField(allow_null=True)
    suspend = serializers.CharField(allow_null=True)
    reactivate = serializers.CharField(allow_null=True)
    archive = serializers.CharField(allow_null=True)
    reopen = serializers.CharField(allow_null=True)
    edit_divisions = serializers.CharField(allow_null=True)


class OfficeNodeOut(serializers.ModelSerializer):
    slug = serializers.CharField(help_text="path segment it is mounted at")
    parent_id = serializers.IntegerField(allow_null=True)
    acts_for_id = serializers.IntegerField(allow_null=True, help_text="of a house: the prefecture it is of")
    refusals = serializers.SerializerMethodField()

    class Meta:
        model = Office
        fields = (
            "id", "slug", "level", "tier", "acts_for_id", "parent_id", "region_code", "name", "short_name", "name_en",
            "credit_code", "state", "state_reason", "refusals",
        )  # fmt: skip

    def get_refusals(self, office: Office) -> OfficeRefusals:
        actor = self.context["actor"]
        return {  # type: ignore[return-value]
            "rename": policies.rename.reason(actor, office),
            "suspend": policies.suspend.reason(actor, office),
            "reactivate": policies.reactivate.reason(actor, office),
            "archive": policies.archive.reason(actor, office),
            "reopen": policies.reopen.reason(actor, office),
            "edit_divisions": policies.edit_divisions.reason(actor, office),
        }


class ArchiveOut(serializers.ModelSerializer):
    class Meta:
        model = OfficeArchive
        fields = (
            "id", "file", "size", "sha256", "tables", "rows", "files", "entries", "reason", "made_by_name", "made_at",
        )  # fmt: skip


class OfficeDetailOut(OfficeNodeOut):
    names = serializers.SerializerMethodField()

    class Meta(OfficeNodeOut.Meta):
        fields = (*OfficeNodeOut.Meta.fields, "names")

    @extend_schema_field(OfficeNameOut(many=True))
    def get_names(self, office: Office) -> Any:
        return OfficeNameOut(office.names.order_by("-valid_from", "-id"), many=True).data


class NamesIn(serializers.Serializer):
    name = serializers.CharField(max_length=60)
    short_name = serializers.CharField(max_length=20)
    name_en = serializers.CharField(max_length=80)
    valid_from = Day()


class OfficeIn(NamesIn):
    schema_name = serializers.CharField(max_length=51, help_text="path segment; cannot be changed later")
    region_code = serializers.CharField(max_length=6, help_text="GB/T 2260, 6 digits")
    credit_code = serializers.CharField(max_length=18, required=False, allow_blank=True, default="")
    acts_for = serializers.IntegerField(
        required=False, allow_null=True, default=None, help_text="id of the prefecture whose house it is; platform only"
    )


class RenameIn(NamesIn):
    reason = serializers.CharField(max_length=200)


class DivisionOut(serializers.ModelSerializer):
    class Meta:
        model = Division
        fields = ("id", "office_id", "name", "name_en", "position", "valid_from", "valid_to")


class DivisionNameIn(serializers.Serializer):
    name = serializers.CharField(max_length=40)
    name_en = serializers.CharField(max_length=80, required=False, allow_blank=True, default="")


class DivisionIn(DivisionNameIn):
    valid_from = Day(required=False)


class DivisionCloseIn(serializers.Serializer):
    valid_to = Day(help_text="its last day")


class RegionQuery(serializers.Serializer):
    q = serializers.CharField(max_length=60, required=False, help_text="beginning of the code, or part of the name")


class RegionOut(serializers.ModelSerializer):
    class Meta:
        model = Region
        fields = ("code", "name", "short_name", "name_en", "level", "parent_code", "valid_from", "valid_to", "basis",
                  "reason", "merged_into")  # fmt: skip


class CountyIn(serializers.Serializer):
    on = Day(help_text="first day that it holds")
    basis = serializers.CharField(max_length=200, help_text="the document it rests on, with its number")
    reason = serializers.CharField(max_length=500)


class CountyMoveIn(CountyIn):
    to = serializers.CharField(max_length=12, help_text="code of the prefecture that it goes to")


class CountyAbolishIn(CountyIn):
    into = serializers.CharField(max_length=12, help_text="code of the county that takes it over")


REGION = {"max_length": 12, "allow_blank": True, "help_text": "GB/T 2260 code; empty for the whole country"}


class CalendarQuery(serializers.Serializer):
    region = serializers.CharField(required=False, default="", **REGION)  # type: ignore[arg-type]
    year = serializers.IntegerField(min_value=2004, max_value=2100)


class CalendarDayOut(serializers.ModelSerializer):
    class Meta:
        model = CalendarDay
        fields = ("region_code", "day", "is_working", "name", "source")


class CalendarDayIn(serializers.Serializer):
    region_code = serializers.CharField(**REGION)  # type: ignore[arg-type]
    day = Day()
    is_working = serializers.BooleanField()
    name = serializers.CharField(max_length=60)
    source = serializers.CharField(max_length=200)


class CalendarDayQuery(serializers.Serializer):
    region = serializers.CharField(required=False, default="", **REGION)  # type: ignore[arg-type]
    day = Day()


class DerivationQuery(serializers.Serializer):
    region = serializers.CharField(required=False, default="", **REGION)  # type: ignore[arg-type]
    start = Day()
    n = serializers.IntegerField(min_value=-400, max_value=400, help_text="working days on from start; may be negative")


class DerivationOut(serializers.Serializer):
    day = serializers.DateField()
    derivation = serializers.CharField(help_text="how it came about, in a sentence")
