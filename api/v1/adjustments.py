"""Bonus items, deduction items and vetoes."""

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
from appraisal.ledger.models import ScoreAdjustment
from appraisal.ledger.policies import adjustments as policies
from appraisal.ledger.selectors import adjustments as selectors
from appraisal.ledger.usecases import adjustments as usecases


class AdjustmentQuery(serializers.Serializer):
    """Filters of the list."""

    year = serializers.IntegerField(min_value=2000, max_value=2100, required=False)
    office = serializers.CharField(max_length=63, required=False, help_text="path segment, for example kunming")
    kind = serializers.ChoiceField(choices=ScoreAdjustment.Kind.values, required=False)


class AdjustmentOut(serializers.ModelSerializer):
    """One case. Never edited: a mistake is revoked."""

    year = serializers.IntegerField(source="cycle.year")
    office = serializers.CharField(source="office.schema_name")
    evidence = serializers.ListField(child=serializers.DictField())
    refusals = serializers.SerializerMethodField(help_text="action → reason why not, or null when allowed")

    class Meta:
        model = ScoreAdjustment
        fields = (
            "id", "year", "office", "from_month", "kind", "code", "title", "points", "grade_ceiling", "legal_basis",
            "confirming_unit", "evidence", "recorded_by_name", "recorded_at", "late_reason",
            "after_run", "revoked_at", "revoke_reason", "refusals",
        )  # fmt: skip

    def get_refusals(self, row: ScoreAdjustment) -> dict[str, str | None]:
        return {"revoke": policies.revoke.reason(self.context["actor"], row)}


class AdjustmentIn(serializers.Serializer):
    """One case of an item of the dated list. points: null for all of the item's, and for a veto.

    late_reason: why it comes after scores were published from `from_month` on; asked for then.
    """

    cycle_id = serializers.IntegerField(min_value=1, max_value=LARGEST)
    office_id = serializers.IntegerField(min_value=1, max_value=LARGEST)
    from_month = serializers.IntegerField(min_value=1, max_value=12)
    code = serializers.CharField(max_length=10)
    points = serializers.DecimalField(max_digits=6, decimal_places=4, min_value=0, allow_null=True, default=None)
    legal_basis = serializers.CharField(max_length=200)
    confirming_unit = serializers.CharField(max_length=80)
    evidence = serializers.ListField(child=serializers.UUIDField(), allow_empty=False, max_length=20)
    late_reason = serializers.CharField(max_length=2000, allow_blank=True, default="")


class RevocationIn(serializers.Serializer):
    reason = serializers.CharField(max_length=200)


class AdjustmentItemOut(serializers.Serializer):
    """An item in force today. points: the most one case brings; ceiling: the best grade a veto leaves."""

    code = serializers.CharField()
    kind = serializers.ChoiceField(choices=ScoreAdjustment.Kind.choices)
    name = serializers.CharField()
    points = serializers.DecimalField(max_digits=6, decimal_places=4)
    ceiling = serializers.CharField()
    basis = serializers.CharField(allow_blank=True, help_text="of a veto: the rule it rests on")
    scope = serializers.CharField(allow_blank=True, help_text="of a veto: what it is for")


class Adjustments(IdempotentMixin, APIView):
    """The year's items; an office sees its own."""

    pagination_class = Pages

    @extend_schema(operation_id="adjustments_list", parameters=[AdjustmentQuery], responses=AdjustmentOut(many=True))
    def get(self, request: Request) -> Response:
        """Newest first, the revoked ones as well."""
        actor, pages = actor_of(request), Pages()
        asked = validated(AdjustmentQuery, request.query_params)
        names = {"year": "cycle__year", "office": "office__schema_name", "kind": "kind"}
        rows = selectors.adjustments_for(actor).filter(**{names[name]: value for name, value in asked.items()})
        page = pages.paginate_queryset(rows.order_by("-recorded_at", "-pk"), request, view=self)
        return pages.get_paginated_response(AdjustmentOut(page, many=True, context={"actor": actor}).data)

    @extend_schema(operation_id="adjustments_record", request=AdjustmentIn, responses={201: AdjustmentOut})
    def post(self, request: Request) -> Response:
        """Record one case; it counts from its month's next run on."""
        actor = actor_of(request)
        body = validated(AdjustmentIn, request.data)
        body["evidence"] = [str(file_id) for file_id in body["evidence"]]
        row = usecases.record_adjustment(actor=actor, at=timezone.now(), **body)
        return Response(AdjustmentOut(row, context={"actor": actor}).data, status=201)


class Revocation(IdempotentMixin, APIView):
    """POST takes an item back."""

    @extend_schema(operation_id="adjustments_revoke", request=RevocationIn, responses=AdjustmentOut)
    def post(self, request: Request, adjustment_id: int) -> Response:
        """It stays in the record and no longer counts in runs from now on."""
        actor = actor_of(request)
        row = usecases.revoke_adjustment(
            adjustment_id=adjustment_id, actor=actor, at=timezone.now(), **validated(RevocationIn, request.data)
        )
        return Response(AdjustmentOut(row, context={"actor": actor}).data)


class Items(APIView):
    """The dated list that items are chosen from."""

    pagination_class = Pages

    @extend_schema(operation_id="adjustment_items_list", responses=AdjustmentItemOut(many=True))
    def get(self, request: Request) -> Response:
        """The items in force today."""
        pages = Pages()
        items = list(selectors.items_on(timezone.localdate()).values())
        page = pages.paginate_queryset(items, request, view=self)  # type: ignore[type-var]
        return pages.get_paginated_response(AdjustmentItemOut(page, many=True).data)


urlpatterns = [
    path("adjustments/", Adjustments.as_view(), name="adjustments"),
    path("adjustments/<int:adjustment_id>/revocation/", Revocation.as_view(), name="adjustment-revocation"),
    path("adjustment-items/", Items.as_view(), name="adjustment-items"),
]
