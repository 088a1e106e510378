"""Claims that are held to be false."""

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
from api.v1.verification_shapes import LARGEST
from appraisal.inspections.models import FalseClaim
from appraisal.inspections.policies import tasks as watching
from appraisal.inspections.selectors import claims as selectors
from appraisal.inspections.states import ClaimState
from appraisal.inspections.usecases import claims as usecases


class FalseClaimQuery(serializers.Serializer):
    """Filters of the list."""

    year = serializers.IntegerField(min_value=2000, max_value=2100, required=False)
    office = serializers.CharField(max_length=63, required=False, help_text="path segment, for example kunming")
    state = serializers.ChoiceField(choices=ClaimState.values, required=False)


class FalseClaimOut(serializers.ModelSerializer):
    """With both sides and, once decided, the decision and the adjustment that followed."""

    year = serializers.IntegerField(source="cycle.year")
    office = serializers.CharField(source="office.schema_name")
    indicator = serializers.CharField(source="indicator.code")
    evidence = serializers.ListField(child=serializers.DictField())
    statement_evidence = serializers.ListField(child=serializers.DictField())
    due_derivation = serializers.SerializerMethodField()
    refusals = serializers.SerializerMethodField(help_text="action → reason why not, or null when allowed")

    class Meta:
        model = FalseClaim
        fields = (
            "id", "year", "office", "indicator", "month", "finding_id", "state", "facts", "evidence",
            "proposed_by_name", "proposed_at", "hear_until", "due_derivation", "statement", "statement_evidence",
            "stated_by_name", "stated_at", "decision", "decided_by_name", "decided_at", "adjustment_id", "refusals",
        )  # fmt: skip

    def get_due_derivation(self, claim: FalseClaim) -> str:
        return str(selectors.derivation_of(claim))

    def get_refusals(self, claim: FalseClaim) -> dict[str, str | None]:
        return selectors.refusals(self.context["actor"], claim, on=timezone.localdate())


class FalseClaimIn(serializers.Serializer):
    """evidence: ids of the bureau's files, at least one unless the finding has some."""

    cycle_id = serializers.IntegerField(min_value=1, max_value=LARGEST)
    office_id = serializers.IntegerField(min_value=1, max_value=LARGEST)
    indicator = serializers.CharField(max_length=10, help_text="code")
    month = serializers.IntegerField(min_value=1, max_value=12)
    facts = serializers.CharField(max_length=2000)
    evidence = serializers.ListField(child=serializers.UUIDField(), default=list, max_length=20)
    finding_id = serializers.IntegerField(min_value=1, max_value=LARGEST, allow_null=True, default=None)


class StatementIn(serializers.Serializer):
    text = serializers.CharField(max_length=2000)
    evidence = serializers.ListField(child=serializers.UUIDField(), default=list, max_length=20)


class FalseClaimDecisionIn(serializers.Serializer):
    decision = serializers.CharField(max_length=2000)


def _answer(request: Request, claim_id: int, status: int = 200) -> Response:
    actor = actor_of(request)
    claim = selectors.get_claim(actor, claim_id)
    return Response(FalseClaimOut(claim, context={"actor": actor}).data, status=status)


class FalseClaims(IdempotentMixin, APIView):
    """The province's, or a prefecture's own."""

    pagination_class = Pages

    @extend_schema(operation_id="false_claims_list", parameters=[FalseClaimQuery], responses=FalseClaimOut(many=True))
    def get(self, request: Request) -> Response:
        """Newest first."""
        actor, pages = actor_of(request), Pages()
        watching.see(actor)
        asked = validated(FalseClaimQuery, request.query_params)
        names = {"year": "cycle__year", "office": "office__schema_name", "state": "state"}
        rows = selectors.claims_for(actor).filter(**{names[name]: value for name, value in asked.items()})
        page = pages.paginate_queryset(rows.order_by("-proposed_at", "-pk"), request, view=self)
        return pages.get_paginated_response(FalseClaimOut(page, many=True, context={"actor": actor}).data)

    @extend_schema(operation_id="false_claims_propose", request=FalseClaimIn, responses={201: FalseClaimOut})
    def post(self, request: Request) -> Response:
        """Hold a claim to be false: the prefecture is heard before anything follows."""
        actor = actor_of(request)
        body = validated(FalseClaimIn, request.data)
        body["evidence"] = [str(file_id) for file_id in body["evidence"]]
        claim = usecases.propose_false_claim(actor=actor, at=timezone.now(), **body)
        return _answer(request, claim.pk, 201)


class FalseClaimResource(APIView):
    @extend_schema(operation_id="false_claims_read", responses=FalseClaimOut)
    def get(self, request: Request, claim_id: int) -> Response:
        """One of them."""
        watching.see(actor_of(request))  # type: ignore[attr-defined]
        return _answer(request, claim_id)


class FalseClaimStatement(IdempotentMixin, APIView):
    """POST states the prefecture's side, once."""

    @extend_schema(operation_id="false_claims_state", request=StatementIn, responses=FalseClaimOut)
    def post(self, request: Request, claim_id: int) -> Response:
        """While it is heard."""
        actor = actor_of(request)
        body = validated(StatementIn, request.data)
        body["evidence"] = [str(file_id) for file_id in body["evidence"]]
        usecases.state_side(claim_id=claim_id, actor=actor, at=timezone.now(), **body)
        return _answer(request, claim_id)


class FalseClaimConfirmation(IdempotentMixin, APIView):
    """POST confirms."""

    @extend_schema(operation_id="false_claims_confirm", request=FalseClaimDecisionIn, responses=FalseClaimOut)
    def post(self, request: Request, claim_id: int) -> Response:
        """By another person than who proposed: the indicator counts 0 and points are deducted."""
        actor = actor_of(request)
        body = validated(FalseClaimDecisionIn, request.data)
        usecases.confirm_false_claim(claim_id=claim_id, actor=actor, at=timezone.now(), **body)
        return _answer(request, claim_id)


class FalseClaimDropping(IdempotentMixin, APIView):
    """POST drops it."""

    @extend_schema(operation_id="false_claims_drop", request=FalseClaimDecisionIn, responses=FalseClaimOut)
    def post(self, request: Request, claim_id: int) -> Response:
        """Nothing follows."""
        actor = actor_of(request)
        body = validated(FalseClaimDecisionIn, request.data)
        usecases.drop_false_claim(claim_id=claim_id, actor=actor, at=timezone.now(), **body)
        return _answer(request, claim_id)


CLAIM = "false-claims/<int:claim_id>/"
urlpatterns = [
    path("false-claims/", FalseClaims.as_view(), name="false-claims"),
    path(CLAIM, FalseClaimResource.as_view(), name="false-claim"),
    path(f"{CLAIM}statement/", FalseClaimStatement.as_view(), name="false-claim-statement"),
    path(f"{CLAIM}confirmation/", FalseClaimConfirmation.as_view(), name="false-claim-confirmation"),
    path(f"{CLAIM}dropping/", FalseClaimDropping.as_view(), name="false-claim-dropping"),
]
