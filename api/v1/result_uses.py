"""What a year's result is used for, its papers, and where a running year may end."""

from typing import Any

from django.http import HttpResponse
from django.urls import path
from django.utils import timezone
from django.utils.translation import gettext as _
from drf_spectacular.types import OpenApiTypes
from drf_spectacular.utils import OpenApiResponse, extend_schema
from rest_framework import serializers
from rest_framework.request import Request
from rest_framework.response import Response
from rest_framework.views import APIView

from api.asked import actor_of, validated
from api.idempotency import IdempotentMixin
from api.pagination import Pages
from appraisal.ledger.selectors import forecast, overview
from appraisal.ledger.selectors import scores as score_selectors
from appraisal.results.models import ResultUse
from appraisal.results.policies import outcome as outcome_policies
from appraisal.results.policies import uses as policies
from appraisal.results.selectors import outcome, papers
from appraisal.results.selectors import uses as selectors
from appraisal.results.states import UseState
from appraisal.results.usecases import uses as usecases
from appraisal.results.usecases.own import MOST_FILES
from core.documents import MEDIA, Kind
from core.errors import NotFound
from tenants.models import Office

TAGS = ["results"]


class UseOut(serializers.ModelSerializer):
    """One line of the register. amount: yuan, of money alone; factors: how a share of a fund came about."""

    year = serializers.IntegerField(source="result.cycle.year")
    result_id = serializers.IntegerField()
    office = serializers.CharField(source="office.schema_name")
    factors = serializers.DictField()
    plan_evidence = serializers.ListField(child=serializers.DictField())
    overdue = serializers.SerializerMethodField()
    refusals = serializers.SerializerMethodField(help_text="action → reason why not, or null when allowed")

    class Meta:
        model = ResultUse
        fields = (
            "id", "year", "result_id", "office", "kind", "title", "basis", "amount", "factors", "due_on", "overdue",
            "state", "recorded_by_name", "recorded_at", "plan", "plan_evidence", "planned_by_name", "planned_at",
            "ending", "ended_by_name", "ended_at", "refusals",
        )  # fmt: skip

    def get_overdue(self, use: ResultUse) -> bool:
        return use.state == UseState.OPEN and use.due_on is not None and use.due_on < timezone.localdate()

    def get_refusals(self, use: ResultUse) -> dict[str, str | None]:
        actor = self.context["actor"]
        return {
            "hand_in": policies.hand_in.reason(actor, use), "close": policies.close.reason(actor, use),
            "cancel": policies.cancel.reason(actor, use),
        }  # fmt: skip


class UseQuery(serializers.Serializer):
    year = serializers.IntegerField(min_value=2000, max_value=2100, required=False)
    office = serializers.CharField(max_length=63, required=False, help_text="path segment, for example kunming")
    kind = serializers.ChoiceField(choices=ResultUse.Kind.values, required=False)
    state = serializers.ChoiceField(choices=UseState.values, required=False)


class UseIn(serializers.Serializer):
    office = serializers.CharField(max_length=63, help_text="path segment, for example kunming")
    kind = serializers.CharField(
        max_length=14, help_text="AWARD, TALK or RECTIFICATION; money comes by splitting a fund"
    )
    title = serializers.CharField(max_length=120)
    basis = serializers.CharField(max_length=200, help_text="document that it rests on")


class FundFactorIn(serializers.Serializer):
    office = serializers.CharField(max_length=63)
    population = serializers.IntegerField(min_value=0, max_value=10**9, help_text="registered people")
    other = serializers.DecimalField(max_digits=18, decimal_places=4, min_value=0)


class FundIn(serializers.Serializer):
    amount = serializers.DecimalField(max_digits=18, decimal_places=2, help_text="yuan")
    title = serializers.CharField(max_length=120)
    basis = serializers.CharField(max_length=200)
    factors = FundFactorIn(many=True, help_text="every office of the result once")

    def validate_factors(self, given: list[dict[str, Any]]) -> list[dict[str, Any]]:
        return list({each["office"]: each for each in given}.values())


class UsePlanIn(serializers.Serializer):
    plan = serializers.CharField(max_length=2000)
    evidence = serializers.ListField(child=serializers.UUIDField(), default=list, max_length=MOST_FILES)


class UseEndingIn(serializers.Serializer):
    ending = serializers.CharField(max_length=500)


class UseReasonIn(serializers.Serializer):
    reason = serializers.CharField(max_length=500)


def _told(request: Request, use_id: int, status: int = 200) -> Response:
    actor = actor_of(request)
    return Response(UseOut(selectors.get_use(actor, use_id), context={"actor": actor}).data, status=status)


class Uses(APIView):
    """The register: the bureau's of its province, an office's own."""

    pagination_class = Pages

    @extend_schema(operation_id="result_uses_list", parameters=[UseQuery], responses=UseOut(many=True), tags=TAGS)
    def get(self, request: Request) -> Response:
        """The newest year first, by kind and office."""
        actor, pages = actor_of(request), Pages()
        asked = validated(UseQuery, request.query_params)
        names = {"year": "result__cycle__year", "office": "office__schema_name", "kind": "kind", "state": "state"}
        rows = selectors.uses_for(actor).filter(**{names[name]: value for name, value in asked.items()})
        page = pages.paginate_queryset(rows, request, view=self)
        return pages.get_paginated_response(UseOut(page, many=True, context={"actor": actor}).data)


class UseOne(APIView):
    @extend_schema(operation_id="result_uses_read", responses=UseOut, tags=TAGS)
    def get(self, request: Request, use_id: int) -> Response:
        """One line."""
        return _told(request, use_id)


class ResultUses(IdempotentMixin, APIView):
    """POST records what a locked result is used for."""

    @extend_schema(operation_id="result_uses_record", request=UseIn, responses={201: UseOut}, tags=TAGS)
    def post(self, request: Request, result_id: int) -> Response:
        """An award, a talk, or a rectification, whose plan is then due by the calendar."""
        body = validated(UseIn, request.data)
        use = usecases.record_use(result_id=result_id, actor=actor_of(request), at=timezone.now(), **body)
        return _told(request, use.pk, 201)


class FundShares(IdempotentMixin, APIView):
    """POST splits a reward fund."""

    @extend_schema(operation_id="result_uses_split_fund", request=FundIn, responses={201: UseOut(many=True)}, tags=TAGS)
    def post(self, request: Request, result_id: int) -> Response:
        """By population, the year's score and other factors, to the fen; the shares sum to the amount."""
        actor, body = actor_of(request), validated(FundIn, request.data)
        factors = {each["office"]: usecases.Factors(each["population"], each["other"]) for each in body.pop("factors")}
        made = usecases.split_fund(result_id=result_id, factors=factors, actor=actor, at=timezone.now(), **body)
        return Response(UseOut(made, many=True, context={"actor": actor}).data, status=201)


class UsePlan(IdempotentMixin, APIView):
    @extend_schema(operation_id="result_uses_hand_in_plan", request=UsePlanIn, responses=UseOut, tags=TAGS)
    def post(self, request: Request, use_id: int) -> Response:
        """The office's rectification plan; late ones are taken and told."""
        body = validated(UsePlanIn, request.data)
        body["evidence"] = [str(file_id) for file_id in body["evidence"]]
        usecases.hand_in_plan(use_id=use_id, actor=actor_of(request), at=timezone.now(), **body)
        return _told(request, use_id)


class UseClosing(IdempotentMixin, APIView):
    @extend_schema(operation_id="result_uses_close", request=UseEndingIn, responses=UseOut, tags=TAGS)
    def post(self, request: Request, use_id: int) -> Response:
        """What came of it; a rectification after its plan."""
        body = validated(UseEndingIn, request.data)
        usecases.close_use(use_id=use_id, actor=actor_of(request), at=timezone.now(), **body)
        return _told(request, use_id)


class UseCancelling(IdempotentMixin, APIView):
    @extend_schema(operation_id="result_uses_cancel", request=UseReasonIn, responses=UseOut, tags=TAGS)
    def post(self, request: Request, use_id: int) -> Response:
        """Taken back with a reason; it stays in the register."""
        body = validated(UseReasonIn, request.data)
        usecases.cancel_use(use_id=use_id, actor=actor_of(request), at=timezone.now(), **body)
        return _told(request, use_id)


def _file(content: bytes, media: str, name: str) -> HttpResponse:
    headers = {"Content-Disposition": f'attachment; filename="{name}"', "Cache-Control": "private, no-store"}
    return HttpResponse(content, content_type=media, headers=headers)


class Circular(APIView):
    """The circular (通报)."""

    kind: Kind = "docx"

    def given(self, request: Request, result_id: int) -> HttpResponse:
        actor = actor_of(request)
        result = outcome.get_result(actor, result_id)
        outcome_policies.circular(actor, result)
        name = f"circular-{result.cycle.year}-{result.number}.{self.kind}"
        return _file(papers.circular(result, self.kind), MEDIA[self.kind], name)


class CircularDocx(Circular):
    @extend_schema(
        operation_id="year_results_circular_docx", tags=TAGS,
        responses={(200, MEDIA["docx"]): OpenApiResponse(OpenApiTypes.BINARY, "After GB/T 9704-2012.")},
    )  # fmt: skip
    def get(self, request: Request, result_id: int) -> HttpResponse:
        """For the bureau once it is decided, for its prefectures once it is issued; in its own form if it has one."""
        return self.given(request, result_id)


class CircularPdf(Circular):
    kind = "pdf"

    @extend_schema(
        operation_id="year_results_circular_pdf", tags=TAGS,
        responses={(200, MEDIA["pdf"]): OpenApiResponse(OpenApiTypes.BINARY, "After GB/T 9704-2012.")},
    )  # fmt: skip
    def get(self, request: Request, result_id: int) -> HttpResponse:
        """The same, always in the standard's shape; equal results give equal bytes."""
        return self.given(request, result_id)


class Summary(APIView):
    @extend_schema(
        operation_id="year_results_summary", tags=TAGS,
        responses={(200, papers.XLSX): OpenApiResponse(OpenApiTypes.BINARY, "Results, composition, seats.")},
    )  # fmt: skip
    def get(self, request: Request, result_id: int) -> HttpResponse:
        """The summary tables, for the bureau."""
        actor = actor_of(request)
        result = outcome.get_result(actor, result_id)
        outcome_policies.summary(actor, result)
        return _file(papers.summary(result), papers.XLSX, f"summary-{result.cycle.year}-{result.number}.xlsx")


class SummaryPdf(APIView):
    @extend_schema(
        operation_id="year_results_summary_pdf", tags=TAGS,
        responses={(200, MEDIA["pdf"]): OpenApiResponse(OpenApiTypes.BINARY, "The table of results.")},
    )  # fmt: skip
    def get(self, request: Request, result_id: int) -> HttpResponse:
        """The table of results, for the bureau."""
        actor = actor_of(request)
        result = outcome.get_result(actor, result_id)
        outcome_policies.summary(actor, result)
        return _file(papers.summary_pdf(result), MEDIA["pdf"], f"summary-{result.cycle.year}-{result.number}.pdf")


class ForecastRangeOut(serializers.Serializer):
    low = serializers.DecimalField(8, 2)
    likely = serializers.DecimalField(8, 2)
    high = serializers.DecimalField(8, 2)


class ForecastOut(serializers.Serializer):
    """Where an office's year may end. fall, rise: points a month; left: months to come up to the year-end month."""

    office = serializers.CharField()
    score = ForecastRangeOut()
    best = serializers.IntegerField(help_text="place, whatever the others do within their bounds")
    worst = serializers.IntegerField()
    fall = serializers.DecimalField(8, 4)
    rise = serializers.DecimalField(8, 4)
    left = serializers.IntegerField()


class YearForecast(APIView):
    """Where the year may end, from what is published up to the run's month."""

    pagination_class = Pages

    @extend_schema(operation_id="runs_forecast", responses=ForecastOut(many=True), tags=["scores"])
    def get(self, request: Request, run_id: int) -> Response:
        """All offices for the bureau, its own for an office; 404 for a run that is not the month's official one."""
        actor, pages = actor_of(request), Pages()
        run = score_selectors.get_run(actor, run_id)
        official = overview.official_runs(run.cycle)
        month = run.period.month
        if month not in official or official[month].pk != run.pk:
            raise NotFound(_("没有这个计算批次。"))
        found = forecast.of_year(official, month)
        offices = {office.pk: office for office in Office.objects.filter(pk__in=found).order_by("position", "pk")}
        rows = [
            {**{name: getattr(found[pk], name) for name in ("score", "best", "worst", "fall", "rise", "left")},
             "office": office.schema_name}
            for pk, office in offices.items()
            if actor.at_province or pk == actor.office.pk
        ]  # fmt: skip
        page = pages.paginate_queryset(rows, request, view=self)  # type: ignore[type-var]
        return pages.get_paginated_response(ForecastOut(page, many=True).data)


RESULT, USE = "year-results/<int:result_id>/", "result-uses/<int:use_id>/"
urlpatterns = [
    path("result-uses/", Uses.as_view(), name="result-uses"),
    path(USE, UseOne.as_view(), name="result-use"),
    path(f"{USE}plan/", UsePlan.as_view(), name="result-use-plan"),
    path(f"{USE}closing/", UseClosing.as_view(), name="result-use-closing"),
    path(f"{USE}cancelling/", UseCancelling.as_view(), name="result-use-cancelling"),
    path(f"{RESULT}uses/", ResultUses.as_view(), name="year-result-uses"),
    path(f"{RESULT}fund/", FundShares.as_view(), name="year-result-fund"),
    path(f"{RESULT}circular/docx/", CircularDocx.as_view(), name="year-result-circular-docx"),
    path(f"{RESULT}circular/pdf/", CircularPdf.as_view(), name="year-result-circular-pdf"),
    path(f"{RESULT}summary/", Summary.as_view(), name="year-result-summary"),
    path(f"{RESULT}summary/pdf/", SummaryPdf.as_view(), name="year-result-summary-pdf"),
    path("runs/<int:run_id>/forecast/", YearForecast.as_view(), name="run-forecast"),
]
