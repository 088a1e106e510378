"""Evidence files of the office: upload, list, metadata, bytes."""

from uuid import UUID

from django.http import FileResponse
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
from api.idempotency import IdempotentMixin
from api.pagination import Pages
from core import files, serving
from core.models import StoredFile


class FileIn(serializers.Serializer):
    """multipart/form-data with one part `file`."""

    file = serializers.FileField(
        help_text="pdf, doc, docx, xls, xlsx, et, wps, csv, txt, jpg, png, webp; at most 50 MB"
    )


class FileOut(serializers.ModelSerializer):
    """A kept file. Its bytes are at `content`."""

    class Meta:
        model = StoredFile
        fields = ("id", "name", "media_type", "size", "sha256", "uploaded_by_name", "uploaded_at")


class SeenOut(serializers.ModelSerializer):
    class Meta:
        model = StoredFile
        fields = ("id", "name", "uploaded_by_name", "uploaded_at")


class FileDetailOut(FileOut):
    """With where the same content was uploaded before: reported, not refused."""

    seen_before = serializers.SerializerMethodField(help_text="earlier uploads of the same content in this office")
    seen_elsewhere = serializers.SerializerMethodField(help_text="how many earlier uploads other offices made of it")

    class Meta(FileOut.Meta):
        fields = (*FileOut.Meta.fields, "seen_before", "seen_elsewhere")

    def get_seen_before(self, file: StoredFile) -> SeenOut(many=True):  # type: ignore[valid-type]
        return SeenOut([use for use in files.other_uses(file) if use.office == file.office], many=True).data

    def get_seen_elsewhere(self, file: StoredFile) -> int:
        return files.uploaded_elsewhere(file)[1]


class Files(IdempotentMixin, APIView):
    """The office's files."""

    parser_classes = [MultiPartParser]
    pagination_class = Pages

    @extend_schema(operation_id="files_list", responses=FileOut(many=True))
    def get(self, request: Request) -> Response:
        """The office's files, newest first."""
        pages = Pages()
        rows = pages.paginate_queryset(files.files_for(actor_of(request)), request, view=self)
        return pages.get_paginated_response(FileOut(rows, many=True).data)

    @extend_schema(operation_id="files_upload", request={"multipart/form-data": FileIn}, responses={201: FileDetailOut})
    def post(self, request: Request) -> Response:
        """Take in a file. Its content must be what its name says; the same content seen before is reported."""
        body = FileIn(data=request.data)
        body.is_valid(raise_exception=True)
        kept = files.upload_file(upload=body.validated_data["file"], actor=actor_of(request), at=timezone.now())
        return Response(FileDetailOut(kept).data, status=201)


class File(APIView):
    """One file."""

    @extend_schema(operation_id="files_retrieve", responses=FileDetailOut)
    def get(self, request: Request, file_id: UUID) -> Response:
        """What is known of a file this person may read."""
        return Response(FileDetailOut(files.get_file(actor_of(request), file_id)).data)


class FileContent(APIView):
    """The bytes of one file."""

    @extend_schema(
        operation_id="files_content",
        responses={
            (200, kind): OpenApiResponse(OpenApiTypes.BINARY, "The bytes, to be shown or saved.")
            for kind in sorted({serving.content_type(known.media_type) for known in files.TYPES.values()})
        },
    )
    def get(self, request: Request, file_id: UUID) -> FileResponse:
        """The bytes of a file this person may read. Reading from outside its office is recorded."""
        found = files.read_file(file_id=file_id, actor=actor_of(request), at=timezone.now())
        return serving.file_response(found)


urlpatterns = [
    path("files/", Files.as_view(), name="files"),
    path("files/<uuid:file_id>/", File.as_view(), name="file"),
    path("files/<uuid:file_id>/content/", FileContent.as_view(), name="file-content"),
]
