"""Objections to published score lines and to listed bonus, deductions and vetoes."""

from datetime import date
from typing import Any

from django.urls import path
from django.utils import timezone
from django.utils.translation import gettext as _
from drf_spectacular.utils import extend_schema, extend_schema_field
from rest_framework import serializers
from rest_framework.request import Request
from rest_framework.response import Response
from rest_framework.views import APIView

from api.asked import actor_of, validated
from api.idempotency import IdempotentMixin
from api.pagination import Pages
from api.v1.decision_documents import DecisionDocumentOut
from api.v1.verification_shapes import FACT, LARGEST
from appraisal.ledger.models import Objection, ScoreAdjustment
from appraisal.ledger.policies import objections as policies
from appraisal.ledger.selectors import decisions, further, panels
from appraisal.ledger.selectors import objections as selectors
from appraisal.ledger.states import ObjectionState
from appraisal.ledger.usecases import objections as usecases
from appraisal.ledger.usecases import panels as panel_usecases


class ObjectionQuery(serializers.Serializer):
    """Filters of the list."""

    state = serializers.ChoiceField(choices=ObjectionState.values, required=False)
    office = serializers.CharField(max_length=63, required=False, help_text="path segment, for example kunming")
    month = serializers.IntegerField(min_value=1, max_value=12, required=False)


class ObjectedItemOut(serializers.ModelSerializer):
    """The bonus, deduction or veto that was objected to, as it was recorded."""

    class Meta:
        model = ScoreAdjustment
        fields = ("kind", "code", "title", "points", "grade_ceiling", "legal_basis", "confirming_unit",
                  "recorded_by_name", "recorded_at", "revoked_at", "revoke_reason")  # fmt: skip


class ObjectionOut(serializers.ModelSerializer):
    """An objection with the line or the item it is about and, once decided, the decision."""

    year = serializers.IntegerField(source="period.cycle.year")
    month = serializers.IntegerField(source="period.month")
    office = serializers.CharField(source="office.schema_name")
    indicator = serializers.CharField(
        source="line.indicator.code", allow_null=True, help_text="null: it is to a bonus, deduction or veto"
    )
    line_id = serializers.IntegerField(allow_null=True)
    adjustment_id = serializers.IntegerField(allow_null=True, help_text="the bonus, deduction or veto; null: to a line")
    item = ObjectedItemOut(source="adjustment", allow_null=True)
    run_id = serializers.IntegerField(source="scorecard.run_id")
    score = serializers.DecimalField(source="line.score", max_digits=8, decimal_places=4, allow_null=True)
    evidence = serializers.ListField(child=serializers.DictField())
    refusals = serializers.SerializerMethodField(help_text="action → reason why not, or null when allowed")

    class Meta:
        model = Objection
        fields = (
            "id", "year", "month", "office", "indicator", "line_id", "adjustment_id", "item", "run_id", "score",
            "state", "grounds", "evidence", "filed_by_name", "filed_at", "answer_due_on", "decision", "decided_by_name",
            "decided_at", "heard_on", "minutes", "refusals",
        )  # fmt: skip

    def get_refusals(self, row: Objection) -> dict[str, str | None]:
        if "decide" not in self.context:  # one query for all of a page
            self.context["decide"] = self._refusals(row)
        return {"decide": self.context["decide"][row.pk]}

    def _refusals(self, row: Objection) -> dict[int, str | None]:
        page = self.parent.instance if isinstance(self.parent, serializers.ListSerializer) else None
        return selectors.decide_refusals(self.context["actor"], list(page or [row]), on=timezone.localdate())


class PanelMemberOut(serializers.Serializer):
    """One on the panel; uphold and words once everybody has voted, for the bureau alone."""

    name = serializers.CharField()
    voted = serializers.BooleanField()
    uphold = serializers.BooleanField(allow_null=True)
    words = serializers.CharField(allow_blank=True)


class ObjectionDetailOut(ObjectionOut):
    """With how the day of the answer came about, its panel, and the documents of what was decided."""

    due_derivation = serializers.SerializerMethodField()
    panel = serializers.SerializerMethodField()
    documents = serializers.SerializerMethodField()
    further_appeal_id = serializers.SerializerMethodField()
    further_appeal_until = serializers.SerializerMethodField()

    class Meta(ObjectionOut.Meta):
        fields = (*ObjectionOut.Meta.fields, "due_derivation", "panel", "documents", "further_appeal_id",
                  "further_appeal_until")  # fmt: skip

    def get_refusals(self, row: Objection) -> dict[str, str | None]:
        acts = panels.refusals(self.context["actor"], row, on=timezone.localdate())
        actor = self.context["actor"]
        issue = {
            "issue_decision": decisions.issue_refusal(actor, row),
            "further_appeal": further.filing_of(actor, row, on=timezone.localdate()).refusal,
        }
        return super().get_refusals(row) | {f"panel_{act}": why for act, why in acts.items()} | issue

    @extend_schema_field(PanelMemberOut(many=True))
    def get_panel(self, row: Objection) -> list[dict[str, Any]]:
        members = panels.panel_of(self.context["actor"], row).members
        return [dict(each) for each in PanelMemberOut(members, many=True).data]

    def get_further_appeal_id(self, row: Objection) -> int | None:
        appeal = further.appeal_of(row)
        return appeal.pk if appeal else None

    def get_further_appeal_until(self, row: Objection) -> date | None:
        """The last day, inclusive, to appeal against the decision; null while there is none."""
        return further.filing_of(self.context["actor"], row, on=timezone.localdate()).last_day

    @extend_schema_field(DecisionDocumentOut(many=True))
    def get_documents(self, row: Objection) -> list[dict[str, Any]]:
        issued = decisions.documents_of([row]).get(row.pk, {})
        return [dict(each) for each in DecisionDocumentOut(issued.values(), many=True).data]

    def get_due_derivation(self, row: Objection) -> str:
        return str(selectors.due_derivation(row) or "")


class ObjectionIn(serializers.Serializer):
    """To a line of the card, or to a bonus, deduction or veto listed on it: one of the two ids."""

    line_id = serializers.IntegerField(min_value=1, max_value=LARGEST, allow_null=True, default=None)
    adjustment_id = serializers.IntegerField(min_value=1, max_value=LARGEST, allow_null=True, default=None)
    grounds = serializers.CharField(max_length=2000)
    evidence = serializers.ListField(child=serializers.UUIDField(), default=list, max_length=20)

    def validate(self, attrs: dict[str, Any]) -> dict[str, Any]:
        if (attrs["line_id"] is None) == (attrs["adjustment_id"] is None):
            raise serializers.ValidationError({"line_id": [_("请写明 line_id 或 adjustment_id 中的一个。")]})
        return attrs


class ObjectionDecisionIn(serializers.Serializer):
    """upheld: with fact, points_off or both (neither is needed where a false claim makes the line 0); rejected: with
    neither. Of a bonus, deduction or veto: with points, or without to strike it.
    """

    upheld = serializers.BooleanField(help_text="as the majority of the panel voted")
    heard_on = serializers.DateField(help_text="day of the panel's hearing")
    minutes = serializers.CharField(max_length=60, help_text="number of the panel's minutes")
    decision = serializers.CharField(max_length=2000)
    fact = serializers.DictField(allow_null=True, default=None, help_text=FACT)
    points_off = serializers.DecimalField(max_digits=7, decimal_places=4, min_value=0, allow_null=True, default=None)
    points = serializers.DecimalField(
        max_digits=6, decimal_places=4, min_value=0, allow_null=True, default=None,
        help_text="what an objected item counts from now on",
    )  # fmt: skip


class PanelIn(serializers.Serializer):
    """An odd number of people of the bureau without a conflict of interest."""

    members = serializers.ListField(
        child=serializers.IntegerField(min_value=1, max_value=LARGEST), min_length=1, max_length=21
    )


class ReplacementIn(serializers.Serializer):
    """Who leaves the panel before they voted, and who comes instead."""

    leaving = serializers.IntegerField(min_value=1, max_value=LARGEST)
    person_id = serializers.IntegerField(min_value=1, max_value=LARGEST)
    reason = serializers.CharField(max_length=200)


class VoteIn(serializers.Serializer):
    uphold = serializers.BooleanField()
    words = serializers.CharField(max_length=2000)


class Objections(IdempotentMixin, APIView):
    """The bureau's queue, or the office's own objections."""

    pagination_class = Pages

    @extend_schema(operation_id="objections_list", parameters=[ObjectionQuery], responses=ObjectionOut(many=True))
    def get(self, request: Request) -> Response:
        """By the day their answer is due."""
        actor, pages = actor_of(request), Pages()
        policies.see(actor)
        asked = validated(ObjectionQuery, request.query_params)
        names = {"state": "state", "office": "office__schema_name", "month": "period__month"}
        rows = selectors.objections_for(actor).filter(**{names[name]: value for name, value in asked.items()})
        page = pages.paginate_queryset(rows.order_by("answer_due_on", "pk"), request, view=self)
        return pages.get_paginated_response(ObjectionOut(page, many=True, context={"actor": actor}).data)

    @extend_schema(operation_id="objections_file", request=ObjectionIn, responses={201: ObjectionDetailOut})
    def post(self, request: Request) -> Response:
        """Object to a line of the own published card, once per indicator and month, or to an item on it, once."""
        actor = actor_of(request)
        body = validated(ObjectionIn, request.data)
        body["evidence"] = [str(file_id) for file_id in body["evidence"]]
        line_id, adjustment_id = body.pop("line_id"), body.pop("adjustment_id")
        if line_id is None:
            row = usecases.file_item_objection(adjustment_id=adjustment_id, actor=actor, at=timezone.now(), **body)
        else:
            row = usecases.file_objection(line_id=line_id, actor=actor, at=timezone.now(), **body)
        return Response(ObjectionDetailOut(row, context={"actor": actor}).data, status=201)


class ObjectionResource(APIView):
    @extend_schema(operation_id="objections_read", responses=ObjectionDetailOut)
    def get(self, request: Request, objection_id: int) -> Response:
        """One objection."""
        actor = actor_of(request)
        row = selectors.get_objection(actor, objection_id)
        return Response(ObjectionDetailOut(row, context={"actor": actor}).data)


class ObjectionDecision(IdempotentMixin, APIView):
    """POST decides, once."""

    @extend_schema(operation_id="objections_decide", request=ObjectionDecisionIn, responses=ObjectionDetailOut)
    def post(self, request: Request, objection_id: int) -> Response:
        """Uphold with a correction, or reject; the published run stays, a new run scores the correction."""
        actor = actor_of(request)
        row = usecases.decide_objection(
            objection_id=objection_id, actor=actor, at=timezone.now(), **validated(ObjectionDecisionIn, request.data)
        )
        return Response(ObjectionDetailOut(row, context={"actor": actor}).data)


class ObjectionPanel(IdempotentMixin, APIView):
    @extend_schema(operation_id="objections_name_panel", request=PanelIn, responses=ObjectionDetailOut)
    def post(self, request: Request, objection_id: int) -> Response:
        """Name the panel that hears it, once."""
        actor = actor_of(request)
        body = validated(PanelIn, request.data)
        row = panel_usecases.name_panel(objection_id=objection_id, actor=actor, at=timezone.now(), **body)
        return Response(ObjectionDetailOut(row, context={"actor": actor}).data)


class PanelReplacement(IdempotentMixin, APIView):
    @extend_schema(operation_id="objections_replace_panelist", request=ReplacementIn, responses=ObjectionDetailOut)
    def post(self, request: Request, objection_id: int) -> Response:
        """Put somebody else in the place of a member who has not voted."""
        actor = actor_of(request)
        body = validated(ReplacementIn, request.data)
        row = panel_usecases.replace_member(objection_id=objection_id, actor=actor, at=timezone.now(), **body)
        return Response(ObjectionDetailOut(row, context={"actor": actor}).data)


class PanelVoting(IdempotentMixin, APIView):
    @extend_schema(operation_id="objections_vote", request=VoteIn, responses=ObjectionDetailOut)
    def post(self, request: Request, objection_id: int) -> Response:
        """Vote as a member of the panel, once."""
        actor = actor_of(request)
        body = validated(VoteIn, request.data)
        row = panel_usecases.vote(objection_id=objection_id, actor=actor, at=timezone.now(), **body)
        return Response(ObjectionDetailOut(row, context={"actor": actor}).data)


urlpatterns = [
    path("objections/", Objections.as_view(), name="objections"),
    path("objections/<int:objection_id>/", ObjectionResource.as_view(), name="objection"),
    path("objections/<int:objection_id>/panel/", ObjectionPanel.as_view(), name="objection-panel"),
    path("objections/<int:objection_id>/panel/replacement/", PanelReplacement.as_view(), name="panel-replacement"),
    path("objections/<int:objection_id>/vote/", PanelVoting.as_view(), name="panel-vote"),
    path("objections/<int:objection_id>/decision/", ObjectionDecision.as_view(), name="objection-decision"),
]
