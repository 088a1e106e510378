"""The audit log for the audit administrator: search, one entry, all that a search finds as JSON lines."""

from typing import Any

from django.http import StreamingHttpResponse
from django.urls import path
from django.utils import timezone
from drf_spectacular.types import OpenApiTypes
from drf_spectacular.utils import extend_schema
from rest_framework import serializers
from rest_framework.renderers import JSONRenderer
from rest_framework.request import Request
from rest_framework.response import Response
from rest_framework.views import APIView

from api.asked import actor_of
from api.pagination import Pages
from api.v1.offices_shapes import Day
from core.audit import verifying
from core.audit.reading import read
from core.models import AuditEntry
from tenants.policies import people as policies
from tenants.selectors import audit_export, logs


class AuditQuery(serializers.Serializer):
    since = Day(help_text="first day")
    until = Day(help_text="last day, included")
    office = serializers.CharField(max_length=63, required=False, help_text="the chain: an office's slug, or public")
    table = serializers.CharField(max_length=63, required=False)
    row = serializers.CharField(max_length=64, required=False, help_text="id of the changed row")
    action = serializers.ChoiceField(choices=list(logs.ACTIONS), required=False)
    person = serializers.CharField(max_length=60, required=False, help_text="account, or part of a name")


class AuditEntryOut(serializers.ModelSerializer):
    reason = serializers.CharField(source="link.reason", default="")
    seq = serializers.IntegerField(source="link.seq", default=None, help_text="its place in the chain")
    prev = serializers.SerializerMethodField(help_text="hash of the entry before, hexadecimal")
    hash = serializers.SerializerMethodField(help_text="its own hash, hexadecimal")
    before = serializers.JSONField(allow_null=True)
    after = serializers.JSONField(allow_null=True)

    class Meta:
        model = AuditEntry
        fields = (
            "id", "at", "chain", "seq", "prev", "hash", "schema_name", "table_name", "row_id", "action", "before",
            "after", "reason", "actor_id", "request_id", "address",
        )  # fmt: skip

    def to_representation(self, entry: AuditEntry) -> dict[str, Any]:
        before, after = logs.masked_rows(entry)  # the export has the very text, as the hash needs it
        return {**super().to_representation(entry), "before": before, "after": after}

    def get_prev(self, entry: AuditEntry) -> str:
        link = logs.link_of(entry)
        return bytes(link.prev).hex() if link else ""

    def get_hash(self, entry: AuditEntry) -> str:
        link = logs.link_of(entry)
        return bytes(link.hash).hex() if link else ""


class AuditEntryDetailOut(AuditEntryOut):
    holds = serializers.SerializerMethodField(help_text="whether its hash, computed now, is the one that was linked")

    class Meta(AuditEntryOut.Meta):
        fields = (*AuditEntryOut.Meta.fields, "holds")

    def get_holds(self, entry: AuditEntry) -> bool | None:
        return verifying.holds(entry.pk)


def _asked(request: Request) -> dict[str, Any]:
    query = AuditQuery(data=request.query_params)
    query.is_valid(raise_exception=True)
    return query.validated_data


class AuditEntries(APIView):
    """Changed rows of a span of days."""

    pagination_class = Pages

    @extend_schema(operation_id="audit_list", parameters=[AuditQuery], responses=AuditEntryOut(many=True))
    def get(self, request: Request) -> Response:
        """Newest first; the audit administrator only. That they were read is noted."""
        actor, pages = actor_of(request), Pages()
        policies.see_audit_log(actor)
        asked = _asked(request)
        read("audit-log", detail={name: str(value) for name, value in asked.items()}, actor=actor, at=timezone.now())
        page = pages.paginate_queryset(logs.audit_entries(actor, **asked), request, view=self)
        return pages.get_paginated_response(AuditEntryOut(page, many=True).data)


class OneAuditEntry(APIView):
    """One changed row."""

    @extend_schema(operation_id="audit_get", responses=AuditEntryDetailOut)
    def get(self, request: Request, entry_id: int) -> Response:
        """With its place in the chain, and whether its hash holds. That it was read is noted."""
        actor = actor_of(request)
        policies.see_audit_log(actor)
        entry = logs.get_audit_entry(actor, entry_id)
        read("audit-entry", subject=f"core.auditentry:{entry.pk}", actor=actor, at=timezone.now())
        return Response(AuditEntryDetailOut(entry).data)


class JsonLines(JSONRenderer):
    """Names the media type to those who ask for it; the lines are written elsewhere, a problem is JSON all the same."""

    media_type = "application/x-ndjson"
    format = "jsonl"


class AuditExport(APIView):
    """All that a search finds."""

    renderer_classes = [*APIView.renderer_classes, JsonLines]

    @extend_schema(
        operation_id="audit_export", parameters=[AuditQuery],
        responses={(200, "application/x-ndjson"): OpenApiTypes.STR},
    )  # fmt: skip
    def get(self, request: Request) -> StreamingHttpResponse:
        """JSON lines for `platform/deploy/verify_audit_export.py`, by chain and place. That it was taken is noted."""
        actor, now = actor_of(request), timezone.now()
        policies.see_audit_log(actor)
        asked = _asked(request)
        detail = {name: str(value) for name, value in asked.items()}
        read("audit-export", detail={**detail, "form": "jsonl"}, actor=actor, at=now)
        pieces = audit_export.pieces(logs.audit_entries(actor, **asked), "jsonl", at=now)
        return StreamingHttpResponse(pieces, content_type=audit_export.FORMATS["jsonl"])


urlpatterns = [
    path("audit/", AuditEntries.as_view(), name="audit"),
    path("audit/export/", AuditExport.as_view(), name="audit-export"),
    path("audit/<int:entry_id>/", OneAuditEntry.as_view(), name="audit-entry"),
]
