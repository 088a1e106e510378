"""What goes into and comes out of the resources of reporting."""

from decimal import ROUND_HALF_UP
from typing import Any

from rest_framework import serializers

from appraisal.ledger.models import FactClaim, Report, ReportedValue
from appraisal.reporting.rules import facts
from appraisal.reporting.selectors.value import ValueForm
from appraisal.reporting.selectors.workbench import Month, Row

FACT_HELP = (
    "Decimals as text. RATIO, INVERSE_RATIO: value (and target where the indicator's basis is REPORTED); STEP, "
    "LINEAR, RANK: value; DEDUCT, ADD: counts; MILESTONE: done_on {milestone id: YYYY-MM-DD}; THRESHOLD: present; "
    "PANEL: marks, counts; FORMULA: inputs {name: value}; MANUAL: points. null while nothing is filled in."
)


class CountyLineIn(serializers.Serializer):
    code = serializers.CharField(max_length=12, help_text="GB/T 2260 code of the county")
    quantity = serializers.CharField(max_length=40, allow_blank=True, allow_null=True, help_text="decimal as text")


class ValueIn(serializers.Serializer):
    """One indicator of the month's draft, complete or not."""

    fact = serializers.DictField(allow_null=True, required=False, default=None, help_text=FACT_HELP)
    nothing_to_report = serializers.BooleanField(default=False)
    nothing_reason = serializers.CharField(max_length=200, allow_blank=True, default="")
    narrative = serializers.CharField(max_length=2000, allow_blank=True, default="")
    county_lines = CountyLineIn(many=True, required=False, help_text="absent: left as they are")
    lock_version = serializers.IntegerField(
        min_value=0, max_value=2_000_000_000, default=0, help_text="the version that was read; 0 before the first save"
    )


class SendBackIn(serializers.Serializer):
    reason = serializers.CharField(max_length=500)


class SignOffIn(serializers.Serializer):
    submitted_at = serializers.DateTimeField(
        required=False, allow_null=True, default=None, help_text="the submission that was read; another since is a 409"
    )


class EvidenceIn(serializers.Serializer):
    """Either a part `file` (multipart/form-data) or the id of a file that the office has stored."""

    file = serializers.FileField(required=False, help_text="pdf, doc, docx, xls, xlsx, csv, txt, jpg, png …; 50 MB")
    file_id = serializers.UUIDField(required=False)

    def validate(self, attrs: dict[str, Any]) -> dict[str, Any]:
        if ("file" in attrs) == ("file_id" in attrs):
            raise serializers.ValidationError({"file": ["Give either `file` or `file_id`."]})
        return attrs


class LackingOut(serializers.Serializer):
    """One thing that keeps the month from being submitted."""

    indicator_id = serializers.IntegerField()
    code = serializers.CharField()
    name = serializers.CharField()
    field = serializers.CharField(help_text="path into the value, for example value, counts.0, evidence, county_lines")
    message = serializers.CharField()


class MonthRefusals(serializers.Serializer):
    """For each act the sentence why not, or null when it is allowed."""

    fill = serializers.CharField(allow_null=True)
    submit = serializers.CharField(allow_null=True)
    send_back = serializers.CharField(allow_null=True)
    sign_off = serializers.CharField(allow_null=True)


class MonthOut(serializers.Serializer):
    """The office's own copy of a month."""

    period_id = serializers.IntegerField()
    year = serializers.IntegerField()
    month = serializers.IntegerField()
    opens_on = serializers.DateField()
    due_on = serializers.DateField()
    due_derivation = serializers.CharField(help_text="how the due day came about; '' when not recorded")
    closes_on = serializers.DateField()
    working_days_left = serializers.IntegerField(help_text="after today, up to the due day")
    state = serializers.CharField(help_text="FILLING, AWAITING_SIGN_OFF, HANDED_OVER")
    submitted_by_name = serializers.CharField()
    submitted_at = serializers.DateTimeField(allow_null=True)
    send_back_reason = serializers.CharField()
    asked_version = serializers.CharField(help_text="version of the scheme that is reported by")
    scored_version = serializers.CharField(help_text="version that scores the month")
    letter_version = serializers.IntegerField(
        allow_null=True, help_text="version of the letter that holds in the month; null before it is signed"
    )
    counts = serializers.DictField(child=serializers.IntegerField(), help_text="status → number of indicators")
    lacking = LackingOut(many=True)
    refusals = MonthRefusals()

    def to_representation(self, seen: Month) -> dict[str, Any]:
        period, draft = seen.sheet.period, seen.sheet.draft
        return super().to_representation(
            {
                "period_id": period.pk,
                "year": period.cycle.year,
                "month": period.month,
                "opens_on": period.opens_on,
                "due_on": period.due_on,
                "due_derivation": seen.deadline.derivation,
                "closes_on": period.closes_on,
                "working_days_left": seen.deadline.left,
                "state": draft.state if draft else "FILLING",
                "submitted_by_name": draft.submitted_by_name if draft else "",
                "submitted_at": draft.submitted_at if draft else None,
                "send_back_reason": draft.send_back_reason if draft else "",
                "asked_version": seen.scheme.asked.label,
                "scored_version": seen.scheme.scored.label,
                "letter_version": seen.sheet.demands.held.number if seen.sheet.demands.held else None,
                "counts": dict(seen.counts),
                "lacking": seen.lacking,
                "refusals": seen.refusals,
            }
        )


class RowOut(serializers.Serializer):
    """One indicator of the month at one look."""

    indicator_id = serializers.IntegerField()
    code = serializers.CharField()
    name = serializers.CharField()
    method = serializers.CharField()
    unit = serializers.CharField()
    points = serializers.DecimalField(max_digits=7, decimal_places=4)
    status = serializers.CharField(help_text="todo, overdue, draft, reviewing, submitted, returned, verified")
    note = serializers.CharField(help_text="the reason of a return, or what is lacking; '' when nothing")
    last = serializers.CharField(help_text="last month's figure for people")
    now = serializers.CharField(help_text="this month's")

    def to_representation(self, row: Row) -> dict[str, Any]:
        indicator = row.indicator
        return super().to_representation(
            {
                "indicator_id": indicator.pk,
                "code": indicator.code,
                "name": indicator.label,
                "method": indicator.method,
                "unit": indicator.unit,
                "points": indicator.points,
                "status": row.status,
                "note": row.note,
                "last": " ".join(row.last).strip(),
                "now": " ".join(row.now).strip(),
            }
        )


class EvidenceOut(serializers.Serializer):
    id = serializers.UUIDField()
    name = serializers.CharField()
    size = serializers.IntegerField()
    sha256 = serializers.CharField()
    media_type = serializers.CharField()


class AttachedOut(EvidenceOut):
    warnings = serializers.ListField(
        child=serializers.CharField(), help_text="where the same content was handed in before"
    )


class CountyLineOut(serializers.Serializer):
    code = serializers.CharField()
    name = serializers.CharField()
    quantity = serializers.CharField(allow_null=True, help_text="decimal as text; null where nothing is filled in")
    own = serializers.CharField(allow_null=True, help_text="what the county itself reports, in the prefecture's house")
    own_state = serializers.CharField(help_text="VERIFIED, SUBMITTED, RETURNED; '' where the county reported nothing")


class WrongOut(serializers.Serializer):
    field = serializers.CharField()
    message = serializers.CharField()


class RemarkOut(serializers.Serializer):
    kind = serializers.CharField(help_text="CHECK: a check of the scheme between figures of the report")
    severity = serializers.CharField(help_text="BLOCK, REASON or HINT")
    sentence = serializers.CharField()


class DraftValueRefusals(serializers.Serializer):
    save = serializers.CharField(allow_null=True)
    claim = serializers.CharField(allow_null=True, help_text="another figure beside a ledger's; null also without one")


class ClaimIn(serializers.Serializer):
    """Another figure than the ledger published."""

    fact = serializers.DictField(help_text=FACT_HELP)
    reason = serializers.CharField(max_length=2000)
    lock_version = serializers.IntegerField(
        min_value=0, max_value=2_000_000_000, default=0, help_text="of the claim that was read; 0 when there was none"
    )


class DraftClaimOut(serializers.Serializer):
    """A claim of the draft."""

    fact = serializers.DictField(help_text=FACT_HELP)
    reason = serializers.CharField(source="narrative")
    against_version = serializers.IntegerField(source="claims_against.version")
    lock_version = serializers.IntegerField()
    evidence = serializers.SerializerMethodField()
    updated_by_name = serializers.CharField()
    updated_at = serializers.DateTimeField()

    def get_evidence(self, value: Any) -> EvidenceOut(many=True):  # type: ignore[valid-type]
        return EvidenceOut([item.file for item in value.files], many=True).data


class FactClaimOut(serializers.ModelSerializer):
    """A claim as it was handed over, and what was decided."""

    against_version = serializers.IntegerField(source="value.version")
    fact = serializers.DictField(help_text=FACT_HELP)
    evidence = EvidenceOut(many=True)

    class Meta:
        model = FactClaim
        fields = (
            "id", "against_version", "fact", "reason", "evidence", "claimed_by_name", "claimed_at", "state",
            "decision", "decided_by_name", "decided_at",
        )  # fmt: skip


class PublishedOut(serializers.Serializer):
    """A ledger's figure, and what the office claims beside it."""

    source = serializers.CharField(source="current.value.source")
    version = serializers.IntegerField(source="current.value.version")
    fact = serializers.DictField(source="current.value.fact", help_text=FACT_HELP)
    final_fact = serializers.DictField(source="current.final_fact", help_text="what counts: the fact, or the claim")
    as_of = serializers.DateField(source="current.value.as_of", allow_null=True)
    published_at = serializers.DateTimeField(source="current.value.entered_at")
    sentence = serializers.CharField(help_text="which ledger, as of when, what was counted")
    moved = serializers.CharField(help_text="what the ledger said when the office claimed; '' where it says the same")
    claim = DraftClaimOut(allow_null=True, help_text="drafted, not handed over")
    handed_claim = FactClaimOut(source="handed", allow_null=True, help_text="the newest in the record")


class DraftValueOut(serializers.Serializer):
    """One indicator of the month's draft with what follows from it."""

    indicator_id = serializers.IntegerField()
    code = serializers.CharField()
    name = serializers.CharField()
    method = serializers.CharField()
    parameters = serializers.DictField()
    unit = serializers.CharField()
    points = serializers.DecimalField(max_digits=7, decimal_places=4)
    cumulative = serializers.BooleanField()
    evidence_required = serializers.CharField(help_text="what the scheme asks for, '' for none")
    milestones = serializers.ListField(child=serializers.DictField(), help_text="[{id, name, due_on}] of the letter")
    status = serializers.CharField()
    fact = serializers.DictField(allow_null=True, help_text=FACT_HELP)
    nothing_to_report = serializers.BooleanField()
    nothing_reason = serializers.CharField()
    narrative = serializers.CharField()
    county_lines = CountyLineOut(many=True, help_text="one for each county where the indicator adds up; else empty")
    evidence = EvidenceOut(many=True)
    lock_version = serializers.IntegerField()
    updated_by_name = serializers.CharField()
    updated_at = serializers.DateTimeField(allow_null=True)
    last_fact = serializers.DictField(allow_null=True, help_text="what counts of last month")
    return_reason = serializers.CharField(help_text="why the province returned it, '' when it did not")
    target_to_date = serializers.DecimalField(max_digits=24, decimal_places=2, rounding=ROUND_HALF_UP, allow_null=True)
    trial_score = serializers.DecimalField(
        max_digits=9, decimal_places=2, allow_null=True, help_text="by the rule alone, before verification and sharing"
    )
    trial_steps = serializers.ListField(child=serializers.CharField())
    warnings = WrongOut(many=True)
    lacking = WrongOut(many=True, help_text="what keeps it from being submitted")
    remarks = RemarkOut(many=True, help_text="what the system remarks; shown to who signs and who verifies, too")
    published = PublishedOut(allow_null=True, help_text="where the figure is a ledger's; null where people write it")
    refusals = DraftValueRefusals()

    def to_representation(self, seen: ValueForm) -> dict[str, Any]:
        value, indicator, sheet = seen.value, seen.indicator, seen.sheet
        lines = value.counties if value else {}
        returned = seen.current is not None and seen.current.state == "RETURNED"
        own = sheet.own_of(indicator)

        def own_number(code: str) -> str | None:
            number = sheet.own_number(indicator, own[code]) if code in own else None
            return None if number is None else facts.exact(number)

        return super().to_representation(
            {
                "indicator_id": indicator.pk,
                "code": indicator.code,
                "name": indicator.label,
                "method": indicator.method,
                "parameters": indicator.parameters,
                "unit": indicator.unit,
                "points": indicator.points,
                "cumulative": indicator.cumulative,
                "evidence_required": indicator.evidence,
                "milestones": [
                    {"id": each.pk, "name": each.name, "due_on": each.due_on.isoformat()}
                    for each in sheet.milestones(indicator)
                ],
                "status": seen.status,
                "fact": value.fact if value else None,
                "nothing_to_report": bool(value and value.nothing_to_report),
                "nothing_reason": value.nothing_reason if value else "",
                "narrative": value.narrative if value else "",
                "county_lines": [
                    {
                        "code": code,
                        "name": name,
                        "quantity": facts.exact(lines[code]) if code in lines else None,
                        "own": own_number(code),
                        "own_state": own[code].state if code in own else "",
                    }
                    for code, name in (sheet.counties.items() if sheet.takes_counties(indicator) else ())
                ],
                "evidence": [item.file for item in value.files] if value else [],
                "lock_version": seen.lock_version,
                "updated_by_name": value.updated_by_name if value else "",
                "updated_at": value.updated_at if value else None,
                "last_fact": seen.last.final_fact if seen.last else None,
                "return_reason": seen.current.reason if returned and seen.current else "",
                "target_to_date": seen.trial.target,
                "trial_score": seen.trial.score,
                "trial_steps": seen.sentences,
                "warnings": seen.warnings,
                "lacking": seen.lacking,
                "remarks": seen.remarks,
                "published": seen.published,
                "refusals": {"save": seen.refusal, "claim": seen.published.refusal if seen.published else None},
            }
        )


class ReportOut(serializers.ModelSerializer):
    """One handing-over: round 1 is the month's report, later rounds bring back what was returned."""

    year = serializers.IntegerField(source="period.cycle.year")
    month = serializers.IntegerField(source="period.month")

    class Meta:
        model = Report
        fields = (
            "id", "period_id", "year", "month", "round", "handed_over_at", "on_time", "reporter_name", "signer_name",
        )  # fmt: skip


class ReportedValueOut(serializers.ModelSerializer):
    """A value as it was handed over; never edited."""

    code = serializers.CharField(source="indicator.code")
    name = serializers.CharField(source="indicator.label")
    fact = serializers.DictField(allow_null=True, help_text=FACT_HELP)
    county_lines = CountyLineOut(many=True)
    evidence = EvidenceOut(many=True)

    class Meta:
        model = ReportedValue
        fields = (
            "indicator_id", "code", "name", "version", "fact", "nothing_to_report", "nothing_reason", "narrative",
            "county_lines", "evidence", "entered_by_name", "entered_at",
        )  # fmt: skip


class ReportDetailOut(ReportOut):
    values = serializers.SerializerMethodField()
    claims = serializers.SerializerMethodField(help_text="other figures beside those of a ledger")

    class Meta(ReportOut.Meta):
        fields = (*ReportOut.Meta.fields, "values", "claims")

    def get_claims(self, report: Report) -> FactClaimOut(many=True):  # type: ignore[valid-type]
        return FactClaimOut(self.context["claims"], many=True).data

    def get_values(self, report: Report) -> ReportedValueOut(many=True):  # type: ignore[valid-type]
        return ReportedValueOut(self.context["values"], many=True).data
