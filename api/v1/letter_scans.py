"""Scans of letters that were signed on paper."""

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
from appraisal.ledger.models import LetterScan
from appraisal.ledger.selectors import letter_scans as selectors
from appraisal.ledger.selectors import letters as letter_selectors
from appraisal.ledger.usecases import letter_scans as usecases


class LetterScanOut(serializers.ModelSerializer):
    """A side's copy of one version. Never edited: of a side the highest number counts."""

    edition = serializers.IntegerField(source="version.number", help_text="number of the version that the paper shows")
    evidence = serializers.ListField(child=serializers.DictField(), help_text="the pages' files, in order")

    class Meta:
        model = LetterScan
        fields = ("id", "edition", "side", "number", "evidence", "note", "filed_by_name", "filed_by_role", "filed_at")


class LetterScanIn(serializers.Serializer):
    edition = serializers.IntegerField(min_value=1, max_value=9999)
    evidence = serializers.ListField(
        child=serializers.UUIDField(), allow_empty=False, max_length=usecases.MOST,
        help_text="own files, PDF or pictures, in the order of the pages",
    )  # fmt: skip
    note = serializers.CharField(
        max_length=200, allow_blank=True, default="", help_text="why again; asked where the side has filed one before"
    )


class LetterScans(IdempotentMixin, APIView):
    """The copies of both sides."""

    pagination_class = Pages

    @extend_schema(operation_id="letters_scans", responses=LetterScanOut(many=True))
    def get(self, request: Request, letter_id: int) -> Response:
        """The newest version first, in it the province first; the newest copy of a side before its earlier ones."""
        letter, pages = letter_selectors.get_letter(actor_of(request), letter_id), Pages()
        page = pages.paginate_queryset(selectors.scans(letter), request, view=self)
        return pages.get_paginated_response(LetterScanOut(page, many=True).data)

    @extend_schema(operation_id="letters_file_scan", request=LetterScanIn, responses={201: LetterScanOut})
    def post(self, request: Request, letter_id: int) -> Response:
        """File the own side's copy of a version that both have signed."""
        body = validated(LetterScanIn, request.data)
        body["evidence"] = [str(file_id) for file_id in body["evidence"]]
        scan = usecases.file_scan(letter_id=letter_id, actor=actor_of(request), at=timezone.now(), **body)
        return Response(LetterScanOut(scan).data, status=201)


urlpatterns = [path("letters/<int:letter_id>/scans/", LetterScans.as_view(), name="letter-scans")]
