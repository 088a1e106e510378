"""What the resources of responsibility lists say and take."""

from collections.abc import Mapping
from typing import Any

from drf_spectacular.utils import extend_schema_field
from rest_framework import serializers

from api.v1.verification_shapes import LARGEST
from appraisal.duties.models import Delivery, Duty, ResponsibilityList
from appraisal.duties.rules.sums import Rule, Verdict
from appraisal.duties.selectors import checking, lists, progress
from appraisal.duties.selectors.lists import Loaded
from appraisal.duties.selectors.sharing import WAYS
from appraisal.ledger.models import Decomposition
from appraisal.ledger.selectors.decompositions import Standing


class ListOut(serializers.ModelSerializer):
    """A version of the list. letter_version: of the letter that it breaks down, as it was submitted."""

    year = serializers.IntegerField(source="letter.cycle.year")
    letter_id = serializers.IntegerField()
    letter_number = serializers.CharField(source="letter.number")
    population = serializers.DictField(child=serializers.IntegerField(), help_text="code of the county → people")
    refusals = serializers.SerializerMethodField(help_text="action → reason why not, or null when allowed")

    class Meta:
        model = ResponsibilityList
        fields = (
            "id", "year", "letter_id", "letter_number", "letter_version", "number", "state", "population",
            "begun_by_name", "begun_at", "submitted_by_name", "submitted_at", "short_reason", "send_back_reason",
            "confirmed_by_name", "confirmed_by_role", "confirmed_at", "content_sha256", "refusals",
        )  # fmt: skip

    def get_refusals(self, row: ResponsibilityList) -> dict[str, str | None]:
        return lists.refusals(self.context["actor"], row)


class DutyOut(serializers.ModelSerializer):
    """One line. under: id of the line it stands under; done, overdue: of the list in force."""

    party = serializers.CharField(help_text='"division:3", "county:530102", "person:17"')
    under = serializers.IntegerField(source="under_id", allow_null=True)
    done = serializers.BooleanField(source="mine.done")
    late = serializers.SerializerMethodField(help_text="handed in after its day; null while it is not")
    overdue = serializers.SerializerMethodField()

    class Meta:
        model = Duty
        fields = (
            "id", "key", "party", "name", "under", "task", "owner_id", "owner_name", "partner", "due_on", "deliverable",
            "year_target", "q1", "q2", "q3", "done", "late", "overdue",
        )  # fmt: skip

    def get_late(self, duty: Duty) -> bool | None:
        mine: progress.Mine = duty.mine  # type: ignore[attr-defined]
        return mine.last.late if mine.last is not None and mine.done else None

    def get_overdue(self, duty: Duty) -> bool:
        return duty.mine.overdue(self.context["on"])  # type: ignore[attr-defined]


class SumLineOut(serializers.Serializer):
    period = serializers.ChoiceField(choices=["year_target", "q1", "q2", "q3"])
    target = serializers.DecimalField(18, 4)
    reached = serializers.DecimalField(20, 4, help_text="of quantities the sum, of rates the part that is worst off")
    gap = serializers.DecimalField(20, 4, help_text="reached − target")
    verdict = serializers.ChoiceField(choices=[each.value for each in Verdict])


class SumOut(serializers.Serializer):
    """The parts of one kind against the target, or a line's people against the line."""

    kind = serializers.ChoiceField(choices=Duty.Kind.choices)
    name = serializers.CharField()
    verdict = serializers.CharField(source="check.verdict")
    silent = serializers.IntegerField(source="check.silent", help_text="parts without a figure")
    lines = SumLineOut(source="check.lines", many=True)
    said = serializers.CharField()


class DutyProblemOut(serializers.Serializer):
    """What must be mended (blocks) or explained before the list can be submitted."""

    party = serializers.CharField()
    field = serializers.CharField()
    message = serializers.CharField()
    blocks = serializers.BooleanField()


class BrokenTargetOut(serializers.Serializer):
    """A target of the letter with its lines. rule: how parts make it up; lower: it is a ceiling."""

    code = serializers.CharField()
    name = serializers.CharField()
    unit = serializers.CharField()
    rule = serializers.ChoiceField(choices=[each.value for each in Rule])
    lower = serializers.BooleanField()
    key = serializers.BooleanField(help_text="must be broken down")
    latest = serializers.DateField(help_text="last day that a line may have")
    year_target = serializers.DecimalField(18, 4, allow_null=True)
    q1 = serializers.DecimalField(18, 4, allow_null=True)
    q2 = serializers.DecimalField(18, 4, allow_null=True)
    q3 = serializers.DecimalField(18, 4, allow_null=True)
    lock_version = serializers.IntegerField(help_text="to be sent with a save")
    lines = DutyOut(many=True)
    sums = SumOut(many=True)
    problems = DutyProblemOut(many=True)


class ListDetailOut(ListOut):
    """The list with every target of the letter's version."""

    targets = serializers.SerializerMethodField()

    class Meta(ListOut.Meta):
        fields = (*ListOut.Meta.fields, "targets")

    @extend_schema_field(BrokenTargetOut(many=True))
    def get_targets(self, row: ResponsibilityList) -> Any:
        found: Loaded = self.context["found"]
        return BrokenTargetOut([_target(found, code, self.context) for code in found.demands], many=True,
                               context=self.context).data  # fmt: skip


def _target(found: Loaded, code: str, context: Mapping[str, Any]) -> dict[str, Any]:
    demand, tops = found.demands[code], found.duties.get(code, [])
    breakdown = found.breakdowns.get(code)
    told = {name: getattr(demand, name) for name in ("code", "name", "unit", "rule", "lower", "key", "latest")}
    return {
        **told, **demand.figures, "lock_version": breakdown.lock_version if breakdown else 0,
        "lines": [each for top in tops for each in (top, *top.below)],  # type: ignore[attr-defined]
        "sums": checking.sums_of(demand, tops), "problems": checking.problems_of(demand, tops, context["people"]),
    }  # fmt: skip


class BeginIn(serializers.Serializer):
    year = serializers.IntegerField(min_value=2000, max_value=2100, required=False, help_text="else the newest")


class FigureField(serializers.CharField):
    """A decimal as text, at most 4 decimals; "" or null for none."""

    def __init__(self, **more: Any) -> None:
        super().__init__(max_length=20, allow_blank=True, allow_null=True, default=None, **more)


class PartIn(serializers.Serializer):
    """One line. under: the party of the division's or county's line it stands under."""

    party = serializers.CharField(max_length=40)
    under = serializers.CharField(max_length=40, allow_blank=True, default="")
    task = serializers.CharField(max_length=200, allow_blank=True, default="")
    owner_id = serializers.IntegerField(min_value=1, max_value=LARGEST, allow_null=True, default=None)
    partner = serializers.CharField(max_length=120, allow_blank=True, default="")
    due_on = serializers.DateField(allow_null=True, default=None)
    deliverable = serializers.CharField(max_length=200, allow_blank=True, default="")
    year_target = FigureField()
    q1 = FigureField()
    q2 = FigureField()
    q3 = FigureField()


class BreakTargetIn(serializers.Serializer):
    lock_version = serializers.IntegerField(min_value=0, max_value=2**31 - 1)
    parts = PartIn(many=True)


class FillTargetIn(serializers.Serializer):
    kind = serializers.ChoiceField(choices=Duty.Kind.choices)
    by = serializers.ChoiceField(choices=WAYS)
    lock_version = serializers.IntegerField(min_value=0, max_value=2**31 - 1)


class PopulationIn(serializers.Serializer):
    population = serializers.DictField(child=serializers.IntegerField(min_value=0, max_value=10**9 - 1))


class SubmitListIn(serializers.Serializer):
    short_reason = serializers.CharField(max_length=500, allow_blank=True, default="", help_text="of short sums")


class ListReasonIn(serializers.Serializer):
    reason = serializers.CharField(max_length=500)


class ConfirmListIn(serializers.Serializer):
    submitted_at = serializers.DateTimeField(allow_null=True, default=None, help_text="the submission that was read")


class ListFileIn(serializers.Serializer):
    file = serializers.FileField(help_text="xlsx, downloaded here and filled in")


class ListDifferenceOut(serializers.Serializer):
    code = serializers.CharField()
    name = serializers.CharField()
    before = serializers.CharField(allow_blank=True, help_text='"" where there was no such line')
    after = serializers.CharField(allow_blank=True, help_text='"" where there is none any more')


class MyDutyOut(DutyOut):
    code = serializers.CharField(source="breakdown.code")
    list_id = serializers.IntegerField(source="breakdown.list_id")
    refusals = serializers.SerializerMethodField(help_text="action → reason why not, or null when allowed")

    class Meta(DutyOut.Meta):
        fields = (*DutyOut.Meta.fields, "code", "list_id", "refusals")

    def get_refusals(self, duty: Duty) -> dict[str, str | None]:
        return progress.refusals(self.context["actor"], duty.mine)  # type: ignore[attr-defined]


class DeliverIn(serializers.Serializer):
    text = serializers.CharField(max_length=500)
    evidence = serializers.ListField(child=serializers.UUIDField(), default=list, max_length=20)


class DeliveryOut(serializers.ModelSerializer):
    evidence = serializers.SerializerMethodField()

    class Meta:
        model = Delivery
        fields = ("id", "duty_id", "key", "kind", "text", "late", "by_name", "at", "evidence")

    def get_evidence(self, step: Delivery) -> list[dict[str, str]]:
        return [{"id": str(each.file_id), "name": each.file.name} for each in step.evidence.all()]


class DecompositionOut(serializers.ModelSerializer):
    """What the office released of its list."""

    short = serializers.ListField(child=serializers.DictField())
    derivation = serializers.SerializerMethodField()

    class Meta:
        model = Decomposition
        fields = (
            "number", "letter_version", "due_on", "derivation", "on_time", "key_targets", "covered", "items", "people",
            "short", "short_reason", "content_sha256", "confirmed_by_name", "confirmed_by_role", "confirmed_at",
        )  # fmt: skip

    def get_derivation(self, row: Decomposition) -> str:
        from core.workdays import Derivation

        return str(Derivation.of(row.derivation))


class DecompositionStandingOut(serializers.Serializer):
    """How far an office is with breaking its letter down."""

    office = serializers.CharField(source="letter.office.schema_name")
    letter_id = serializers.IntegerField(source="letter.pk")
    letter_version = serializers.IntegerField(source="version", help_text="in force")
    key_targets = serializers.IntegerField()
    covered = serializers.IntegerField()
    percent = serializers.IntegerField()
    due_on = serializers.DateField()
    current = serializers.BooleanField(help_text="the version in force is broken down")
    overdue = serializers.SerializerMethodField()
    released = DecompositionOut(allow_null=True)

    def get_overdue(self, row: Standing) -> bool:
        return row.overdue(self.context["on"])
