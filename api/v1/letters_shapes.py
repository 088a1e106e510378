"""What the resources of appraisal years and target letters take and answer."""

from typing import Any

from django.utils import timezone
from drf_spectacular.utils import extend_schema_field
from rest_framework import serializers

from api.signatures import SignatureIn
from appraisal.ledger.models import Cycle, LetterVersion, Participant, Period, Target, TargetLetter, TargetMilestone
from appraisal.ledger.selectors import cycles as cycle_selectors
from appraisal.ledger.selectors import letters as letter_selectors
from appraisal.ledger.selectors import timeplan
from core.workdays import Derivation

MOST = 2**31 - 1


class LetterLockIn(serializers.Serializer):
    lock_version = serializers.IntegerField(
        min_value=0, max_value=MOST, help_text="as last read; 409 when someone else changed the letter meanwhile"
    )


class CycleIn(serializers.Serializer):
    year = serializers.IntegerField(min_value=2000, max_value=2100)
    version_id = serializers.IntegerField(min_value=1, max_value=MOST, help_text="a published version of that year")
    name = serializers.CharField(max_length=80)


class CycleQuery(serializers.Serializer):
    year = serializers.IntegerField(min_value=2000, max_value=2100, required=False)
    state = serializers.ChoiceField(choices=Cycle.State.choices, required=False)


class CycleRefusals(serializers.Serializer):
    """For each act the sentence why not, or null when it is allowed."""

    set_peer_groups = serializers.CharField(allow_null=True)
    draft_letters = serializers.CharField(allow_null=True)
    make_periods = serializers.CharField(allow_null=True)
    start = serializers.CharField(allow_null=True)
    set_difficulty = serializers.CharField(allow_null=True)


class CycleOut(serializers.ModelSerializer):
    version_label = serializers.CharField(source="version.label")
    refusals = serializers.SerializerMethodField()

    class Meta:
        model = Cycle
        fields = (
            "id", "year", "name", "version", "version_label", "state", "created_at", "difficulty_basis",
            "difficulty_published_at", "difficulty_published_by", "closing_basis", "closed_by_name", "closed_at",
            "refusals",
        )  # fmt: skip

    def get_refusals(self, cycle: Cycle) -> CycleRefusals:
        return cycle_selectors.refusals(self.context["actor"], cycle)  # type: ignore[return-value]


class LetterOfficeOut(serializers.Serializer):
    id = serializers.IntegerField()
    schema_name = serializers.CharField()
    region_code = serializers.CharField()
    name = serializers.CharField()
    short_name = serializers.CharField()


class ParticipantOut(serializers.ModelSerializer):
    office = LetterOfficeOut()

    class Meta:
        model = Participant
        fields = ("id", "office", "peer_group", "reason", "difficulty", "difficulty_reason")


class PeerIn(serializers.Serializer):
    office_id = serializers.IntegerField(min_value=1, max_value=MOST)
    peer_group = serializers.IntegerField(min_value=1, max_value=99)
    reason = serializers.CharField(max_length=200)


class PeersIn(serializers.Serializer):
    groups = PeerIn(many=True, max_length=1000, help_text="every active prefecture once; groups 1 … n without a gap")


class CoefficientIn(serializers.Serializer):
    office_id = serializers.IntegerField(min_value=1, max_value=MOST)
    coefficient = serializers.CharField(max_length=10, help_text="0.95 to 1.05, at most three decimals")
    reason = serializers.CharField(max_length=200, allow_blank=True, default="", help_text="needed unless it is 1")


class DifficultyIn(serializers.Serializer):
    rows = CoefficientIn(many=True, max_length=1000, help_text="participants that are not named keep theirs")


class DifficultyPublishIn(serializers.Serializer):
    basis = serializers.CharField(max_length=200, help_text="the minutes or document they rest on")


class PeriodOut(serializers.ModelSerializer):
    derivations = serializers.SerializerMethodField(help_text="for each due day how it was derived, in a sentence")

    class Meta:
        model = Period
        fields = ("id", "month", "opens_on", "county_due_on", "due_on", "verify_due_on", "closes_on", "derivations")

    def get_derivations(self, period: Period) -> dict[str, str]:
        return {field: str(Derivation.of(stored)) for field, stored in period.derivations.items()}


class LetterQuery(serializers.Serializer):
    year = serializers.IntegerField(min_value=2000, max_value=2100, required=False)
    state = serializers.ChoiceField(choices=TargetLetter.State.choices, required=False)
    office = serializers.SlugField(max_length=51, required=False, help_text="schema name of the office")

    def filters(self) -> dict[str, Any]:
        names = {"year": "cycle__year", "state": "state", "office": "office__schema_name"}
        return {names[name]: value for name, value in self.validated_data.items()}


class LetterRefusals(serializers.Serializer):
    """For each act the sentence why not, or null when it is allowed."""

    edit = serializers.CharField(allow_null=True)
    issue = serializers.CharField(allow_null=True)
    withdraw = serializers.CharField(allow_null=True)
    sign = serializers.CharField(allow_null=True)


class PlannedOut(serializers.Serializer):
    """months and actual: cumulative, at the ends of the twelve months; actual is null where nothing is reported."""

    code = serializers.CharField(source="indicator.code")
    name = serializers.CharField(source="indicator.name")
    unit = serializers.CharField(source="indicator.unit")
    months = serializers.ListField(child=serializers.DecimalField(max_digits=18, decimal_places=4))
    actual = serializers.ListField(child=serializers.DecimalField(max_digits=18, decimal_places=4, allow_null=True))
    from_last_year = serializers.BooleanField(help_text="months between the agreed ones follow last year's actuals")
    laid_down = serializers.BooleanField(help_text="the months are what somebody laid down, not shared out")


class PlannedIn(serializers.Serializer):
    code = serializers.CharField(max_length=10)
    months = serializers.ListField(
        child=serializers.CharField(max_length=30, allow_blank=True), max_length=12,
        help_text="twelve cumulative decimals at the ends of the months; empty to share the open ones out again",
    )  # fmt: skip


class PlanIn(serializers.Serializer):
    number = serializers.IntegerField(
        min_value=0,
        max_value=9999,
        help_text="`plan.number` of the letter as last read, 0 for none; 409 when changed since",
    )
    reason = serializers.CharField(max_length=500, allow_blank=True, default="", help_text="asked of the bureau")
    rows = PlannedIn(many=True, max_length=500, help_text="indicators that are not named stay as they are")


class PlanStanding(serializers.Serializer):
    """number: of the newest plan of months, 0 for none; refusal: why one cannot lay months down, or null."""

    number = serializers.IntegerField()
    refusal = serializers.CharField(allow_null=True)


class EditionQuery(serializers.Serializer):
    edition = serializers.IntegerField(
        min_value=1, max_value=9999, required=False, help_text="number of the version; the newest without"
    )


class LetterVersionOut(serializers.ModelSerializer):
    class Meta:
        model = LetterVersion
        fields = ("number", "effective_on", "content_sha256", "signatures", "reason", "basis", "made_at")


class LetterDetailRefusals(LetterRefusals):
    """The same with applying for a change, moving targets to another office, and filing the scan of the paper."""

    change = serializers.CharField(allow_null=True)
    transfer = serializers.CharField(allow_null=True)
    file_scan = serializers.CharField(allow_null=True)


class LetterOut(serializers.ModelSerializer):
    office = LetterOfficeOut()
    year = serializers.IntegerField(source="cycle.year")
    refusals = serializers.SerializerMethodField()

    class Meta:
        model = TargetLetter
        fields = (
            "id", "cycle", "year", "office", "number", "state", "province_signer_name", "province_signer_role",
            "province_signed_at", "office_signer_name", "office_signer_role", "office_signed_at",
            "content_sha256", "lock_version", "refusals",
        )  # fmt: skip

    def get_refusals(self, letter: TargetLetter) -> LetterRefusals:
        return letter_selectors.refusals(self.context["actor"], letter)  # type: ignore[return-value]


class MilestoneOut(serializers.ModelSerializer):
    class Meta:
        model = TargetMilestone
        fields = ("id", "name", "due_on")


class TargetOut(serializers.ModelSerializer):
    code = serializers.CharField(source="indicator.code")
    name = serializers.CharField(source="indicator.name")
    unit = serializers.CharField(source="indicator.unit")
    target_basis = serializers.CharField(source="indicator.target_basis")
    method = serializers.CharField(source="indicator.method")
    milestones = MilestoneOut(many=True, source="milestone_list")

    class Meta:
        model = Target
        fields = (
            "code", "name", "unit", "method", "target_basis", "applicable", "not_applicable_reason", "year_target",
            "q1", "q2", "q3", "note", "milestones",
        )  # fmt: skip


class LackingRow(serializers.Serializer):
    code = serializers.CharField()
    field = serializers.CharField()
    message = serializers.CharField()


class LetterDetailOut(LetterOut):
    targets = serializers.SerializerMethodField()
    lacking = serializers.SerializerMethodField(help_text="what it needs before it can be signed")
    versions = LetterVersionOut(many=True)
    plan = serializers.SerializerMethodField(help_text="the months inside what is agreed on")

    class Meta(LetterOut.Meta):
        fields = (*LetterOut.Meta.fields, "targets", "lacking", "versions", "plan")

    @extend_schema_field(PlanStanding())
    def get_plan(self, letter: TargetLetter) -> dict[str, Any]:
        newest = timeplan.plans(letter).first()
        refusal = timeplan.refusal(self.context["actor"], letter, timezone.localdate())
        return {"number": newest.number if newest else 0, "refusal": refusal}

    def get_refusals(self, letter: TargetLetter) -> LetterDetailRefusals:
        return letter_selectors.refusals_of_one(  # type: ignore[return-value]
            self.context["actor"], letter, timezone.localdate()
        )

    def rows(self, letter: TargetLetter) -> list[Target]:
        if "rows" not in self.context:
            self.context["rows"] = letter_selectors.targets(letter)
        return self.context["rows"]

    @extend_schema_field(TargetOut(many=True))
    def get_targets(self, letter: TargetLetter) -> Any:
        return TargetOut(self.rows(letter), many=True).data

    @extend_schema_field(LackingRow(many=True))
    def get_lacking(self, letter: TargetLetter) -> Any:
        return letter_selectors.lacking(self.rows(letter))


class TargetIn(serializers.Serializer):
    code = serializers.CharField(max_length=10)
    applicable = serializers.BooleanField(default=True)
    not_applicable_reason = serializers.CharField(max_length=200, allow_blank=True, default="")
    year_target = serializers.CharField(
        max_length=30, allow_null=True, allow_blank=True, default=None, help_text="a decimal, at most four places"
    )
    q1 = serializers.CharField(max_length=30, allow_null=True, allow_blank=True, default=None)
    q2 = serializers.CharField(max_length=30, allow_null=True, allow_blank=True, default=None)
    q3 = serializers.CharField(max_length=30, allow_null=True, allow_blank=True, default=None)
    note = serializers.CharField(max_length=200, allow_blank=True, default="")


class TargetsIn(LetterLockIn):
    rows = TargetIn(many=True, max_length=500, help_text="indicators that are not named stay as they are")


class MilestoneIn(serializers.Serializer):
    name = serializers.CharField(max_length=120)
    due_on = serializers.DateField()


class MilestonesIn(LetterLockIn):
    milestones = MilestoneIn(many=True, max_length=30)


class PasswordIn(LetterLockIn, SignatureIn):
    """A letter that is signed."""


class IssueIn(PasswordIn):
    number = serializers.CharField(
        max_length=40,
        allow_blank=True,
        default="",
        help_text="document number, for example 云移责〔2026〕3号; the next of the series where none is given",
    )


class WithdrawIn(LetterLockIn):
    reason = serializers.CharField(max_length=200)
