"""Assigned matters (督办): what is asked of an office until when, the replies, and what a missed day comes to."""

from collections.abc import Callable
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
from api.v1.verification_shapes import LARGEST
from appraisal.inspections.models import Matter, MatterStep
from appraisal.inspections.policies import matters as policies
from appraisal.inspections.selectors import matters as selectors
from appraisal.inspections.states import MatterState
from appraisal.inspections.usecases import matters as usecases

STATES = (*MatterState.values, selectors.OVERDUE)


class MatterQuery(serializers.Serializer):
    """Filters of the list."""

    year = serializers.IntegerField(min_value=2000, max_value=2100, required=False)
    office = serializers.CharField(max_length=63, required=False, help_text="path segment, for example kunming")
    state = serializers.ChoiceField(choices=STATES, required=False)


class MatterStepOut(serializers.ModelSerializer):
    """A reply, a return, the closing or the withdrawal. Immutable."""

    evidence = serializers.ListField(child=serializers.DictField())

    class Meta:
        model = MatterStep
        fields = ("id", "kind", "text", "evidence", "due_on", "by_name", "at")


class MatterOut(serializers.ModelSerializer):
    """One office's matter with its course."""

    year = serializers.IntegerField(source="cycle.year")
    office = serializers.CharField(source="office.schema_name")
    evidence = serializers.ListField(child=serializers.DictField())
    due_derivation = serializers.SerializerMethodField()
    overdue = serializers.SerializerMethodField(help_text="a day was missed: by a late reply, or by none until now")
    steps = MatterStepOut(many=True)
    refusals = serializers.SerializerMethodField(help_text="action → reason why not, or null when allowed")

    class Meta:
        model = Matter
        fields = (
            "id", "year", "office", "title", "text", "basis", "evidence", "state", "assigned_by_name", "assigned_at",
            "first_due_on", "due_on", "due_derivation", "times_returned", "late_replies", "overdue", "ended_by_name",
            "ended_at", "outcome", "outcome_reason", "outcome_by_name", "outcome_at", "adjustment_id", "steps",
            "refusals",
        )  # fmt: skip

    def get_due_derivation(self, matter: Matter) -> str:
        return selectors.derivation_of(matter)

    def get_overdue(self, matter: Matter) -> bool:
        return matter.overdue(timezone.localdate())

    def get_refusals(self, matter: Matter) -> dict[str, str | None]:
        return selectors.refusals(self.context["actor"], matter, on=timezone.localdate())


class MatterIn(serializers.Serializer):
    """office_ids: each gets a matter of its own; evidence: ids of the bureau's files."""

    cycle_id = serializers.IntegerField(min_value=1, max_value=LARGEST)
    office_ids = serializers.ListField(
        child=serializers.IntegerField(min_value=1, max_value=LARGEST), allow_empty=False, max_length=200
    )
    title = serializers.CharField(max_length=120)
    text = serializers.CharField(max_length=2000)
    basis = serializers.CharField(max_length=200, help_text="document number, minutes or instruction")
    due_on = serializers.DateField(help_text="last day to reply; a day off moves to the next working day")
    evidence = serializers.ListField(child=serializers.UUIDField(), default=list, max_length=20)


class MatterReplyIn(serializers.Serializer):
    text = serializers.CharField(max_length=2000)
    evidence = serializers.ListField(child=serializers.UUIDField(), default=list, max_length=20)


class MatterReturnIn(serializers.Serializer):
    reason = serializers.CharField(max_length=2000)
    due_on = serializers.DateField(help_text="new last day to reply")
    evidence = serializers.ListField(child=serializers.UUIDField(), default=list, max_length=20)


class MatterCloseIn(serializers.Serializer):
    text = serializers.CharField(max_length=2000)


class MatterReasonIn(serializers.Serializer):
    reason = serializers.CharField(max_length=200)


class MatterDeductIn(serializers.Serializer):
    """evidence: ids of the bureau's files, at least one unless the matter has some.

    late_reason: asked for once every month of the year is published.
    """

    confirming_unit = serializers.CharField(max_length=80)
    evidence = serializers.ListField(child=serializers.UUIDField(), default=list, max_length=20)
    late_reason = serializers.CharField(max_length=2000, allow_blank=True, default="")


def _told(request: Request, rows: Any, *, many: bool = False) -> Any:
    return MatterOut(rows, many=many, context={"actor": actor_of(request)}).data


class Matters(IdempotentMixin, APIView):
    """The province's, or an office's own."""

    pagination_class = Pages

    @extend_schema(operation_id="matters_list", parameters=[MatterQuery], responses=MatterOut(many=True))
    def get(self, request: Request) -> Response:
        """What is due last first."""
        actor, pages = actor_of(request), Pages()
        policies.see(actor)
        asked = validated(MatterQuery, request.query_params)
        rows = selectors.listed(actor, asked.pop("state", ""), on=timezone.localdate()).prefetch_related("steps")
        names = {"year": "cycle__year", "office": "office__schema_name"}
        rows = rows.filter(**{names[name]: value for name, value in asked.items()})
        page = pages.paginate_queryset(rows, request, view=self)
        return pages.get_paginated_response(_told(request, page, many=True))

    @extend_schema(operation_id="matters_assign", request=MatterIn, responses={201: MatterOut(many=True)})
    def post(self, request: Request) -> Response:
        """Assign it: one row per office, all of them or none."""
        body = validated(MatterIn, request.data)
        body["evidence"] = [str(file_id) for file_id in body["evidence"]]
        made = usecases.assign_matter(actor=actor_of(request), at=timezone.now(), **body)
        return Response(_told(request, made, many=True), status=201)


class MatterResource(APIView):
    @extend_schema(operation_id="matters_read", responses=MatterOut)
    def get(self, request: Request, matter_id: int) -> Response:
        """One of them."""
        policies.see(actor_of(request))
        return Response(_told(request, selectors.get_matter(actor_of(request), matter_id)))


class MatterAct(IdempotentMixin, APIView):
    """An act on one matter; the answer is the matter as it stands afterwards."""

    def act(self, request: Request, matter_id: int, shape: type, verb: Callable[..., Matter]) -> Response:
        body = validated(shape, request.data)
        if "evidence" in body:
            body["evidence"] = [str(file_id) for file_id in body["evidence"]]
        verb(matter_id=matter_id, actor=actor_of(request), at=timezone.now(), **body)
        return Response(_told(request, selectors.get_matter(actor_of(request), matter_id)))


class MatterReply(MatterAct):
    @extend_schema(operation_id="matters_reply", request=MatterReplyIn, responses=MatterOut)
    def post(self, request: Request, matter_id: int) -> Response:
        """The office's reply; after its day it is taken and marked."""
        return self.act(request, matter_id, MatterReplyIn, usecases.reply)


class MatterReturn(MatterAct):
    @extend_schema(operation_id="matters_return", request=MatterReturnIn, responses=MatterOut)
    def post(self, request: Request, matter_id: int) -> Response:
        """Back to the office with a reason and a new day."""
        return self.act(request, matter_id, MatterReturnIn, usecases.return_)


class MatterClosing(MatterAct):
    @extend_schema(operation_id="matters_close", request=MatterCloseIn, responses=MatterOut)
    def post(self, request: Request, matter_id: int) -> Response:
        """The reply does."""
        return self.act(request, matter_id, MatterCloseIn, usecases.close)


class MatterWithdrawal(MatterAct):
    @extend_schema(operation_id="matters_withdraw", request=MatterReasonIn, responses=MatterOut)
    def post(self, request: Request, matter_id: int) -> Response:
        """It should not have been assigned."""
        return self.act(request, matter_id, MatterReasonIn, usecases.withdraw)


class MatterDeduction(MatterAct):
    @extend_schema(operation_id="matters_deduct", request=MatterDeductIn, responses=MatterOut)
    def post(self, request: Request, matter_id: int) -> Response:
        """Points off for a missed day, once."""
        return self.act(request, matter_id, MatterDeductIn, usecases.deduct)


class MatterSparing(MatterAct):
    @extend_schema(operation_id="matters_spare", request=MatterReasonIn, responses=MatterOut)
    def post(self, request: Request, matter_id: int) -> Response:
        """No points off for a missed day, with the reason."""
        return self.act(request, matter_id, MatterReasonIn, usecases.spare)


MATTER = "matters/<int:matter_id>/"
urlpatterns = [
    path("matters/", Matters.as_view(), name="matters"),
    path(MATTER, MatterResource.as_view(), name="matter"),
    path(f"{MATTER}reply/", MatterReply.as_view(), name="matter-reply"),
    path(f"{MATTER}return/", MatterReturn.as_view(), name="matter-return"),
    path(f"{MATTER}closing/", MatterClosing.as_view(), name="matter-closing"),
    path(f"{MATTER}withdrawal/", MatterWithdrawal.as_view(), name="matter-withdrawal"),
    path(f"{MATTER}deduction/", MatterDeduction.as_view(), name="matter-deduction"),
    path(f"{MATTER}sparing/", MatterSparing.as_view(), name="matter-sparing"),
]
