"""Shapes of a year's calculations and results."""

from django.utils import timezone
from rest_framework import serializers

from api.signatures import SignatureIn
from appraisal.results.models import NoticeObjection, ResultLine, YearCard, YearResult, YearRun
from appraisal.results.policies import outcome as policies
from appraisal.results.selectors import outcome as selectors
from appraisal.results.usecases.own import MOST_FILES


class YearRunIn(serializers.Serializer):
    """What a year's calculation is asked for."""

    note = serializers.CharField(max_length=200, allow_blank=True, default="", help_text="why it is run (again)")


class YearRunOut(serializers.ModelSerializer):
    """A calculation of a year. `outputs_sha256`: equal results, equal hash."""

    code = serializers.CharField(read_only=True)
    year = serializers.IntegerField(source="cycle.year")
    seats = serializers.DictField(
        help_text="seats of the best grade by pool, with entitlements and what is carried over"
    )

    class Meta:
        model = YearRun
        fields = (
            "id", "code", "year", "number", "until_month", "state", "note", "job_id", "started_by_name", "started_at",
            "finished_at", "inputs_sha256", "outputs_sha256", "seats",
        )  # fmt: skip


class YearCardOut(serializers.ModelSerializer):
    """One office's year."""

    office = serializers.CharField(source="office.schema_name")
    name = serializers.CharField(source="office.name")

    class Meta:
        model = YearCard
        fields = (
            "office", "name", "rank", "peer_group", "peer_rank", "interim", "year_end", "composite", "own", "honesty",
            "total", "grade_by_score", "grade",
        )  # fmt: skip


class YearCardTraceOut(YearCardOut):
    """The same with the trace that recomputes it."""

    trace = serializers.DictField(help_text="anlan.year/1: composition, honesty, conditions, seat, reasons")

    class Meta(YearCardOut.Meta):
        fields = (*YearCardOut.Meta.fields, "trace")


class YearChangeOut(serializers.Serializer):
    """One figure of one office that differs between two runs."""

    office = serializers.CharField(source="office.schema_name")
    figure = serializers.CharField(source="name")
    before = serializers.CharField()
    after = serializers.CharField()


class SelfItemOut(serializers.Serializer):
    """One indicator of a self-appraisal."""

    code = serializers.CharField(source="indicator.code")
    name = serializers.CharField(source="indicator.name")
    points = serializers.DecimalField(max_digits=7, decimal_places=4, source="indicator.points")
    score = serializers.DecimalField(max_digits=7, decimal_places=2, allow_null=True)
    statement = serializers.CharField()
    evidence = serializers.ListField(child=serializers.DictField())
    needs_evidence = serializers.BooleanField(help_text="whether handing over is refused until a file is there")


class SelfOut(serializers.Serializer):
    """A self-appraisal: its window, its state (null before the first save), its indicators."""

    year = serializers.IntegerField()
    office = serializers.CharField()
    opens = serializers.DateField()
    due = serializers.DateField(help_text="last day, inclusive")
    state = serializers.CharField(allow_null=True)
    lock_version = serializers.IntegerField()
    items = SelfItemOut(many=True)


class SelfScoreIn(serializers.Serializer):
    """score: null leaves the indicator open. evidence: ids of the office's files; null leaves them as they are."""

    code = serializers.CharField(max_length=10)
    score = serializers.DecimalField(max_digits=7, decimal_places=2, min_value=0, allow_null=True)
    statement = serializers.CharField(max_length=1000, allow_blank=True, default="")
    evidence = serializers.ListField(
        child=serializers.UUIDField(), default=None, allow_null=True, max_length=MOST_FILES
    )  # fmt: skip


class SelfIn(serializers.Serializer):
    """What is filled in; indicators that are not named stay as they are."""

    lock_version = serializers.IntegerField(min_value=0, max_value=2**31 - 1)
    scores = SelfScoreIn(many=True)


class ResultLineOut(serializers.ModelSerializer):
    """One office in a result. computed: by the rules; grade: what stands."""

    office = serializers.CharField(source="office.schema_name")
    name = serializers.CharField(source="office.name")

    class Meta:
        model = ResultLine
        fields = (
            "office", "name", "rank", "peer_group", "peer_rank", "total", "computed", "grade", "vetoes", "reason",
            "minutes", "changed_by_name", "confirmed_by_name",
        )  # fmt: skip


class ResultOut(serializers.ModelSerializer):
    """A year's result with its lines."""

    year = serializers.IntegerField(source="cycle.year")
    run = serializers.CharField(source="run.code")
    run_id = serializers.IntegerField()
    lines = ResultLineOut(many=True)
    refusals = serializers.SerializerMethodField(help_text="action → reason why not, or null when allowed")

    class Meta:
        model = YearResult
        fields = (
            "id", "year", "number", "run", "run_id", "state", "proposal_minutes", "proposed_by_name", "proposed_at",
            "decision_minutes", "decided_by_name", "decided_at", "notice_words", "notice_contact", "notice_from",
            "notice_until", "locked_by_name", "locked_at", "content_sha256",
            "circular_number", "circular_issued_by_name", "circular_issued_at", "ended_by_name", "ended_at",
            "end_reason", "lines", "refusals",
        )  # fmt: skip

    def get_refusals(self, result: YearResult) -> dict[str, str | None]:
        return selectors.refusals(self.context["actor"], result, on=timezone.localdate())


class MinutesIn(serializers.Serializer):
    minutes = serializers.CharField(max_length=60, help_text="number of the meeting's minutes")


class DecideIn(MinutesIn, SignatureIn):
    """What the deciding meeting said, signed for by a leader."""


class ClosingIn(SignatureIn):
    """What a year is closed on, signed for."""

    basis = serializers.CharField(max_length=200, help_text="number of the minutes, or why")


class GradeIn(serializers.Serializer):
    """Another grade than the rules gave, or the computed one again."""

    grade = serializers.CharField(max_length=12)
    reason = serializers.CharField(max_length=500, allow_blank=True, default="")
    minutes = serializers.CharField(max_length=60, allow_blank=True, default="")


class EndIn(serializers.Serializer):
    reason = serializers.CharField(max_length=500)


class ReopenIn(SignatureIn):
    reason = serializers.CharField(max_length=500)


class CircularIn(serializers.Serializer):
    number = serializers.CharField(
        max_length=40, allow_blank=True, default="", help_text="empty: the next of the series is given"
    )


class NoticeIn(serializers.Serializer):
    words = serializers.CharField(max_length=2000, allow_blank=True, default="")
    contact = serializers.CharField(max_length=120, help_text="where to object: a desk and its landline")


class NoticeObjectionIn(serializers.Serializer):
    about = serializers.CharField(max_length=63, help_text="path segment of the office, for example kunming")
    grounds = serializers.CharField(max_length=2000)
    evidence = serializers.ListField(child=serializers.UUIDField(), default=list, max_length=MOST_FILES)


class AnswerIn(serializers.Serializer):
    upheld = serializers.BooleanField()
    decision = serializers.CharField(max_length=2000)


class NoticeObjectionOut(serializers.ModelSerializer):
    """An objection during the public notice."""

    result_id = serializers.IntegerField()
    office = serializers.CharField(source="office.schema_name")
    about = serializers.CharField(source="about.schema_name")
    evidence = serializers.ListField(child=serializers.DictField())
    refusals = serializers.SerializerMethodField(help_text="action → reason why not, or null when allowed")

    class Meta:
        model = NoticeObjection
        fields = (
            "id", "result_id", "office", "about", "grounds", "evidence", "filed_by_name", "filed_at", "answer_due_on",
            "state", "decision", "decided_by_name", "decided_at", "refusals",
        )  # fmt: skip

    def get_refusals(self, row: NoticeObjection) -> dict[str, str | None]:
        return {"answer": policies.answer.reason(self.context["actor"], row)}
