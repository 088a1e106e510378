"""Figures that offices claim beside a ledger's, and the province's decision between the two."""

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
from api.v1.reporting_shapes import FACT_HELP, FactClaimOut
from api.v1.verification_shapes import ReasonedIn
from appraisal.ledger.models import FactClaim
from appraisal.ledger.policies import claims as policies
from appraisal.ledger.selectors import claims as selectors
from appraisal.ledger.states import ClaimState
from appraisal.ledger.usecases import claims as usecases


class FactClaimQuery(serializers.Serializer):
    """Filters of the list."""

    state = serializers.ChoiceField(choices=ClaimState.values, required=False)
    office = serializers.CharField(max_length=63, required=False, help_text="path segment, for example kunming")
    month = serializers.IntegerField(min_value=1, max_value=12, required=False)


class FactClaimRefusals(serializers.Serializer):
    """For each decision the sentence why not, or null when it is allowed."""

    accept = serializers.CharField(allow_null=True)
    uphold = serializers.CharField(allow_null=True)


class FactClaimLineOut(serializers.Serializer):
    """A claim side by side with what the ledger says."""

    claim = FactClaimOut()
    year = serializers.IntegerField(source="claim.period.cycle.year")
    month = serializers.IntegerField(source="claim.period.month")
    office = serializers.CharField(source="claim.office.schema_name")
    indicator = serializers.CharField(source="claim.indicator.code")
    value_id = serializers.IntegerField(source="current.pk")
    lock_version = serializers.IntegerField(source="current.lock_version", help_text="to decide with")
    source = serializers.CharField(source="current.value.source")
    sentence = serializers.CharField(help_text="which ledger, as of when, what was counted")
    claimed_against = serializers.DictField(source="claim.value.fact", help_text=FACT_HELP)
    published_fact = serializers.DictField(source="current.value.fact", help_text="what the ledger says today")
    final_fact = serializers.DictField(source="current.final_fact", help_text="what counts")
    moved = serializers.BooleanField(help_text="the ledger has published anew since")
    agrees = serializers.BooleanField(help_text="the ledger says today what was claimed")
    published = serializers.BooleanField(source="current.published", help_text="the month's scores are published")
    refusals = FactClaimRefusals()


class FactClaimDecisionIn(ReasonedIn):
    """accept: the claimed figure counts; else the ledger's. lock_version: of the value, as seen."""

    accept = serializers.BooleanField()


def _out(request: Request, claim: FactClaim) -> Response:
    actor = actor_of(request)
    return Response(FactClaimLineOut(selectors.lines_of(actor, [claim])[0]).data)


class FactClaims(APIView):
    """The register."""

    pagination_class = Pages

    @extend_schema(operation_id="fact_claims_list", parameters=[FactClaimQuery], responses=FactClaimLineOut(many=True))
    def get(self, request: Request) -> Response:
        """Newest first: of the province, or of the office."""
        actor = actor_of(request)
        policies.see(actor)
        asked = validated(FactClaimQuery, request.query_params)
        names = {"state": "state", "office": "office__schema_name", "month": "period__month"}
        rows = selectors.claims_for(actor).filter(**{names[name]: value for name, value in asked.items()})
        pages = Pages()
        page = pages.paginate_queryset(rows.order_by("-pk"), request, view=self)
        lines = selectors.lines_of(actor, list(page or []))
        return pages.get_paginated_response(FactClaimLineOut(lines, many=True).data)


class FactClaimResource(APIView):
    @extend_schema(operation_id="fact_claims_retrieve", responses=FactClaimLineOut)
    def get(self, request: Request, fact_claim_id: int) -> Response:
        """One claim."""
        actor = actor_of(request)
        policies.see(actor)
        return _out(request, selectors.get_claim(actor, fact_claim_id))


class FactClaimDecision(IdempotentMixin, APIView):
    """POST decides."""

    @extend_schema(operation_id="fact_claims_decide", request=FactClaimDecisionIn, responses=FactClaimLineOut)
    def post(self, request: Request, fact_claim_id: int) -> Response:
        """Accept the claimed figure or uphold the ledger's, with reasons; 409 when somebody was faster."""
        actor = actor_of(request)
        given = validated(FactClaimDecisionIn, request.data)
        claim = usecases.decide_claim(claim_id=fact_claim_id, actor=actor, at=timezone.now(), **given)
        return _out(request, selectors.get_claim(actor, claim.pk))


urlpatterns = [
    path("fact-claims/", FactClaims.as_view(), name="fact-claims"),
    path("fact-claims/<int:fact_claim_id>/", FactClaimResource.as_view(), name="fact-claim"),
    path("fact-claims/<int:fact_claim_id>/decision/", FactClaimDecision.as_view(), name="fact-claim-decision"),
]
