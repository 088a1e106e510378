"""Forms of the bureau's own for the circular and the summary table."""

from django.http import HttpResponse
from django.urls import path
from django.utils import timezone
from drf_spectacular.types import OpenApiTypes
from drf_spectacular.utils import OpenApiResponse, extend_schema
from rest_framework import serializers
from rest_framework.parsers import MultiPartParser
from rest_framework.request import Request
from rest_framework.response import Response
from rest_framework.views import APIView

from api.asked import actor_of, validated
from api.idempotency import IdempotentMixin
from api.pagination import Pages
from appraisal.results.models import PaperForm
from appraisal.results.policies import paper_forms as policies
from appraisal.results.selectors import paper_forms as selectors
from appraisal.results.usecases import paper_forms as usecases
from appraisal.results.views.paper_forms import given_sample

TAGS = ["results"]


class PaperFormOut(serializers.ModelSerializer):
    """A form. file_id: its file, to be read at `files/`; places: what is filled in it."""

    file_name = serializers.CharField(source="file.name")
    sha256 = serializers.CharField(source="file.sha256")
    file_id = serializers.UUIDField()
    places = serializers.ListField(child=serializers.CharField())
    refusals = serializers.SerializerMethodField(help_text="action → reason why not, or null when allowed")

    class Meta:
        model = PaperForm
        fields = (
            "id", "kind", "number", "file_id", "file_name", "sha256", "places", "state", "filed_by_name", "filed_at",
            "ended_by_name", "ended_at", "refusals",
        )  # fmt: skip

    def get_refusals(self, form: PaperForm) -> dict[str, str | None]:
        return {"end": policies.end.reason(self.context["actor"], form)}


class PaperFormIn(serializers.Serializer):
    kind = serializers.ChoiceField(choices=PaperForm.Kind.choices)
    file = serializers.FileField(help_text="docx for a circular, xlsx for a summary, with the sample's places")


class PaperForms(IdempotentMixin, APIView):
    """The province's forms."""

    pagination_class = Pages
    parser_classes = [MultiPartParser]

    @extend_schema(operation_id="paper_forms_list", responses=PaperFormOut(many=True), tags=TAGS)
    def get(self, request: Request) -> Response:
        """By kind, the newest first."""
        actor, pages = actor_of(request), Pages()
        page = pages.paginate_queryset(selectors.forms_for(actor), request, view=self)
        return pages.get_paginated_response(PaperFormOut(page, many=True, context={"actor": actor}).data)

    @extend_schema(
        operation_id="paper_forms_file", request={"multipart/form-data": PaperFormIn}, responses={201: PaperFormOut},
        tags=TAGS,
    )  # fmt: skip
    def post(self, request: Request) -> Response:
        """Draw this paper with it from now on; a locked result keeps the form of that moment."""
        actor = actor_of(request)
        policies.file(actor)  # before any byte
        body = validated(PaperFormIn, request.data)
        form = usecases.file_form(kind=body["kind"], upload=body["file"], actor=actor, at=timezone.now())
        return Response(PaperFormOut(form, context={"actor": actor}).data, status=201)


class PaperFormEnd(IdempotentMixin, APIView):
    @extend_schema(operation_id="paper_forms_end", request=None, responses=PaperFormOut, tags=TAGS)
    def post(self, request: Request, paper_form_id: int) -> Response:
        """Back to the standard's form."""
        actor = actor_of(request)
        form = usecases.end_form(form_id=paper_form_id, actor=actor, at=timezone.now())
        return Response(PaperFormOut(form, context={"actor": actor}).data)


class PaperFormSample(APIView):
    @extend_schema(
        operation_id="paper_forms_sample", tags=TAGS,
        responses={(200, "application/octet-stream"): OpenApiResponse(OpenApiTypes.BINARY, "docx or xlsx")},
    )  # fmt: skip
    def get(self, request: Request, paper_kind: str) -> HttpResponse:
        """A form to start from, with the places that people use. paper_kind: CIRCULAR or SUMMARY."""
        return given_sample(actor_of(request), paper_kind)


urlpatterns = [
    path("paper-forms/", PaperForms.as_view(), name="paper-forms"),
    path("paper-forms/samples/<str:paper_kind>/", PaperFormSample.as_view(), name="paper-form-sample"),
    path("paper-forms/<int:paper_form_id>/end/", PaperFormEnd.as_view(), name="paper-form-end"),
]
