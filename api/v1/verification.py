"""Values that were handed over and the province's decisions about them."""

from typing import Any

from django.http.response import HttpResponseBase
from django.urls import path
from django.utils import timezone
from drf_spectacular.types import OpenApiTypes
from drf_spectacular.utils import OpenApiResponse, extend_schema
from rest_framework.request import Request
from rest_framework.response import Response
from rest_framework.views import APIView

from api.asked import actor_of
from api.idempotency import IdempotentMixin
from api.pagination import Pages
from api.v1 import adjustments, fact_claims, objections, province_facts
from api.v1 import verification_shapes as shapes
from appraisal.ledger.models import CurrentValue
from appraisal.ledger.policies import verification as policies
from appraisal.ledger.selectors import completeness, histories, values
from appraisal.ledger.selectors import province_facts as periods
from appraisal.ledger.usecases import evidence_sets, reopening
from appraisal.ledger.usecases import verification as usecases
from appraisal.ledger.usecases.verification_grid import Judged, judge_values
from core import serving


def _value(request: Request, value: CurrentValue) -> Response:
    """The value as it stands after the act."""
    actor = actor_of(request)
    return Response(shapes.ValueOut(values.get_value(actor, value.pk), context={"actor": actor}).data)


class Values(APIView):
    """The values one may know of: the bureau its province's, an office its own."""

    pagination_class = Pages

    @extend_schema(operation_id="values_list", parameters=[shapes.ValueQuery], responses=shapes.ValueOut(many=True))
    def get(self, request: Request) -> Response:
        """Newest month first, then by office and in the scheme's order."""
        query = shapes.ValueQuery(data=request.query_params)
        query.is_valid(raise_exception=True)
        actor, pages = actor_of(request), Pages()
        rows = pages.paginate_queryset(values.listed(actor, **query.validated_data), request, view=self)
        return pages.get_paginated_response(shapes.ValueOut(rows, many=True, context={"actor": actor}).data)


class Value(APIView):
    """One value with its versions, decisions and months."""

    @extend_schema(operation_id="values_read", responses=shapes.ValueDetailOut)
    def get(self, request: Request, value_id: int) -> Response:
        """Everything known about it: reported, verified and final side by side."""
        actor = actor_of(request)
        history = histories.history_of(actor, values.get_value(actor, value_id))
        return Response(shapes.ValueDetailOut(history, context={"actor": actor}).data)


class Verifications(IdempotentMixin, APIView):
    """POST accepts values as they were reported."""

    @extend_schema(operation_id="values_verify", request=shapes.VerifyIn, responses=shapes.VerifiedOut)
    def post(self, request: Request) -> Response:
        """All of them or none; `rows` of the problem names those in the way."""
        body = shapes.VerifyIn(data=request.data)
        body.is_valid(raise_exception=True)
        items = [(item["id"], item["lock_version"]) for item in body.validated_data["items"]]
        done = usecases.verify_values(items=items, actor=actor_of(request), at=timezone.now())
        return Response(shapes.VerifiedOut({"verified": len(done), "ids": [value.pk for value in done]}).data)


class Judgements(IdempotentMixin, APIView):
    """POST decides about a whole column: what stays is accepted, another fact is a correction."""

    @extend_schema(operation_id="values_judge", request=shapes.JudgeIn, responses=shapes.VerifiedOut)
    def post(self, request: Request) -> Response:
        """All rows or none; `rows` of the problem names those in the way."""
        body = shapes.JudgeIn(data=request.data)
        body.is_valid(raise_exception=True)
        rows = [
            Judged(row["id"], row["lock_version"], row["fact"], row["reason"]) for row in body.validated_data["items"]
        ]
        done = judge_values(rows=rows, actor=actor_of(request), at=timezone.now())
        return Response(shapes.VerifiedOut({"verified": len(done), "ids": [value.pk for value in done]}).data)


class Decision(IdempotentMixin, APIView):
    """A decision about one value; the answer is the value as it stands afterwards."""

    def decide(self, request: Request, value_id: int, shape: type, act: Any) -> Response:
        body = shape(data=request.data)
        body.is_valid(raise_exception=True)
        value = act(current_value_id=value_id, actor=actor_of(request), at=timezone.now(), **body.validated_data)
        return _value(request, value)


class Return(Decision):
    @extend_schema(operation_id="values_return", request=shapes.ReasonedIn, responses=shapes.ValueOut)
    def post(self, request: Request, value_id: int) -> Response:
        """Send this one indicator back to the office with a reason."""
        return self.decide(request, value_id, shapes.ReasonedIn, usecases.return_value)


class Reopening(Decision):
    @extend_schema(operation_id="values_reopen", request=shapes.ReasonedIn, responses=shapes.ValueOut)
    def post(self, request: Request, value_id: int) -> Response:
        """Take a verification back while the month is not published."""
        return self.decide(request, value_id, shapes.ReasonedIn, usecases.reopen_value)


class ReopenPeriod(IdempotentMixin, APIView):
    """POST opens a closed month again for one office."""

    @extend_schema(operation_id="periods_reopen", request=shapes.ReopenPeriodIn, responses=shapes.PeriodReopeningOut)
    def post(self, request: Request, period_id: int, office_id: int) -> Response:
        """Up to a day, with a reason; what comes then stays late, and nobody else's is taken."""
        body = shapes.ReopenPeriodIn(data=request.data)
        body.is_valid(raise_exception=True)
        row = reopening.reopen_period(
            period_id=period_id, office_id=office_id, actor=actor_of(request), at=timezone.now(),
            **body.validated_data,
        )  # fmt: skip
        return Response(shapes.PeriodReopeningOut(row).data)


class Correction(Decision):
    @extend_schema(operation_id="values_correct", request=shapes.CorrectionIn, responses=shapes.ValueOut)
    def post(self, request: Request, value_id: int) -> Response:
        """Replace the reported value; both stay visible."""
        return self.decide(request, value_id, shapes.CorrectionIn, usecases.correct_value)


class PointsOff(Decision):
    @extend_schema(operation_id="values_points_off", request=shapes.PointsOffIn, responses=shapes.ValueOut)
    def post(self, request: Request, value_id: int) -> Response:
        """Set the points that verification takes off the indicator; 0 gives them back."""
        return self.decide(request, value_id, shapes.PointsOffIn, usecases.take_points_off)


class Completeness(APIView):
    """Who has handed over what in a month."""

    @extend_schema(operation_id="periods_completeness", responses=shapes.StandingOut(many=True))
    def get(self, request: Request, period_id: int) -> Response:
        """One row per office in official order."""
        actor, pages = actor_of(request), Pages()
        policies.see_queue(actor)
        standings = completeness.standings(periods.get_period(actor, period_id))
        rows = pages.paginate_queryset(standings, request, view=self)  # type: ignore[type-var]
        return pages.get_paginated_response(shapes.StandingOut(rows, many=True).data)

    pagination_class = Pages


class EvidenceSet(APIView):
    """All files of an office's month."""

    @extend_schema(
        operation_id="periods_evidence",
        responses={(200, "application/zip"): OpenApiResponse(OpenApiTypes.BINARY, "With a list as CSV.")},
    )
    def get(self, request: Request, period_id: int, office_id: int) -> HttpResponseBase:
        """Folders by indicator, and a list with fingerprints that says of each file whether it is whole."""
        found = evidence_sets.take_evidence(
            period_id=period_id, office_id=office_id, actor=actor_of(request), at=timezone.now()
        )
        return serving.archive_response(found.packed(), found.name)


urlpatterns = [
    path("values/", Values.as_view(), name="values"),
    path("values/verifications/", Verifications.as_view(), name="value-verifications"),
    path("values/judgements/", Judgements.as_view(), name="value-judgements"),
    path("values/<int:value_id>/", Value.as_view(), name="value"),
    path("values/<int:value_id>/return/", Return.as_view(), name="value-return"),
    path("values/<int:value_id>/reopening/", Reopening.as_view(), name="value-reopening"),
    path("values/<int:value_id>/correction/", Correction.as_view(), name="value-correction"),
    path("values/<int:value_id>/points-off/", PointsOff.as_view(), name="value-points-off"),
    path("periods/<int:period_id>/offices/<int:office_id>/reopening/", ReopenPeriod.as_view(), name="period-reopening"),
    path("periods/<int:period_id>/offices/<int:office_id>/evidence/", EvidenceSet.as_view(), name="period-evidence"),
    path("periods/<int:period_id>/completeness/", Completeness.as_view(), name="period-completeness"),
    *province_facts.urlpatterns,
    *fact_claims.urlpatterns,
    *adjustments.urlpatterns,
    *objections.urlpatterns,
]
