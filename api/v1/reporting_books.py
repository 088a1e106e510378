"""The month by spreadsheet: download, upload, hold against the portal, write."""

from typing import Any

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

from api.asked import actor_of
from api.errors import CONTENT_TYPE, ProblemOut
from api.idempotency import IdempotentMixin
from api.pagination import Pages
from appraisal.ledger.selectors import reports as ledger
from appraisal.reporting import policies, usecases
from appraisal.reporting.models import Book
from appraisal.reporting.selectors import book as selectors
from appraisal.reporting.selectors import sheet as sheets
from appraisal.reporting.views.book import spreadsheet
from core.files import TYPES

VERDICTS = ["CONFLICT", "WRONG", "TAKE", "SAME"]


class SheetIn(serializers.Serializer):
    file = serializers.FileField(help_text="xlsx, downloaded here and filled in")


class BookOut(serializers.ModelSerializer):
    """An uploaded sheet. Nothing of it is in the draft before it is written."""

    file_name = serializers.CharField(source="file.name")
    sha256 = serializers.CharField(source="file.sha256")

    class Meta:
        model = Book
        fields = (
            "id", "period_id", "state", "file_name", "sha256", "file_id", "marked_id", "job_id", "downloaded_at",
            "missing", "refusal", "uploaded_by_name", "uploaded_at", "ended_by_name", "ended_at", "written",
        )  # fmt: skip


class BookCellOut(serializers.Serializer):
    """One changed cell. Texts are canonical: decimals as text, days as YYYY-MM-DD."""

    name = serializers.CharField(help_text="under which a conflict is decided: <indicator id>.<field>")
    indicator_id = serializers.IntegerField(source="indicator.pk")
    code = serializers.CharField(source="indicator.code")
    field = serializers.CharField(source="key", help_text="path of the fact, nothing, reason, note or county.<code>")
    label = serializers.CharField(source="place")
    ref = serializers.CharField(help_text="cell of the sheet; '' when the fault is about the whole indicator")
    base = serializers.CharField(help_text="when the sheet was downloaded")
    theirs = serializers.CharField(help_text="in the portal now")
    mine = serializers.CharField(help_text="in the sheet")
    verdict = serializers.ChoiceField(choices=VERDICTS)
    message = serializers.CharField()


class BookDetailOut(BookOut):
    seen = serializers.SerializerMethodField(help_text="to be sent with a decision; '' when there is nothing to decide")
    cells = serializers.SerializerMethodField()

    class Meta(BookOut.Meta):
        fields = (*BookOut.Meta.fields, "seen", "cells")

    def get_seen(self, book: Book) -> str:
        compared = self.context.get("compared")
        return usecases.token_of(compared) if compared else ""

    def get_cells(self, book: Book) -> BookCellOut(many=True):  # type: ignore[valid-type]
        compared = self.context.get("compared")
        return BookCellOut(compared.rows if compared else [], many=True).data


class ChoiceIn(serializers.Serializer):
    name = serializers.CharField(max_length=80, help_text="of a cell in conflict")
    take = serializers.ChoiceField(choices=[usecases.MINE, usecases.THEIRS])


class WriteBookIn(serializers.Serializer):
    seen = serializers.CharField(max_length=64, help_text="of the comparison that was decided about")
    choices = ChoiceIn(many=True, required=False, default=list, help_text="one for every conflict")


def _detail(request: Request, period_id: int, book_id: int) -> dict[str, Any]:
    actor = actor_of(request)
    book = selectors.get_book(actor, period_id, book_id)
    compared = None
    if book.state == Book.State.READY:
        compared = selectors.comparison(actor, sheets.sheet(actor, period_id, on=timezone.localdate()), book)
    return BookDetailOut(book, context={"compared": compared}).data


class Workbook(APIView):
    """The month as a spreadsheet."""

    @extend_schema(
        operation_id="draft_workbook",
        responses={
            (200, TYPES["xlsx"].media_type): OpenApiResponse(OpenApiTypes.BINARY, "The workbook."),
            (409, CONTENT_TYPE): ProblemOut,
        },
    )
    def get(self, request: Request, period_id: int) -> HttpResponse:
        """What this person may fill in now, with what is drafted. 409 when nothing is left to fill in."""
        name, content = selectors.blank(actor_of(request), period_id, at=timezone.now())
        return spreadsheet(name, content)


class Books(IdempotentMixin, APIView):
    """Sheets that came back."""

    parser_classes = [MultiPartParser]
    pagination_class = Pages

    @extend_schema(operation_id="draft_books_list", responses=BookOut(many=True))
    def get(self, request: Request, period_id: int) -> Response:
        """The month's uploads, newest first."""
        actor = actor_of(request)
        ledger.get_period(actor, period_id)
        pages = Pages()
        rows = pages.paginate_queryset(selectors.books_for(actor, period_id), request, view=self)
        return pages.get_paginated_response(BookOut(rows, many=True).data)

    @extend_schema(
        operation_id="draft_books_upload", request={"multipart/form-data": SheetIn}, responses={201: BookDetailOut}
    )
    def post(self, request: Request, period_id: int) -> Response:
        """Take in a sheet and compare it. A large one is read by a job: its state is READING until then."""
        actor = actor_of(request)
        period = ledger.get_period(actor, period_id)
        policies.fill(actor, period, ledger.demands(actor, period).letter, timezone.localdate())  # before any byte
        body = SheetIn(data=request.data)
        body.is_valid(raise_exception=True)
        book = usecases.take_in(period_id=period_id, upload=body.validated_data["file"], actor=actor, at=timezone.now())
        return Response(_detail(request, period_id, book.pk), status=201)


class BookDetail(APIView):
    """One upload."""

    @extend_schema(operation_id="draft_books_retrieve", responses=BookDetailOut)
    def get(self, request: Request, period_id: int, book_id: int) -> Response:
        """Cell by cell what it would change, what is in conflict and what is wrong."""
        return Response(_detail(request, period_id, book_id))


class WriteBook(IdempotentMixin, APIView):
    """POST writes an upload into the draft."""

    @extend_schema(operation_id="draft_books_write", request=WriteBookIn, responses=BookDetailOut)
    def post(self, request: Request, period_id: int, book_id: int) -> Response:
        """What only the sheet changed, and conflicts as decided; 409 when the portal has changed since `seen`."""
        body = WriteBookIn(data=request.data)
        body.is_valid(raise_exception=True)
        usecases.write_book(
            period_id=period_id,
            book_id=book_id,
            choices={each["name"]: each["take"] for each in body.validated_data["choices"]},
            seen=body.validated_data["seen"],
            actor=actor_of(request),
            at=timezone.now(),
        )
        return Response(_detail(request, period_id, book_id))


class DropBook(IdempotentMixin, APIView):
    """POST gives an upload up."""

    @extend_schema(operation_id="draft_books_drop", request=None, responses=BookDetailOut)
    def post(self, request: Request, period_id: int, book_id: int) -> Response:
        """Nothing of it is written."""
        usecases.drop_book(period_id=period_id, book_id=book_id, actor=actor_of(request), at=timezone.now())
        return Response(_detail(request, period_id, book_id))


BOOKS = "periods/<int:period_id>/draft/books/"
urlpatterns = [
    path("periods/<int:period_id>/draft/workbook/", Workbook.as_view(), name="draft-workbook"),
    path(BOOKS, Books.as_view(), name="draft-books"),
    path(f"{BOOKS}<int:book_id>/", BookDetail.as_view(), name="draft-book"),
    path(f"{BOOKS}<int:book_id>/write/", WriteBook.as_view(), name="draft-book-write"),
    path(f"{BOOKS}<int:book_id>/drop/", DropBook.as_view(), name="draft-book-drop"),
]
