"""Ties that keep a person of the bureau from judging an office."""

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
from appraisal.ledger.models import Tie
from appraisal.ledger.policies import ties as policies
from appraisal.ledger.selectors import avoidance as selectors
from appraisal.ledger.usecases import ties as usecases


class TieOut(serializers.ModelSerializer):
    """A declared tie. Never edited: it is ended with a reason."""

    person = serializers.CharField(source="person.name")
    office = serializers.CharField(source="office.schema_name")
    refusals = serializers.SerializerMethodField(help_text="action → reason why not, or null when allowed")

    class Meta:
        model = Tie
        fields = (
            "id", "person_id", "person", "office", "kind", "served_until", "note", "declared_by_name", "declared_at",
            "ended_at", "ended_by_name", "end_reason", "refusals",
        )  # fmt: skip

    def get_refusals(self, row: Tie) -> dict[str, str | None]:
        return {"end": policies.end.reason(self.context["actor"], row)}


class TieIn(serializers.Serializer):
    """served_until: for SERVED and no other."""

    person_id = serializers.IntegerField(min_value=1, max_value=LARGEST)
    office_id = serializers.IntegerField(min_value=1, max_value=LARGEST)
    kind = serializers.ChoiceField(choices=Tie.Kind.choices)
    served_until = serializers.DateField(allow_null=True, default=None)
    note = serializers.CharField(max_length=200, allow_blank=True, default="")


class TieEndIn(serializers.Serializer):
    reason = serializers.CharField(max_length=200)


class Ties(IdempotentMixin, APIView):
    """One's own ties, for the administrator everybody's."""

    pagination_class = Pages

    @extend_schema(operation_id="ties_list", responses=TieOut(many=True))
    def get(self, request: Request) -> Response:
        """Newest first, the ended ones as well."""
        actor, pages = actor_of(request), Pages()
        policies.see(actor)
        page = pages.paginate_queryset(selectors.ties_for(actor), request, view=self)
        return pages.get_paginated_response(TieOut(page, many=True, context={"actor": actor}).data)

    @extend_schema(operation_id="ties_declare", request=TieIn, responses={201: TieOut})
    def post(self, request: Request) -> Response:
        """From now on the person neither verifies the office's values nor is drawn to inspect it."""
        actor = actor_of(request)
        row = usecases.declare_tie(actor=actor, at=timezone.now(), **validated(TieIn, request.data))
        return Response(TieOut(row, context={"actor": actor}).data, status=201)


class TieEnd(IdempotentMixin, APIView):
    """POST ends a tie."""

    @extend_schema(operation_id="ties_end", request=TieEndIn, responses=TieOut)
    def post(self, request: Request, tie_id: int) -> Response:
        """It stays in the record."""
        actor = actor_of(request)
        row = usecases.end_tie(tie_id=tie_id, actor=actor, at=timezone.now(), **validated(TieEndIn, request.data))
        return Response(TieOut(row, context={"actor": actor}).data)


urlpatterns = [
    path("ties/", Ties.as_view(), name="ties"),
    path("ties/<int:tie_id>/end/", TieEnd.as_view(), name="tie-end"),
]
