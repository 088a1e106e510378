"""Score runs, rankings and scorecards with their traces."""

from django.urls import path
from django.utils import timezone
from drf_spectacular.types import OpenApiTypes
from drf_spectacular.utils import OpenApiParameter, extend_schema
from rest_framework import serializers
from rest_framework.request import Request
from rest_framework.response import Response
from rest_framework.views import APIView

from api import signatures
from api.asked import actor_of
from api.idempotency import IdempotentMixin
from api.pagination import Pages
from api.signatures import SignatureIn
from appraisal.ledger.models import ScoreAdjustment, Scorecard, ScoreLine, ScoreRun
from appraisal.ledger.policies import scores as policies
from appraisal.ledger.selectors import gains, listed_items, run_differences
from appraisal.ledger.selectors import scores as selectors
from appraisal.ledger.states import RunState
from appraisal.ledger.usecases import scores as usecases
from appraisal.rules.gains import ORDER as EFFORTS
from core.errors import NotFound
from tenants.models import Office


class RunIn(serializers.Serializer):
    """What a calculation is asked for."""

    note = serializers.CharField(max_length=200, allow_blank=True, default="", help_text="why it is run (again)")


class RunOut(serializers.ModelSerializer):
    """A run. `outputs_sha256` is the hash of every card's canonical JSON: equal results, equal hash."""

    code = serializers.CharField(read_only=True)
    year = serializers.IntegerField(source="cycle.year")
    month = serializers.IntegerField(source="period.month")
    refusals = serializers.SerializerMethodField(help_text="action → reason why not, or null when allowed")

    class Meta:
        model = ScoreRun
        fields = (
            "id", "code", "year", "month", "number", "state", "as_of", "note", "job_id", "started_by_name",
            "started_at",
            "finished_at", "published_by_name", "published_at", "inputs_sha256", "outputs_sha256", "refusals",
        )  # fmt: skip

    def get_refusals(self, run: ScoreRun) -> dict[str, str | None]:
        return {"publish": policies.publish.reason(self.context["actor"], run)}


class RankOut(serializers.ModelSerializer):
    """One office's place in a run."""

    office = serializers.CharField(source="office.schema_name")
    name = serializers.CharField(source="office.name")

    class Meta:
        model = Scorecard
        fields = (
            "office", "name", "rank", "rank_before", "peer_group", "peer_rank", "indicator_total", "bonus", "deduction",
            "total", "total_before", "grade", "grade_before_veto", "vetoes",
        )  # fmt: skip


class LineOut(serializers.ModelSerializer):
    """One indicator with the trace that recomputes it."""

    code = serializers.CharField(source="indicator.code")
    name = serializers.CharField(source="indicator.name")
    group = serializers.CharField(source="indicator.parent.code")
    trace = serializers.DictField(help_text="anlan.scorecard/1, a line: fact, parameters, sharing, points off, steps")

    class Meta:
        model = ScoreLine
        fields = (
            "code", "name", "group", "status", "points", "effective_points", "score_before_off", "points_off", "score",
            "trace",
        )  # fmt: skip


class ListedItemOut(serializers.Serializer):
    """A bonus, deduction or veto as the card lists it, with what it was recorded with; empty where no record fits."""

    kind = serializers.ChoiceField(choices=ScoreAdjustment.Kind.choices)
    code = serializers.CharField(allow_blank=True)
    title = serializers.CharField()
    points = serializers.DecimalField(max_digits=9, decimal_places=4, help_text="positive; 0 for a veto")
    ceiling = serializers.CharField(allow_blank=True, help_text="best grade left by a veto")
    adjustment_id = serializers.IntegerField(allow_null=True)
    from_month = serializers.IntegerField(source="row.from_month", default=None, allow_null=True)
    legal_basis = serializers.CharField(source="row.legal_basis", default="", allow_blank=True)
    confirming_unit = serializers.CharField(source="row.confirming_unit", default="", allow_blank=True)
    recorded_by_name = serializers.CharField(source="row.recorded_by_name", default="", allow_blank=True)
    recorded_at = serializers.DateTimeField(source="row.recorded_at", default=None, allow_null=True)
    late_reason = serializers.CharField(source="row.late_reason", default="", allow_blank=True)
    evidence = serializers.ListField(child=serializers.DictField(), help_text="files: id, name, size, sha256")
    revoked_at = serializers.DateTimeField(source="row.revoked_at", default=None, allow_null=True)
    revoke_reason = serializers.CharField(source="row.revoke_reason", default="", allow_blank=True)


class CardOut(RankOut):
    """A scorecard with its lines; total and groups have traces of their own."""

    trace = serializers.DictField(help_text="anlan.scorecard/1 without the lines: groups, total, vetoes, grade")
    lines = serializers.SerializerMethodField()
    items = serializers.SerializerMethodField(help_text="bonus, deductions and vetoes, each with what it stands on")

    class Meta(RankOut.Meta):
        fields = (*RankOut.Meta.fields, "trace", "lines", "items")

    def get_items(self, card: Scorecard) -> ListedItemOut(many=True):  # type: ignore[valid-type]
        return ListedItemOut(listed_items.of_card(card), many=True).data

    def get_lines(self, card: Scorecard) -> LineOut(many=True):  # type: ignore[valid-type]
        return LineOut(selectors.lines_of(card), many=True).data


class PeriodRuns(IdempotentMixin, APIView):
    """POST calculates a month: a run is made and a job does it."""

    @extend_schema(operation_id="score_runs_create", request=RunIn, responses={202: RunOut}, tags=["scores"])
    def post(self, request: Request, period_id: int) -> Response:
        body = RunIn(data=request.data)
        body.is_valid(raise_exception=True)
        actor = actor_of(request)
        run = usecases.start_run(period_id=period_id, actor=actor, at=timezone.now(), **body.validated_data)
        return Response(RunOut(run, context={"actor": actor}).data, status=202)


class Runs(APIView):
    """The runs one may see: the bureau all, its prefectures the published ones; newest first."""

    pagination_class = Pages

    @extend_schema(
        operation_id="score_runs_list",
        responses=RunOut(many=True),
        parameters=[
            OpenApiParameter("month", OpenApiTypes.INT, description="1 to 12"),
            OpenApiParameter("state", OpenApiTypes.STR, enum=RunState.values),
        ],
        tags=["scores"],
    )
    def get(self, request: Request) -> Response:
        actor = actor_of(request)
        runs = selectors.runs_for(actor).order_by("-id")
        asked = RunsAsked(data=request.query_params)
        asked.is_valid(raise_exception=True)
        if month := asked.validated_data.get("month"):
            runs = runs.filter(period__month=month)
        if state := asked.validated_data.get("state"):
            runs = runs.filter(state=state)
        pages = Pages()
        page = pages.paginate_queryset(runs, request, view=self)
        return pages.get_paginated_response(RunOut(page, many=True, context={"actor": actor}).data)


class RunsAsked(serializers.Serializer):
    """Filters of the list of runs."""

    month = serializers.IntegerField(min_value=1, max_value=12, required=False)
    state = serializers.ChoiceField(choices=RunState.values, required=False)


class Run(APIView):
    """One run."""

    @extend_schema(operation_id="score_runs_read", responses=RunOut, tags=["scores"])
    def get(self, request: Request, run_id: int) -> Response:
        actor = actor_of(request)
        return Response(RunOut(selectors.get_run(actor, run_id), context={"actor": actor}).data)


class Publication(IdempotentMixin, APIView):
    """POST pins the run: the month's official scores."""

    @extend_schema(operation_id="score_runs_publish", request=SignatureIn, responses=RunOut, tags=["scores"])
    def post(self, request: Request, run_id: int) -> Response:
        """By the administrator or a leader, who gives the password once more."""
        actor = actor_of(request)
        body = SignatureIn(data=request.data)
        body.is_valid(raise_exception=True)
        policies.publish(actor, selectors.get_run(actor, run_id))
        if problem := signatures.refused(request, body.validated_data["password"]):
            return problem
        run = usecases.publish_run(run_id=run_id, actor=actor, at=timezone.now())
        return Response(RunOut(run, context={"actor": actor}).data)


class Ranking(APIView):
    """The ranking of a run, best first."""

    pagination_class = Pages

    @extend_schema(operation_id="score_ranking", responses=RankOut(many=True), tags=["scores"])
    def get(self, request: Request, run_id: int) -> Response:
        actor = actor_of(request)
        cards = selectors.ranking_rows(selectors.get_run(actor, run_id))
        pages = Pages()
        page = pages.paginate_queryset(cards, request, view=self)
        return pages.get_paginated_response(RankOut(page, many=True).data)


class Card(APIView):
    """One office's scorecard: where every point comes from."""

    @extend_schema(operation_id="score_card", responses=CardOut, tags=["scores"])
    def get(self, request: Request, run_id: int, slug: str) -> Response:
        actor = actor_of(request)
        run = selectors.get_run(actor, run_id)
        return Response(CardOut(selectors.get_card(actor, run, _participant(run, slug))).data)


class OutcomeOut(serializers.Serializer):
    """What would be: published total, places, grade."""

    total = serializers.DecimalField(max_digits=7, decimal_places=2)
    rank = serializers.IntegerField()
    peer_rank = serializers.IntegerField()
    grade = serializers.CharField()
    at_most = serializers.BooleanField(help_text="nobody can know yet what a report will earn")


class WayOut(serializers.Serializer):
    """One way to more points on an indicator."""

    key = serializers.CharField(help_text="for `do`")
    code = serializers.CharField(source="indicator.code")
    name = serializers.CharField(source="indicator.name")
    lost = serializers.DecimalField(max_digits=9, decimal_places=4, help_text="points that the indicator lost")
    effort = serializers.ChoiceField(choices=EFFORTS, source="gain.effort")
    sentence = serializers.CharField(help_text="what is to be done")
    fact = serializers.DictField(source="gain.fact", allow_null=True, help_text="what it takes, as the rules read it")
    gain = serializers.DecimalField(max_digits=9, decimal_places=4, source="gain.gain")
    score = serializers.DecimalField(max_digits=9, decimal_places=4, source="gain.score", help_text="of the line, then")
    per_percent = serializers.DecimalField(
        max_digits=12, decimal_places=4, source="gain.per_percent", allow_null=True,
        help_text="points for each hundredth of the target",
    )  # fmt: skip
    outcome = OutcomeOut(help_text="with this way alone")


class SettledOut(serializers.Serializer):
    """A loss without a way back."""

    code = serializers.CharField(source="indicator.code")
    name = serializers.CharField(source="indicator.name")
    lost = serializers.DecimalField(max_digits=9, decimal_places=4)
    sentence = serializers.CharField(help_text="why")


class WinningBackOut(serializers.Serializer):
    """Where a card lost points, and what would win them back, the cheapest first."""

    lost = serializers.DecimalField(max_digits=9, decimal_places=4)
    within_reach = serializers.DecimalField(max_digits=9, decimal_places=4, help_text="the best way of each indicator")
    now = OutcomeOut()
    together = OutcomeOut(allow_null=True, help_text="with the ways of `do`; null without")
    ways = WayOut(many=True)
    settled = SettledOut(many=True)


class WinningBack(APIView):
    """Where one office's card lost points, and what would win them back."""

    @extend_schema(
        operation_id="score_card_winning_back",
        responses=WinningBackOut,
        parameters=[
            OpenApiParameter("do", OpenApiTypes.STR, many=True, description="keys of ways to come true together")
        ],
        tags=["scores"],
    )
    def get(self, request: Request, run_id: int, slug: str) -> Response:
        """Exact: scored anew with the facts told, the line gets `score`; the other offices stay as they are."""
        actor = actor_of(request)
        run = selectors.get_run(actor, run_id)
        card = selectors.get_card(actor, run, _participant(run, slug))
        return Response(WinningBackOut(gains.of_card(card, request.query_params.getlist("do"))).data)


class ChangedRowOut(serializers.Serializer):
    """What moved: an indicator, or with an empty code what follows after the indicators."""

    code = serializers.CharField(help_text="empty: difficulty, bonus, deduction, bounds, rounding or vetoes")
    label = serializers.CharField()
    before = serializers.DecimalField(max_digits=9, decimal_places=4, allow_null=True)
    after = serializers.DecimalField(max_digits=9, decimal_places=4, allow_null=True)
    change = serializers.DecimalField(max_digits=12, decimal_places=6, help_text="together they are the total's change")
    why = serializers.ListField(child=serializers.CharField(), help_text="sentences in the reader's language")


class OfficeChangeOut(serializers.Serializer):
    """One office that moved; null where it has no card in a run."""

    office = serializers.CharField(source="office.schema_name")
    name = serializers.CharField(source="office.name")
    before = serializers.DecimalField(max_digits=7, decimal_places=2, allow_null=True)
    after = serializers.DecimalField(max_digits=7, decimal_places=2, allow_null=True)
    rank_before = serializers.IntegerField(allow_null=True)
    rank = serializers.IntegerField(allow_null=True)
    rows = ChangedRowOut(many=True)


class RunChanges(APIView):
    """Two runs of a year held against each other, office by office and line by line, with the reasons."""

    pagination_class = Pages

    @extend_schema(operation_id="score_run_changes", responses=OfficeChangeOut(many=True), tags=["scores"])
    def get(self, request: Request, run_id: int, before_run_id: int) -> Response:
        """The earlier one first, however they are asked for; the bureau every office that moved, an office itself."""
        actor = actor_of(request)
        before, after = run_differences.pair(actor, run_id, before_run_id)
        pages = Pages()
        offices = pages.paginate_queryset(run_differences.changed_offices(actor, before, after), request, view=self)
        found = run_differences.changes_of(before, after, offices or [])
        return pages.get_paginated_response(OfficeChangeOut(found, many=True).data)


def _participant(run: ScoreRun, slug: str) -> Office:
    """Raises NotFound."""
    office = Office.objects.filter(schema_name=slug, participations__cycle_id=run.cycle_id).first()
    if office is None:
        raise NotFound(selectors.no_card())
    return office


urlpatterns = [
    path("periods/<int:period_id>/runs/", PeriodRuns.as_view(), name="period-runs"),
    path("runs/", Runs.as_view(), name="runs"),
    path("runs/<int:run_id>/", Run.as_view(), name="run"),
    path("runs/<int:run_id>/publication/", Publication.as_view(), name="run-publication"),
    path("runs/<int:run_id>/ranking/", Ranking.as_view(), name="run-ranking"),
    path("runs/<int:run_id>/changes/<int:before_run_id>/", RunChanges.as_view(), name="run-changes"),
    path("runs/<int:run_id>/cards/<slug:slug>/", Card.as_view(), name="run-card"),
    path("runs/<int:run_id>/cards/<slug:slug>/winning-back/", WinningBack.as_view(), name="run-card-winning-back"),
]
