"""Shapes of values and decisions. A fact is an object by method (decimals as text), see the rules' documentation."""

from django.utils import timezone
from rest_framework import serializers

from appraisal.ledger.models import CurrentValue, Reopening
from appraisal.ledger.selectors import histories, owning
from appraisal.ledger.states import ValueState

LARGEST = 2**63 - 1
FACT = 'by method, decimals as text, for example {"value": "85.5"} or {"counts": ["1", "0"]}'


class ValueQuery(serializers.Serializer):
    """Filters of the list."""

    year = serializers.IntegerField(min_value=2000, max_value=2100, required=False)
    month = serializers.IntegerField(min_value=1, max_value=12, required=False)
    office = serializers.CharField(max_length=63, required=False, help_text="path segment, for example kunming")
    group = serializers.CharField(max_length=10, required=False, help_text="code of a first-level group")
    indicator = serializers.CharField(max_length=10, required=False, help_text="code of an indicator")
    state = serializers.ChoiceField(choices=ValueState.values, required=False)
    source = serializers.CharField(max_length=30, required=False, help_text="report, province or a ledger's name")
    owner = serializers.CharField(max_length=40, required=False, help_text="name of the division that confirms it")


class ValueRemarkOut(serializers.Serializer):
    """What the system remarked when the value was handed over; its answer is the narrative."""

    kind = serializers.CharField()
    severity = serializers.CharField(help_text="BLOCK, REASON or HINT")
    sentence = serializers.CharField()


class ValueOut(serializers.ModelSerializer):
    """Where one (month, office, indicator) stands: what was reported, what counts, who decided."""

    year = serializers.IntegerField(source="period.cycle.year")
    month = serializers.IntegerField(source="period.month")
    period_id = serializers.IntegerField()
    office = serializers.CharField(source="office.schema_name")
    indicator = serializers.CharField(source="indicator.code")
    name = serializers.CharField(source="indicator.name")
    unit = serializers.CharField(source="indicator.unit")
    version = serializers.IntegerField(source="value.version")
    source = serializers.CharField(source="value.source")
    reported_fact = serializers.DictField(source="value.fact", allow_null=True, help_text=FACT)
    final_fact = serializers.DictField(allow_null=True, help_text="what counts: reported, or the correction")
    remarks = ValueRemarkOut(
        source="value.remarked", many=True, help_text="what the system remarked as it was reported"
    )
    narrative = serializers.CharField(source="value.narrative", help_text="what the office says about it")
    owner = serializers.CharField(
        source="indicator.owner.name", default=None, allow_null=True, help_text="division that confirms it, or null"
    )
    on_time = serializers.SerializerMethodField(help_text="null for what the province entered")
    published = serializers.BooleanField(help_text="the month's scores are published")
    refusals = serializers.SerializerMethodField(help_text="decision → reason why not, or null when allowed")

    class Meta:
        model = CurrentValue
        fields = (
            "id", "year", "month", "period_id", "office", "indicator", "name", "unit", "state", "version", "source",
            "reported_fact", "final_fact", "remarks", "narrative", "corrected", "points_off", "reason",
            "times_returned", "decided_by_name", "decided_at", "lock_version", "owner", "on_time", "published",
            "refusals",
        )  # fmt: skip

    def get_on_time(self, value: CurrentValue) -> bool | None:
        return value.value.report.on_time if value.value.report else None

    def get_refusals(self, value: CurrentValue) -> dict[str, str | None]:
        actor = self.context["actor"]
        if "bars" not in self.context:  # of the actor, so once for the whole list
            self.context["bars"] = owning.bars(actor, on=timezone.localdate())
        return histories.refusals(actor, value, self.context["bars"])


class ValueDecisionOut(serializers.Serializer):
    """One decision. Immutable."""

    decision = serializers.CharField(source="row.decision")
    fact_before = serializers.DictField(source="row.fact_before", allow_null=True)
    fact_after = serializers.DictField(source="row.fact_after", allow_null=True)
    points_off = serializers.DecimalField(source="row.points_off", max_digits=7, decimal_places=4)
    reason = serializers.CharField(source="row.reason")
    by = serializers.CharField(source="row.by_name")
    at = serializers.DateTimeField(source="row.at")


class ValueChangeOut(serializers.Serializer):
    """What a version changed against the one before, in words."""

    name = serializers.CharField()
    before = serializers.CharField()
    after = serializers.CharField()


class ReportedVersionOut(serializers.Serializer):
    """One version as it was handed over or entered. Immutable."""

    version = serializers.IntegerField(source="value.version")
    text = serializers.CharField(help_text="the fact in words")
    fact = serializers.DictField(source="value.fact", allow_null=True)
    nothing_to_report = serializers.BooleanField(source="value.nothing_to_report")
    nothing_reason = serializers.CharField(source="value.nothing_reason")
    narrative = serializers.CharField(source="value.narrative")
    county_lines = serializers.ListField(source="value.county_lines", child=serializers.DictField())
    evidence = serializers.ListField(source="value.evidence", child=serializers.DictField())
    remarks = ValueRemarkOut(source="value.remarked", many=True)
    entered_by = serializers.CharField(source="value.entered_by_name")
    entered_at = serializers.DateTimeField(source="value.entered_at")
    changes = ValueChangeOut(many=True)
    decisions = ValueDecisionOut(many=True)


class ValueMonthOut(serializers.Serializer):
    """The same office and indicator in another month."""

    month = serializers.IntegerField()
    text = serializers.CharField()
    state = serializers.CharField(source="value.state")
    final_fact = serializers.DictField(source="value.final_fact", allow_null=True)


class ClaimBesideOut(serializers.Serializer):
    """A figure claimed beside a ledger's; all of it under fact-claims/."""

    id = serializers.IntegerField(source="claim.pk")
    state = serializers.CharField(source="claim.state")
    fact = serializers.DictField(source="claim.fact")
    reason = serializers.CharField(source="claim.reason")
    decision = serializers.CharField(source="claim.decision")


class ScoredAsOut(serializers.Serializer):
    """An indicator of the version that scores the month, where an amendment has another one score it."""

    code = serializers.CharField()
    name = serializers.CharField()
    points = serializers.DecimalField(max_digits=7, decimal_places=4)


class ValueDetailOut(serializers.Serializer):
    """Everything known about one value, with what held in its month."""

    value = serializers.SerializerMethodField(method_name="get_current")
    target = serializers.CharField(
        help_text="the target to date, or the milestones with their days, in words; empty where there is none"
    )
    asked_version = serializers.CharField(source="scheme.asked.label", help_text="version that is reported by")
    scored_version = serializers.CharField(source="scheme.scored.label", help_text="version that scores the month")
    scored_as = ScoredAsOut(source="scored", many=True, help_text="what reads the value then; [] where it is the same")
    letter_version = serializers.IntegerField(
        source="letter.number", default=None, allow_null=True, help_text="version of the letter that held in the month"
    )
    remarks = ValueRemarkOut(many=True, help_text="of the handing-over, and for the bureau against its peers now")
    sentence = serializers.CharField(help_text="of a ledger's figure: which, as of when, what was counted; else ''")
    claims = ClaimBesideOut(many=True, help_text="what the office claims beside a ledger's figure, newest first")
    versions = ReportedVersionOut(many=True)
    months = ValueMonthOut(many=True)

    def get_current(self, history: histories.History) -> ValueOut:  # type: ignore[valid-type]
        return ValueOut(history.current, context=self.context).data  # type: ignore[return-value]


class SeenValueIn(serializers.Serializer):
    """A value as it was seen."""

    id = serializers.IntegerField(min_value=1, max_value=LARGEST)
    lock_version = serializers.IntegerField(min_value=0, max_value=2**31 - 1)


class VerifyIn(serializers.Serializer):
    items = SeenValueIn(many=True, allow_empty=False, max_length=1000)


class JudgedIn(SeenValueIn):
    """fact: what should count; reason: wanted where that is not what counts now."""

    fact = serializers.DictField(allow_null=True, help_text=FACT)
    reason = serializers.CharField(max_length=2000, allow_blank=True, default="")


class JudgeIn(serializers.Serializer):
    items = JudgedIn(many=True, allow_empty=False, max_length=1000)


class VerifiedOut(serializers.Serializer):
    verified = serializers.IntegerField()
    ids = serializers.ListField(child=serializers.IntegerField())


class SeenIn(serializers.Serializer):
    """The lock version of what was seen; an older one is a 409 that says who was faster."""

    lock_version = serializers.IntegerField(min_value=0, max_value=2**31 - 1)


class ReasonedIn(SeenIn):
    reason = serializers.CharField(max_length=2000)


class CorrectionIn(ReasonedIn):
    fact = serializers.DictField(help_text=FACT)


class PointsOffIn(ReasonedIn):
    points = serializers.DecimalField(max_digits=7, decimal_places=4, min_value=0)


class StandingOut(serializers.Serializer):
    """One office in one month. Numbers of indicators."""

    office = serializers.CharField(source="office.schema_name")
    name = serializers.CharField(source="office.name")
    expected = serializers.IntegerField()
    reported = serializers.IntegerField()
    missing = serializers.IntegerField()
    waiting = serializers.IntegerField()
    returned = serializers.IntegerField()
    verified = serializers.IntegerField()
    rounds = serializers.IntegerField()
    handed_over_at = serializers.DateTimeField(allow_null=True)
    on_time = serializers.BooleanField(allow_null=True)
    province_expected = serializers.IntegerField()
    province_entered = serializers.IntegerField()


class ReopenPeriodIn(serializers.Serializer):
    until = serializers.DateField(help_text="last day, inclusive")
    reason = serializers.CharField(max_length=2000)


class PeriodReopeningOut(serializers.ModelSerializer):
    """A closed month opened again for one office."""

    class Meta:
        model = Reopening
        fields = ("id", "period_id", "office_id", "until", "reason", "opened_by_name", "opened_at")
