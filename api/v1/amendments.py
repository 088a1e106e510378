"""Mid-year amendments: another version scores the year from a month on."""

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
from api.v1.library_shapes import MOST, IndicatorDifferenceOut, LockIn
from appraisal.ledger.models import Amendment
from appraisal.ledger.selectors import amendments as selectors
from appraisal.ledger.usecases import amendments as usecases
from tenants.actors import Actor

TAGS = ["amendments"]


class AmendmentIn(serializers.Serializer):
    version_id = serializers.IntegerField(min_value=1, max_value=MOST, help_text="published, of the year's template")
    from_month = serializers.IntegerField(min_value=1, max_value=12)
    reason = serializers.CharField(max_length=2000)


class AmendmentApprovalIn(LockIn):
    minutes_number = serializers.CharField(max_length=60)


class AmendmentEndIn(LockIn):
    reason = serializers.CharField(max_length=2000)


class AmendmentRefusals(serializers.Serializer):
    """For each act the sentence why not, or null when it is allowed."""

    approve = serializers.CharField(allow_null=True)
    withdraw = serializers.CharField(allow_null=True)
    undo = serializers.CharField(allow_null=True)


class AmendmentOut(serializers.ModelSerializer):
    year = serializers.IntegerField(source="cycle.year")
    refusals = serializers.SerializerMethodField()

    class Meta:
        model = Amendment
        fields = (
            "id", "cycle", "year", "number", "version", "version_before", "from_month", "reason", "state",
            "lock_version", "proposed_by_name", "proposed_at", "minutes_number", "approved_by_name", "approved_at",
            "ended_reason", "ended_by_name", "ended_at", "refusals",
        )  # fmt: skip

    def get_refusals(self, row: Amendment) -> AmendmentRefusals:
        return selectors.refusals(self.context["actor"], row)  # type: ignore[return-value]


class AmendmentDetailOut(AmendmentOut):
    weights = serializers.SerializerMethodField(help_text="indicators whose points move")
    recalculate = serializers.SerializerMethodField(help_text="months whose newest run another version scored")

    class Meta(AmendmentOut.Meta):
        fields = (*AmendmentOut.Meta.fields, "weights", "recalculate")

    def effect(self, row: Amendment) -> selectors.Effect:
        if "effect" not in self.context:
            self.context["effect"] = selectors.effect_of(row)
        return self.context["effect"]

    def get_weights(self, row: Amendment) -> IndicatorDifferenceOut(many=True):  # type: ignore[valid-type]
        return IndicatorDifferenceOut(self.effect(row).weights, many=True).data

    def get_recalculate(self, row: Amendment) -> list[int]:
        return self.effect(row).recalculate


def _detail(actor: Actor, amendment_id: int, status: int = 200) -> Response:
    found = selectors.get_amendment(actor, amendment_id)
    return Response(AmendmentDetailOut(found, context={"actor": actor}).data, status=status)


class Amendments(APIView):
    """The amendments one may see: the bureau all, its prefectures what came into force; newest first."""

    pagination_class = Pages

    @extend_schema(operation_id="amendments_list", responses=AmendmentOut(many=True), tags=TAGS)
    def get(self, request: Request) -> Response:
        actor = actor_of(request)
        pages = Pages()
        rows = pages.paginate_queryset(selectors.amendments_for(actor), request, view=self)
        return pages.get_paginated_response(AmendmentOut(rows, many=True, context={"actor": actor}).data)


class CycleAmendments(IdempotentMixin, APIView):
    """POST proposes an amendment of a running year."""

    @extend_schema(
        operation_id="amendments_propose", request=AmendmentIn, responses={201: AmendmentDetailOut}, tags=TAGS
    )
    def post(self, request: Request, cycle_id: int) -> Response:
        """By the administrator; `rows` of a 422 name the indicators that the year's facts cannot give."""
        actor = actor_of(request)
        given = validated(AmendmentIn, request.data)
        made = usecases.propose_amendment(cycle_id=cycle_id, actor=actor, at=timezone.now(), **given)
        return _detail(actor, made.pk, 201)


class AmendmentDetail(APIView):
    """One amendment."""

    @extend_schema(operation_id="amendments_read", responses=AmendmentDetailOut, tags=TAGS)
    def get(self, request: Request, amendment_id: int) -> Response:
        """With the weights that move; what each prefecture would get, the sandbox tells for its `version`."""
        return _detail(actor_of(request), amendment_id)


class Approval(IdempotentMixin, APIView):
    """POST brings it into force."""

    @extend_schema(
        operation_id="amendments_approve", request=AmendmentApprovalIn, responses=AmendmentDetailOut, tags=TAGS
    )
    def post(self, request: Request, amendment_id: int) -> Response:
        """By a leader who did not propose it; then calculate the months from then on anew."""
        actor, given = actor_of(request), validated(AmendmentApprovalIn, request.data)
        usecases.approve_amendment(amendment_id=amendment_id, actor=actor, at=timezone.now(), **given)
        return _detail(actor, amendment_id)


class Withdrawal(IdempotentMixin, APIView):
    """POST takes a proposal back."""

    @extend_schema(operation_id="amendments_withdraw", request=AmendmentEndIn, responses=AmendmentDetailOut, tags=TAGS)
    def post(self, request: Request, amendment_id: int) -> Response:
        """By the administrator, or by a leader who sends it back."""
        actor, given = actor_of(request), validated(AmendmentEndIn, request.data)
        usecases.withdraw_amendment(amendment_id=amendment_id, actor=actor, at=timezone.now(), **given)
        return _detail(actor, amendment_id)


class RollBack(IdempotentMixin, APIView):
    """POST rolls it back."""

    @extend_schema(operation_id="amendments_undo", request=AmendmentEndIn, responses=AmendmentDetailOut, tags=TAGS)
    def post(self, request: Request, amendment_id: int) -> Response:
        """By a leader; calculated anew, the months have their scores of before to the byte."""
        actor, given = actor_of(request), validated(AmendmentEndIn, request.data)
        usecases.undo_amendment(amendment_id=amendment_id, actor=actor, at=timezone.now(), **given)
        return _detail(actor, amendment_id)


urlpatterns = [
    path("amendments/", Amendments.as_view(), name="amendments"),
    path("amendments/<int:amendment_id>/", AmendmentDetail.as_view(), name="amendment"),
    path("amendments/<int:amendment_id>/approval/", Approval.as_view(), name="amendment-approval"),
    path("amendments/<int:amendment_id>/withdrawal/", Withdrawal.as_view(), name="amendment-withdrawal"),
    path("amendments/<int:amendment_id>/roll-back/", RollBack.as_view(), name="amendment-roll-back"),
    path("cycles/<int:cycle_id>/amendments/", CycleAmendments.as_view(), name="cycle-amendments"),
]
