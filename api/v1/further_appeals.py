"""Further appeals (再申诉) to the committee against decisions about objections."""

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
from api.v1.decision_documents import DecisionDocumentDetailOut
from api.v1.verification_shapes import FACT
from appraisal.ledger.models import FurtherAppeal
from appraisal.ledger.selectors import decisions
from appraisal.ledger.selectors import further as selectors
from appraisal.ledger.usecases import decisions as document_usecases
from appraisal.ledger.usecases import further as usecases
from core.workdays import Derivation


class FurtherAppealOut(serializers.ModelSerializer):
    """A further appeal and, once it is decided, what the committee decided."""

    objection_id = serializers.IntegerField()
    office = serializers.CharField(source="office.schema_name")
    evidence = serializers.ListField(child=serializers.DictField())
    due_derivation = serializers.SerializerMethodField()
    refusals = serializers.SerializerMethodField(help_text="action → reason why not, or null when allowed")

    class Meta:
        model = FurtherAppeal
        fields = (
            "id", "objection_id", "office", "grounds", "evidence", "filed_by_name", "filed_at", "due_on",
            "due_derivation", "state", "met_on", "minutes", "decision", "decided_by_name", "decided_at", "refusals",
        )  # fmt: skip

    def get_due_derivation(self, row: FurtherAppeal) -> str:
        return str(Derivation.of(row.derivation))

    def get_refusals(self, row: FurtherAppeal) -> dict[str, str | None]:
        actor = self.context["actor"]
        decide = selectors.decide_refusal(actor, row, on=timezone.localdate())
        return {"decide": decide, "issue_decision": decisions.further_refusal(actor, row)}


class FurtherAppealIn(serializers.Serializer):
    grounds = serializers.CharField(max_length=2000)
    evidence = serializers.ListField(child=serializers.UUIDField(), default=list, max_length=20)


class FurtherDecisionIn(serializers.Serializer):
    """upheld: with fact, points_off or both (neither is needed where a false claim makes the line 0); rejected: with
    neither. Of a bonus, deduction or veto: with points, or without to strike it.
    """

    upheld = serializers.BooleanField()
    met_on = serializers.DateField(help_text="day of the committee's meeting")
    minutes = serializers.CharField(max_length=60, help_text="number of the committee's minutes")
    decision = serializers.CharField(max_length=2000)
    fact = serializers.DictField(allow_null=True, default=None, help_text=FACT)
    points_off = serializers.DecimalField(max_digits=7, decimal_places=4, min_value=0, allow_null=True, default=None)
    points = serializers.DecimalField(
        max_digits=6, decimal_places=4, min_value=0, allow_null=True, default=None,
        help_text="what an objected item counts from now on",
    )  # fmt: skip


def _out(actor: Any, appeal_id: int, status: int = 200) -> Response:
    row = selectors.get_appeal(actor, appeal_id)
    return Response(FurtherAppealOut(row, context={"actor": actor}).data, status=status)


class FurtherAppeals(IdempotentMixin, APIView):
    """POST files one."""

    @extend_schema(operation_id="further_appeals_file", request=FurtherAppealIn, responses={201: FurtherAppealOut})
    def post(self, request: Request, objection_id: int) -> Response:
        """Against the decision about one's objection, once; 409 where it is not decided, too late or has all points."""
        actor, body = actor_of(request), validated(FurtherAppealIn, request.data)
        body["evidence"] = [str(file_id) for file_id in body["evidence"]]
        row = usecases.file_further_appeal(objection_id=objection_id, actor=actor, at=timezone.now(), **body)
        return _out(actor, row.pk, 201)


class FurtherAppealResource(APIView):
    """One further appeal."""

    @extend_schema(operation_id="further_appeals_read", responses=FurtherAppealOut)
    def get(self, request: Request, further_appeal_id: int) -> Response:
        """With what the committee decided."""
        return _out(actor_of(request), further_appeal_id)


class FurtherDecision(IdempotentMixin, APIView):
    """POST enters it, once."""

    @extend_schema(operation_id="further_appeals_decide", request=FurtherDecisionIn, responses=FurtherAppealOut)
    def post(self, request: Request, further_appeal_id: int) -> Response:
        """Final; upheld with a correction that a new run scores, or rejected."""
        actor, body = actor_of(request), validated(FurtherDecisionIn, request.data)
        usecases.decide_further_appeal(appeal_id=further_appeal_id, actor=actor, at=timezone.now(), **body)
        return _out(actor, further_appeal_id)


class FurtherDecisionIssuing(IdempotentMixin, APIView):
    """POST issues the document."""

    @extend_schema(operation_id="further_decisions_issue", request=None, responses={201: DecisionDocumentDetailOut})
    def post(self, request: Request, further_appeal_id: int) -> Response:
        """Of the committee's decision, once."""
        row = document_usecases.issue_further_decision(
            appeal_id=further_appeal_id, actor=actor_of(request), at=timezone.now()
        )
        return Response(DecisionDocumentDetailOut(row).data, status=201)


APPEAL = "further-appeals/<int:further_appeal_id>/"
urlpatterns = [
    path("objections/<int:objection_id>/further-appeal/", FurtherAppeals.as_view(), name="further-appeal-file"),
    path(APPEAL, FurtherAppealResource.as_view(), name="further-appeal"),
    path(f"{APPEAL}decision/", FurtherDecision.as_view(), name="further-appeal-decision"),
    path(f"{APPEAL}document/", FurtherDecisionIssuing.as_view(), name="further-decision-issue"),
]
