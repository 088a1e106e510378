"""Statements of deductions (扣分告知书): issued for a published run, received by each office."""

from typing import Any

from django.http import HttpResponse
from django.urls import path
from django.utils import timezone
from drf_spectacular.types import OpenApiTypes
from drf_spectacular.utils import OpenApiResponse, extend_schema
from rest_framework import serializers
from rest_framework.request import Request
from rest_framework.response import Response
from rest_framework.views import APIView

from api.asked import actor_of, validated
from api.idempotency import IdempotentMixin
from api.pagination import Pages
from appraisal.ledger.models import DeductionStatement, StatementReceipt
from appraisal.ledger.selectors import statement_papers
from appraisal.ledger.selectors import statements as selectors
from appraisal.ledger.usecases import statements as usecases
from core import serving
from core.documents import MEDIA, Kind


class StatementQuery(serializers.Serializer):
    """Filters of the list."""

    year = serializers.IntegerField(min_value=2000, max_value=2100, required=False)
    month = serializers.IntegerField(min_value=1, max_value=12, required=False)
    office = serializers.SlugField(max_length=51, required=False, help_text="schema name of the office")
    received = serializers.BooleanField(required=False, allow_null=True, default=None)


class StatementReceiptOut(serializers.ModelSerializer):
    class Meta:
        model = StatementReceipt
        fields = ("received_by_name", "received_by_role", "received_at", "on_time")


class StatementOut(serializers.ModelSerializer):
    """A statement as it was issued. points_off: of all its lines together; receipt: null while nobody received it."""

    year = serializers.IntegerField(source="run.cycle.year")
    month = serializers.IntegerField(source="run.period.month")
    run_id = serializers.IntegerField()
    office = serializers.CharField(source="office.schema_name")
    receipt = StatementReceiptOut(source="received", allow_null=True)
    refusals = serializers.SerializerMethodField(help_text="action → reason why not, or null when allowed")

    class Meta:
        model = DeductionStatement
        fields = (
            "id", "number", "year", "month", "run_id", "office", "points_off", "content_sha256", "receipt_due_on",
            "issued_by_name", "issued_at", "receipt", "refusals",
        )  # fmt: skip

    def get_refusals(self, row: DeductionStatement) -> dict[str, str | None]:
        return {"receive": selectors.receive_refusal(self.context["actor"], row)}


class StatementDetailOut(StatementOut):
    """With its content, anlan.statement/1: what the paper is made of, figures as text."""

    content = serializers.DictField()

    class Meta(StatementOut.Meta):
        fields = (*StatementOut.Meta.fields, "content")


def _out(request: Request, row: DeductionStatement, status: int = 200) -> Response:
    return Response(StatementDetailOut(row, context={"actor": actor_of(request)}).data, status=status)


class Statements(APIView):
    """The bureau's, or the office's own."""

    pagination_class = Pages

    @extend_schema(
        operation_id="statements_list", parameters=[StatementQuery], responses=StatementOut(many=True), tags=["scores"]
    )
    def get(self, request: Request) -> Response:
        """Newest first."""
        actor, pages = actor_of(request), Pages()
        asked = validated(StatementQuery, request.query_params)
        received = asked.pop("received")
        names = {"year": "run__cycle__year", "month": "run__period__month", "office": "office__schema_name"}
        rows = selectors.statements_for(actor).filter(**{names[name]: value for name, value in asked.items()})
        if received is not None:
            rows = rows.filter(receipt__isnull=not received)
        page = pages.paginate_queryset(rows.defer("content"), request, view=self)
        return pages.get_paginated_response(StatementOut(page, many=True, context={"actor": actor}).data)


class StatementsOfRun(IdempotentMixin, APIView):
    """POST issues them."""

    @extend_schema(
        operation_id="statements_issue", request=None, responses={201: StatementOut(many=True)}, tags=["scores"]
    )
    def post(self, request: Request, run_id: int) -> Response:
        """For all offices of a published run at once; 409 where they are issued, or a later run is published."""
        actor: Any = actor_of(request)
        rows = usecases.issue_statements(run_id=run_id, actor=actor, at=timezone.now())
        return Response(StatementOut(rows, many=True, context={"actor": actor}).data, status=201)


class Statement(APIView):
    """One statement."""

    @extend_schema(operation_id="statements_retrieve", responses=StatementDetailOut, tags=["scores"])
    def get(self, request: Request, statement_id: int) -> Response:
        """With every line, its reasons and the opinions of the verifiers."""
        return _out(request, selectors.get_statement(actor_of(request), statement_id))


class StatementReceiving(IdempotentMixin, APIView):
    """POST acknowledges receipt."""

    @extend_schema(
        operation_id="statements_receive", request=None, responses={201: StatementDetailOut}, tags=["scores"]
    )
    def post(self, request: Request, statement_id: int) -> Response:
        """For the own office, once; it is no consent."""
        actor: Any = actor_of(request)
        usecases.receive_statement(statement_id=statement_id, actor=actor, at=timezone.now())
        return _out(request, selectors.get_statement(actor, statement_id), 201)


class StatementDocument(APIView):
    """The statement as an official document."""

    kind: Kind = "docx"

    def given(self, request: Request, statement_id: int) -> HttpResponse:
        row = selectors.get_statement(actor_of(request), statement_id)
        paper = statement_papers.paper_of(row)
        return serving.document_response(paper, self.kind, statement_papers.name_of(row))


class StatementDocx(StatementDocument):
    """The Word file."""

    @extend_schema(
        operation_id="statements_docx", tags=["scores"],
        responses={(200, MEDIA["docx"]): OpenApiResponse(OpenApiTypes.BINARY, "After GB/T 9704-2012.")},
    )  # fmt: skip
    def get(self, request: Request, statement_id: int) -> HttpResponse:
        """After GB/T 9704-2012; the same bytes whenever it is asked for."""
        return self.given(request, statement_id)


class StatementPdf(StatementDocument):
    """The PDF."""

    kind = "pdf"

    @extend_schema(
        operation_id="statements_pdf", tags=["scores"],
        responses={(200, MEDIA["pdf"]): OpenApiResponse(OpenApiTypes.BINARY, "PDF/A-2u with its fonts.")},
    )  # fmt: skip
    def get(self, request: Request, statement_id: int) -> HttpResponse:
        """PDF/A-2u; refused (422) where no font of the server shows a character of it."""
        return self.given(request, statement_id)


STATEMENT = "statements/<int:statement_id>/"
urlpatterns = [
    path("statements/", Statements.as_view(), name="statements"),
    path("runs/<int:run_id>/statements/", StatementsOfRun.as_view(), name="run-statements"),
    path(STATEMENT, Statement.as_view(), name="statement"),
    path(f"{STATEMENT}receipt/", StatementReceiving.as_view(), name="statement-receipt"),
    path(f"{STATEMENT}docx/", StatementDocx.as_view(), name="statement-docx"),
    path(f"{STATEMENT}pdf/", StatementPdf.as_view(), name="statement-pdf"),
]
