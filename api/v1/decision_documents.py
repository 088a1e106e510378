"""Documents of decisions about objections (复核决定书): issued by the bureau, read and downloaded by the office too."""

from django.http import HttpResponse
from django.urls import path
from django.utils import timezone
from drf_spectacular.types import OpenApiTypes
from drf_spectacular.utils import OpenApiResponse, extend_schema
from rest_framework import serializers
from rest_framework.request import Request
from rest_framework.response import Response
from rest_framework.views import APIView

from api.asked import actor_of
from api.idempotency import IdempotentMixin
from appraisal.ledger.models import DecisionDocument
from appraisal.ledger.selectors import decision_papers
from appraisal.ledger.selectors import decisions as selectors
from appraisal.ledger.usecases import decisions as usecases
from core import serving
from core.documents import MEDIA, Kind


class DecisionDocumentOut(serializers.ModelSerializer):
    """A document as it was issued, without what it says."""

    objection_id = serializers.IntegerField()

    class Meta:
        model = DecisionDocument
        fields = ("id", "objection_id", "stage", "number", "content_sha256", "issued_by_name", "issued_at")


class DecisionDocumentDetailOut(DecisionDocumentOut):
    """With its content, anlan.decision/1: what the paper is made of, figures as text."""

    content = serializers.DictField()

    class Meta(DecisionDocumentOut.Meta):
        fields = (*DecisionDocumentOut.Meta.fields, "content")


class DecisionIssuing(IdempotentMixin, APIView):
    """POST issues it."""

    @extend_schema(operation_id="decisions_issue", request=None, responses={201: DecisionDocumentDetailOut})
    def post(self, request: Request, objection_id: int) -> Response:
        """Once the objection is decided, once; points after the decision are those of a run published by then."""
        row = usecases.issue_decision(objection_id=objection_id, actor=actor_of(request), at=timezone.now())
        return Response(DecisionDocumentDetailOut(row).data, status=201)


class DecisionDocumentResource(APIView):
    """One document."""

    @extend_schema(operation_id="decisions_retrieve", responses=DecisionDocumentDetailOut)
    def get(self, request: Request, decision_document_id: int) -> Response:
        """As it was issued."""
        return Response(DecisionDocumentDetailOut(selectors.get_document(actor_of(request), decision_document_id)).data)


class DecisionPaper(APIView):
    """The decision as an official document."""

    kind: Kind = "docx"

    def given(self, request: Request, decision_document_id: int) -> HttpResponse:
        row = selectors.get_document(actor_of(request), decision_document_id)
        return serving.document_response(decision_papers.paper_of(row), self.kind, decision_papers.name_of(row))


class DecisionDocx(DecisionPaper):
    """The Word file."""

    @extend_schema(
        operation_id="decisions_docx",
        responses={(200, MEDIA["docx"]): OpenApiResponse(OpenApiTypes.BINARY, "After GB/T 9704-2012.")},
    )
    def get(self, request: Request, decision_document_id: int) -> HttpResponse:
        """After GB/T 9704-2012; the same bytes whenever it is asked for."""
        return self.given(request, decision_document_id)


class DecisionPdf(DecisionPaper):
    """The PDF."""

    kind = "pdf"

    @extend_schema(
        operation_id="decisions_pdf",
        responses={(200, MEDIA["pdf"]): OpenApiResponse(OpenApiTypes.BINARY, "PDF/A-2u with its fonts.")},
    )
    def get(self, request: Request, decision_document_id: int) -> HttpResponse:
        """PDF/A-2u; refused (422) where no font of the server shows a character of it."""
        return self.given(request, decision_document_id)


DOCUMENT = "decision-documents/<int:decision_document_id>/"
urlpatterns = [
    path("objections/<int:objection_id>/document/", DecisionIssuing.as_view(), name="decision-issue"),
    path(DOCUMENT, DecisionDocumentResource.as_view(), name="decision-document"),
    path(f"{DOCUMENT}docx/", DecisionDocx.as_view(), name="decision-docx"),
    path(f"{DOCUMENT}pdf/", DecisionPdf.as_view(), name="decision-pdf"),
]
