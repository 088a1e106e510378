"""Targets agreed on in two rounds (两上两下)."""

from typing import Any

from django.urls import path
from django.utils import timezone
from drf_spectacular.utils import extend_schema, extend_schema_field
from rest_framework import serializers
from rest_framework.request import Request
from rest_framework.response import Response
from rest_framework.views import APIView

from api.asked import actor_of, given, listed, validated
from api.idempotency import IdempotentMixin
from api.pagination import Pages
from api.v1.letters_shapes import MOST, LetterOfficeOut
from appraisal.ledger.models import Consultation, ConsultedFigure
from appraisal.ledger.selectors import consultations as selectors
from appraisal.ledger.usecases import consultations as usecases


class ConsultationQuery(serializers.Serializer):
    year = serializers.IntegerField(min_value=2000, max_value=2100, required=False)
    state = serializers.ChoiceField(choices=Consultation.State.choices, required=False)

    def filters(self) -> dict[str, Any]:
        return {{"year": "cycle__year"}.get(name, name): value for name, value in self.validated_data.items()}


class ConsultationOut(serializers.ModelSerializer):
    """due_on: the last day of the step that is awaited; each step: when it was sent, whether late, its note."""

    office = LetterOfficeOut()
    year = serializers.IntegerField(source="cycle.year")

    class Meta:
        model = Consultation
        fields = (
            "id", "cycle", "year", "office", "state", "due_on", "lock_version",
            *(f"{step}_{what}" for step in selectors.STEPS for what in ("at", "late", "note")),
        )  # fmt: skip


class ConsultedFigureOut(serializers.ModelSerializer):
    code = serializers.CharField(source="indicator.code")
    name = serializers.CharField(source="indicator.name")
    unit = serializers.CharField(source="indicator.unit")
    differing = serializers.SerializerMethodField(help_text="steps that differ from the step before")

    class Meta:
        model = ConsultedFigure
        fields = (
            "code", "name", "unit", "last_year", "last_year_recorded", "differing",
            *selectors.STEPS, *(f"{step}_reason" for step in selectors.STEPS),
        )  # fmt: skip

    def get_differing(self, row: ConsultedFigure) -> list[str]:
        return [step for step in selectors.STEPS if step in row.differing]  # type: ignore[attr-defined]


class ConsultationRefusals(serializers.Serializer):
    """The sentence why not, or null when it is allowed."""

    send = serializers.CharField(allow_null=True)


class ConsultationDetailOut(ConsultationOut):
    figures = serializers.SerializerMethodField()
    refusals = serializers.SerializerMethodField()

    class Meta(ConsultationOut.Meta):
        fields = (*ConsultationOut.Meta.fields, "figures", "refusals")

    @extend_schema_field(ConsultedFigureOut(many=True))
    def get_figures(self, consultation: Consultation) -> Any:
        return ConsultedFigureOut(selectors.figures(consultation), many=True).data

    def get_refusals(self, consultation: Consultation) -> ConsultationRefusals:
        return selectors.refusals(self.context["actor"], consultation)  # type: ignore[return-value]


class ProposedIn(serializers.Serializer):
    code = serializers.CharField(max_length=10)
    figure = serializers.CharField(
        max_length=30, allow_null=True, allow_blank=True, default=None, help_text="a decimal, at most four places"
    )
    reason = serializers.CharField(max_length=200, allow_blank=True, default="", help_text="needed without a figure")
    last_year = serializers.CharField(
        max_length=30, allow_null=True, allow_blank=True, default=None, help_text="with the first step, unrecorded only"
    )


class FiguresIn(serializers.Serializer):
    lock_version = serializers.IntegerField(
        min_value=0, max_value=MOST, help_text="as last read; 409 when the other side was faster"
    )
    rows = ProposedIn(many=True, max_length=500, help_text="every indicator once")
    note = serializers.CharField(max_length=500, allow_blank=True, default="")


class Consultations(APIView):
    """Consultations the caller may see."""

    pagination_class = Pages

    @extend_schema(
        operation_id="consultations_list", parameters=[ConsultationQuery], responses=ConsultationOut(many=True)
    )
    def get(self, request: Request) -> Response:
        """The bureau's all; an office its own."""
        query = given(ConsultationQuery, request.query_params)
        rows = selectors.consultations_for(actor_of(request)).filter(**query.filters())
        return listed(request, self, rows, ConsultationOut)


class CycleConsultations(IdempotentMixin, APIView):
    """POST asks the offices."""

    pagination_class = Pages

    @extend_schema(operation_id="consultations_open", request=None, responses={201: ConsultationOut(many=True)})
    def post(self, request: Request, cycle_id: int) -> Response:
        """Ask every participant that was not asked yet; letters that are missing are drafted."""
        actor = actor_of(request)
        usecases.open_consultations(cycle_id=cycle_id, actor=actor, at=timezone.now())
        rows = selectors.consultations_for(actor).filter(cycle_id=cycle_id)
        return listed(request, self, rows, ConsultationOut, status=201)


class ConsultationDetail(APIView):
    """One office's consultation."""

    @extend_schema(operation_id="consultations_retrieve", responses=ConsultationDetailOut)
    def get(self, request: Request, consultation_id: int) -> Response:
        """Every indicator with last year's actual and the figures of all steps."""
        actor = actor_of(request)
        found = selectors.get_consultation(actor, consultation_id)
        return Response(ConsultationDetailOut(found, context={"actor": actor}).data)


class ConsultationFigures(IdempotentMixin, APIView):
    """POST sends a step."""

    @extend_schema(operation_id="consultations_send", request=FiguresIn, responses=ConsultationDetailOut)
    def post(self, request: Request, consultation_id: int) -> Response:
        """The step whose turn it is: the office's proposal, the bureau's control numbers, or the final targets."""
        body, actor = validated(FiguresIn, request.data), actor_of(request)
        rows = [usecases.Proposed(**row) for row in body.pop("rows")]
        done = usecases.send_figures(consultation_id=consultation_id, rows=rows, actor=actor, at=timezone.now(), **body)
        return Response(ConsultationDetailOut(done, context={"actor": actor}).data)


urlpatterns = [
    path("consultations/", Consultations.as_view(), name="consultations"),
    path("cycles/<int:cycle_id>/consultations/", CycleConsultations.as_view(), name="cycle-consultations"),
    path("consultations/<int:consultation_id>/", ConsultationDetail.as_view(), name="consultation"),
    path("consultations/<int:consultation_id>/figures/", ConsultationFigures.as_view(), name="consultation-figures"),
]
