"""Warnings about progress (进度预警): issued by the bureau, answered by the office."""

from typing import Any

from django.urls import path
from django.utils import timezone
from drf_spectacular.utils import extend_schema
from rest_framework import serializers
from rest_framework.request import Request
from rest_framework.response import Response
from rest_framework.views import APIView

from api.asked import actor_of, validated
from api.idempotency import IdempotentMixin
from api.pagination import Pages
from appraisal.ledger.models import EarlyWarning
from appraisal.ledger.policies import tracking as tracking_policies
from appraisal.ledger.selectors import warnings as selectors
from appraisal.ledger.states import WarningState
from appraisal.ledger.usecases import warnings as usecases


class WarningQuery(serializers.Serializer):
    state = serializers.ChoiceField(choices=WarningState.values, required=False)
    month = serializers.IntegerField(min_value=1, max_value=12, required=False)


class WarningOut(serializers.ModelSerializer):
    """A warning as it was issued, and what became of it."""

    office = serializers.CharField(source="office.schema_name")
    year = serializers.IntegerField(source="period.cycle.year")
    month = serializers.IntegerField(source="period.month")
    worst = serializers.ListField(child=serializers.DictField(), help_text="[{code, name, sentence}] as it was told")
    refusals = serializers.SerializerMethodField(help_text="act → reason why not, or null when allowed")

    class Meta:
        model = EarlyWarning
        fields = (
            "id", "office", "year", "month", "level", "done", "due", "worst", "request", "issued_by_name",
            "issued_at", "due_on", "state", "measures", "measures_until", "answered_by_name", "answered_at",
            "times_returned", "remark", "ended_by_name", "ended_at", "refusals",
        )  # fmt: skip

    def get_refusals(self, row: EarlyWarning) -> dict[str, str | None]:
        return selectors.refusals(self.context["actor"], row)


class WarningIn(serializers.Serializer):
    request = serializers.CharField(max_length=2000, help_text="what the office is asked to do")


class MeasuresIn(serializers.Serializer):
    measures = serializers.CharField(max_length=2000)
    until = serializers.DateField(help_text="by when the office wants to be back on plan")


class AssessmentIn(serializers.Serializer):
    reason = serializers.CharField(max_length=2000)


def _out(request: Request, row: EarlyWarning, status: int = 200) -> Response:
    actor: Any = actor_of(request)
    return Response(WarningOut(row, context={"actor": actor}).data, status=status)


class Warnings(APIView):
    """The register."""

    pagination_class = Pages

    @extend_schema(
        operation_id="warnings_list", parameters=[WarningQuery], responses=WarningOut(many=True), tags=["scores"]
    )
    def get(self, request: Request) -> Response:
        """Newest first: of the province, or to the office."""
        actor: Any = actor_of(request)
        tracking_policies.see(actor)
        query = validated(WarningQuery, request.query_params)
        rows = selectors.warnings_for(actor)
        if "state" in query:
            rows = rows.filter(state=query["state"])
        if "month" in query:
            rows = rows.filter(period__month=query["month"])
        pages = Pages()
        page = pages.paginate_queryset(rows, request, view=self)
        return pages.get_paginated_response(WarningOut(page, many=True, context={"actor": actor}).data)


class Warning(APIView):
    """One warning."""

    @extend_schema(operation_id="warnings_retrieve", responses=WarningOut, tags=["scores"])
    def get(self, request: Request, warning_id: int) -> Response:
        """With what may be done about it."""
        actor: Any = actor_of(request)
        tracking_policies.see(actor)
        return _out(request, selectors.get_warning(actor, warning_id))


class WarningIssue(IdempotentMixin, APIView):
    """POST warns an office."""

    @extend_schema(operation_id="warnings_issue", request=WarningIn, responses={201: WarningOut}, tags=["scores"])
    def post(self, request: Request, run_id: int, slug: str) -> Response:
        """About what a published run shows; 409 where it is on plan, or warned already."""
        given = validated(WarningIn, request.data)
        actor: Any = actor_of(request)
        row = usecases.issue_warning(run_id=run_id, office=slug, actor=actor, at=timezone.now(), **given)
        return _out(request, row, 201)


class WarningAnswer(IdempotentMixin, APIView):
    """POST hands in measures."""

    @extend_schema(operation_id="warnings_answer", request=MeasuresIn, responses=WarningOut, tags=["scores"])
    def post(self, request: Request, warning_id: int) -> Response:
        """Of the warned office."""
        given = validated(MeasuresIn, request.data)
        actor: Any = actor_of(request)
        return _out(request, usecases.answer_warning(warning_id=warning_id, actor=actor, at=timezone.now(), **given))


class _Assessing(IdempotentMixin, APIView):
    do: Any = None

    def _done(self, request: Request, warning_id: int) -> Response:
        given = validated(AssessmentIn, request.data)
        actor: Any = actor_of(request)
        act = type(self).do
        return _out(request, act(warning_id=warning_id, actor=actor, at=timezone.now(), **given))


class WarningReturn(_Assessing):
    """POST sends measures back."""

    do = staticmethod(usecases.return_warning)

    @extend_schema(operation_id="warnings_return", request=AssessmentIn, responses=WarningOut, tags=["scores"])
    def post(self, request: Request, warning_id: int) -> Response:
        """They are not enough; the office answers again by a new day."""
        return self._done(request, warning_id)


class WarningClosing(_Assessing):
    """POST accepts measures."""

    do = staticmethod(usecases.close_warning)

    @extend_schema(operation_id="warnings_close", request=AssessmentIn, responses=WarningOut, tags=["scores"])
    def post(self, request: Request, warning_id: int) -> Response:
        """The warning is closed."""
        return self._done(request, warning_id)


class WarningWithdrawal(_Assessing):
    """POST takes a warning back."""

    do = staticmethod(usecases.withdraw_warning)

    @extend_schema(operation_id="warnings_withdraw", request=AssessmentIn, responses=WarningOut, tags=["scores"])
    def post(self, request: Request, warning_id: int) -> Response:
        """Before it was answered."""
        return self._done(request, warning_id)


urlpatterns = [
    path("warnings/", Warnings.as_view(), name="warnings"),
    path("warnings/<int:warning_id>/", Warning.as_view(), name="warning"),
    path("warnings/<int:warning_id>/answer/", WarningAnswer.as_view(), name="warning-answer"),
    path("warnings/<int:warning_id>/return/", WarningReturn.as_view(), name="warning-return"),
    path("warnings/<int:warning_id>/close/", WarningClosing.as_view(), name="warning-close"),
    path("warnings/<int:warning_id>/withdrawal/", WarningWithdrawal.as_view(), name="warning-withdrawal"),
    path("runs/<int:run_id>/tracking/<slug:slug>/warning/", WarningIssue.as_view(), name="run-tracking-warning"),
]
